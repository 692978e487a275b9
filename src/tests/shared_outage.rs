//! Redis dies, freezes, lies about its age, refuses us: no call hangs, nothing is trusted before its time, and
//! everything comes back by itself.

use crate::shared_fixture::{Owner, SharedFixture, accept_all, copy, eventually, instance, lives, now_ms, soon, timed};
use minschool::clock::monotonic::MonotonicClock;
use minschool::shared::Effect::{Delivered, Lost};
use minschool::shared::Known::Unknown;
use minschool::shared::batch_read::Plan;
use minschool::shared::cache::{CacheTag, Generation};
use minschool::shared::health::RedisState;
use minschool::shared::sessions::SessionCopy;
use minschool::shared::signals::Signal;
use minschool::shared::{Accept, ProbeError, RedisOptions, Shared, meter};
use std::time::Duration;
use testkit::redis::PrivateRedis;
use tokio::{runtime::Handle, time::sleep};

/// What "at once" may take on a busy machine.
const AT_ONCE: Duration = Duration::from_millis(20);
/// What one call may take at most.
const AT_MOST: Duration = Duration::from_millis(200);

async fn knows(shared: &Shared) -> bool {
    !shared.sessions().get("aa").await.is_unknown()
}

async fn back(shared: &Shared) {
    eventually("Redis is trusted again", async || knows(shared).await).await;
}

#[tokio::test]
async fn nothing_is_known_before_the_owner_of_the_truth_has_spoken() {
    let redis = PrivateRedis::start();
    let node = Shared::redis(RedisOptions::new(redis.url()), MonotonicClock::default(), "a secret");
    node.start(Owner::answering(Some(Accept::default())).validator());
    back(&node).await;
    node.sessions().put("aa", &copy(1)).await;
    drop(node);
    let owner = Owner::answering(None);
    let shared = Shared::redis(RedisOptions::new(redis.url()), MonotonicClock::default(), "a secret");
    assert!(!knows(&shared).await, "before it is started");

    shared.start(owner.validator());
    eventually("asked twice", async || owner.asked().len() > 1).await;
    let (answer, trips) = meter::scope(shared.sessions().get("aa")).await;
    assert_eq!((answer, trips), (Unknown, 0), "not while it is rejected");
    assert_eq!(shared.health().state, RedisState::Connecting);

    owner.say(Some(Accept { epoch: 0, ..Accept::default() }));
    back(&shared).await;
    assert!(shared.sessions().get("aa").await.known().flatten().is_some());
    assert_eq!(shared.health().run_id.as_deref(), Some(&*redis.info("server", "run_id")));
    assert_eq!(owner.asked()[0].run_id, owner.asked()[1].run_id);
}

#[tokio::test]
async fn a_killed_redis_costs_one_call_and_then_nothing() {
    let mut fixture = SharedFixture::redis().await;
    fixture.server_mut().kill();
    let shared = fixture.shared.clone();

    let (answer, first) = timed(shared.sessions().get("aa")).await;
    assert!(answer.is_unknown() && first < AT_MOST, "{first:?}");
    sleep(Duration::from_millis(20)).await;
    for _ in 0..50 {
        let ((answer, took), trips) = meter::scope(timed(shared.fetch(&Plan { session: Some("aa"), ..Plan::default() }))).await;
        assert!(answer.is_unknown() && took < AT_ONCE && trips == 0, "{took:?} {trips}");
    }
    assert_eq!(shared.cache().invalidate(&[CacheTag::POSTS]).await, Lost);
    assert_eq!(shared.health().state, RedisState::Connecting);

    let old_run = shared.health().run_id;
    let (cache, generation) = (shared.cache(), Generation::all([]));
    cache.keep_rendered("home", generation, "home".into());
    fixture.server_mut().restart();
    back(&shared).await;
    assert_ne!(shared.health().run_id, old_run, "another run of Redis");
    assert_eq!(cache.rendered("home", generation), None, "its generations may repeat");
}

