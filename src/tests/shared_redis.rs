//! What the shared state promises with Redis in particular: keys an operator can read, one round trip a page, several
//! instances that agree, and a flush that nobody notices.

use crate::shared_fixture::{SharedFixture, copy, eventually, may_post, now_ms, read, ring};
use bytes::Bytes;
use minschool::shared::Effect::Delivered;
use minschool::shared::Known::Known;
use minschool::shared::UserKey;
use minschool::shared::batch_read::Plan;
use minschool::shared::cache::{CacheTag, Entry, Generation};
use minschool::shared::meter;
use minschool::shared::sessions::SessionCopy;
use std::time::Duration;

/// Everything that a signed-in home wants to know.
fn home<'a>(tags: &'a [CacheTag], entries: &'a [Entry]) -> Plan<'a> {
    Plan { session: Some("aa"), unread: true, generations: tags, entries, ..Plan::default() }
}

#[tokio::test]
async fn a_warm_page_is_one_round_trip_and_redis_says_so_too() {
    let fixture = SharedFixture::redis().await;
    let (shared, redis) = (&fixture.shared, fixture.server());
    let (tags, entries) = ([CacheTag::BOARDS, CacheTag::ROLES], [Entry::recent_posts()]);
    shared.sessions().put("aa", &copy(1)).await;
    let (_, cold) = meter::scope(shared.fetch(&home(&tags, &entries))).await;
    let before = ["mget", "get", "set", "eval"].map(|command| redis.calls(command));

    let (answer, trips) = meter::scope(shared.fetch(&home(&tags, &entries))).await;

    let after = ["mget", "get", "set", "eval"].map(|command| redis.calls(command));
    assert_eq!(answer.known().unwrap().session.unwrap().user_id, UserKey(1));
    assert_eq!((trips, cold), (1, 2), "the cold page begins the generations");
    assert_eq!(after[0] - before[0], 1, "one MGET");
    assert_eq!(after[1..], before[1..], "and nothing else");
}

#[tokio::test]
async fn the_first_page_of_an_instance_costs_one_more() {
    let fixture = SharedFixture::redis().await;
    fixture.shared.sessions().put("aa", &copy(1)).await;
    let node = fixture.node().await;
    let plan = Plan { session: Some("aa"), unread: true, ..Plan::default() };

    let trips = async || meter::scope(node.fetch(&plan)).await.1;

    assert_eq!((trips().await, trips().await), (2, 1));
    // The same token never changes hands, but a wrong guess must not show another person's number.
    node.notifications().set_unread(UserKey(1), 9).await;
    fixture.shared.sessions().put("aa", &copy(2)).await;
    assert_eq!(node.fetch(&plan).await.known().unwrap().unread, None);
    assert_eq!(meter::scope(node.fetch(&Plan::default())).await.1, 0, "a page that asks nothing");
}

#[tokio::test]
async fn each_write_is_one_round_trip() {
    let fixture = SharedFixture::redis().await;
    let shared = &fixture.shared;

    let (_, trips) = meter::scope(async {
        shared.sessions().put("aa", &copy(1)).await;
        shared.cache().invalidate(&[CacheTag::POSTS, CacheTag::board("free"), CacheTag::user(UserKey(1))]).await;
        shared.notifications().set_unread(UserKey(1), 1).await;
        let _ = shared.limits().hit("comment", "1", 5, Duration::from_secs(1)).await;
        shared.presence().touch(UserKey(1));
        shared.signals().publish("user:1", "new").await;
    })
    .await;

    assert_eq!(trips, 5, "presence is written beside the request");
}

#[tokio::test]
async fn a_flush_brings_no_old_piece_back() {
    let fixture = SharedFixture::redis().await;
    let (shared, tags) = (&fixture.shared, [CacheTag::POSTS]);
    let plan = Plan { generations: &tags, ..Plan::default() };
    let state = async || Generation::all([shared.fetch(&plan).await.known().unwrap().generations[0].unwrap()]);
    let mut seen = vec![state().await];

    for _ in 0..3 {
        fixture.server().command(&["FLUSHALL"]);
        shared.cache().invalidate(&tags).await;
        seen.push(state().await);
        fixture.server().command(&["FLUSHALL"]);
        seen.push(state().await);
    }

    let different: std::collections::HashSet<_> = seen.iter().collect();
    assert_eq!(different.len(), seen.len(), "{seen:?}");
}

