//! What the shared state promises with Redis in particular: keys an operator can read, one round trip a page, several
//! instances that agree, and a flush that nobody notices.

use crate::shared_world::{World, accept_all, copy, eventually, now_ms};
use bytes::Bytes;
use minschool::shared::{
    Effect::Delivered,
    Known::Known,
    RedisOptions, Shared,
    cache::{Entry, Generation, Noun},
    meter,
    notifications::Listed,
    plan::{Plan, Unread},
    sessions::SessionCopy,
    signals::Signal,
};
use std::time::Duration;

/// Everything that a signed-in home wants to know.
fn home<'a>(nouns: &'a [Noun], entries: &'a [Entry]) -> Plan<'a> {
    Plan { session: Some("aa"), unread: Unread::OfSession, generations: nouns, entries }
}

#[tokio::test]
async fn a_warm_page_is_one_round_trip_and_redis_says_so_too() {
    let world = World::redis().await;
    let (shared, redis) = (&world.shared, world.server());
    let (nouns, entries) = ([Noun::BOARDS, Noun::ROLES], [Entry::recent_posts()]);
    shared.sessions().put("aa", &copy(1)).await;
    let (_, cold) = meter::scope(shared.fetch(&home(&nouns, &entries))).await;
    let before = ["mget", "get", "set", "eval"].map(|command| redis.calls(command));

    let (answer, trips) = meter::scope(shared.fetch(&home(&nouns, &entries))).await;

    let after = ["mget", "get", "set", "eval"].map(|command| redis.calls(command));
    assert_eq!(answer.known().unwrap().session.unwrap().user_id, 1);
    assert_eq!((trips, cold), (1, 2), "the cold page begins the generations");
    assert_eq!(after[0] - before[0], 1, "one MGET");
    assert_eq!(after[1..], before[1..], "and nothing else");
}

#[tokio::test]
async fn the_first_page_of_an_instance_costs_one_more() {
    let world = World::redis().await;
    world.shared.sessions().put("aa", &copy(1)).await;
    let sibling = world.sibling().await;
    let plan = Plan { session: Some("aa"), unread: Unread::OfSession, ..Plan::default() };

    let trips = async || meter::scope(sibling.fetch(&plan)).await.1;

    assert_eq!((trips().await, trips().await), (2, 1));
    assert_eq!(meter::scope(sibling.fetch(&Plan::default())).await.1, 0, "a page that asks nothing");
}

#[tokio::test]
async fn each_write_is_one_round_trip() {
    let world = World::redis().await;
    let shared = &world.shared;

    let (_, trips) = meter::scope(async {
        shared.sessions().put("aa", &copy(1)).await;
        shared.cache().bump(&[Noun::POSTS, Noun::board("free"), Noun::user(1)]).await;
        shared.notifications().push(1, Bytes::from_static(b"{}"), 1).await;
        let _ = shared.limits().hit("comment", "1", 5, Duration::from_secs(1)).await;
        shared.presence().touch(1);
        shared.signals().publish("user:1", "new").await;
    })
    .await;

    assert_eq!(trips, 5, "presence is written beside the request");
}

