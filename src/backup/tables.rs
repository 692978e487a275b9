//! What is copied, in an order in which nobody refers to a row that is not there yet.

use super::{BackupError, Result, sql};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

/// A table, and the columns that put its rows in order. Rows refer to older rows of their own table only (an answer to the
/// comment it answers), so the order of their ids is one in which they can be written.
pub struct CopiedTable {
    pub name: &'static str,
    /// Its key.
    pub order: &'static [&'static str],
}

const fn by_id(name: &'static str) -> CopiedTable {
    CopiedTable { name, order: &["id"] }
}

/// All that is copied. Keys of forms come along with the rows that they made: a browser that sends a form again after a
/// restore gets the first answer, not a second post.
pub const COPIED: &[CopiedTable] = &[
    by_id("roles"),
    CopiedTable { name: "role_permissions", order: &["role_id", "resource", "action"] },
    by_id("users"),
    by_id("consents"),
    by_id("boards"),
    by_id("posts"),
    by_id("comments"),
    by_id("notifications"),
    by_id("audit_log"),
    CopiedTable { name: "idempotency_keys", order: &["key"] },
    CopiedTable { name: "settings", order: &["name"] },
];

/// Who is signed in. A backup leaves it out: a session that was ended after the backup was made would come back with it. A
/// move takes it along, because nothing happens between its two ends.
pub const SIGNED_IN: CopiedTable = by_id("sessions");

/// What is made anew: the marks are counted from the posts, the log tells running instances of what has just changed,
/// the steps are taken again, and what the instances measured says nothing about other machines.
pub const MADE_ANEW: &[&str] =
    &["page_marks", "invalidations", "seaql_migrations", "instance_metrics", "cluster_metrics", "cluster_events"];

/// What a copy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be kept, and perhaps restored weeks later.
    Backup,
    /// To go on with at once, on another database.
    Move,
}

impl Purpose {
    /// The tables that go along.
    pub fn tables(self) -> impl Iterator<Item = &'static CopiedTable> {
        COPIED.iter().chain((self == Self::Move).then_some(&SIGNED_IN))
    }
}

/// The table of this name, if it is one that can be in a copy.
pub fn named(name: &str) -> Option<&'static CopiedTable> {
    Purpose::Move.tables().find(|table| table.name == name)
}

/// What a column holds, said the same of both engines.
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
}

impl ColumnKind {
    fn declared(words: &str) -> Option<Self> {
        match words.to_ascii_lowercase().as_str() {
            "bigint" | "integer" => Some(Self::Number),
            "boolean" => Some(Self::Truth),
            "text" => Some(Self::Text),
            "timestamp" | "timestamp with time zone" => Some(Self::Moment),
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
    match there(db).await?.iter().find(|name| named(name).is_none() && !MADE_ANEW.contains(&name.as_str())) {
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
