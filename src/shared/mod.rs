//! State that instances share, and every Redis key of the project.
//!
//! SQL is the truth; what is here is fast and can be rebuilt. Nothing here fails: an answer is [`Known`] or it is
//! `Unknown`, a write is `Delivered` or `Lost`, and both come within 200 ms, or at once while Redis is away.
//!
//! | modules | what |
//! |---|---|
//! | `sessions` `cache` `presence` `notifications` `limits` `signals` `instances` | the APIs that other modules use |
//! | `batch_read` `after_commit` | all reads of a page, and all that follows a commit, in one round trip |
//! | `store` `memory` `redis` | the two backends, and the operations that both have |
//! | `keys` `user_key` | every key and channel; the ids of members in them |
//! | `breaker` `health` `meter` `validate` | the circuit breaker, the health, the count of round trips, the check of a new connection |
//! | `session_guard` `single_flight` `fragment_cache` | state of this process alone |
#![warn(missing_docs)]

mod after_commit;
pub mod batch_read;
pub mod breaker;
pub mod cache;
pub mod fragment_cache;
pub mod health;
pub mod instances;
mod keys;
mod known;
pub mod limits;
mod memory;
pub mod meter;
pub mod notifications;
pub mod presence;
mod random;
mod redis;
mod session_guard;
pub mod sessions;
pub mod signals;
pub mod single_flight;
mod store;
mod user_key;
mod validate;

pub use after_commit::AfterCommit;
pub use known::{Effect, Known};
use parking_lot::Mutex;
use random::random_id;
pub use redis::options::{ProbeError, RedisOptions};
pub use user_key::UserKey;
pub use validate::{Accept, Reconnected, Reject, Validator};

use crate::clock::monotonic::MonotonicClock;
use bytes::Bytes;
use cache::Pieces;
use health::{BackendKind, Health, RedisState};
use memory::Memory;
use redis::Redis;
use session_guard::SessionGuard;
use signals::Hub;
use single_flight::SingleFlight;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Backend;
use tokio::{sync::watch, task::JoinSet, time};

/// A handle on the shared state. Cloning it is cheap; when the last clone goes, its tasks end.
#[derive(Clone)]
pub struct Shared {
    inner: Arc<Inner>,
}

struct Inner {
    backend: Arc<Backend>,
    /// This process's own counters, for when Redis does not answer.
    local: Backend,
    trust: Arc<SessionGuard>,
    pieces: Arc<Pieces>,
    loads: SingleFlight<Bytes>,
    /// How often this process changed rows that pages show.
    changes: AtomicU64,
    watch: Arc<presence::Watch>,
    hub: Arc<Hub>,
    health: watch::Receiver<Health>,
    /// Ends with the handle.
    tasks: Mutex<JoinSet<()>>,
    /// Keeps the channel of `health` open where there is no Redis.
    _alone: Option<watch::Sender<Health>>,
}

impl Shared {
    /// In memory, for a site with one instance.
    pub fn memory(clock: MonotonicClock) -> Self {
        let (sender, receiver) = watch::channel(Health::now(BackendKind::Memory, RedisState::Closed, None));
        let memory = Arc::new(Memory::new());
        Self::of(Backend::Memory(memory), cache::no_pieces(), Arc::new(SessionGuard::new(clock, "")), receiver, Some(sender))
    }

    /// For instances that share a Redis. Every read is `Unknown` until [`Self::start`] was called and Redis was validated.
    /// `secret` is the same on every instance: session copies with another signature are ignored.
    pub fn redis(options: RedisOptions, clock: MonotonicClock, secret: &str) -> Self {
        let (trust, pieces) = (Arc::new(SessionGuard::new(clock, secret)), cache::no_pieces());
        let redis = Arc::new(Redis::new(options, trust.clone(), pieces.clone()));
        let health = redis.health();
        Self::of(Backend::Redis(redis), pieces, trust, health, None)
    }

