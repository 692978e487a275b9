//! Opening the database of a configuration: PostgreSQL, or SQLite in the data folder.

use super::{Database, disk_full, statements};
use crate::config::Config;
use sea_orm::sqlx::Connection;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr};
use std::time::Duration;
use tokio::sync::OnceCell;

/// Longest wait for a connection, and so for an answer while the database is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(900);

/// The database could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("opening the database{}: {source}", if disk_full::is_full(source) { ": the disk is full" } else { "" })]
pub struct OpenError {
    source: DbErr,
}

/// Opens the database of a configuration.
///
/// # Errors
/// It does not answer, refuses the credentials, or has no space.
pub async fn open(config: &Config) -> Result<Database, OpenError> {
    connect(config, if config.on_postgres() { config.database_connections } else { 4 }, &[("statement_timeout", "10s")]).await
}

/// Opens the database for changes of its schema: they may take their time, but nobody waits behind them for a lock
/// for more than a moment (a statement that waits for a lock makes all that come after it wait too).
pub async fn open_for_migrations(config: &Config) -> Result<Database, OpenError> {
    connect(config, 2, &[("statement_timeout", "0"), ("lock_timeout", "3s"), ("idle_in_transaction_session_timeout", "0")]).await
}

/// Opens the database for searches, apart from the pages' connections: a search that finds much must not make them wait. The
/// statement that asks the index plans itself (`search::sql`): the planner takes pairs of letters for independent, and would read the
/// whole table where it guesses that a word is everywhere.
async fn open_for_search(config: &Config) -> Result<Database, OpenError> {
    connect(config, 2, &[("statement_timeout", "800ms"), ("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off")]).await
}

/// Opens a connection that does nothing but ask whether the database is there.
pub async fn open_for_probing(config: &Config) -> Result<Database, OpenError> {
    connect(config, 1, &[]).await
}

/// Opens a database. SQLite syncs its file when it is opened, which on a busy disk may take longer than a page would wait for
/// a connection; nobody waits for a page yet.
async fn retry(options: ConnectOptions, tries: u32) -> Result<DatabaseConnection, DbErr> {
    let mut left = tries;
    loop {
        left -= 1;
        match sea_orm::Database::connect(options.clone()).await {
            Err(err) if left > 0 && !disk_full::is_full(&err) => tracing::warn!("opening the database takes longer: {err}"),
            done => return done,
        }
    }
}

async fn connect(config: &Config, connections: u32, limits: &[(&str, &str)]) -> Result<Database, OpenError> {
    let mut options = ConnectOptions::new(&config.database_url);
    options
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_timeout(Duration::from_secs(5))
        .test_before_acquire(true)
        .test_before_acquire_if_idle_for(Duration::from_secs(5))
        .sqlx_logging(false);
    if config.on_postgres() {
        let limits: Vec<_> = limits.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
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
    let mut db = retry(options, if config.on_postgres() { 1 } else { 5 }).await.map_err(|source| OpenError { source })?;
    db.set_metric_callback(|_| statements::count());
    Ok(Database::new(db))
}

/// The database of searches, opened for the first of them.
pub struct SearchDatabase {
    config: Config,
    opened: OnceCell<Database>,
}

impl SearchDatabase {
    /// Of a configuration; nothing is opened yet.
    pub fn new(config: &Config) -> Self {
        Self { config: config.clone(), opened: OnceCell::new() }
    }

    /// The connections.
    ///
    /// # Errors
    /// As [`open`]; the next call tries again.
    pub async fn get(&self) -> Result<&Database, DbErr> {
        self.opened.get_or_try_init(async || open_for_search(&self.config).await.map_err(|err| err.source)).await
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

impl Pool {
    /// The connections of a database.
    pub fn of(db: &Database) -> Self {
        let pool = |size: u32, idle: usize, max: u32| {
            let idle = u32::try_from(idle).unwrap_or(u32::MAX).min(size);
            Self { idle, used: size - idle, max }
        };
        if db.get_database_backend() == DbBackend::Postgres {
            let of = db.connection().get_postgres_connection_pool();
            return pool(of.size(), of.num_idle(), of.options().get_max_connections());
        }
        let of = db.connection().get_sqlite_connection_pool();
        pool(of.size(), of.num_idle(), of.options().get_max_connections())
    }
}
