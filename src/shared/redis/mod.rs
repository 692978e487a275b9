//! Shared state in Redis: one multiplexed connection at a time, trusted from its validation to its end.
//!
//! | file | what |
//! |---|---|
//! | `options` | the address of Redis, and whether it accepts our credentials |
//! | `connection` | opens the connection, has it validated, closes it |
//! | `commands` | the commands that are sent over it |
//! | `subscriber` | a second connection that only listens for signals |
//! | `client_cache` `tracking` | values that stay in this process until Redis reports that they changed |

mod client_cache;
mod commands;
pub(super) mod connection;
pub mod options;
pub(super) mod subscriber;
mod tracking;

use super::breaker::Breaker;
use super::cache::Pieces;
use super::health::{BackendKind, Health, RedisState};
use super::session_guard::SessionGuard;
use super::{Known, meter, random_id};
use client_cache::ClientCache;
use fred::{
    clients::{Client, WithOptions},
    error::{Error, ErrorKind},
    interfaces::ClientLike,
    types::config::Options,
};
use options::RedisOptions;
use parking_lot::{Mutex, MutexGuard, RwLock};
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{Notify, watch};

/// Refused commands are logged at most this often.
const COMPLAIN_EVERY: Duration = Duration::from_secs(10);

/// The client of the trusted connection, for commands: they are not retried, and not queued while it is down.
type Fast = WithOptions<Client>;

#[derive(Clone)]
struct Live {
    client: Fast,
    generation: u64,
    /// None where Redis does not send changes.
    cache: Option<Arc<ClientCache>>,
}

/// The shared state in Redis.
pub(super) struct Redis {
    options: RedisOptions,
    clustered: bool,
    /// Present only while it is trusted.
    live: RwLock<Option<Live>>,
    breaker: Mutex<Breaker>,
    /// Whether a call failed since the last success: without a failure calls do not take the breaker's lock.
    shaky: AtomicBool,
    /// Wakes the task that reconnects, after a call found the connection broken.
    tripped: Notify,
    /// When a refused command was logged last.
    complained: Mutex<Option<Instant>>,
    health: watch::Sender<Health>,
    trust: Arc<SessionGuard>,
    pieces: Arc<Pieces>,
}

impl Redis {
    pub(super) fn new(options: RedisOptions, trust: Arc<SessionGuard>, pieces: Arc<Pieces>) -> Self {
        Self {
            clustered: options.is_clustered(),
            options,
            live: RwLock::default(),
            breaker: Mutex::default(),
            shaky: AtomicBool::new(false),
            tripped: Notify::new(),
            complained: Mutex::default(),
            health: watch::Sender::new(Health::now(BackendKind::Redis, RedisState::Connecting, None)),
            trust,
            pieces,
        }
    }

    pub(super) fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    /// One exchange over the trusted connection; `Unknown` at once when there is none.
    async fn ask<T, F>(&self, call: impl FnOnce(Fast) -> F) -> Known<T>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let Some(live) = self.live() else {
            return Known::Unknown;
        };
        self.ask_over(live, call).await
    }

    /// One exchange over this connection.
    async fn ask_over<T, F>(&self, live: Live, call: impl FnOnce(Fast) -> F) -> Known<T>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let Live { client, generation, .. } = live;
        meter::tick();
        // Boxed: a future of fred has 7 KB, and everything that awaits one would be as large and be copied wherever it is passed on.
        match Box::pin(call(client)).await {
            Ok(value) => {
                if self.shaky.swap(false, Ordering::Relaxed) {
                    self.breaker().succeeded();
                }
                Known::Known(value)
            }
            Err(error) => {
                self.failed(&error, generation);
                Known::Unknown
            }
        }
    }

    fn failed(&self, error: &Error, generation: u64) {
        let failure = Failure::of(error);
        if failure == Failure::Refused {
            return self.complain(error);
        }
        // What an earlier connection left unanswered does not count against this one.
        if self.generation() != Some(generation) {
            return;
        }
        self.shaky.store(true, Ordering::Relaxed);
        if failure == Failure::Ended {
            // The connection is gone, Redis perhaps not: it is worth another at once.
            self.give_up(RedisState::Connecting);
        } else if self.breaker().failed(Instant::now()) {
            tracing::warn!(%error, "Redis failed too often and is left alone for a moment: {error}");
            self.give_up(RedisState::Open);
        }
    }

    /// A Redis that is full refuses every write of every page; once in a while is enough to log it.
    fn complain(&self, error: &Error) {
        let mut last = self.complained.lock();
        if last.is_none_or(|last| last.elapsed() > COMPLAIN_EVERY) {
            *last = Some(Instant::now());
            tracing::warn!(%error, "Redis refused a command: {error}");
        }
    }

    fn give_up(&self, state: RedisState) {
        self.withdraw(state);
        self.tripped.notify_one();
    }

    fn live(&self) -> Option<Live> {
        self.live.read().clone()
    }

    fn generation(&self) -> Option<u64> {
        self.live.read().as_ref().map(|live| live.generation)
    }

    /// From now on this connection answers.
    fn publish(&self, client: &Client, cache: Option<Arc<ClientCache>>, generation: u64, run_id: Arc<str>) {
        let fast = Options { max_attempts: Some(1), timeout: Some(self.options.command_timeout), fail_fast: true, ..Options::default() };
        let live = Live { client: client.with_options(&fast), generation, cache };
        self.breaker().succeeded();
        self.shaky.store(false, Ordering::Relaxed);
        *self.live.write() = Some(live);
        self.health.send_replace(Health::now(BackendKind::Redis, RedisState::Closed, Some(run_id)));
    }

    /// From now on nothing is known.
    fn withdraw(&self, state: RedisState) {
        *self.live.write() = None;
        self.health.send_if_modified(|health| {
            let changes = health.state != state;
            if changes {
                *health = Health::now(BackendKind::Redis, state, health.run_id.take());
            }
            changes
        });
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock()
    }

    fn key(&self, key: String) -> String {
        self.options.key(key)
    }
}

/// What a failed call means for the breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// It answered, and did not like what it was asked.
    Refused,
    /// The connection is no more.
    Ended,
    /// It did not answer in time, or cannot serve anybody now.
    Unanswered,
}

impl Failure {
    fn of(error: &Error) -> Self {
        let cannot = ["LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN"];
        let text = error.details();
        match error.kind() {
            ErrorKind::Canceled | ErrorKind::IO => Self::Ended,
            ErrorKind::Unknown if text.starts_with("Client is not") => Self::Ended,
            ErrorKind::Unknown if cannot.iter().any(|word| text.starts_with(word)) => Self::Unanswered,
            ErrorKind::Unknown | ErrorKind::InvalidArgument | ErrorKind::InvalidCommand | ErrorKind::Parse | ErrorKind::NotFound => {
                Self::Refused
            }
            _ => Self::Unanswered,
        }
    }
}

/// Waits a little longer after each failure, and never in step with the other instances.
#[derive(Default)]
struct BackOff {
    failures: u32,
}

impl BackOff {
    fn next(&mut self) -> Duration {
        let longest = Duration::from_millis((50 << self.failures.min(5)).min(1_000));
        self.failures += 1;
        longest.mul_f64(0.5 + 0.5 * (random_id() as f64 / u64::MAX as f64))
    }
}
