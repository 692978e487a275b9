//! `minschool migrate`: brings the schema up to date, or back, or says where it is.

use super::Failure;
use crate::app;
use crate::config::Config;
use clap::{Arg, ArgMatches, Command};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};

/// The subcommand.
pub fn command() -> Command {
    let steps = Arg::new("steps").value_name("STEPS").value_parser(clap::value_parser!(u32)).default_value("1");
    Command::new("migrate")
        .about("Bring the database's schema up to date")
        .subcommand(Command::new("up").about("Apply all steps (the default)"))
        .subcommand(Command::new("down").about("Take back the newest steps").arg(steps))
        .subcommand(Command::new("status").about("List the steps and which are applied"))
}

/// Runs it.
///
/// # Errors
/// The database's, in words.
pub async fn run(config: Config, args: &ArgMatches) -> Result<(), Failure> {
    super::instance::prepare_folder(&config)?;
    let db = app::database(&config).await?;
    match args.subcommand() {
        Some(("down", args)) => {
            let steps = args.get_one::<u32>("steps").copied().unwrap_or(1);
            Migrator::down(&db, Some(steps)).await.map_err(|e| Failure::Other(format!("going back: {e}")))?;
        }
        Some(("status", _)) => {
            let applied = names(&db).await?;
            for step in Migrator::migrations() {
                let mark = if applied.iter().any(|name| name == step.name()) { "applied" } else { "pending" };
                println!("{mark}  {}", step.name());
            }
        }
        _ => up(&db).await?,
    }
    Ok(())
}

/// Applies all steps. Instances that start together take turns under an advisory lock.
///
/// # Errors
/// `Config` when the database is newer than this binary; else the database's, in words.
pub async fn up(db: &DatabaseConnection) -> Result<(), Failure> {
    let doing = |e: sea_orm::DbErr| Failure::Other(format!("bringing the schema up to date: {e}"));
    if db.get_database_backend() != DbBackend::Postgres {
        check_age(db).await?;
        return Migrator::up(db, None).await.map_err(doing);
    }
    // The lock belongs to this transaction and cannot be left behind; the steps run beside it.
    let lock = db.begin().await.map_err(doing)?;
    lock.execute_unprepared("SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = '120s'").await.map_err(doing)?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({})", migration::LOCK)).await.map_err(doing)?;
    check_age(db).await?;
    Migrator::up(db, None).await.map_err(doing)?;
    lock.commit().await.map_err(doing)
}

/// Refuses a database that knows steps which this binary does not.
///
/// # Errors
/// `Config` in that case; the database's.
pub async fn check_age(db: &DatabaseConnection) -> Result<(), Failure> {
    let known: Vec<_> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    match names(db).await?.into_iter().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(newer) => Err(Failure::Config(format!(
            "the database is newer than this program (it has the step {newer}); start the newer version, or take the step back with it: minschool migrate down"
        ))),
    }
}

/// Refuses a database that lacks steps.
///
/// # Errors
/// `Config` in that case; the database's.
pub async fn check_complete(db: &DatabaseConnection) -> Result<(), Failure> {
    check_age(db).await?;
    let applied = names(db).await?;
    match Migrator::migrations().iter().find(|step| !applied.iter().any(|name| name == step.name())) {
        None => Ok(()),
        Some(step) => Err(Failure::Config(format!("the database lacks the step {}; run: minschool migrate", step.name()))),
    }
}

/// The steps that are applied. A database that nobody has migrated yet has none.
async fn names(db: &DatabaseConnection) -> Result<Vec<String>, Failure> {
    let doing = |e: sea_orm::DbErr| Failure::Other(format!("reading which steps are applied: {e}"));
    let table = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT to_regclass('seaql_migrations') IS NOT NULL AS there",
        _ => "SELECT COUNT(*) > 0 AS there FROM sqlite_master WHERE name = 'seaql_migrations'",
    };
    let text = |sql: &str| Statement::from_string(db.get_database_backend(), sql);
    let there = db.query_one_raw(text(table)).await.map_err(doing)?;
    if !there.and_then(|row| row.try_get::<bool>("", "there").ok()).unwrap_or(false) {
        return Ok(Vec::new());
    }
    let rows = db.query_all_raw(text("SELECT version FROM seaql_migrations")).await.map_err(doing)?;
    rows.iter().map(|row| row.try_get("", "version")).collect::<Result<_, _>>().map_err(doing)
}
