//! The few words in which SQLite and PostgreSQL differ, so that a table is written once; and how a step's statements run.

use sea_orm_migration::DbErr;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};
use std::time::{Duration, Instant};

/// Marks a statement of an online step that is run until it changes nothing more: see [`fill`].
const AGAIN: &str = "{again}";
/// Between two words about how far it is.
const PROGRESS: Duration = Duration::from_secs(5);

/// Runs SQL in which `{id}` is a growing 64-bit primary key, `{time}` a moment in UTC and `{bytes}` a string of bytes.
/// On PostgreSQL a moment is a real TIMESTAMPTZ, so that operators read it with psql. Several statements that are
/// sent at once are one transaction to PostgreSQL; `at_once` false sends each alone.
pub(crate) async fn run(db: &impl ConnectionTrait, sql: &str, at_once: bool) -> Result<(), DbErr> {
    let words = match db.get_database_backend() {
        DbBackend::Postgres => ["BIGSERIAL PRIMARY KEY", "TIMESTAMPTZ", "BYTEA"],
        _ => ["INTEGER PRIMARY KEY AUTOINCREMENT", "TIMESTAMP", "BLOB"],
    };
    let sql = sql.replace("{id}", words[0]).replace("{time}", words[1]).replace("{bytes}", words[2]);
    if at_once {
        return db.execute_unprepared(&sql).await.map(|_| ());
    }
    for statement in sql.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        match statement.strip_prefix(AGAIN) {
            Some(part) => fill(db, part.trim()).await.map(|_| ())?,
            None => db.execute_unprepared(statement).await.map(|_| ())?,
        }
    }
    Ok(())
}

/// Fills in a new column while people go on writing: a statement that changes some hundred rows which are not done yet
/// (`… WHERE id IN (SELECT id … WHERE new IS NULL LIMIT 500)`) is run again and again until it changes none. Each time is
/// a transaction of its own, so no row is locked for long, and a run that was cut goes on where it was. Logs how far it
/// is every five seconds, and gives the number of rows.
///
/// # Errors
/// The database's. What was filled in by then stays.
pub async fn fill(db: &impl ConnectionTrait, statement: &str) -> Result<u64, DbErr> {
    let (mut rows, mut reported) = (0, Instant::now());
    loop {
        let changed = db.execute_unprepared(statement).await?.rows_affected();
        if changed == 0 {
            return Ok(rows);
        }
        rows += changed;
        if reported.elapsed() >= PROGRESS {
            tracing::info!("{rows} rows are filled in: {statement}");
            reported = Instant::now();
        }
    }
}