#[tokio::test]
async fn a_frozen_redis_costs_three_calls_and_then_nothing() {
    let redis = PrivateRedis::start();
    let owner = Owner::answering(Some(Accept::default()));
    let shared = instance(&redis, owner.validator()).await;
    redis.freeze();

    for _ in 0..3 {
        let (answer, took) = timed(shared.sessions().get("aa")).await;
        assert!(answer.is_unknown() && took < AT_MOST, "{took:?}");
    }
    assert_eq!(shared.health().state, RedisState::Open);
    let frozen_until = now_ms() + 2500;
    while now_ms() < frozen_until {
        let (answer, took) = timed(shared.sessions().get("aa")).await;
        assert!(answer.is_unknown() && took < AT_ONCE, "{took:?}");
        sleep(Duration::from_millis(5)).await;
    }

    redis.thaw();
    back(&shared).await;
    let asked = owner.asked();
    assert_eq!(asked.len(), 2, "the connection after the trip was validated anew");
    assert_eq!(asked[0].run_id, asked[1].run_id, "it is the same run");
}

#[tokio::test]
async fn forty_pages_at_once_on_a_frozen_redis_wait_no_longer_than_one() {
    let fixture = SharedFixture::redis().await;
    fixture.server().freeze();

    let pages = (0..40).map(|_| timed(fixture.shared.sessions().get("aa")));
    let slowest = futures_util::future::join_all(pages).await.into_iter().map(|(_, took)| took).max();

    assert!(slowest.unwrap() < AT_MOST, "{slowest:?}");
    assert_eq!(fixture.shared.health().state, RedisState::Open);
}

/// An instance in epoch 1 with two sessions, and a Redis that has them in its file.
async fn two_sessions() -> (PrivateRedis, Owner, Shared) {
    let redis = PrivateRedis::start();
    let owner = Owner::answering(Some(Accept { epoch: 1, ..Accept::default() }));
    let shared = instance(&redis, owner.validator()).await;
    for hash in ["ended", "goes-on"] {
        let session = SessionCopy { epoch: 1, ..copy(1) };
        assert_eq!(shared.sessions().put(hash, &session).await, Delivered);
    }
    redis.save();
    (redis, owner, shared)
}

#[tokio::test]
async fn a_session_that_ended_during_the_outage_stays_ended_though_redis_brings_it_back() {
    let (mut redis, owner, shared) = two_sessions().await;
    redis.kill();
    assert_eq!(shared.sessions().drop_one("ended").await, Lost);
    owner.say(None);
    redis.restart();
    eventually("asked", async || owner.asked().len() > 1).await;
    assert_eq!(redis.command(&["EXISTS", "session:ended"]), "1", "it came back");
    assert!(!knows(&shared).await, "nothing is trusted yet");

    // The same epoch: the list alone must do.
    let drop_sessions = vec!["ended".to_owned()];
    owner.say(Some(Accept { epoch: 1, drop_sessions, stale: vec![CacheTag::POSTS] }));
    back(&shared).await;

    assert_ne!(owner.asked()[0].run_id, owner.asked().last().unwrap().run_id);
    assert!(!lives(&shared, "ended").await);
    assert!(lives(&shared, "goes-on").await);
    assert_eq!(redis.command(&["EXISTS", "session:ended"]), "0");
    assert_eq!(redis.command(&["EXISTS", "gen:posts"]), "1", "changed meanwhile, so bumped");
}

#[tokio::test]
async fn a_raised_epoch_disowns_all_that_an_old_file_brings_back() {
    let (mut redis, owner, shared) = two_sessions().await;

    redis.kill();
    owner.say(Some(Accept { epoch: 2, ..Accept::default() }));
    redis.restart();
    back(&shared).await;

    assert_eq!(shared.epoch(), 2);
    assert!(!lives(&shared, "goes-on").await);
    assert_eq!(redis.command(&["EXISTS", "session:goes-on"]), "1", "it is there, and not believed");
}

