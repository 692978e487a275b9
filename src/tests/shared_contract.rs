//! What sessions, the cache and a page's plan promise, held to by both backends: a process's memory and Redis.

use crate::shared_fixture::{Backend, Memory, Redis, copy, now_ms, timed};
use bytes::Bytes;
use minschool::shared::Effect::{Delivered, Lost};
use minschool::shared::Known::Known;
use minschool::shared::UserKey;
use minschool::shared::batch_read::Plan;
use minschool::shared::cache::{CacheTag, Entry, Generation};
use rstest::rstest;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::time::sleep;

#[rstest]
#[tokio::test]
async fn a_session_comes_back_as_it_was_put(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let sessions = fixture.shared.sessions();

    assert_eq!(sessions.get("aa").await, Known(None));
    assert_eq!(sessions.put("aa", &copy(1)).await, Delivered);

    let back = sessions.get("aa").await.known().flatten().unwrap();
    assert_eq!((back.user_id, back.name.as_str(), back.version), (UserKey(1), "회원1", 3));
    assert_eq!(back.permissions, ["posts:read", "posts:write"]);
}

#[rstest]
#[tokio::test]
async fn a_session_is_gone_when_it_is_over(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let sessions = fixture.shared.sessions();
    let mut short = copy(1);
    short.expires_at = now_ms() + 300;

    assert_eq!(sessions.put("aa", &short).await, Delivered);
    assert!(sessions.get("aa").await.known().flatten().is_some());
    sleep(Duration::from_millis(320)).await;

    assert_eq!(sessions.get("aa").await, Known(None));
    assert_eq!(sessions.put("aa", &short).await, Lost, "what is over is not kept");
}