#[tokio::test]
async fn an_operator_finds_the_keys_that_are_documented() {
    let world = World::redis().await;
    let (shared, redis) = (&world.shared, world.server());
    shared.sessions().put("ab12", &copy(42)).await;
    for entry in [Entry::recent_posts(), Entry::profile(42), Entry::board_first("free")] {
        let load = async || Ok::<_, ()>(Bytes::from_static(b"x"));
        shared.cache().read_through(&entry, load).await.unwrap();
    }
    shared.presence().touch(42);
    let Known(Listed::Absent(ticket)) = shared.notifications().list(42).await else { panic!() };
    shared.notifications().fill(42, ticket, vec![Bytes::from_static(b"{}")]).await;
    shared.notifications().push(42, Bytes::from_static(b"{}"), 3).await;
    let _ = shared.limits().hit("comment", "42", 5, Duration::from_secs(60)).await;
    eventually("here", async || redis.say(&["EXISTS", "online:users"]) == "1").await;

    let ttl = |key: &str| redis.say(&["TTL", key]).parse::<i64>().unwrap();
    let within = |key: &str, low: i64, high: i64| assert!((low..=high).contains(&ttl(key)), "{key} {}", ttl(key));
    within("session:ab12", 3590, 3600);
    within("user-sessions:42", 7190, 7200);
    for piece in ["posts:recent", "user:profile:42", "board:free:first"] {
        within(&format!("cache:{piece}"), 590, 600);
    }
    for noun in ["posts", "user:42", "board:free"] {
        within(&format!("gen:{noun}"), 86_390, 86_400);
    }
    within("notifications:42", 604_790, 604_800);
    within("notifications:42:unread", 3590, 3600);
    within("limit:comment:42", 50, 60);
    assert_eq!(redis.say(&["GET", "notifications:42:unread"]), "3");
    assert_eq!(redis.say(&["DBSIZE"]), "12", "and no other key: {}", redis.say(&["KEYS", "*"]));

    let session: serde_json::Value = serde_json::from_str(&redis.say(&["GET", "session:ab12"])).unwrap();
    assert_eq!(session["userId"], 42);
    assert_eq!(session["permissions"][1], "posts:write");
    let rest = ["email", "role", "lastAccess", "expiresAt", "sessionId", "showsPresence"];
    assert!(rest.iter().all(|field| !session[field].is_null()), "{session}");
}

#[tokio::test]
async fn instances_agree_on_everything() {
    let world = World::redis().await;
    let (a, b) = (&world.shared, &world.sibling().await);

    a.sessions().put("aa", &copy(1)).await;
    assert!(b.sessions().get("aa").await.known().flatten().is_some());
    b.sessions().drop_user(1).await;
    assert_eq!(a.sessions().get("aa").await, Known(None));

    let entry = Entry::recent_posts();
    let load = |text: &'static str| async move || Ok::<_, ()>(Bytes::from_static(text.as_bytes()));
    a.cache().read_through(&entry, async || load("a")().await).await.unwrap();
    assert_eq!(b.cache().read_through(&entry, async || load("b")().await).await.unwrap(), "a");
    a.cache().bump(&[Noun::POSTS]).await;
    assert_eq!(b.cache().read_through(&entry, async || load("b")().await).await.unwrap(), "b");

    for instance in [a, b, a] {
        assert!(instance.limits().hit("post", "1", 3, Duration::from_secs(60)).await.allowed);
    }
    assert!(!b.limits().hit("post", "1", 3, Duration::from_secs(60)).await.allowed);

    a.presence().touch(1);
    b.presence().touch(2);
    eventually("both see both", async || a.presence().here() == Known(2) && b.presence().here() == Known(2)).await;
}

#[tokio::test]
async fn a_signal_reaches_the_listeners_of_every_instance_once() {
    let world = World::redis().await;
    let (a, b) = (&world.shared, &world.sibling().await);
    let (mut near, mut far) = (a.signals().subscribe("user:1"), b.signals().subscribe("user:1"));

    assert_eq!(a.signals().publish("user:1", "종이 울린다").await, Delivered);
    assert_eq!(far.recv().await, Signal::Message("종이 울린다".into()));
    b.signals().publish("user:1", &b"\0\xff"[..]).await;
    assert_eq!(far.recv().await, Signal::Message(Bytes::from_static(b"\0\xff")));

    assert_eq!(near.recv().await, Signal::Message("종이 울린다".into()));
    assert_eq!(near.recv().await, Signal::Message(Bytes::from_static(b"\0\xff")), "its own came once");
}