#[tokio::test]
async fn a_cut_connection_is_replaced_by_one_that_was_validated() {
    let redis = PrivateRedis::start();
    let owner = Owner::answering(Some(Accept::default()));
    let shared = instance(&redis, owner.validator()).await;

    for round in 2..=7 {
        redis.command(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        eventually("asked again", async || owner.asked().len() >= round).await;
        back(&shared).await;
    }

    let asked = owner.asked();
    assert!(asked.windows(2).all(|two| two[0].generation < two[1].generation), "{asked:?}");
    eventually("no connection is left behind", async || redis.info("clients", "connected_clients") == "3").await;
}

#[tokio::test]
async fn tasks_end_with_their_connection_and_all_of_them_with_the_handle() {
    let redis = PrivateRedis::start();
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let shared = instance(&redis, accept_all()).await;
    let running = tasks();

    for _ in 0..4 {
        redis.command(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        redis.command(&["CLIENT", "KILL", "TYPE", "pubsub"]);
        eventually("cut", async || !shared.health().is_well() || knows(&shared).await).await;
        back(&shared).await;
        eventually("signals arrive", async || shared.signals().are_delivered()).await;
    }
    eventually("no task is left behind", async || tasks() <= running).await;

    drop(shared);
    eventually("all have ended", async || tasks() == before).await;
    eventually("and hung up", async || redis.info("clients", "connected_clients") == "1").await;
}

#[tokio::test]
async fn a_wrong_setting_is_reported_in_words() {
    let mut redis = PrivateRedis::start_with_password("right");
    let probe = async |url: String| Shared::probe(&RedisOptions::new(url)).await;

    assert_eq!(probe(redis.url_with("right")).await, Ok(()));
    assert_eq!(probe(redis.url_with("wrong")).await, Err(ProbeError::WrongPassword));
    assert_eq!(probe(redis.url()).await, Err(ProbeError::WrongPassword));
    assert!(matches!(probe("postgres://localhost".into()).await, Err(ProbeError::BadUrl(_))));
    assert!(matches!(probe("nonsense".into()).await, Err(ProbeError::BadUrl(_))));
    redis.kill();
    let (answer, took) = timed(probe(redis.url_with("right"))).await;
    assert!(matches!(answer, Err(ProbeError::Unreachable(_))), "{answer:?}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(!format!("{:?}", RedisOptions::new(redis.url_with("right"))).contains("right"));
}

#[tokio::test]
async fn limits_hold_without_redis() {
    let mut fixture = SharedFixture::redis().await;
    fixture.server_mut().kill();
    let limits = fixture.shared.limits();

    for _ in 0..3 {
        assert!(limits.hit("post", "1", 3, Duration::from_secs(60)).await.allowed);
    }
    assert!(!limits.hit("post", "1", 3, Duration::from_secs(60)).await.allowed, "never open");
    for _ in 0..5 {
        limits.record_failure("account:1").await;
    }
    assert!(limits.wait_for("account:1").await > Duration::ZERO);
}

#[tokio::test]
async fn pages_get_news_of_their_own_instance_at_once_and_of_the_others_when_redis_is_back() {
    let mut fixture = SharedFixture::redis().await;
    let shared = fixture.shared.clone();
    let mut listener = shared.signals().subscribe("user:1");
    fixture.server_mut().kill();
    sleep(Duration::from_millis(50)).await;

    let (effect, took) = timed(shared.signals().publish("user:1", "bell")).await;
    assert_eq!(effect, Lost);
    assert!(took < AT_ONCE, "{took:?}");
    assert_eq!(soon(listener.recv()).await, Signal::Message("bell".into()));

    fixture.server_mut().restart();
    assert_eq!(soon(listener.recv()).await, Signal::Resync, "others may have published meanwhile");
    back(&shared).await;
    assert_eq!(shared.signals().publish("user:1", "again").await, Delivered);
    assert_eq!(soon(listener.recv()).await, Signal::Message("again".into()));
}

#[tokio::test]
async fn a_frozen_redis_is_noticed_by_those_who_only_listen() {
    let fixture = SharedFixture::redis().await;
    let mut listener = fixture.shared.signals().subscribe("user:1");
    fixture.server().freeze();

    eventually("the silence is noticed", async || {
        sleep(Duration::from_millis(500)).await;
        !fixture.shared.signals().are_delivered()
    })
    .await;
    fixture.server().thaw();

    assert_eq!(soon(listener.recv()).await, Signal::Resync);
}
