//! `minschool cleanup`: forgets what has grown old, as running instances do too. Twice is the same as once.

use super::{Failure, instance, migrate};
use crate::clock::Clock;
use crate::config::Config;
use crate::db;
use crate::jobs::cleanup;

/// Runs it.
///
/// # Errors
/// `Config` when the schema is not this version's; else in words.
pub async fn run(config: Config) -> Result<(), Failure> {
    instance::prepare_folder(&config)?;
    // After a long pause there is much to delete at once.
    let db = db::open_for_migrations(&config).await?;
    migrate::check_complete(&db).await?;
    let clock = Clock::default();
    instance::start_clock(&config, &db, &clock).await?;
    let gone = cleanup::forget(&db, clock.now()).await?;
    say!("forgotten: {} sessions, {} answers to forms, {} log lines", gone.sessions, gone.answers, gone.lines);
    Ok(())
}