#[tokio::test]
async fn after_a_flush_sessions_and_bells_are_absent_not_empty() {
    let fixture = SharedFixture::redis().await;
    let shared = &fixture.shared;
    shared.sessions().put("aa", &copy(1)).await;
    shared.notifications().set_unread(UserKey(1), 4).await;

    fixture.server().command(&["FLUSHALL"]);

    let plan = Plan { session: Some("aa"), unread: true, ..Plan::default() };
    let answer = shared.fetch(&plan).await.known().unwrap();
    assert_eq!((answer.session, answer.unread), (None, None), "ask SQL");
    assert_eq!(shared.sessions().put("aa", &copy(1)).await, Delivered);
    assert!(shared.fetch(&plan).await.known().unwrap().session.is_some());
}

#[tokio::test]
async fn who_was_not_seen_for_long_is_forgotten() {
    let fixture = SharedFixture::redis().await;
    fixture.shared.presence().touch_at(UserKey(1), now_ms() - 60_000);
    let known = async || fixture.server().command(&["ZCARD", "online:users"]);
    eventually("written", async || known().await == "1").await;

    eventually("forgotten", async || known().await == "0").await;
}

#[tokio::test]
async fn foreign_values_are_not_trusted() {
    let fixture = SharedFixture::redis().await;
    let (sessions, redis) = (fixture.shared.sessions(), fixture.server());
    let over = SessionCopy { expires_at: now_ms() - 1, ..copy(1) };

    redis.command(&["SET", "session:over", &serde_json::to_string(&over).unwrap()]);
    redis.command(&["SET", "session:broken", "{"]);
    redis.command(&["SET", "cache:posts:recent", "short"]);
    redis.command(&["SET", "gen:posts", "not a number"]);
    redis.command(&["SET", "notifications:1:unread", "-5"]);

    assert_eq!(sessions.get("over").await, Known(None));
    assert_eq!(sessions.get("broken").await, Known(None));
    let load = async || Ok::<_, ()>(Bytes::from_static(b"new"));
    let read = fixture.shared.cache().read_through(&Entry::recent_posts(), load).await;
    assert_eq!(read.unwrap(), "new");
    assert_eq!(fixture.shared.notifications().unread(UserKey(1)).await, Known(None));
}

/// Every kind of key, and the seconds it lives at most.
const LIFETIMES: [(&str, i64); 13] = [
    ("session:ab12", 3600),
    ("user-sessions:42", 7200),
    ("cache:posts:recent", 600),
    ("cache:user:profile:42", 600),
    ("cache:board:free:first", 600),
    ("cache:board:free:titles", 600),
    ("gen:posts", 86_400),
    ("gen:user:42", 86_400),
    ("gen:board:free", 86_400),
    ("notifications:42", 604_800),
    ("notifications:42:unread", 3600),
    ("limit:post:1", 60),
    ("online:users", -1),
];

#[tokio::test]
async fn an_operator_finds_the_keys_that_are_documented() {
    let fixture = SharedFixture::redis().await;
    let (shared, redis) = (&fixture.shared, fixture.server());
    shared.sessions().put("ab12", &copy(42)).await;
    for entry in [Entry::recent_posts(), Entry::profile(UserKey(42)), Entry::board_first("free"), Entry::board_titles("free")] {
        read(shared, &entry, "x").await;
    }
    ring(shared, UserKey(42), 3).await;
    may_post(shared).await;
    shared.presence().touch(UserKey(42));
    let here = async || redis.command(&["EXISTS", "online:users"]) == "1";
    eventually("here", here).await;

    for (key, lifetime) in LIFETIMES {
        let ttl: i64 = redis.command(&["TTL", key]).parse().unwrap();
        assert!((lifetime - 10..=lifetime).contains(&ttl), "{key} {ttl}");
    }
    let keys = redis.command(&["KEYS", "*"]);
    let named = keys.lines().filter(|key| !key.starts_with("followed:")).count();
    assert_eq!((named, keys.lines().count()), (LIFETIMES.len(), LIFETIMES.len() + 1), "and no other: {keys}");
    assert_eq!(redis.command(&["GET", "notifications:42:unread"]), "3");
}

