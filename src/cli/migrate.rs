//! `minschool migrate`: brings the schema up to date, or back, or prints where it is.

use super::Failure;
use crate::config::Config;
use crate::db::{self, Database};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, TransactionTrait};
use std::time::{Duration, Instant};

/// Bring the database's schema up to date
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    direction: Option<Direction>,
}

#[derive(clap::Subcommand)]
enum Direction {
    /// Apply all steps (the default)
    Up,
    /// Take back the newest steps
    Down {
        #[arg(default_value_t = 1)]
        steps: u32,
    },
    /// List the steps and which are applied
    Status,
}

/// Runs it.
///
/// # Errors
/// The database's, in words.
pub async fn run(config: Config, args: &Args) -> Result<(), Failure> {
    super::instance::prepare_folder(&config)?;
    let db = db::open(&config).await?;
    match args.direction {
        Some(Direction::Down { steps }) => {
            Migrator::down(db.connection(), Some(steps)).await.map_err(|e| Failure::Other(format!("going back: {e}")))?;
        }
        Some(Direction::Status) => {
            let applied = names(&db).await?;
            for step in Migrator::migrations() {
                let mark = if applied.iter().any(|name| name == step.name()) { "applied" } else { "pending" };
                println!("{mark}  {}", step.name());
            }
            let newest = Migrator::migrations().last().map(|step| step.name().to_owned()).unwrap_or_default();
            println!("this program needs all steps up to {newest}; it runs beside newer ones that do not end in {}", migration::CONTRACT);
        }
        Some(Direction::Up) | None => up(&config, &db).await?,
    }
    Ok(())
}

/// Longest wait for another instance that changes the schema.
const TURN: Duration = Duration::from_secs(15 * 60);
/// How often a step is tried that could not get its lock beside what people do.
const TRIES: u32 = 10;

/// Applies all steps. Instances that start together take turns under an advisory lock.
///
/// # Errors
/// `Config` when the database is newer than this binary; else the database's, in words.
pub async fn up(config: &Config, db: &Database) -> Result<(), Failure> {
    let applied = names(db).await?;
    refuse_newer(&applied)?;
    if pending(&applied).is_empty() {
        return Ok(());
    }
    if db.get_database_backend() != DbBackend::Postgres {
        return Migrator::up(db.connection(), None).await.map_err(|e| doing(&e));
    }
    let steps = db::open_for_migrations(config).await?;
    let lock = turn(&steps).await?;
    check_age(&steps).await?;
    let done = apply(&steps).await;
    lock.commit().await.map_err(|e| doing(&e))?;
    done
}

fn doing(err: &DbErr) -> Failure {
    Failure::Other(format!("bringing the schema up to date: {err}"))
}

/// Waits for this instance's turn. The lock belongs to a transaction: not even a pooler between us and PostgreSQL can
/// lose or keep it. It is asked for again and again instead of waited for, because a statement that waits would
/// stop `CREATE INDEX CONCURRENTLY`, which waits for all statements that run.
async fn turn(db: &Database) -> Result<DatabaseTransaction, Failure> {
    let begun = Instant::now();
    while begun.elapsed() < TURN {
        let lock = db.connection().begin().await.map_err(|e| doing(&e))?;
        if db::sql::try_lock_transaction(&lock, migration::LOCK).await.map_err(|e| doing(&e))? {
            return Ok(lock);
        }
        lock.rollback().await.map_err(|e| doing(&e))?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Err(Failure::Other("another instance has been changing the schema for a quarter of an hour; look at its log".into()))
}

/// Applies the steps. One that cannot get its lock lets people go first and is tried again.
async fn apply(db: &Database) -> Result<(), Failure> {
    for attempt in 1.. {
        match Migrator::up(db.connection(), None).await {
            Err(err) if attempt < TRIES && err.to_string().contains("lock timeout") => {
                tracing::warn!("a step waits for a lock that is in use (try {attempt} of {TRIES})");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            done => return done.map_err(|e| doing(&e)),
        }
    }
    Ok(())
}

/// The steps that are not among the applied ones.
fn pending(applied: &[String]) -> Vec<String> {
    Migrator::migrations().iter().map(|step| step.name().to_owned()).filter(|name| !applied.contains(name)).collect()
}

/// Refuses a database from which a newer version has taken something away. Steps that only added something are no
/// hindrance: while a version follows another, both work on one schema, and the older one may have to come back.
///
/// # Errors
/// `Config` in that case.
pub async fn check_age(db: &Database) -> Result<(), Failure> {
    refuse_newer(&names(db).await?)
}

fn refuse_newer(applied: &[String]) -> Result<(), Failure> {
    let known: Vec<_> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let mut unknown = applied.iter().filter(|name| !known.contains(name));
    match unknown.find(|name| name.ends_with(migration::CONTRACT)) {
        None => Ok(()),
        Some(newer) => Err(Failure::Config(format!(
            "the database is newer than this program (it has the step {newer}); start the newer version, or take the step back with it: minschool migrate down"
        ))),
    }
}

/// Refuses a database that lacks steps.
///
/// # Errors
/// `Config` in that case.
pub async fn check_complete(db: &Database) -> Result<(), Failure> {
    let applied = names(db).await?;
    refuse_newer(&applied)?;
    match pending(&applied).first() {
        None => Ok(()),
        Some(step) => Err(Failure::Config(format!("the database lacks the step {step}; run: minschool migrate"))),
    }
}

/// The steps that are applied. A database that nobody has migrated yet has none.
async fn names(db: &Database) -> Result<Vec<String>, Failure> {
    let doing = |e: DbErr| Failure::Other(format!("reading which steps are applied: {e}"));
    db::sql::applied_migrations(db).await.map_err(doing)
}
