//! Reads a database as lines: all tables as of one moment, beside normal operation.

use super::format::{Count, FORMAT, Head, Record, Table};
use super::tables::{self, ColumnKind, Purpose};
use super::{BackupError, RecordSender, RecordStream, Result, pipe, sql};
use crate::clock::{Clock, OffsetDateTime};
use crate::db::sql::applied_migrations;
use crate::db::{Database, Transaction, query};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::TryStreamExt;
use sea_orm::sea_query::{Expr, Func, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult};
use serde_json::Value;
use std::pin::pin;
use time::format_description::well_known::Rfc3339;

/// Begins to read the records of a database.
pub fn lines(db: &Database, purpose: Purpose) -> RecordStream {
    let (sender, lines) = pipe();
    let db = db.clone();
    tokio::spawn(async move {
        if let Err(err) = send_records(&db, purpose, &sender).await {
            // A receiver that is gone has failed by itself.
            let _ = sender.send(Err(err)).await;
        }
    });
    lines
}

async fn send_records(db: &Database, purpose: Purpose, to: &RecordSender) -> Result<()> {
    let tx = query::begin_reading(db).await?;
    tables::check_known(&tx).await?;
    let head = Head { format: FORMAT, version: env!("CARGO_PKG_VERSION").into(), made_at: now()?, steps: applied_migrations(&tx).await? };
    let tables = purpose.tables_after(head.steps.len());
    send(to, Record::Head(head).line()?).await?;
    let mut written = 0;
    for table in tables {
        rows(&tx, table, to).await?;
        written += 1;
    }
    send(to, Record::End { tables: written }.line()?).await?;
    Ok(tx.rollback().await?)
}

async fn send(to: &RecordSender, line: String) -> Result<()> {
    to.send(Ok(line)).await.map_err(|_| BackupError("nobody listens any more".into()))
}

fn now() -> Result<String> {
    Clock::default().now().format(&Rfc3339).map_err(|e| BackupError::doing("writing the time", e))
}

async fn rows(tx: &Transaction, copied: &tables::Table, to: &RecordSender) -> Result<()> {
    let columns = tables::columns(tx, copied.name).await?;
    let counter = if copied.order == ["id"] { Some(sql::last_id(tx, copied.name).await?) } else { None };
    let table = Table { name: copied.name.into(), columns, counter };
    let query = select(tx.get_database_backend(), copied, &table);
    send(to, Record::Table(table.clone()).line()?).await?;
    let mut count = Count::default();
    let mut found = pin!(tx.stream(&query).await?);
    while let Some(row) = found.try_next().await? {
        let line = line(&table, &row)?;
        count.row(&line);
        send(to, line).await?;
    }
    send(to, Record::TableDigest(count.digest(copied.name)).line()?).await
}

fn select(engine: DbBackend, copied: &tables::Table, table: &Table) -> SelectStatement {
    let is_text = |name: &str| table.columns.iter().any(|(column, kind)| column == name && *kind == ColumnKind::Text);
    let mut select = Query::select();
    select.from(copied.name);
    for (name, _) in &table.columns {
        match copied.blank.contains(&name.as_str()) {
            // A NULL that has the column's type: PostgreSQL would take a plain one for text.
            true => select.expr(Func::cust("NULLIF").args([Expr::col(name.clone()), Expr::col(name.clone())])),
            false => select.column(name.clone()),
        };
    }
    for name in copied.order {
        // One order of words on both engines and in every locale, so that checksums can be compared.
        match engine {
            DbBackend::Postgres if is_text(name) => select.order_by_expr(Expr::cust(format!("\"{name}\" COLLATE \"C\"")), Order::Asc),
            _ => select.order_by(*name, Order::Asc),
        };
    }
    select
}

fn line(table: &Table, row: &QueryResult) -> Result<String> {
    let value = |(place, (_, kind)): (usize, &(String, ColumnKind))| -> Result<Value> {
        Ok(match kind {
            ColumnKind::Number => row.try_get_by_index::<Option<i64>>(place)?.into(),
            ColumnKind::Truth => row.try_get_by_index::<Option<bool>>(place)?.into(),
            ColumnKind::Text => row.try_get_by_index::<Option<String>>(place)?.into(),
            ColumnKind::Moment => row.try_get_by_index::<Option<OffsetDateTime>>(place)?.map(moment).transpose()?.into(),
            ColumnKind::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(place)?.map(|bytes| BASE64_STANDARD.encode(bytes)).into(),
        })
    };
    let values: Vec<Value> = table.columns.iter().enumerate().map(value).collect::<Result<_>>()?;
    serde_json::to_string(&values).map_err(|e| BackupError::doing("writing a row", e))
}

fn moment(at: OffsetDateTime) -> Result<String> {
    at.to_offset(time::UtcOffset::UTC).format(&Rfc3339).map_err(|e| BackupError::doing("writing a moment", e))
}
