//! A running instance: the domain's context, and beside it metrics, health, background tasks and the order of stopping.

use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Database, DbHealth, health, query, statements};
use crate::domain::{Context, Result};
use crate::files::cache::Cache;
use crate::metrics::Metrics;
use crate::monitor::Monitor;
use crate::shared::meter;
use futures_util::future::BoxFuture;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Event streams that are opened at the same moment: fewer than there are connections to the database.
const OPENINGS: usize = 4;

/// An instance. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

/// Forms with files of people who are not signed in that an instance holds at once.
const STRANGERS: usize = 32;

/// The parts of an [`App`].
pub struct Inner {
    /// What rules of the domain work with.
    pub context: Context,
    /// The configuration.
    pub config: Config,
    /// Whether the database answers.
    pub db_health: DbHealth,
    /// What this instance measures about itself.
    pub metrics: Metrics,
    /// Heartbeats of this instance, and events for the panel.
    pub monitor: Monitor,
    /// A cache of files on disk; none on SQLite, whose file is on the same disk.
    pub file_cache: Option<Arc<Cache>>,
    /// Permits for opening event streams. When an instance ends, its streams reconnect to the others at the same moment, and would take
    /// the database's connections from pages.
    pub openings: Semaphore,
    /// Permits for forms with files of people who are not signed in, each with up to a mebibyte of text. Their routes are outside the limits
    /// on bodies and on requests at work, where members take turns.
    pub strangers: Arc<Semaphore>,
    /// Writes in progress, which outlive the connections that asked for them.
    pub writes: TaskTracker,
    /// Cancelled when the instance is to stop: streams end, new ones are refused.
    pub stop: CancellationToken,
    /// Cancelled when the last answer has been given: counters are written now.
    pub ended: CancellationToken,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

/// Where the cache cannot be opened the instance runs without it.
fn open_file_cache(config: &Config) -> Option<Cache> {
    if !config.on_postgres() || config.file_cache_mib == 0 {
        return None;
    }
    let folder = config.data_dir.join("file-cache").join(&config.watching.instance);
    match Cache::open(&folder, config.file_cache_mib * 1024 * 1024) {
        Ok(cache) => Some(cache),
        Err(err) => {
            tracing::warn!("files are read from the database each time: {} cannot be used ({err})", folder.display());
            None
        }
    }
}

impl App {
    /// An instance on a database whose schema is up to date.
    ///
    /// # Errors
    /// `Internal` where argon2 refuses the parameters; `Busy` while the database is away.
    pub async fn new(config: Config, db: Database, clock: Clock) -> Result<Self> {
        let inner = Inner {
            file_cache: open_file_cache(&config).map(Arc::new),
            context: Context::new(&config, db, clock).await?,
            config,
            db_health: DbHealth::default(),
            metrics: Metrics::default(),
            monitor: Monitor::default(),
            strangers: Arc::new(Semaphore::new(STRANGERS)),
            openings: Semaphore::new(OPENINGS),
            writes: TaskTracker::new(),
            stop: CancellationToken::new(),
            ended: CancellationToken::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Keeps `db_health` up to date until the instance ends.
    pub fn watch_database(&self) -> impl Future<Output = ()> + Send + use<> {
        health::watch(self.config.clone(), self.context.db.clone(), self.db_health.clone(), self.ended.clone())
    }

    /// Runs `work` in a task that goes on to its end when the caller is dropped; the end of the process waits for it. Its
    /// statements and round trips count as the caller's, and its panic becomes the caller's.
    pub async fn uncut<T: Send + 'static>(&self, work: BoxFuture<'static, T>) -> T {
        let request = query::request();
        let task = self.writes.spawn(query::with_request(request, statements::counting(meter::scope(work))));
        match task.await {
            Ok(((output, round_trips), counted)) => {
                statements::add(counted);
                meter::add(round_trips);
                output
            }
            Err(err) if err.is_panic() => std::panic::resume_unwind(err.into_panic()),
            // Only the end of the runtime cancels it, and that ends the caller too.
            Err(_) => std::future::pending().await,
        }
    }
}
