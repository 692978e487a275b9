//! The tables that are copied, those first to which others refer. Each migration step lists its tables.

use super::{BackupError, Result, sql};
use migration::Copied;
pub use migration::Table;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

/// What the migrator keeps for itself: the steps are taken again.
const OF_THE_MIGRATOR: &str = "seaql_migrations";

/// What a copy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be kept, and perhaps restored weeks later.
    Backup,
    /// To go on with at once, on another database.
    Move,
}

impl Purpose {
    /// The tables that go along, those that others refer to first.
    pub fn tables(self) -> impl Iterator<Item = &'static Table> {
        migration::tables().filter(move |table| self.takes(table))
    }

    /// The same of a database that has taken this number of steps.
    pub fn tables_after(self, steps: usize) -> impl Iterator<Item = &'static Table> {
        migration::tables_after(steps).filter(move |table| self.takes(table))
    }

    fn takes(self, table: &Table) -> bool {
        table.copied == Copied::Always || (table.copied == Copied::ByMove && self == Self::Move)
    }
}

/// The table of this name, if it is one that can be in a copy.
pub fn named(name: &str) -> Option<&'static Table> {
    Purpose::Move.tables().find(|table| table.name == name)
}

/// What a column holds, in the same words for both engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// A whole number.
    Number,
    /// Yes or no.
    Truth,
    /// Words.
    Text,
    /// A moment in UTC.
    Moment,
    /// Bytes.
    Bytes,
}

impl ColumnKind {
    fn declared(words: &str) -> Option<Self> {
        match words.to_ascii_lowercase().as_str() {
            "bigint" | "integer" => Some(Self::Number),
            "boolean" => Some(Self::Truth),
            "text" => Some(Self::Text),
            "timestamp" | "timestamp with time zone" => Some(Self::Moment),
            "bytea" | "blob" => Some(Self::Bytes),
            _ => None,
        }
    }
}

/// The tables that a database has.
pub async fn there(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    sql::tables(db).await
}

/// Refuses a database with a table that this version knows nothing of: a copy without it would look whole.
///
/// # Errors
/// In that case.
pub async fn check_known(db: &impl ConnectionTrait) -> Result<()> {
    match there(db).await?.iter().find(|name| *name != OF_THE_MIGRATOR && migration::tables().all(|known| known.name != *name)) {
        None => Ok(()),
        Some(name) => Err(BackupError(format!(
            "the database has a table \"{name}\" that this version does not know; use the version that made it, or move the table elsewhere"
        ))),
    }
}

/// A table's columns, in their order.
///
/// # Errors
/// The database's; a column whose kind has no counterpart on the other engine.
pub async fn columns(db: &impl ConnectionTrait, table: &str) -> Result<Vec<(String, ColumnKind)>> {
    let kind = |row: sql::DeclaredColumn| match ColumnKind::declared(&row.kind) {
        Some(kind) => Ok((row.name, kind)),
        None => Err(BackupError(format!("{table}.{}: a column of type {} cannot be copied", row.name, row.kind))),
    };
    sql::columns(db, table).await?.into_iter().map(kind).collect()
}
