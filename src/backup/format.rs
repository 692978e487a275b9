//! The lines of a copy, and how a reader knows that none of them is missing or was changed.
//!
//! A copy is text, one JSON value a line, so that it can be read without MinSchool
//! (`age --decrypt -i key copy.age | zcat | less`):
//!
//! ```text
//! {"head":{"format":2,"version":"0.1.0","made_at":"2026-11-22T18:30:04.123Z","steps":["m0001_people", …]}}
//! {"table":{"name":"roles","columns":[["id","number"],["slug","text"], …],"counter":3}}
//! [1,"admin","관리자",true,"2026-11-01T09:00:00Z"]                 a row; moments in RFC 3339, UTC; bytes in Base64
//! {"digest":{"table":"roles","rows":3,"sha256":"…"}}               of the rows' lines, line feeds included
//! … the other tables …
//! {"end":{"tables":11}}                                           without it the copy is not whole
//! ```
//!
//! `counter` is the highest id that was ever given out: ids of deleted rows are not given out again.
//!
//! Ours and not `pg_dump` or restic: a copy moves between SQLite and PostgreSQL and is checked row by row.

use super::tables::{self, ColumnKind};
use super::{BackupError, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The format's number. In the second one the bytes of files lie beside the backup (`contents`).
pub const FORMAT: u32 = 2;
/// The oldest one that is read; a reader refuses what is older or newer.
const OLDEST: u32 = 1;

/// A line that is not a row.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The first line.
    Head(Head),
    /// A table begins.
    Table(Table),
    /// A table is over.
    TableDigest(TableDigest),
    /// The last line.
    End {
        /// How many tables there were.
        tables: usize,
    },
    /// In a file: a row whose bytes lie beside it.
    Kept(Kept),
}

/// A row whose bytes lie beside the backup (`contents`). The digest of its table is that of the whole row.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    /// Its values but the last.
    pub values: Vec<serde_json::Value>,
    /// Where the last one is.
    pub at: String,
}

impl Record {
    /// As a line, without its line feed.
    ///
    /// # Errors
    /// None that is known of: all keys are text.
    pub fn line(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| BackupError::doing("writing a line", e))
    }
}

/// The head of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// See [`FORMAT`].
    pub format: u32,
    /// The version that made it.
    pub version: String,
    /// When the backup was taken, in RFC 3339.
    pub made_at: String,
    /// The steps of the schema, oldest first.
    pub steps: Vec<String>,
}

/// What follows: rows of this table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    /// Its columns, in the order of each row's values.
    pub columns: Vec<(String, ColumnKind)>,
    /// The highest id ever given out, where the database counts them.
    pub counter: Option<i64>,
}

/// What has gone by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDigest {
    /// The table's name.
    pub table: String,
    pub rows: u64,
    /// The SHA-256 of their lines.
    pub sha256: String,
}

/// The contents of a backup, written at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its first line.
    pub head: Head,
    pub tables: Vec<TableDigest>,
}

impl Manifest {
    /// The rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|digest| digest.rows).sum()
    }

    /// Whether another database holds the same rows, value for value.
    ///
    /// # Errors
    /// The first table that differs.
    pub fn same_rows(&self, other: &Self) -> Result<()> {
        for (ours, theirs) in self.tables.iter().zip(&other.tables) {
            if ours != theirs {
                return Err(BackupError(format!(
                    "{}: {} rows (sha256 {}), but {} rows (sha256 {}) were expected",
                    ours.table, theirs.rows, theirs.sha256, ours.rows, ours.sha256
                )));
            }
        }
        if self.tables.len() == other.tables.len() { Ok(()) } else { Err(BackupError("a table is missing".into())) }
    }
}

/// Counts the rows of one table.
#[derive(Default)]
pub struct Count {
    rows: u64,
    hash: Sha256,
}

impl Count {
    /// One more.
    pub fn row(&mut self, line: &str) {
        self.rows += 1;
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
    }

    pub fn digest(self, table: &str) -> TableDigest {
        TableDigest { table: table.to_owned(), rows: self.rows, sha256: hex::encode(self.hash.finalize()) }
    }
}