#[tokio::test]
async fn a_flush_brings_no_old_piece_back() {
    let world = World::redis().await;
    let (shared, nouns) = (&world.shared, [Noun::POSTS]);
    let plan = Plan { generations: &nouns, ..Plan::default() };
    let state = async || Generation::all([shared.fetch(&plan).await.known().unwrap().generations[0].unwrap()]);
    let mut seen = vec![state().await];

    for _ in 0..3 {
        world.server().say(&["FLUSHALL"]);
        shared.cache().bump(&nouns).await;
        seen.push(state().await);
        world.server().say(&["FLUSHALL"]);
        seen.push(state().await);
    }

    let different: std::collections::HashSet<_> = seen.iter().collect();
    assert_eq!(different.len(), seen.len(), "{seen:?}");
}

#[tokio::test]
async fn after_a_flush_sessions_and_bells_are_absent_not_empty() {
    let world = World::redis().await;
    let shared = &world.shared;
    shared.sessions().put("aa", &copy(1)).await;
    shared.notifications().set_unread(1, 4).await;

    world.server().say(&["FLUSHALL"]);

    let plan = Plan { session: Some("aa"), unread: Unread::Of(1), ..Plan::default() };
    let answer = shared.fetch(&plan).await.known().unwrap();
    assert_eq!((answer.session, answer.unread), (None, None), "ask SQL");
    assert_eq!(shared.sessions().put("aa", &copy(1)).await, Delivered);
    assert!(shared.fetch(&plan).await.known().unwrap().session.is_some());
}

#[tokio::test]
async fn who_was_not_seen_for_long_is_forgotten() {
    let world = World::redis().await;
    world.shared.presence().touch_at(1, now_ms() - 60_000);
    let known = async || world.server().say(&["ZCARD", "online:users"]);
    eventually("written", async || known().await == "1").await;

    eventually("forgotten", async || known().await == "0").await;
}

#[tokio::test]
async fn sites_that_share_a_redis_do_not_meet() {
    let world = World::redis().await;
    let options = RedisOptions { prefix: "other:".into(), ..RedisOptions::new(world.server().url()) };
    let other = Shared::redis(options);
    other.start(accept_all());
    let ready = async || other.health().is_well() && other.signals().are_heard();
    eventually("the other site is ready", ready).await;
    let mut ours = world.shared.signals().subscribe("user:1");
    let mut theirs = other.signals().subscribe("user:1");

    other.sessions().put("aa", &copy(1)).await;
    other.notifications().push(1, Bytes::from_static(b"{}"), 1).await;
    other.signals().publish("user:1", "theirs").await;
    world.shared.signals().publish("user:1", "ours").await;

    assert!(other.sessions().get("aa").await.known().flatten().is_some());
    assert_eq!(world.shared.sessions().get("aa").await, Known(None));
    assert_eq!(ours.recv().await, Signal::Message("ours".into()));
    assert_eq!(theirs.recv().await, Signal::Message("theirs".into()));
    let keys = world.server().say(&["KEYS", "*"]);
    assert!(keys.lines().all(|key| key.starts_with("other:")), "{keys}");
}

#[tokio::test]
async fn what_somebody_else_wrote_there_is_not_believed_blindly() {
    let world = World::redis().await;
    let (sessions, redis) = (world.shared.sessions(), world.server());
    let over = SessionCopy {
        expires_at: now_ms() - 1,
        ..copy(1)
    };

    redis.say(&[
        "SET",
        "session:over",
        &serde_json::to_string(&over).unwrap(),
    ]);
    redis.say(&["SET", "session:broken", "{"]);
    redis.say(&["SET", "cache:posts:recent", "short"]);
    redis.say(&["SET", "gen:posts", "not a number"]);
    redis.say(&["SET", "notifications:1:unread", "-5"]);

    assert_eq!(sessions.get("over").await, Known(None));
    assert_eq!(sessions.get("broken").await, Known(None));
    let load = async || Ok::<_, ()>(Bytes::from_static(b"new"));
    let read = world
        .shared
        .cache()
        .read_through(&Entry::recent_posts(), load)
        .await;
    assert_eq!(read.unwrap(), "new");
    assert_eq!(world.shared.notifications().unread(1).await, Known(None));
}
