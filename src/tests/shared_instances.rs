//! Several instances on one Redis agree, and several sites on one Redis do not meet.

use crate::shared_fixture::{SharedFixture, accept_all, copy, eventually, lives, may_post, read, soon};
use bytes::Bytes;
use minschool::clock::monotonic::MonotonicClock;
use minschool::shared::{
    Effect::Delivered,
    Known::Known,
    RedisOptions, Shared, UserKey,
    cache::{CacheTag, Entry},
    signals::Signal,
};

#[tokio::test]
async fn a_session_lives_and_ends_on_every_instance() {
    let fixture = SharedFixture::redis().await;
    let (a, b) = (&fixture.shared, &fixture.node().await);

    a.sessions().put("aa", &copy(1)).await;
    assert!(lives(b, "aa").await);

    b.sessions().drop_user(UserKey(1)).await;
    assert!(!lives(a, "aa").await);
}

#[tokio::test]
async fn a_piece_made_on_one_instance_serves_all_until_any_changes_it() {
    let fixture = SharedFixture::redis().await;
    let (a, b) = (&fixture.shared, &fixture.node().await);
    let entry = Entry::recent_posts();

    assert_eq!(read(a, &entry, "a").await, "a");
    assert_eq!(read(b, &entry, "b").await, "a");

    a.cache().invalidate(&[CacheTag::POSTS]).await;
    assert_eq!(read(b, &entry, "b").await, "b");
}

#[tokio::test]
async fn limits_and_presence_are_counted_over_all_instances() {
    let fixture = SharedFixture::redis().await;
    let (a, b) = (&fixture.shared, &fixture.node().await);

    assert!(may_post(a).await && may_post(b).await && may_post(a).await);
    assert!(!may_post(b).await);

    a.presence().touch(UserKey(1));
    b.presence().touch(UserKey(2));
    let both = async || a.presence().here() == Known(2) && b.presence().here() == Known(2);
    eventually("both see both", both).await;
}

#[tokio::test]
async fn a_signal_reaches_the_listeners_of_every_instance_once() {
    let fixture = SharedFixture::redis().await;
    let (a, b) = (&fixture.shared, &fixture.node().await);
    let (mut near, mut far) = (a.signals().subscribe("user:1"), b.signals().subscribe("user:1"));

    assert_eq!(a.signals().publish("user:1", "종이 울린다").await, Delivered);
    assert_eq!(soon(far.recv()).await, Signal::Message("종이 울린다".into()));
    b.signals().publish("user:1", &b"\0\xff"[..]).await;
    assert_eq!(soon(far.recv()).await, Signal::Message(Bytes::from_static(b"\0\xff")));

    assert_eq!(soon(near.recv()).await, Signal::Message("종이 울린다".into()));
    assert_eq!(soon(near.recv()).await, Signal::Message(Bytes::from_static(b"\0\xff")), "its own came once");
}

#[tokio::test]
async fn sites_that_share_a_redis_do_not_meet() {
    let fixture = SharedFixture::redis().await;
    let options = RedisOptions { prefix: "other:".into(), ..RedisOptions::new(fixture.server().url()) };
    let other = Shared::redis(options, MonotonicClock::default(), "a secret");
    other.start(accept_all());
    let ready = async || other.health().is_well() && other.signals().are_delivered();
    eventually("the other site is ready", ready).await;
    let mut ours = fixture.shared.signals().subscribe("user:1");
    let mut theirs = other.signals().subscribe("user:1");

    other.sessions().put("aa", &copy(1)).await;
    other.notifications().set_unread(UserKey(1), 1).await;
    other.signals().publish("user:1", "theirs").await;
    fixture.shared.signals().publish("user:1", "ours").await;

    assert!(other.sessions().get("aa").await.known().flatten().is_some());
    assert_eq!(fixture.shared.sessions().get("aa").await, Known(None));
    assert_eq!(soon(ours.recv()).await, Signal::Message("ours".into()));
    assert_eq!(soon(theirs.recv()).await, Signal::Message("theirs".into()));
    let keys = fixture.server().command(&["KEYS", "*"]);
    // Each connection has a key of its own.
    let mut ours = keys.lines().filter(|key| !key.starts_with("other:"));
    assert!(ours.all(|key| key.starts_with("followed:")), "{keys}");
}
