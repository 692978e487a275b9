//! What presence, the bell, limits and signals promise, held to by both backends: a process's memory and Redis.

use crate::shared_fixture::{Backend, Memory, Redis, eventually, now_ms, soon};
use bytes::Bytes;
use minschool::shared::{
    Effect::{Delivered, Lost},
    Known::Known,
    UserKey,
    notifications::Listed,
    signals::Signal,
};
use rstest::rstest;
use std::time::Duration;
use tokio::time::sleep;

#[rstest]
#[tokio::test]
async fn people_are_here_for_fifty_seconds(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let presence = fixture.shared.presence();

    presence.touch_at(UserKey(1), now_ms() - 51_000);
    presence.touch_at(UserKey(2), now_ms() - 45_000);
    presence.touch(UserKey(3));
    eventually("both are here", async || presence.list(10).await == Known(vec![UserKey(3), UserKey(2)])).await;

    assert_eq!(presence.count().await, Known(2));
    assert_eq!(presence.list(1).await, Known(vec![UserKey(3)]));
    eventually("the header shows both", async || presence.here() == Known(2)).await;

    presence.leave(UserKey(3)).await;
    assert_eq!(presence.list(10).await, Known(vec![UserKey(2)]));
    presence.touch(UserKey(3));
    eventually("who left and came back is here", async || presence.count().await == Known(2)).await;
}

#[rstest]
#[tokio::test]
async fn presence_is_written_once_in_fifteen_seconds(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let (presence, now) = (fixture.shared.presence(), now_ms());
    presence.touch_at(UserKey(1), now - 49_900);
    eventually("written", async || presence.count().await == Known(1)).await;

    presence.touch_at(UserKey(1), now - 49_000);
    sleep(Duration::from_millis(150)).await;

    assert_eq!(presence.count().await, Known(0), "the second touch came too soon to be written");
    presence.touch(UserKey(1));
    eventually("written again", async || presence.count().await == Known(1)).await;
}

#[rstest]
#[tokio::test]
async fn notifications_are_whole_or_absent(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let bell = fixture.shared.notifications();
    let item = |n: u32| Bytes::from(format!("{{\"id\":{n}}}"));

    let Known(Listed::Absent(ticket)) = bell.list(UserKey(1)).await else { panic!("nothing was filled in") };
    assert!(matches!(bell.list(UserKey(1)).await, Known(Listed::BeingFilled)));
    assert_eq!(bell.fill(UserKey(1), ticket, (1..=60).rev().map(item).collect()).await, Delivered);
    assert_eq!(bell.set_unread(UserKey(1), 60).await, Delivered);

    let Known(Listed::Newest(items)) = bell.list(UserKey(1)).await else { panic!("it was filled in") };
    assert_eq!((items.len(), &items[0], &items[49]), (50, &item(60), &item(11)));
    assert_eq!(bell.unread(UserKey(1)).await, Known(Some(60)));

    bell.clear(UserKey(1)).await;
    assert!(matches!(bell.list(UserKey(1)).await, Known(Listed::Absent(_))));
    assert_eq!(bell.unread(UserKey(1)).await, Known(None));
}

#[rstest]
#[tokio::test]
async fn a_list_that_was_overtaken_is_not_filled_in(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let bell = fixture.shared.notifications();
    let item = |n: u32| Bytes::from(format!("{{\"id\":{n}}}"));

    let Known(Listed::Absent(ticket)) = bell.list(UserKey(1)).await else { panic!("nothing is there yet") };
    bell.clear_list(UserKey(1)).await;
    assert_eq!(bell.fill(UserKey(1), ticket, vec![item(1)]).await, Lost, "an item that came meanwhile would be missing");

    let Known(Listed::Absent(ticket)) = bell.list(UserKey(1)).await else { panic!("the next reader may try") };
    bell.clear(UserKey(1)).await;
    assert_eq!(bell.fill(UserKey(1), ticket, vec![item(1)]).await, Lost, "item 1 may have been read meanwhile");

    let Known(Listed::Absent(ticket)) = bell.list(UserKey(1)).await else { panic!("and the next") };
    assert_eq!(bell.fill(UserKey(1), ticket, Vec::new()).await, Delivered, "nobody has nothing, and that is fine");
    assert!(matches!(bell.list(UserKey(1)).await, Known(Listed::Absent(_))));
}

#[rstest]
#[tokio::test]
async fn unread_is_known_once_it_was_set(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let bell = fixture.shared.notifications();

    assert_eq!(bell.unread(UserKey(1)).await, Known(None));
    assert_eq!(bell.set_unread(UserKey(1), 0).await, Delivered);

    assert_eq!(bell.unread(UserKey(1)).await, Known(Some(0)), "none is not the same as not known");
    assert_eq!(bell.unread(UserKey(2)).await, Known(None));
}

#[rstest]
#[tokio::test]
async fn a_limit_holds_and_ends_with_its_window(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let (limits, window) = (fixture.shared.limits(), Duration::from_millis(400));
    let hit = |who: &'static str| limits.hit("comment", who, 3, window);

    for _ in 0..3 {
        assert!(hit("7").await.allowed);
    }
    let refused = hit("7").await;

    assert!(!refused.allowed);
    assert!(refused.retry_after > Duration::ZERO && refused.retry_after <= window, "{refused:?}");
    assert!(hit("8").await.allowed, "everybody has a limit of their own");
    assert!(limits.hit("post", "7", 3, window).await.allowed, "and for each action");
    sleep(refused.retry_after + Duration::from_millis(20)).await;
    assert!(hit("7").await.allowed);
}

#[rstest]
#[tokio::test]
async fn failures_grow_the_delay_and_success_ends_it(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let limits = fixture.shared.limits();
    for _ in 0..4 {
        assert_eq!(limits.record_failure("account:1").await, Duration::ZERO);
        assert_eq!(limits.wait_for("account:1").await, Duration::ZERO);
    }

    assert_eq!(limits.record_failure("account:1").await, Duration::from_secs(1));
    assert_eq!(limits.record_failure("account:1").await, Duration::from_secs(2));
    let wait = limits.wait_for("account:1").await;
    assert!(wait > Duration::from_secs(1) && wait <= Duration::from_secs(2), "{wait:?}");
    assert_eq!(limits.wait_for("account:2").await, Duration::ZERO);

    limits.reset("account:1").await;
    assert_eq!(limits.wait_for("account:1").await, Duration::ZERO);
    assert_eq!(limits.record_failure("account:1").await, Duration::ZERO);
}

#[rstest]
#[tokio::test]
async fn signals_reach_their_listeners_once(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let signals = fixture.shared.signals();
    let mut one = signals.subscribe("post:1");
    let mut two = signals.subscribe("post:1");
    let mut other = signals.subscribe("post:2");

    assert_eq!(signals.publish("post:1", "first").await, Delivered);
    signals.publish("post:2", "elsewhere").await;
    sleep(Duration::from_millis(50)).await;
    signals.publish("post:1", "second").await;

    for listener in [&mut one, &mut two] {
        assert_eq!(soon(listener.recv()).await, Signal::Message("first".into()));
        assert_eq!(soon(listener.recv()).await, Signal::Message("second".into()), "the first came once");
    }
    assert_eq!(soon(other.recv()).await, Signal::Message("elsewhere".into()));
    drop((one, two, other));
    assert_eq!(signals.listeners(), 0);
}
