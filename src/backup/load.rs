//! Writes the lines of a copy into an empty database, in one transaction that is committed when the last line has been verified: a site
//! is restored whole or not at all.

use super::format::{Checker, Head, Manifest, Seen, Table};
use super::tables::{self, ColumnKind, Purpose};
use super::{BackupError, RecordStream, Result, sql};
use crate::clock::OffsetDateTime;
use crate::db::{Database, Transaction, query};
use crate::domain::epoch;
use crate::files::storage;
use crate::seed;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use migration::{Migrator, MigratorTrait, marks};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{ConnectionTrait, DbBackend, Value};
use serde_json::Value as Json;
use time::format_description::well_known::Rfc3339;

/// Rows that are put together before they are written,
const BATCH: usize = 1_000;
/// and characters of their lines: rows of files are large.
const BATCH_TEXT: usize = 4 * 1024 * 1024;

/// Writes a copy into a database that is empty, and brings its schema up to this version's.
///
/// # Errors
/// The database is not empty, and stays as it is; the copy is not whole, or of a newer version: the database is empty again.
pub async fn lines(db: &Database, mut lines: RecordStream) -> Result<Manifest> {
    if let Some(table) = tables::there(db).await?.first() {
        return Err(BackupError(format!(
            "the database is not empty (it has a table \"{table}\"), and nothing is ever written over what is there; name a new one: --into"
        )));
    }
    match all(db, &mut lines).await {
        Ok(manifest) => Ok(manifest),
        Err(err) => {
            empty(db).await;
            Err(err)
        }
    }
}

/// The database was empty before, so all that it has is ours.
async fn empty(db: &Database) {
    let done = Migrator::down(db.connection(), None).await;
    let forgotten = db.execute_unprepared("DROP TABLE IF EXISTS seaql_migrations").await;
    if let Some(err) = done.err().or(forgotten.err()) {
        tracing::warn!("what was begun could not be taken back ({err}); drop this database");
    }
}

async fn all(db: &Database, lines: &mut RecordStream) -> Result<Manifest> {
    let mut checker = Checker::default();
    let first = lines.recv().await.ok_or_else(|| BackupError("it is empty".into()))??;
    let steps = match checker.take(&first)? {
        Seen::Head(head) => steps(head)?,
        _ => return Err(BackupError("it does not begin as a backup does".into())),
    };
    // As the schema was: newer steps change the rows afterwards, as they would have done at home.
    Migrator::up(db.connection(), Some(steps)).await?;
    let tx = query::begin(db).await?;
    clear(&tx, steps).await?;
    rows(&tx, lines, &mut checker).await?;
    let manifest = checker.finish()?;
    check_files(&tx, steps as usize).await?;
    settle(&tx, steps as usize).await?;
    tx.commit().await?;
    Migrator::up(db.connection(), None).await?;
    seed::analyze(db).await?;
    Ok(manifest)
}

/// Whether the bytes of each file are those of its digest: a copy may have been made of a database that was damaged.
async fn check_files(tx: &Transaction, steps: usize) -> Result<()> {
    if migration::tables_after(steps).all(|table| table.name != "blobs") {
        return Ok(());
    }
    match storage::first_broken(tx).await? {
        None => Ok(()),
        Some(id) => Err(BackupError(format!("the bytes of content {id} are not those that were stored; take another copy"))),
    }
}

/// How many of our steps the copy was made on.
fn steps(head: &Head) -> Result<u32> {
    let ours: Vec<_> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    if head.steps.is_empty() || !ours.starts_with(&head.steps) {
        let newest = head.steps.last().map_or("", String::as_str);
        return Err(BackupError(format!(
            "it was made by another version ({}, with the step {newest}); restore it with that one",
            head.version
        )));
    }
    u32::try_from(head.steps.len()).map_err(|e| BackupError::doing("counting steps", e))
}

/// Deletes the rows and triggers that the migrations made: page marks are counted once at the end.
async fn clear(tx: &Transaction, steps: u32) -> Result<()> {
    tx.execute_unprepared(&marks::drop(tx.get_database_backend())).await?;
    let mut copied: Vec<&tables::Table> = Purpose::Move.tables_after(steps as usize).collect();
    copied.reverse();
    for table in copied {
        tx.execute(&Query::delete().from_table(table.name).take()).await?;
    }
    Ok(())
}