    fn of(
        backend: Backend,
        pieces: Arc<Pieces>,
        trust: Arc<SessionGuard>,
        health: watch::Receiver<Health>,
        alone: Option<watch::Sender<Health>>,
    ) -> Self {
        let watch = Arc::new(presence::Watch::new(trust.clock().clone()));
        let inner = Inner {
            backend: Arc::new(backend),
            local: Backend::Memory(Arc::new(Memory::new())),
            trust,
            pieces,
            loads: SingleFlight::default(),
            changes: AtomicU64::default(),
            watch,
            hub: Arc::new(Hub::new()),
            health,
            tasks: Mutex::default(),
            _alone: alone,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Starts what runs beside the requests: connecting and validating, listening, sweeping, counting who is here.
    /// A process alone has nothing to validate and never calls `validator`. Call it once.
    pub fn start(&self, validator: Validator) {
        let mut tasks = self.inner.tasks.lock();
        if let Backend::Redis(redis) = &*self.inner.backend {
            tasks.spawn(redis::connection::keep(redis.clone(), validator));
            tasks.spawn(redis::subscriber::keep(redis.clone(), self.inner.hub.clone()));
        }
        tasks.spawn(sweep(self.inner.backend.clone(), self.inner.local.memory(), self.inner.trust.clone()));
        tasks.spawn(count_who_is_here(self.inner.backend.clone(), self.inner.watch.clone()));
    }

    /// Tries whether these options lead to a Redis that lets us in, so that a wrong setting is reported at the start.
    pub async fn probe(options: &RedisOptions) -> Result<(), ProbeError> {
        Self::overhear(options, &[]).await.map(drop)
    }

    /// The same, and what these instances reported last, for one that is about to begin.
    pub async fn overhear(options: &RedisOptions, instances: &[String]) -> Result<Vec<Bytes>, ProbeError> {
        let keys = instances.iter().map(|name| keys::instance(name)).collect();
        Ok(redis::options::look(options, keys).await?.into_iter().flatten().collect())
    }

    /// How it is doing.
    pub fn health(&self) -> Health {
        self.inner.health.borrow().clone()
    }

    /// Receives every change of its health.
    pub fn health_changes(&self) -> watch::Receiver<Health> {
        self.inner.health.clone()
    }

    /// The epoch: copies of sessions made in an older one are not believed. Take it before reading a session's row.
    pub fn epoch(&self) -> u64 {
        self.inner.trust.epoch()
    }

    /// The epoch was raised in SQL. It never falls.
    pub fn raise_epoch(&self, epoch: u64) {
        self.inner.trust.raise_epoch(epoch);
    }

    /// Copies of sessions.
    pub fn sessions(&self) -> sessions::Sessions<'_> {
        sessions::Sessions(self)
    }

    /// Ready-made pieces of pages.
    pub fn cache(&self) -> cache::Cache<'_> {
        cache::Cache(self)
    }

    /// Who is here.
    pub fn presence(&self) -> presence::Presence<'_> {
        presence::Presence(self)
    }

    /// What waits behind the bell.
    pub fn notifications(&self) -> notifications::Notifications<'_> {
        notifications::Notifications(self)
    }

    /// Rate limits.
    pub fn limits(&self) -> limits::Limits<'_> {
        limits::Limits(self)
    }

    /// Telling every open page that something happened.
    pub fn signals(&self) -> signals::Signals<'_> {
        signals::Signals(self)
    }

    /// How the instances are.
    pub fn instances(&self) -> instances::Instances<'_> {
        instances::Instances(self)
    }

    fn backend(&self) -> &Backend {
        &self.inner.backend
    }

    fn local(&self) -> &Backend {
        &self.inner.local
    }

    fn trust(&self) -> &SessionGuard {
        &self.inner.trust
    }

    /// Notes that this process changed rows that pages show.
    fn rows_changed(&self) {
        self.inner.changes.fetch_add(1, Ordering::AcqRel);
    }

    fn pieces(&self) -> &Pieces {
        &self.inner.pieces
    }

    fn watch(&self) -> &presence::Watch {
        &self.inner.watch
    }

    fn hub(&self) -> &Arc<Hub> {
        &self.inner.hub
    }
}

/// Takes away, every half minute, what has expired in this process.
async fn sweep(backend: Arc<Backend>, local: Option<Arc<Memory>>, trust: Arc<SessionGuard>) {
    loop {
        time::sleep(memory::SWEEP).await;
        backend.memory().iter().chain(local.iter()).for_each(|memory| memory.sweep());
        trust.sweep();
    }
}

async fn count_who_is_here(backend: Arc<Backend>, watch: Arc<presence::Watch>) {
    loop {
        let pause = watch.refresh(&backend).await;
        time::sleep(pause).await;
    }
}
