//! Values that stay in this process until Redis reports that they changed: what they spare, and that they are never older than they
//! may be.

use crate::shared_fixture::{SharedFixture, accept_all, copy, eventually, instance, timed};
use minschool::shared::batch_read::{Answer, Plan};
use minschool::shared::cache::CacheTag;
use minschool::shared::{Known, Shared, UserKey, meter};
use std::time::{Duration, Instant};
use testkit::redis::PrivateRedis;
use tokio::time::sleep;

/// How old a value may be, and a little more for a busy machine.
const OLDEST: Duration = Duration::from_millis(900);
const TAGS: [CacheTag; 2] = [CacheTag::BOARDS, CacheTag::POSTS];

async fn page(shared: &Shared, hash: &str) -> (Known<Answer>, u32) {
    let plan = Plan { session: Some(hash), unread: true, generations: &TAGS, recent: true, ..Plan::default() };
    meter::scope(shared.fetch(&plan)).await
}

/// Reads until a page costs no round trip.
async fn warm(shared: &Shared, hash: &str) {
    eventually("a page costs no round trip", async || page(shared, hash).await.1 == 0).await;
}

async fn has_session(shared: &Shared, hash: &str) -> bool {
    page(shared, hash).await.0.known().is_some_and(|answer| answer.session.is_some())
}

/// A session that an instance has at hand, and another instance.
async fn two_instances() -> (SharedFixture, Shared) {
    let fixture = SharedFixture::redis().await;
    fixture.shared.sessions().put("aa", &copy(1)).await;
    fixture.shared.notifications().set_unread(UserKey(1), 4).await;
    let node = fixture.node().await;
    warm(&node, "aa").await;
    (fixture, node)
}

#[tokio::test]
async fn a_warm_page_asks_nobody_and_shows_what_redis_has() {
    let (fixture, node) = two_instances().await;
    let (before, (kept, missing)) = (fixture.server().calls("mget"), meter::kept_values());

    let (answer, trips) = page(&node, "aa").await;
    let after = meter::kept_values();

    let answer = answer.known().unwrap();
    assert_eq!((trips, fixture.server().calls("mget") - before), (0, 0));
    // Other tests of this process look, too.
    assert!(after.0 >= kept + 4 && after.1 >= missing, "{kept} of {missing}, then {after:?}");
    assert_eq!((answer.session.map(|session| session.user_id), answer.unread), (Some(UserKey(1)), Some(4)));
    assert!(answer.generations.iter().all(Option::is_some));
    let exact = Plan { session: Some("aa"), ..Plan::default() };
    assert_eq!(meter::scope(node.fetch(&exact)).await.1, 1, "who asks for the newest asks Redis");
}

#[tokio::test]
async fn what_another_instance_changes_is_seen_here_within_the_second() {
    let (fixture, node) = two_instances().await;
    let generations = async || page(&node, "aa").await.0.known().unwrap().generations;
    let old = generations().await;

    let begun = Instant::now();
    fixture.shared.cache().invalidate(&[CacheTag::POSTS]).await;
    eventually("the new state", async || generations().await != old).await;
    fixture.shared.notifications().set_unread(UserKey(1), 5).await;
    eventually("the new number", async || page(&node, "aa").await.0.known().unwrap().unread == Some(5)).await;
    fixture.shared.sessions().drop_user(UserKey(1)).await;
    eventually("the session's end", async || !has_session(&node, "aa").await).await;

    assert!(begun.elapsed() < OLDEST, "{:?}", begun.elapsed());
}

// On several threads, where the answer to the change may be read before the message that something changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_this_instance_changes_is_seen_here_at_once() {
    let (_fixture, node) = two_instances().await;
    for n in 0..1_000 {
        let before = page(&node, "aa").await.0.known().unwrap().generations;
        node.cache().invalidate(&[CacheTag::POSTS]).await;
        node.notifications().set_unread(UserKey(1), n).await;
        let after = page(&node, "aa").await.0.known().unwrap();
        assert_ne!(before[1], after.generations[1]);
        assert_eq!(after.unread, Some(n));
    }
    node.sessions().drop_one("aa").await;
    assert!(!has_session(&node, "aa").await);
}

#[tokio::test]
async fn after_a_flush_nothing_from_before_it_is_used() {
    let (fixture, node) = two_instances().await;

    fixture.server().command(&["FLUSHALL"]);

    // Redis sends nothing for a key that is gone already: this deletion alone would reach nobody.
    fixture.shared.sessions().drop_one("aa").await;
    let begun = Instant::now();
    eventually("the session's end", async || !has_session(&node, "aa").await).await;
    assert!(begun.elapsed() < OLDEST, "{:?}", begun.elapsed());
    fixture.shared.sessions().put("aa", &copy(1)).await;
    fixture.shared.notifications().set_unread(UserKey(1), 4).await;
    warm(&node, "aa").await;
}

#[tokio::test]
async fn a_frozen_redis_is_believed_for_half_a_second_and_no_longer() {
    let (fixture, node) = two_instances().await;

    fixture.server().freeze();
    sleep(OLDEST).await;

    let ((answer, _), took) = timed(page(&node, "aa")).await;
    assert!(answer.is_unknown() && took < Duration::from_millis(600), "{took:?}");
}

#[tokio::test]
async fn more_changes_at_once_than_the_queue_holds_all_arrive() {
    let (fixture, node) = two_instances().await;
    fixture.shared.notifications().set_unread(UserKey(2), 4).await;
    let hashes: Vec<String> = (0..3_000).map(|n| format!("hash{n}")).collect();
    for hash in &hashes {
        fixture.shared.sessions().put(hash, &copy(2)).await;
        assert!(has_session(&node, hash).await);
    }
    warm(&node, &hashes[0]).await;

    // All at once, while this thread does nothing else.
    let keys: Vec<String> = hashes.iter().map(|hash| format!("session:{hash}")).collect();
    let delete: Vec<&str> = ["DEL"].into_iter().chain(keys.iter().map(String::as_str)).collect();
    fixture.server().command(&delete);

    sleep(OLDEST).await;
    for hash in &hashes {
        assert!(!has_session(&node, hash).await, "{hash}");
    }
}

#[tokio::test]
async fn where_redis_does_not_send_changes_each_page_asks() {
    let redis = PrivateRedis::start();
    redis.command(&["ACL", "SETUSER", "default", "-client|tracking"]);
    let shared = instance(&redis, accept_all()).await;
    shared.sessions().put("aa", &copy(1)).await;
    assert!(has_session(&shared, "aa").await);

    sleep(OLDEST).await;

    let (answer, trips) = page(&shared, "aa").await;
    assert!(answer.known().unwrap().session.is_some());
    assert_eq!(trips, 1);
}