#[tokio::test]
async fn a_session_in_redis_can_be_read_by_other_programs() {
    let fixture = SharedFixture::redis().await;
    fixture.shared.sessions().put("ab12", &copy(42)).await;

    let json = fixture.server().command(&["GET", "session:ab12"]);

    let session: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(session["userId"], 42);
    assert_eq!(session["permissions"][1], "posts:write");
    let rest = ["email", "role", "lastAccess", "expiresAt", "sessionId", "showsPresence"];
    assert!(rest.iter().all(|field| !session[field].is_null()), "{json}");
}

#[tokio::test]
async fn a_bucket_from_before_the_clock_was_set_back_holds_nobody_up() {
    let fixture = SharedFixture::redis().await;
    let take = async || fixture.shared.limits().take("post", "member:7", 2, Duration::from_secs(60)).await;
    assert_eq!((take().await, take().await), (Duration::ZERO, Duration::ZERO));
    assert!(take().await > Duration::from_secs(50), "two at once and no more");

    fixture.server().command(&["PEXPIRE", "limit:post:member:7", "3700000"]);

    assert_eq!(take().await, Duration::ZERO);
}

#[tokio::test]
async fn a_copy_that_another_program_wrote_is_not_believed() {
    let fixture = SharedFixture::redis().await;
    fixture.shared.sessions().put("ab12", &copy(42)).await;
    let signed = fixture.server().command(&["GET", "session:ab12"]);
    let believed = async |hash: &str| fixture.shared.sessions().get(hash).await.known().flatten().is_some();
    assert!(believed("ab12").await);

    let unsigned = serde_json::to_string(&copy(42)).unwrap();
    for (hash, value) in
        [("ab12", unsigned), ("cd34", signed.clone()), ("ab12", signed.replace("posts:write", "panel:reads")), ("ab12", "}".into())]
    {
        fixture.server().command(&["SET", &format!("session:{hash}"), &value]);
        assert!(!believed(hash).await, "{hash}: {value}");
    }
}

#[tokio::test]
async fn a_piece_that_landed_here_is_not_loaded_again() {
    let fixture = SharedFixture::redis().await;
    let entry = Entry::recent_posts();
    read(&fixture.shared, &entry, "first").await;

    fixture.server().command(&["DEL", "cache:posts:recent"]);

    assert_eq!(read(&fixture.shared, &entry, "second").await, "first");
}

/// A server whose clock is set back by an hour keeps every key for an hour longer.
#[tokio::test]
async fn limits_end_as_they_should_though_the_clock_of_redis_was_set_back() {
    let fixture = SharedFixture::redis().await;
    let (limits, redis, window) = (fixture.shared.limits(), fixture.server(), Duration::from_secs(1));
    for _ in 0..4 {
        let _ = limits.hit("write", "7", 3, window).await;
    }
    for _ in 0..6 {
        limits.record_failure("7").await;
    }
    for key in ["limit:write:7", "limit:wait:7"] {
        assert_eq!(redis.command(&["PEXPIRE", key, "3601000"]).trim(), "1", "{key}");
    }

    let (refused, wait) = (limits.hit("write", "7", 3, window).await, limits.wait_for("7").await);

    assert!(!refused.allowed && refused.retry_after <= window, "{refused:?}");
    assert_eq!(wait, Duration::from_secs(2), "as long as six failures cost");
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    assert!(limits.hit("write", "7", 3, window).await.allowed);
    assert!(limits.wait_for("7").await <= Duration::from_secs(1));
}
