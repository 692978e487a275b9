//! The shared state on a Redis Cluster and over a local socket: the same promises, by another address.

use crate::shared_fixture::{accept_all, copy, eventually, may_post, ring, soon};
use minschool::clock::monotonic::MonotonicClock;
use minschool::shared::Effect::Delivered;
use minschool::shared::Known::Known;
use minschool::shared::batch_read::Plan;
use minschool::shared::cache::{CacheTag, Entry};
use minschool::shared::signals::Signal;
use minschool::shared::{RedisOptions, Shared, UserKey, meter};
use testkit::redis::PrivateRedis;

async fn instance(url: String) -> Shared {
    let shared = Shared::redis(RedisOptions::new(url), MonotonicClock::default(), "a secret");
    shared.start(accept_all());
    let well = async || shared.health().is_well() && shared.signals().are_delivered();
    eventually("it is trusted and its signals arrive", well).await;
    shared
}

#[tokio::test]
async fn a_page_on_a_cluster_still_waits_once() {
    let redis = PrivateRedis::start_cluster();
    let shared = instance(redis.url().replace("redis://", "redis-cluster://")).await;
    let (tags, entries) = ([CacheTag::BOARDS, CacheTag::ROLES], [Entry::recent_posts()]);
    let plan = Plan { session: Some("aa"), unread: true, generations: &tags, entries: &entries, ..Plan::default() };
    assert_eq!(shared.sessions().put("aa", &copy(1)).await, Delivered);
    assert_eq!(shared.notifications().set_unread(UserKey(1), 3).await, Delivered);
    let _ = shared.fetch(&plan).await;

    let (answer, trips) = meter::scope(shared.fetch(&plan)).await;

    let answer = answer.known().unwrap();
    assert_eq!((answer.session.unwrap().user_id, answer.unread, trips), (UserKey(1), Some(3), 1));
    assert!(answer.generations.iter().all(Option::is_some));
    assert_eq!(redis.calls("mget"), 0, "the keys live on different servers");
}

#[tokio::test]
async fn every_face_works_on_a_cluster() {
    let redis = PrivateRedis::start_cluster();
    let url = redis.url().replace("redis://", "redis-cluster://");
    let (a, b) = (instance(url.clone()).await, instance(url).await);

    for user in 1..=3 {
        let hash = format!("hash{user}");
        assert_eq!(a.sessions().put(&hash, &copy(7)).await, Delivered);
    }
    assert_eq!(b.sessions().drop_user(UserKey(7)).await, Delivered);
    assert_eq!(a.sessions().get("hash2").await, Known(None));
    let tags = [CacheTag::POSTS, CacheTag::board("free"), CacheTag::user(UserKey(1))];
    assert_eq!(a.cache().invalidate(&tags).await, Delivered);
    ring(&a, UserKey(1), 2).await;
    assert!(may_post(&a).await && may_post(&b).await && may_post(&a).await);
    assert!(!may_post(&b).await);
    a.presence().touch(UserKey(1));
    eventually("here", async || b.presence().list(9).await == Known(vec![UserKey(1)])).await;

    let mut listener = b.signals().subscribe("user:1");
    assert_eq!(a.signals().publish("user:1", "bell").await, Delivered);
    assert_eq!(soon(listener.recv()).await, Signal::Message("bell".into()));
}

#[tokio::test]
async fn a_local_socket_is_an_address_too() {
    let redis = PrivateRedis::start();

    let shared = instance(redis.socket_url()).await;

    assert_eq!(Shared::probe(&RedisOptions::new(redis.socket_url())).await, Ok(()));
    assert_eq!(shared.sessions().put("aa", &copy(1)).await, Delivered);
    assert!(redis.command(&["GET", "session:aa"]).contains("userId"));
}
