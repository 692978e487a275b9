//! What a request can reach: the database, the shared state, the clock and the rest of an instance.

use crate::clock::Clock;
use crate::config::Config;
use crate::db::health::Pulse;
use crate::db::{disk_full, query};
use crate::domain::counters::Activity;
use crate::domain::users::password::Hasher;
use crate::domain::{Error, Result, boards, markdown, settings};
use crate::metrics::{self, Metrics};
use crate::monitor::Vitals;
use crate::shared::{RedisOptions, Shared, meter};
use sea_orm::sqlx::Connection;
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr};
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Streams that are opened at once; fewer than there are connections to the database.
const OPENINGS: usize = 4;

/// An instance. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

/// See [`App`].
pub struct Inner {
    /// The truth.
    pub db: DatabaseConnection,
    /// What instances agree on.
    pub shared: Shared,
    /// What the operator set.
    pub config: Config,
    /// What time it is.
    pub clock: Clock,
    /// The queue in which passwords are hashed.
    pub hasher: Hasher,
    /// The secret with which forms' keys are signed; the same on every instance.
    pub secret: String,
    /// The boards, as of one generation.
    pub boards: boards::Kept,
    /// Whether the database is there.
    pub pulse: Pulse,
    /// What is counted in passing.
    pub activity: Activity,
    /// Texts that were found clean.
    pub known: markdown::Known,
    /// What this instance measures about itself.
    pub metrics: Metrics,
    /// What this instance says of itself, and what it noticed.
    pub vitals: Vitals,
    /// Whose turn it is to open an event stream. When an instance ends, its streams all come back to the others at once,
    /// and must not take the database's connections from the pages.
    pub openings: Semaphore,
    /// Writes at work, which outlive the connections that asked for them.
    pub writes: TaskTracker,
    /// Cancelled when the instance is told to stop: streams end, new ones are refused.
    pub stop: CancellationToken,
    /// Cancelled when the last answer has been given: what was counted is written now.
    pub ended: CancellationToken,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl App {
    /// An instance on a database whose schema is up to date.
    ///
    /// # Errors
    /// The database's; argon2's when it refuses the parameters.
    pub async fn new(config: Config, db: DatabaseConnection, clock: Clock) -> Result<Self> {
        let secret = settings::form_secret(&db).await?;
        let shared = match &config.redis_url {
            Some(url) => Shared::redis(RedisOptions::new(url), clock.steady().clone(), &secret),
            None => Shared::memory(clock.steady().clone()),
        };
        let inner = Inner {
            secret,
            hasher: Hasher::start(config.password_memory_kib, config.password_rounds)?,
            db,
            shared,
            config,
            clock,
            boards: boards::Kept::default(),
            pulse: Pulse::default(),
            activity: Activity::default(),
            known: markdown::Known::default(),
            metrics: Metrics::default(),
            vitals: Vitals::default(),
            openings: Semaphore::new(OPENINGS),
            writes: TaskTracker::new(),
            stop: CancellationToken::new(),
            ended: CancellationToken::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The database connections of this instance.
    pub fn pool(&self) -> Pool {
        let of = |size: u32, idle: usize, max: u32| {
            let idle = u32::try_from(idle).unwrap_or(u32::MAX).min(size);
            Pool { idle, used: size - idle, max }
        };
        if self.db.get_database_backend() == DbBackend::Postgres {
            let pool = self.db.get_postgres_connection_pool();
            return of(pool.size(), pool.num_idle(), pool.options().get_max_connections());
        }
        let pool = self.db.get_sqlite_connection_pool();
        of(pool.size(), pool.num_idle(), pool.options().get_max_connections())
    }
}

/// How many database connections there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Open and waiting for work.
    pub idle: u32,
    /// At work.
    pub used: u32,
    /// There will never be more.
    pub max: u32,
}

tokio::task_local! {
    static STATEMENTS: Cell<u32>;
}

/// Runs `work` and says how many SQL statements it waited for, so that a page's budget can be a test.
pub async fn counting_statements<F: Future>(work: F) -> (F::Output, u32) {
    let counted = async {
        let output = work.await;
        (output, STATEMENTS.with(Cell::get))
    };
    let (output, count) = STATEMENTS.scope(Cell::new(0), counted).await;
    // Whoever counts around this counts it too.
    add_statements(count);
    (output, count)
}

fn add_statements(count: u32) {
    let _ = STATEMENTS.try_with(|outer| outer.set(outer.get() + count));
}

impl App {
    /// Runs `work` in a task that goes on to its end when the caller is dropped; the end of the process waits for it. Its
    /// statements and round trips count as the caller's, and its panic becomes the caller's.
    pub async fn uncut<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        let named = query::named();
        let task = self.writes.spawn(query::naming(named, counting_statements(meter::scope(work))));
        match task.await {
            Ok(((output, round_trips), statements)) => {
                add_statements(statements);
                meter::add(round_trips);
                output
            }
            Err(fault) if fault.is_panic() => std::panic::resume_unwind(fault.into_panic()),
            // Nobody aborts it: the runtime has ended, and the caller ends with it.
            Err(_) => std::future::pending().await,
        }
    }
}

/// Longest wait for a connection, and so for an answer while the database is away.
const PATIENCE: Duration = Duration::from_millis(900);
/// Longest statement on PostgreSQL.
const STATEMENT: Duration = Duration::from_secs(10);

/// Opens the database of a configuration.
///
/// # Errors
/// `Internal` with the reason in words.
pub async fn database(config: &Config) -> Result<DatabaseConnection> {
    connect(config, if config.on_postgres() { config.database_connections } else { 4 }, &[("statement_timeout", STATEMENT.as_millis())])
        .await
}

/// Opens the database for changes of its schema: they may take their time, but nobody waits behind them for a lock
/// for more than a moment (a statement that waits for a lock makes all that come after it wait too).
///
/// # Errors
/// The database does not answer.
pub async fn database_for_changes(config: &Config) -> Result<DatabaseConnection> {
    connect(config, 2, &[("statement_timeout", 0), ("lock_timeout", 3_000), ("idle_in_transaction_session_timeout", 0)]).await
}

/// Opens a connection that does nothing but ask whether the database is there.
///
/// # Errors
/// The database does not answer.
pub async fn database_for_probing(config: &Config) -> Result<DatabaseConnection> {
    connect(config, 1, &[]).await
}

/// Opens a database. SQLite syncs its file when it is opened, which on a busy disk may take longer than a page would wait for
/// a connection; nobody waits for a page yet.
async fn open(options: ConnectOptions, tries: u32) -> std::result::Result<DatabaseConnection, DbErr> {
    let mut left = tries;
    loop {
        left -= 1;
        match Database::connect(options.clone()).await {
            Err(fault) if left > 0 && !disk_full::is_full(&fault) => tracing::warn!("opening the database takes longer: {fault}"),
            done => return done,
        }
    }
}

async fn connect(config: &Config, connections: u32, limits: &[(&str, u128)]) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(&config.database_url);
    options
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .connect_timeout(Duration::from_secs(5))
        .test_before_acquire(true)
        .test_before_acquire_if_idle_for(Duration::from_secs(5))
        .sqlx_logging(false);
    if config.on_postgres() {
        let limits: Vec<_> = limits.iter().map(|(name, ms)| ((*name).to_owned(), ms.to_string())).collect();
        options.map_sqlx_postgres_opts(move |o| o.application_name("minschool").options(limits.clone()));
        // A transaction that is still counted as open was not rolled back on its way into the pool.
        options.map_sqlx_postgres_before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }));
    } else {
        options.map_sqlx_sqlite_opts(|o| {
            use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
            o.journal_mode(SqliteJournalMode::Wal)
                // One sync a commit: what was acknowledged is on the disk, whatever happens to the power.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .pragma("temp_store", "memory")
        });
        // On a full disk SQLite undoes a transaction by itself. The driver's own ROLLBACK fails then, and it takes the next
        // transaction for a part of that one: it would be acknowledged and never be stored.
        options.map_sqlx_sqlite_before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }));
    }
    let doing =
        |e| Error::internal(if disk_full::is_full(&e) { "opening the database: the disk is full" } else { "opening the database" }, e);
    let mut db = open(options, if config.on_postgres() { 1 } else { 5 }).await.map_err(doing)?;
    db.set_metric_callback(|_| {
        metrics::count::statement();
        // Outside a count nobody asks.
        let _ = STATEMENTS.try_with(|count| count.set(count.get() + 1));
    });
    Ok(db)
}
