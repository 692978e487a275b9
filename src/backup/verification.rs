//! The times of the last complete backup and of the last restore drill that succeeded.

use super::{BackupError, Result, repository};
use crate::clock::OffsetDateTime;
use crate::metrics::backups;
use std::path::Path;
use std::time::Duration;

/// How old they are; none where there never was one. For pages: a backup should be younger than 26 hours, a proof younger
/// than 8 days (as the alerts have it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// Since the last good backup.
    pub backup: Option<Duration>,
    /// Since a backup was last restored, compared and found equal.
    pub proof: Option<Duration>,
}

/// The ages, as left in the data folder.
pub fn ages(data: &Path, now: OffsetDateTime) -> Ages {
    let now = now.unix_timestamp() as f64;
    let age = |name| backups::last(data, name).map(|then| Duration::from_secs_f64((now - then).max(0.0)));
    Ages { backup: age(backups::BACKUP), proof: age(backups::DRILL) }
}

/// Notes that a backup is whole.
///
/// # Errors
/// The data folder cannot be written to.
pub fn backed_up(data: &Path, now: OffsetDateTime) -> Result<()> {
    note(data, backups::BACKUP, now)
}

/// Notes that a backup was proven.
///
/// # Errors
/// The data folder cannot be written to.
pub fn proven(data: &Path, now: OffsetDateTime) -> Result<()> {
    note(data, backups::DRILL, now)
}

fn note(data: &Path, name: &str, now: OffsetDateTime) -> Result<()> {
    let path = data.join(name);
    let done = std::fs::create_dir_all(data).and_then(|()| repository::put_whole(&path, &format!("{}\n", now.unix_timestamp())));
    done.map_err(|e| BackupError(format!("DATA_DIR: {} cannot be written to ({e})", path.display())))
}
