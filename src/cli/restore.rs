//! `minschool restore`: a backup into an empty database; with `--drill`, into a scratch database, to prove that it can be
//! done.

use super::{Failure, instance, migrate};
use crate::backup::archive::{self, Key};
use crate::backup::format::Manifest;
use crate::backup::scratch::Scratch;
use crate::backup::tables::Purpose;
use crate::backup::{self, BackupError, load, read, repository, verification};
use crate::clock::Clock;
use crate::config::Config;
use crate::db;
use crate::jobs::cleanup;
use std::path::{Path, PathBuf};
use std::time::Instant;

const AFTER: &str = "Nothing is ever written over what is there: the database has to be new and empty. If a row is missing or was \
changed, nothing is restored.\nAfterwards nobody is signed in, and what Redis remembers of the time after the backup does not count.";

/// Put a backup into an empty database, or prove that it can be done (--drill)
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Args {
    /// the backup
    #[arg(required_unless_present = "drill")]
    file: Option<PathBuf>,
    /// the empty database [default: DATABASE_URL]
    #[arg(long, value_name = "DATABASE_URL", conflicts_with = "drill")]
    into: Option<String>,
    /// the file with the secret key of age [default: BACKUP_KEY]
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// restore the newest backup (or FILE) into a scratch database, compare, throw it away
    #[arg(long)]
    drill: bool,
}

/// Runs it.
///
/// # Errors
/// In words.
pub async fn run(config: Config, args: &Args) -> Result<(), Failure> {
    let begun = Instant::now();
    let keys = keys(&config, args)?;
    let file = file(&config, args)?;
    if args.drill {
        let manifest = drill(&config, &file, keys).await?;
        verification::proven(&config.data_dir, Clock::default().now())?;
        say!("{} can be restored: {}, compared in {:.1} s", file.display(), words(&manifest), begun.elapsed().as_secs_f64());
        return Ok(());
    }
    let into = args.into.clone().unwrap_or_else(|| config.database_url.clone());
    let manifest = restore(&other(&config, into), &file, keys).await?;
    say!("{} is restored: {}, in {:.1} s", file.display(), words(&manifest), begun.elapsed().as_secs_f64());
    say!("it is as of {}; everybody signs in again", manifest.head.made_at);
    Ok(())
}

fn words(manifest: &Manifest) -> String {
    format!("{} tables, {} rows", manifest.tables.len(), manifest.rows())
}

/// The same settings for another database.
pub fn other(config: &Config, database_url: String) -> Config {
    // "Make the file where there is none" is what a new SQLite database means.
    let new = database_url.starts_with("sqlite:") && !database_url.contains('?');
    Config { database_url: if new { database_url + "?mode=rwc" } else { database_url }, ..config.clone() }
}

fn keys(config: &Config, args: &Args) -> Result<Vec<Key>, Failure> {
    let text = match &args.identity {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|e| Failure::Other(format!("{}: {e}", path.display())))?),
        None => config.backups.key.clone(),
    };
    Ok(text.map(|text| archive::keys(&text)).transpose()?.unwrap_or_default())
}

fn file(config: &Config, args: &Args) -> Result<PathBuf, Failure> {
    let folder = &config.backups.dir;
    let newest = || repository::on(folder).pop().map(|kept| kept.path);
    args.file
        .clone()
        .or_else(newest)
        .ok_or_else(|| Failure::Other(format!("there is no backup in {} (BACKUP_DIR); make one with: minschool backup", folder.display())))
}

/// Puts a backup into an empty database.
///
/// # Errors
/// As [`load::lines`] and [`archive::lines`].
pub async fn restore(config: &Config, file: &Path, keys: Vec<Key>) -> Result<Manifest, Failure> {
    instance::prepare_folder(config)?;
    let db = db::open_for_migrations(config).await?;
    let manifest = load::lines(&db, archive::lines(file, keys)).await?;
    load::distrust_copies(&db, Clock::default().now()).await?;
    db.close().await.map_err(BackupError::from)?;
    Ok(manifest)
}

/// Restores a backup into a scratch database, reads that one, compares, and throws it away.
///
/// # Errors
/// It cannot be restored, or something else was restored than what is in it.
pub async fn drill(config: &Config, file: &Path, keys: Vec<Key>) -> Result<Manifest, Failure> {
    let scratch = Scratch::make(config).await?;
    let proven = prove(&scratch.config, file, keys).await;
    let gone = scratch.drop().await;
    let manifest = proven?;
    gone?;
    Ok(manifest)
}

async fn prove(config: &Config, file: &Path, keys: Vec<Key>) -> Result<Manifest, Failure> {
    let db = db::open_for_migrations(config).await?;
    let written = load::lines(&db, archive::lines(file, keys)).await?;
    migrate::check_complete(&db).await?;
    let found = backup::count(read::lines(&db, Purpose::Backup)).await?;
    // Steps that are newer than the backup may have changed rows rightly.
    if found.head.steps == written.head.steps {
        written.same_rows(&found)?;
    }
    // What an instance does on it first.
    cleanup::forget(&db, Clock::default().now()).await?;
    db.close().await.map_err(BackupError::from)?;
    Ok(written)
}
