//! `minschool move`: moves a site to another database, when it outgrows its laptop.

use super::{Failure, instance, migrate, restore};
use crate::backup::format::Manifest;
use crate::backup::tables::Purpose;
use crate::backup::{self, BackupError, load, read};
use crate::clock::Clock;
use crate::config::Config;
use crate::db;
use std::time::Instant;

const AFTER: &str = "For example: minschool move --from sqlite:///var/lib/minschool/minschool.db --to postgres://minschool@localhost/minschool\n\
Stop MinSchool first. What it is moved from stays as it is. Everybody stays signed in.";

/// Carry everything over to another database, SQLite or PostgreSQL
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Args {
    /// where the site is [default: DATABASE_URL]
    #[arg(long, value_name = "DATABASE_URL")]
    from: Option<String>,
    /// an empty database
    #[arg(long, value_name = "DATABASE_URL")]
    to: String,
}

/// Runs it.
///
/// # Errors
/// In words.
pub async fn run(config: Config, args: &Args) -> Result<(), Failure> {
    let begun = Instant::now();
    let from = Config { redis_url: None, ..restore::other(&config, args.from.clone().unwrap_or_else(|| config.database_url.clone())) };
    let to = restore::other(&config, args.to.clone());
    let moved = carry(&from, &to).await?;
    for table in &moved.tables {
        say!("{:<18} {:>9} rows, the same on both sides", table.table, table.rows);
    }
    say!("moved in {:.1} s; now set DATABASE_URL to the new database, and start MinSchool", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Moves a site and compares both sides.
///
/// # Errors
/// The old database is in use; the new one is not empty; a row did not arrive as it was.
pub async fn carry(from: &Config, to: &Config) -> Result<Manifest, Failure> {
    if let Some(path) = from.database_url.strip_prefix("sqlite://").and_then(|rest| rest.split('?').next())
        && !std::path::Path::new(path).exists()
    {
        return Err(Failure::Other(format!("--from: there is no database {path}")));
    }
    // Held until the end: what is written behind the copy's back would be lost.
    let _instance_lock = instance::acquire_lock(from).await.map_err(|_| {
        Failure::Config("an instance uses the database to move from; stop it first, so that nothing it writes is left behind".into())
    })?;
    let old = db::open_for_migrations(from).await?;
    migrate::check_complete(&old).await?;
    instance::prepare_folder(to)?;
    let new = db::open_for_migrations(to).await?;
    let moved = load::lines(&new, read::lines(&old, Purpose::Move)).await?;
    moved.same_rows(&backup::count(read::lines(&new, Purpose::Move)).await?)?;
    load::distrust_copies(&new, Clock::default().now()).await?;
    new.close().await.map_err(BackupError::from)?;
    old.close().await.map_err(BackupError::from)?;
    Ok(moved)
}