/// What a line was.
pub enum Seen<'a> {
    /// The first.
    Head(&'a Head),
    /// A table begins.
    Table(&'a Table),
    /// A row of the table that is open.
    Row,
    /// The open table is over, and was whole.
    TableOver,
    /// The copy is over, and was whole.
    Over,
}

/// Reads along and refuses what is not as it was written.
#[derive(Default)]
pub struct Checker {
    head: Option<Head>,
    open: Option<(Table, Count)>,
    tables: Vec<TableDigest>,
    over: bool,
}

impl Checker {
    /// Looks at the next line.
    ///
    /// # Errors
    /// It cannot stand here, or the rows before it are not those that were written.
    pub fn take(&mut self, line: &str) -> Result<Seen<'_>> {
        if line.starts_with('[') {
            let (_, count) = self.open.as_mut().filter(|_| !self.over).ok_or_else(|| strange(line))?;
            count.row(line);
            return Ok(Seen::Row);
        }
        match serde_json::from_str(line).map_err(|_| strange(line))? {
            Record::Head(head) if self.head.is_none() => self.head(head),
            Record::Table(table) if self.head.is_some() && self.open.is_none() && !self.over => self.table(table),
            Record::TableDigest(digest) => self.digest(&digest),
            Record::End { tables } if self.open.is_none() && self.head.is_some() && tables == self.tables.len() => {
                self.over = true;
                Ok(Seen::Over)
            }
            _ => Err(strange(line)),
        }
    }

    fn head(&mut self, head: Head) -> Result<Seen<'_>> {
        if !(OLDEST..=FORMAT).contains(&head.format) {
            return Err(BackupError(format!(
                "it is of format {}, which this version cannot read; use version {}",
                head.format, head.version
            )));
        }
        Ok(Seen::Head(self.head.insert(head)))
    }

    fn table(&mut self, table: Table) -> Result<Seen<'_>> {
        let plain = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let known = tables::named(&table.name).is_some() && !self.tables.iter().any(|digest| digest.table == table.name);
        // The names go into SQL.
        if !known || !table.columns.iter().all(|(name, _)| plain(name)) {
            return Err(BackupError(format!("the table \"{}\" cannot be in a copy", table.name)));
        }
        Ok(Seen::Table(&self.open.insert((table, Count::default())).0))
    }

    fn digest(&mut self, written: &TableDigest) -> Result<Seen<'_>> {
        let (table, count) = self.open.take().ok_or_else(|| BackupError("a tally without its table".into()))?;
        let found = count.digest(&table.name);
        if found != *written {
            return Err(BackupError(format!(
                "{}: it was changed after it was made: {} rows, of {} written; its checksum does not fit",
                table.name, found.rows, written.rows
            )));
        }
        self.tables.push(found);
        Ok(Seen::TableOver)
    }

    /// What was seen, once all of it was.
    ///
    /// # Errors
    /// The end is missing.
    pub fn finish(self) -> Result<Manifest> {
        match self.head {
            Some(head) if self.over => Ok(Manifest { head, tables: self.tables }),
            _ => Err(BackupError("it ends too early: it was not written to its end, or was cut".into())),
        }
    }
}

fn strange(line: &str) -> BackupError {
    BackupError(format!("this is not a line of a backup, or not in its place: {}", line.chars().take(60).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(rows: &[(&str, &[&str])]) -> Manifest {
        let head = Head { format: FORMAT, version: "0".into(), made_at: "now".into(), steps: Vec::new() };
        let digest = |(table, lines): &(&str, &[&str])| {
            let mut count = Count::default();
            lines.iter().for_each(|line| count.row(line));
            count.digest(table)
        };
        Manifest { head, tables: rows.iter().map(digest).collect() }
    }

    #[test]
    fn two_houses_are_the_same_when_every_row_is() {
        let sample = manifest(&[("roles", &["[1]", "[2]"]), ("users", &[])]);

        assert!(sample.same_rows(&sample.clone()).is_ok());
        for other in
            [&[("roles", &["[1]"][..]), ("users", &[])][..], &[("roles", &["[1]", "[3]"]), ("users", &[])], &[("roles", &["[1]", "[2]"])]]
        {
            assert!(sample.same_rows(&manifest(other)).is_err(), "{other:?}");
        }
    }
}
