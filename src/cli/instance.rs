//! Starting an instance: its folder, the lock that keeps others out, its database, its shared state, its clock.

use super::{Failure, migrate};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Database};
use crate::domain::error::is_away;
use crate::domain::{bootstrap, invalidation};
use crate::monitor::clock_sync;
use crate::shared::{ProbeError, RedisOptions, Shared};
use sea_orm::{ConnectOptions, DatabaseConnection};
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The lock of an instance, held until it is dropped.
pub enum Permit {
    /// The lock on the folder of the embedded database.
    Folder(Option<File>),
    /// A connection that holds an advisory lock on PostgreSQL.
    Postgres(DatabaseConnection),
}

/// Makes the folder of the embedded database.
///
/// # Errors
/// `Config` when it cannot be written to.
pub fn prepare_folder(config: &Config) -> Result<(), Failure> {
    let Some(folder) = folder(config) else { return Ok(()) };
    let words = |e: std::io::Error| unwritable(&folder, &e);
    std::fs::create_dir_all(&folder).map_err(words)?;
    let probe = folder.join(".probe");
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(words)
}

/// A full disk is no wrong setting: systemd starts the instance again, which succeeds once there is space.
fn unwritable(place: &Path, err: &std::io::Error) -> Failure {
    let shown = place.display();
    match err.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Failure::Other(format!("DATA_DIR: the disk of {shown} is full ({err})")),
        _ => Failure::Config(format!("DATA_DIR: {shown} cannot be written to ({err}); choose another folder with DATA_DIR or --data-dir")),
    }
}

/// The folder in which SQLite keeps its file. None for PostgreSQL and for a database in memory.
fn folder(config: &Config) -> Option<PathBuf> {
    let path = config.database_url.strip_prefix("sqlite://").or_else(|| config.database_url.strip_prefix("sqlite:"))?;
    let path = path.split('?').next().unwrap_or_default();
    if path.is_empty() || path.contains(":memory:") {
        return None;
    }
    let parent = PathBuf::from(path).parent().map(PathBuf::from).unwrap_or_default();
    Some(if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent })
}

/// Takes this instance's lock. SQLite serves one instance; PostgreSQL one without Redis, and any number with it.
///
/// # Errors
/// `Config` where another instance has the lock; `Away` while PostgreSQL does not answer.
pub async fn acquire_lock(config: &Config) -> Result<Permit, Failure> {
    if config.on_postgres() {
        return lock_on_postgres(config).await;
    }
    let Some(folder) = folder(config) else { return Ok(Permit::Folder(None)) };
    let path = folder.join("minschool.lock");
    let file = File::create(&path).map_err(|e| unwritable(&path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(Permit::Folder(Some(file))),
        Err(TryLockError::WouldBlock) => Err(Failure::Config(
            "another instance uses this SQLite database; SQLite serves one instance. For several, set DATABASE_URL (PostgreSQL) and REDIS_URL"
                .into(),
        )),
        // On a file system without locks two instances cannot be kept apart, but one should still start.
        Err(TryLockError::Error(e)) => {
            tracing::warn!("the folder cannot be locked ({e}); make sure that no second instance uses it");
            Ok(Permit::Folder(Some(file)))
        }
    }
}

/// Longest wait for a connection at the start.
const REACH: std::time::Duration = std::time::Duration::from_secs(3);
const INSTANCE_LOCK: i64 = 7_270_002;

async fn lock_on_postgres(config: &Config) -> Result<Permit, Failure> {
    let mut options = ConnectOptions::new(&config.database_url);
    options.max_connections(1).connect_timeout(REACH).acquire_timeout(REACH).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await.map_err(|e| unreachable_database(&e))?;
    let shared = config.redis_url.is_some();
    if db::sql::try_lock_connection(&connection, INSTANCE_LOCK, shared).await.map_err(|e| unreachable_database(&e))? {
        return Ok(Permit::Postgres(connection));
    }
    Err(Failure::Config(if shared {
        "an instance without REDIS_URL uses this database; several instances must share one Redis: set REDIS_URL on all of them".into()
    } else {
        "another instance uses this database, and REDIS_URL is not set; several instances must share one Redis: set REDIS_URL".into()
    }))
}

fn unreachable_database(err: &sea_orm::DbErr) -> Failure {
    match is_away(err) {
        true => Failure::Away(format!("DATABASE_URL: PostgreSQL cannot be reached: {err}")),
        false => Failure::Other(format!("DATABASE_URL: PostgreSQL does not let us in: {err}")),
    }
}

/// Opens the database, applies the steps of the schema and adds the starter content. True: the database was empty.
///
/// # Errors
/// What is wrong, with the setting to correct.
pub async fn open(config: &Config, welcome: bool) -> Result<(Database, bool), Failure> {
    prepare_folder(config)?;
    let db = db::open(config).await?;
    if config.migrate {
        migrate::up(config, &db).await?;
    } else {
        migrate::check_complete(&db).await?;
    }
    let opened = bootstrap::open(&db, Clock::default().now(), welcome).await?;
    Ok((db, opened))
}

/// Starts an instance on an open database, and connects it to Redis.
///
/// # Errors
/// `Config` when Redis refuses our password; the database's.
pub async fn start(config: Config, db: Database, clock: Clock) -> Result<App, Failure> {
    start_clock(&config, &db, &clock).await?;
    let app = App::new(config, db, clock).await?;
    app.context.shared.start(invalidation::validator(&app.context));
    Ok(app)
}

/// Sets a clock to the time of the running instances.
///
/// # Errors
/// `Config` when Redis refuses our password; the database's.
pub async fn start_clock(config: &Config, db: &Database, clock: &Clock) -> Result<(), Failure> {
    let reports = match &config.redis_url {
        None => Vec::new(),
        Some(url) => match Shared::overhear(&RedisOptions::new(url), &clock_sync::names(db, clock).await?).await {
            Ok(reports) => reports,
            Err(ProbeError::WrongPassword) => return Err(Failure::Config("REDIS_URL: Redis refuses this user and password".into())),
            Err(ProbeError::BadUrl(why)) => return Err(Failure::Config(format!("REDIS_URL: {why}"))),
            Err(ProbeError::Unreachable(why)) => {
                tracing::warn!("Redis does not answer ({why}); starting without it");
                Vec::new()
            }
        },
    };
    clock_sync::start_clock(clock, db, &reports).await.map_err(Into::into)
}
