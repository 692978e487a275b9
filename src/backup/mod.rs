//! Backups: one stream of lines, the same from SQLite and from PostgreSQL, so that a copy of one can be restored into the other.
//!
//! `tables` which tables are copied · `format` the lines and their digests · `read` writes a database as lines · `load` writes lines into
//! an empty database · `archive` the compressed and encrypted file · `contents` the bytes of attached files, each once · `repository` the
//! folder of backups and which are kept · `scratch` the database of a restore drill · `verification` the times of the last backup and
//! drill.
//!
//! Reader and writer run at the same time with a few lines between them, so the memory does not grow with the site.

pub mod archive;
mod contents;
pub mod format;
pub mod load;
pub mod read;
pub mod repository;
pub mod scratch;
mod sql;
pub mod tables;
pub mod verification;

use std::io;
use std::path::Path;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Why a copy was not made, or cannot be believed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BackupError(pub String);

impl BackupError {
    /// What was being done, and what went wrong.
    pub fn doing(what: &str, err: impl std::fmt::Display) -> Self {
        Self(format!("{what}: {err}"))
    }

    /// A file of a backup could not be written.
    pub fn writing(path: &Path, err: &io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match err.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self(format!(
                "{}: there is no space for this backup ({err}); what there was of it is thrown away, the older ones are as they were",
                path.display()
            )),
            _ => Self::doing(&path.display().to_string(), err),
        }
    }
}

impl From<crate::domain::Error> for BackupError {
    fn from(err: crate::domain::Error) -> Self {
        Self(err.to_string())
    }
}

impl From<crate::db::OpenError> for BackupError {
    fn from(err: crate::db::OpenError) -> Self {
        Self(err.to_string())
    }
}

impl From<sea_orm::DbErr> for BackupError {
    fn from(err: sea_orm::DbErr) -> Self {
        Self(err.to_string())
    }
}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, BackupError>;

/// A stream of records; an `Err` ends it.
pub type RecordStream = Receiver<Result<String>>;

/// Where the records are sent.
type RecordSender = Sender<Result<String>>;

/// Lines between reader and writer. One may hold 256 KiB of a file, so they are few.
const BETWEEN: usize = 16;

fn pipe() -> (RecordSender, RecordStream) {
    channel(BETWEEN)
}

/// The lines, counted and compared, and otherwise forgotten.
///
/// # Errors
/// The teller's; a line is missing or was changed.
pub async fn count(mut lines: RecordStream) -> Result<format::Manifest> {
    let mut checker = format::Checker::default();
    while let Some(line) = lines.recv().await {
        checker.take(&line?)?;
    }
    checker.finish()
}
