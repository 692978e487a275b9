//! Statements that the builder cannot say: PostgreSQL's advisory locks and the engines' catalogues.

use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// Takes an advisory lock until the end of the transaction. False: another connection has it.
pub async fn try_lock_transaction(tx: &impl ConnectionTrait, key: i64) -> Result<bool, DbErr> {
    ask(tx, &format!("SELECT pg_try_advisory_xact_lock({key}) AS found")).await
}

/// Takes an advisory lock for as long as the connection lives. False: another connection has it, and not shared.
pub async fn try_lock_connection(db: &impl ConnectionTrait, key: i64, shared: bool) -> Result<bool, DbErr> {
    let lock = if shared { "pg_try_advisory_lock_shared" } else { "pg_try_advisory_lock" };
    ask(db, &format!("SELECT {lock}({key}) AS found")).await
}

/// The names of the migrations that are applied, in their order; none in a database that was never migrated.
pub async fn applied_migrations(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let is_there = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT to_regclass('seaql_migrations') IS NOT NULL AS found",
        _ => "SELECT COUNT(*) > 0 AS found FROM sqlite_master WHERE name = 'seaql_migrations'",
    };
    if !ask(db, is_there).await? {
        return Ok(Vec::new());
    }
    let names = Query::select().column("version").from("seaql_migrations").take();
    let mut names: Vec<String> = db.query_all(&names).await?.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    // Their names begin with their number; the database's own order of words may be another.
    names.sort();
    Ok(names)
}

async fn ask(db: &impl ConnectionTrait, question: &str) -> Result<bool, DbErr> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), question)).await?;
    Ok(row.and_then(|row| row.try_get("", "found").ok()).unwrap_or(false))
}