async fn rows(tx: &Transaction, lines: &mut RecordStream, checker: &mut Checker) -> Result<()> {
    let mut open: Option<(Table, Vec<Value>)> = None;
    let mut text = 0;
    while let Some(line) = lines.recv().await {
        let line = line?;
        match (checker.take(&line)?, &mut open) {
            (Seen::Table(table), _) => open = Some((table.clone(), Vec::new())),
            (Seen::Row, Some((table, values))) => {
                values.extend(parse(table, &line)?);
                text += line.len();
                if values.len() >= BATCH * table.columns.len() || text >= BATCH_TEXT {
                    text = 0;
                    write(tx, table, std::mem::take(values)).await?;
                }
            }
            (Seen::TableOver, Some((table, values))) => {
                write(tx, table, std::mem::take(values)).await?;
                count_on(tx, table).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn parse(table: &Table, line: &str) -> Result<Vec<Value>> {
    let values: Vec<Json> = serde_json::from_str(line).map_err(|e| BackupError::doing(&table.name, e))?;
    if values.len() != table.columns.len() {
        return Err(BackupError(format!("{}: a row has {} values for {} columns", table.name, values.len(), table.columns.len())));
    }
    let value = |(json, (name, kind)): (Json, &(String, ColumnKind))| {
        value(json, *kind).ok_or_else(|| BackupError(format!("{}.{name}: a value is not what its column holds", table.name)))
    };
    values.into_iter().zip(&table.columns).map(value).collect()
}

fn value(json: Json, kind: ColumnKind) -> Option<Value> {
    Some(match (kind, json) {
        (ColumnKind::Number, Json::Null) => None::<i64>.into(),
        (ColumnKind::Truth, Json::Null) => None::<bool>.into(),
        (ColumnKind::Text, Json::Null) => None::<String>.into(),
        (ColumnKind::Moment, Json::Null) => None::<OffsetDateTime>.into(),
        (ColumnKind::Bytes, Json::Null) => None::<Vec<u8>>.into(),
        (ColumnKind::Bytes, Json::String(text)) => BASE64_STANDARD.decode(text).ok()?.into(),
        (ColumnKind::Number, json) => json.as_i64()?.into(),
        (ColumnKind::Truth, json) => json.as_bool()?.into(),
        (ColumnKind::Text, Json::String(text)) => text.into(),
        (ColumnKind::Moment, json) => OffsetDateTime::parse(json.as_str()?, &Rfc3339).ok()?.into(),
        _ => return None,
    })
}

async fn write(tx: &Transaction, table: &Table, values: Vec<Value>) -> Result<()> {
    let width = table.columns.len();
    for part in values.chunks(query::rows_at_once(width) * width) {
        let mut insert = Query::insert();
        insert.into_table(table.name.clone()).columns(table.columns.iter().map(|(name, _)| name.clone()));
        for row in part.chunks(width) {
            insert.values(row.iter().cloned().map(SimpleExpr::from)).map_err(|e| BackupError::doing(&table.name, e))?;
        }
        tx.execute(&insert).await?;
    }
    Ok(())
}

/// Makes the database give out ids after the last one of the backup.
async fn count_on(tx: &Transaction, table: &Table) -> Result<()> {
    let Some(last) = table.counter else { return Ok(()) };
    let name = table.name.as_str();
    if tx.get_database_backend() == DbBackend::Postgres {
        return sql::go_on_after(tx, name, last).await;
    }
    tx.execute(&Query::delete().from_table("sqlite_sequence").and_where(Expr::col("name").eq(name)).take()).await?;
    let mut insert = Query::insert();
    insert.into_table("sqlite_sequence").columns(["name", "seq"]);
    insert.values([name.into(), last.into()]).map_err(|e| BackupError::doing(name, e))?;
    tx.execute(&insert).await?;
    Ok(())
}

/// Counts the marks, and goes on giving out places by latest comment after the last one.
async fn settle(tx: &Transaction, steps: usize) -> Result<()> {
    let engine = tx.get_database_backend();
    tx.execute_unprepared(&marks::rebuild(steps)).await?;
    tx.execute_unprepared(&marks::create(engine, steps)).await?;
    if engine == DbBackend::Postgres {
        sql::go_on_after_last_bump(tx).await?;
    }
    Ok(())
}

/// Makes a restored database the one that Redis' copies are compared with: all of them, of sessions and of pages, may be of
/// a time after the backup, and count as misses.
pub async fn distrust_copies(db: &Database, now: OffsetDateTime) -> Result<()> {
    Ok(epoch::leap(db, now).await?)
}
