//! `minschool backup`: a consistent copy of the database, compressed and encrypted, and the old ones thrown away by and by.

use super::{Failure, instance, migrate};
use crate::backup::repository::{Kept, Repository, RetentionPolicy};
use crate::backup::tables::Purpose;
use crate::backup::{BackupError, archive, read, verification};
use crate::clock::Clock;
use crate::config::Config;
use crate::db;
use std::path::PathBuf;
use std::time::Instant;

const AFTER: &str = "Takes along everything but who is signed in: after a restore, people sign in again. People go on reading and \
writing meanwhile.\nThe secret key does not belong on this machine, except where restores are drilled (credential backup-key).";

/// Copy the database into BACKUP_DIR, encrypted to BACKUP_RECIPIENT
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Args {
    /// where to put it [default: BACKUP_DIR]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// how many to keep: the newest of each of so many days, weeks and months
    #[arg(long, value_name = "SPANS", default_value = "7d,4w,12m")]
    keep: RetentionPolicy,
    /// do not encrypt: anybody who gets the file can read it
    #[arg(long)]
    plain: bool,
    /// make a pair of keys instead: the secret one into FILE, the public one is printed
    #[arg(long, value_name = "FILE")]
    new_key: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// `Config` without anybody to encrypt to; else in words.
pub async fn run(config: Config, args: &Args) -> Result<(), Failure> {
    if let Some(path) = &args.new_key {
        println!("BACKUP_RECIPIENT={}", archive::new_key(path)?);
        eprintln!("the secret key is in {}: keep it away from this machine, and print a copy of it", path.display());
        return Ok(());
    }
    let recipients = if args.plain { Vec::new() } else { config.backups.recipients() };
    if recipients.is_empty() && !args.plain {
        return Err(Failure::Config(
            "BACKUP_RECIPIENT: a backup holds all that people wrote and is encrypted; make a pair of keys with: minschool backup --new-key FILE (or say --plain)"
                .into(),
        ));
    }
    let (begun, now) = (Instant::now(), Clock::default().now());
    instance::prepare_folder(&config)?;
    let db = db::open_for_migrations(&config).await?;
    // A database with fewer steps can be copied and restored; one without any has nothing in it.
    migrate::check_age(&db).await?;
    let repository = Repository::open(args.to.as_ref().unwrap_or(&config.backups.dir))?;
    let keep = args.keep;
    let lines = read::lines(&db, Purpose::Backup);
    // Compressing and encrypting would hold up the runtime's threads.
    let put = tokio::task::spawn_blocking(move || {
        let kept = repository.put(lines, &recipients, now)?;
        let old = repository.rotate(keep)?;
        Ok::<_, BackupError>((kept, old))
    });
    let (kept, old) = put.await.map_err(|e| Failure::Other(format!("the backup was given up: {e}")))??;
    verification::backed_up(&config.data_dir, now)?;
    print_summary(&kept, begun);
    old.iter().for_each(|path| say!("thrown away: {}", path.display()));
    Ok(())
}

fn print_summary(kept: &Kept, begun: Instant) {
    let rows: u64 = kept.label.tables.iter().map(|table| table.rows).sum();
    let (path, bytes) = (kept.path.display(), kept.label.bytes);
    say!("{path}: {} tables, {rows} rows, {bytes} bytes, in {:.1} s", kept.label.tables.len(), begun.elapsed().as_secs_f64());
}
