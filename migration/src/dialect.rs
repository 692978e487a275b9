//! The few words in which SQLite and PostgreSQL differ, so that a table is written once.

use sea_orm_migration::DbErr;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Runs SQL in which `{id}` is a growing 64-bit primary key and `{time}` a moment in UTC.
/// On PostgreSQL a moment is a real TIMESTAMPTZ, so that operators read it with psql. Several statements that are
/// sent at once are one transaction to PostgreSQL; `at_once` false sends each alone.
pub(crate) async fn run(db: &impl ConnectionTrait, sql: &str, at_once: bool) -> Result<(), DbErr> {
    let words = match db.get_database_backend() {
        DbBackend::Postgres => ["BIGSERIAL PRIMARY KEY", "TIMESTAMPTZ"],
        _ => ["INTEGER PRIMARY KEY AUTOINCREMENT", "TIMESTAMP"],
    };
    let sql = sql.replace("{id}", words[0]).replace("{time}", words[1]);
    if at_once {
        return db.execute_unprepared(&sql).await.map(|_| ());
    }
    for statement in sql.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        db.execute_unprepared(statement).await?;
    }
    Ok(())
}