#[rstest]
#[tokio::test]
async fn a_dropped_session_is_not_there(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let sessions = fixture.shared.sessions();
    for (hash, user) in [("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2)] {
        sessions.put(hash, &copy(user)).await;
    }

    sessions.drop_one("a1").await;
    assert_eq!(sessions.get("a1").await, Known(None));
    assert!(sessions.get("a2").await.known().flatten().is_some());

    assert_eq!(sessions.drop_user(UserKey(1)).await, Delivered);
    assert_eq!(sessions.get("a2").await, Known(None));
    assert_eq!(sessions.get("a3").await, Known(None));
    assert!(sessions.get("b1").await.known().flatten().is_some());

    assert_eq!(sessions.drop_many(["b1", "nobody"]).await, Delivered);
    assert_eq!(sessions.get("b1").await, Known(None));
}

#[rstest]
#[tokio::test]
async fn a_rejected_session_is_not_believed(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let sessions = fixture.shared.sessions();
    sessions.put("aa", &copy(1)).await;

    sessions.reject("aa", 3);
    assert!(sessions.get("aa").await.known().flatten().is_some(), "version 3 is not below 3");
    sessions.reject("aa", 4);
    sessions.reject("aa", 2);

    assert_eq!(sessions.get("aa").await, Known(None), "a rejection is not softened");
    assert_eq!(sessions.put("aa", &copy(1)).await, Lost);
    let newer = minschool::shared::sessions::SessionCopy { version: 4, ..copy(1) };
    assert_eq!(sessions.put("aa", &newer).await, Delivered);
    assert_eq!(sessions.get("aa").await, Known(Some(Arc::new(newer))));
}

#[rstest]
#[tokio::test]
async fn a_session_of_an_older_epoch_is_not_believed(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let sessions = fixture.shared.sessions();
    sessions.put("aa", &copy(1)).await;

    fixture.shared.raise_epoch(5);
    fixture.shared.raise_epoch(4);

    assert_eq!(fixture.shared.epoch(), 5);
    assert_eq!(sessions.get("aa").await, Known(None));
    assert_eq!(sessions.put("aa", &copy(1)).await, Lost, "its row was read in an older epoch");
}

#[rstest]
#[tokio::test]
async fn a_page_asks_for_everything_at_once(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let (shared, tags) = (&fixture.shared, [CacheTag::BOARDS, CacheTag::POSTS]);
    let entries = [Entry::recent_posts(), Entry::board_first("free")];
    let plan = Plan { session: Some("aa"), unread: true, generations: &tags, entries: &entries, ..Plan::default() };
    shared.sessions().put("aa", &copy(1)).await;
    shared.notifications().set_unread(UserKey(1), 12).await;

    let first = shared.fetch(&plan).await.known().unwrap();
    let generation = first.entries[1].generation.unwrap();
    shared.cache().put(&entries[1], generation, &Bytes::from_static(b"posts")).await;
    let again = shared.fetch(&plan).await.known().unwrap();

    assert_eq!(again.session.unwrap().user_id, UserKey(1));
    assert_eq!(again.unread, Some(12));
    assert_eq!(again.generations, first.generations);
    assert_eq!(again.generations[1], again.entries[0].generation, "both are of the posts");
    assert_eq!(again.entries[0].bytes, None);
    assert_eq!(again.entries[1].bytes.as_deref(), Some(&b"posts"[..]));
}

#[rstest]
#[tokio::test]
async fn the_first_page_learns_whose_session_it_is(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let shared = &fixture.shared;
    let plan = Plan { session: Some("aa"), unread: true, ..Plan::default() };
    assert_eq!(shared.fetch(&plan).await.known().unwrap().unread, None);

    shared.sessions().put("aa", &copy(1)).await;
    shared.notifications().set_unread(UserKey(1), 2).await;
    assert_eq!(shared.fetch(&plan).await.known().unwrap().unread, Some(2));
}

#[rstest]
#[tokio::test]
async fn a_piece_is_found_until_its_noun_is_bumped(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let (cache, entry) = (fixture.shared.cache(), Entry::profile(UserKey(1)));
    let loads = AtomicU32::new(0);
    let load = async || {
        let number = loads.fetch_add(1, Ordering::SeqCst);
        Ok::<_, ()>(Bytes::from(format!("load {number}")))
    };

    assert_eq!(cache.read_through(&entry, load).await.unwrap(), "load 0");
    assert_eq!(cache.read_through(&entry, load).await.unwrap(), "load 0");
    cache.invalidate(&[CacheTag::user(UserKey(2)), CacheTag::POSTS]).await;
    assert_eq!(cache.read_through(&entry, load).await.unwrap(), "load 0");

    assert_eq!(cache.invalidate(&[CacheTag::user(UserKey(1))]).await, Delivered);
    assert_eq!(cache.read_through(&entry, load).await.unwrap(), "load 1");
}

#[rstest]
#[tokio::test]
async fn a_piece_of_rows_that_changed_meanwhile_is_never_found(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let (cache, entry) = (fixture.shared.cache(), Entry::recent_posts());

    let made = cache.read_through(&entry, async || {
        // The rows were read, and then another instance wrote.
        cache.invalidate(&[CacheTag::POSTS]).await;
        Ok::<_, ()>(Bytes::from_static(b"old"))
    });
    made.await.unwrap();

    let found = cache.read_through(&entry, async || Ok::<_, ()>(Bytes::from_static(b"new"))).await;
    assert_eq!(found.unwrap(), "new");
}

#[rstest]
#[tokio::test]
async fn a_raised_epoch_makes_every_piece_old(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let (shared, tags) = (&fixture.shared, [CacheTag::POSTS]);
    let plan = Plan { generations: &tags, ..Plan::default() };
    let before = shared.fetch(&plan).await.known().unwrap().generations[0].unwrap();
    let all = Generation::all([before]);
    shared.cache().keep_rendered("home", all, "home".into());
    assert!(shared.cache().rendered("home", all).is_some());

    shared.raise_epoch(1);

    let after = shared.fetch(&plan).await.known().unwrap().generations[0].unwrap();
    assert_ne!(before, after);
    assert_eq!(shared.cache().rendered("home", Generation::all([after])), None);
}

#[rstest]
#[tokio::test]
async fn a_thousand_readers_cause_one_load(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let (shared, entry, loads) = (&fixture.shared, Entry::recent_posts(), AtomicU32::new(0));
    let read = || {
        shared.cache().read_through(&entry, async || {
            loads.fetch_add(1, Ordering::SeqCst);
            sleep(Duration::from_millis(50)).await;
            Ok::<_, ()>(Bytes::from_static(b"posts"))
        })
    };
    // The generation is begun first: those who begin it and those who read it are one flight only afterwards.
    let _ = shared.fetch(&Plan { entries: std::slice::from_ref(&entry), ..Plan::default() }).await;

    let all = futures_util::future::join_all((0..1000).map(|_| read())).await;

    assert!(all.iter().all(|bytes| bytes.as_deref() == Ok(b"posts")));
    assert_eq!(loads.load(Ordering::SeqCst), 1);
}

#[rstest]
#[tokio::test]
async fn nobody_hangs_when_a_load_is_lost(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let shared = &fixture.shared;
    let load_slowly = |panics: bool| {
        let shared = shared.clone();
        let load = async move || {
            sleep(Duration::from_millis(50)).await;
            assert!(!panics, "a load that panics, as meant");
            Ok::<_, ()>(Bytes::new())
        };
        tokio::spawn(async move { shared.cache().once("key", None, load).await })
    };
    let follow = async || {
        sleep(Duration::from_millis(10)).await;
        let load = async || Ok::<_, ()>(Bytes::from_static(b"mine"));
        shared.cache().once("key", None, load).await.unwrap()
    };

    let panicked = load_slowly(true);
    assert_eq!(follow().await, "mine", "the follower takes its place");
    assert!(panicked.await.is_err());

    let cancelled = load_slowly(false);
    let cancel = async {
        sleep(Duration::from_millis(30)).await;
        cancelled.abort();
    };
    let (mine, ()) = tokio::join!(follow(), cancel);
    assert_eq!(mine, "mine", "and of one who was cancelled");
}

#[rstest]
#[tokio::test]
async fn a_failure_is_its_callers_alone(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let fails = fixture.shared.cache().once("key", None, async || {
        sleep(Duration::from_millis(20)).await;
        Err(1)
    });
    let load = async || Ok::<_, u8>(Bytes::from_static(b"mine"));
    let waits = fixture.shared.cache().once("key", None, load);

    let (failed, waited) = tokio::join!(fails, waits);

    assert_eq!((failed, waited), (Err(1), Ok(Bytes::from_static(b"mine"))));
}

#[rstest]
#[tokio::test]
async fn nobody_is_given_what_was_read_before_they_wrote(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let cache = fixture.shared.cache();
    let earlier = async {
        let load = async || {
            sleep(Duration::from_millis(50)).await;
            Ok::<_, ()>(Bytes::from_static(b"before"))
        };
        cache.once("key", None, load).await
    };
    let later = async {
        sleep(Duration::from_millis(10)).await;
        cache.invalidate(&[CacheTag::POSTS]).await;
        cache.once("key", None, async || Ok::<_, ()>(Bytes::from_static(b"after"))).await
    };

    let (before, after) = tokio::join!(earlier, later);

    assert_eq!((before.unwrap(), after.unwrap()), ("before".into(), "after".into()));
}

#[rstest]
#[tokio::test]
async fn those_whose_load_fails_do_not_queue(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let fail = || {
        fixture.shared.cache().once("key", None, async || {
            sleep(Duration::from_millis(50)).await;
            Err::<Bytes, _>("SQL is away")
        })
    };

    let all = futures_util::future::join_all((0..20).map(|_| fail()));
    let (results, took) = timed(all).await;

    assert!(results.iter().all(Result::is_err));
    assert!(took < Duration::from_millis(300), "{took:?}: two loads one after the other, not twenty");
}

#[rstest]
#[tokio::test]
async fn a_count_of_unread_that_was_made_before_something_new_came_is_not_kept(#[values(Memory, Redis)] backend: Backend) {
    let fixture = backend.start().await;
    let (ready, user) = (fixture.shared.notifications(), UserKey(1));

    let early = ready.leave_unread(user).await.known().unwrap();
    ready.clear_all([user].into_iter()).await;
    assert_eq!(ready.fill_unread(user, early, 3).await, Lost);
    assert_eq!(ready.unread(user).await, Known(None));
    let ticket = ready.leave_unread(user).await.known().unwrap();
    assert_eq!(ready.unread(user).await, Known(None), "a ticket is no number");
    assert_eq!(ready.fill_unread(user, ticket, 4).await, Delivered);

    assert_eq!(ready.unread(user).await, Known(Some(4)));
}
