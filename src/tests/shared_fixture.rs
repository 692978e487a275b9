//! What the tests of the shared state have in common: a backend each, and small things to put into it.

use bytes::Bytes;
use minschool::clock::monotonic::MonotonicClock;
use minschool::shared::{
    Accept, Effect::Delivered, Known::Known, Reconnected, RedisOptions, Reject, Shared, UserKey, Validator, cache::Entry,
    notifications::Listed, sessions::SessionCopy,
};
use std::{
    future::Future,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use testkit::redis::PrivateRedis;

/// Where the state is. rstest puts the name into the test's path, by which `.config/nextest.toml` chooses.
#[derive(Clone, Copy, Debug)]
pub enum Backend {
    Memory,
    Redis,
}
pub use Backend::{Memory, Redis};

impl Backend {
    pub async fn start(self) -> SharedFixture {
        match self {
            Memory => SharedFixture::memory().await,
            Redis => SharedFixture::redis().await,
        }
    }
}

/// One instance, and the Redis that it uses, if any.
pub struct SharedFixture {
    pub shared: Shared,
    pub redis: Option<PrivateRedis>,
}

impl SharedFixture {
    pub async fn memory() -> Self {
        let shared = Shared::memory(MonotonicClock::default());
        shared.start(accept_all());
        Self { shared, redis: None }
    }

    pub async fn redis() -> Self {
        let redis = PrivateRedis::start();
        let shared = instance(&redis, accept_all()).await;
        Self { shared, redis: Some(redis) }
    }

    /// One more instance on the same Redis.
    pub async fn node(&self) -> Shared {
        instance(self.server(), accept_all()).await
    }

    pub fn server(&self) -> &PrivateRedis {
        self.redis.as_ref().unwrap()
    }

    pub fn server_mut(&mut self) -> &mut PrivateRedis {
        self.redis.as_mut().unwrap()
    }
}

/// An instance that has been validated.
pub async fn instance(redis: &PrivateRedis, validator: Validator) -> Shared {
    let shared = Shared::redis(RedisOptions::new(redis.url()), MonotonicClock::default(), "a secret");
    shared.start(validator);
    let well = async || shared.health().is_well() && shared.signals().are_delivered();
    eventually("Redis is trusted and its signals arrive", well).await;
    shared
}

/// Trusts whatever comes.
pub fn accept_all() -> Validator {
    Arc::new(|_| Box::pin(async { Ok(Accept::default()) }))
}

/// A validator that writes down what it was asked and answers as a test sets it.
#[derive(Clone, Default)]
pub struct Owner {
    pub asked: Arc<Mutex<Vec<Reconnected>>>,
    pub answer: Arc<Mutex<Option<Accept>>>,
}

impl Owner {
    /// Accepts with this until set otherwise; `None` rejects.
    pub fn answering(answer: Option<Accept>) -> Self {
        Self { asked: Arc::default(), answer: Arc::new(Mutex::new(answer)) }
    }

    pub fn say(&self, answer: Option<Accept>) {
        *self.answer.lock().unwrap() = answer;
    }

    pub fn asked(&self) -> Vec<Reconnected> {
        self.asked.lock().unwrap().clone()
    }

    pub fn validator(&self) -> Validator {
        let owner = self.clone();
        Arc::new(move |question| {
            owner.asked.lock().unwrap().push(question);
            let answer = owner.answer.lock().unwrap().clone();
            Box::pin(async move { answer.ok_or_else(|| Reject("not now".into())) })
        })
    }
}

/// A session copy that lives for an hour.
pub fn copy(user_id: i64) -> SessionCopy {
    SessionCopy {
        user_id: UserKey(user_id),
        email: format!("user{user_id}@example.com"),
        name: format!("회원{user_id}"),
        role: "member".into(),
        permissions: vec!["posts:read".into(), "posts:write".into()],
        last_access: now_ms(),
        session_id: 7,
        area: "site".into(),
        version: 3,
        epoch: 0,
        expires_at: now_ms() + 3_600_000,
        rotate: false,
        persistent: false,
        language: "ko".into(),
        aids: String::new(),
        avatar: None,
        shows_presence: true,
    }
}

pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

/// Waits for something that happens on its own, and fails when it does not.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !holds().await {
        assert!(Instant::now() < patience, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The output, and how long it took.
pub async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let start = Instant::now();
    (work.await, start.elapsed())
}

/// What comes, if it comes soon.
pub async fn soon<T>(work: impl Future<Output = T>) -> T {
    let patience = Duration::from_secs(10);
    tokio::time::timeout(patience, work).await.expect("it should have come by now")
}

/// Is there a copy of that session to be believed?
pub async fn lives(shared: &Shared, hash: &str) -> bool {
    shared.sessions().get(hash).await.known().flatten().is_some()
}

/// One more try of the same thing by the same person; three are allowed.
pub async fn may_post(shared: &Shared) -> bool {
    let minute = Duration::from_secs(60);
    shared.limits().hit("post", "1", 3, minute).await.allowed
}

/// The piece, or else this text.
pub async fn read(shared: &Shared, entry: &Entry, text: &'static str) -> Bytes {
    let load = async || Ok::<_, ()>(Bytes::from_static(text.as_bytes()));
    shared.cache().read_through(entry, load).await.unwrap()
}

/// Fills in a list of notifications.
pub async fn ring(shared: &Shared, user: UserKey, unread: u32) {
    let bell = shared.notifications();
    let Known(Listed::Absent(ticket)) = bell.list(user).await else { panic!("it is not absent") };
    let item = Bytes::from_static(b"{}");
    assert_eq!(bell.fill(user, ticket, vec![item; 2]).await, Delivered);
    assert_eq!(bell.set_unread(user, unread).await, Delivered);
}
