//! Transactions, and statements as text for what the builder cannot say: one text for both engines, numbered parameters.

use super::{Database, Transaction};
use sea_orm::sea_query::{Asterisk, Condition, Expr, Func, Query, SimpleExpr};
use sea_orm::{
    AccessMode, ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult, IsolationLevel,
    Iterable, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};

pub use super::database::{request, with_request};

/// All rows that a query finds.
pub async fn all<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>, DbErr> {
    let rows = db.query_all_raw(statement(db, sql, values)).await?;
    rows.iter().map(|row| T::from_query_result(row, "")).collect()
}

/// The first row that a query finds.
pub async fn one<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<T>, DbErr> {
    match db.query_one_raw(statement(db, sql, values)).await? {
        Some(row) => Ok(Some(T::from_query_result(&row, "")?)),
        None => Ok(None),
    }
}

/// The number in the first column of the first row.
pub async fn number(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Option<i64>, DbErr> {
    match db.query_one_raw(statement(db, sql, values)).await? {
        Some(row) => Ok(row.try_get_by_index(0)?),
        None => Ok(None),
    }
}

/// Runs a statement and returns how many rows it touched.
pub async fn run(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, DbErr> {
    Ok(db.execute_raw(statement(db, sql, values)).await?.rows_affected())
}

/// Begins a transaction that will write.
///
/// SQLite has one writer: a transaction that begins by reading and then wants to write is refused when
/// another came first, so it takes the write lock at once (`BEGIN IMMEDIATE`).
pub async fn begin(db: &Database) -> Result<Transaction, DbErr> {
    let db = db.connection().clone();
    uncut(async move {
        if db.get_database_backend() != DbBackend::Sqlite {
            return db.begin().await;
        }
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        db.begin_with_options(options).await
    })
    .await
}

/// Runs a BEGIN in a task of its own, so that it ends even where its caller is dropped meanwhile; the transaction is then
/// rolled back. sqlx 0.9 counts a transaction on PostgreSQL only after the answer to BEGIN: cut off before, it queues no
/// ROLLBACK, and the pool would hand the open transaction to the next request, whose writes would never be committed.
async fn uncut(begin: impl Future<Output = Result<DatabaseTransaction, DbErr>> + Send + 'static) -> Result<Transaction, DbErr> {
    match tokio::spawn(begin).await {
        Ok(begun) => begun.map(Transaction::new),
        Err(err) => Err(DbErr::Custom(format!("beginning a transaction: {err}"))),
    }
}

/// Begins a transaction that reads the database as of one moment, while others go on writing.
pub async fn begin_reading(db: &Database) -> Result<Transaction, DbErr> {
    let db = db.connection().clone();
    uncut(async move {
        if db.get_database_backend() != DbBackend::Postgres {
            // On SQLite every transaction reads as of the moment of its first statement.
            return db.begin().await;
        }
        db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await
    })
    .await
}

/// Values in one statement: PostgreSQL takes up to 65,535, SQLite 32,766.
const VALUES: usize = 6_000;

/// How many rows with so many values one statement should have.
pub fn rows_at_once(values: usize) -> usize {
    (VALUES / values).max(1)
}

/// Adds many rows, a statement for some hundreds of them.
pub async fn insert_many<A: ActiveModelTrait + Send>(tx: &Transaction, rows: Vec<A>) -> Result<(), DbErr> {
    let most = rows_at_once(<A::Entity as EntityTrait>::Column::iter().count());
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let part: Vec<A> = rows.by_ref().take(most).collect();
        A::Entity::insert_many(part).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// How many rows of a table a condition holds for, as a part of a statement.
pub fn count_rows(table: impl EntityTrait, of: Condition) -> SimpleExpr {
    Query::select().expr(Func::count(Expr::col(Asterisk))).from(table).cond_where(of).take().into()
}

/// A pattern for LIKE that finds `text` anywhere, with its wildcards made plain (escape character `\`).
pub fn containing(text: &str) -> String {
    let plain = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{plain}%")
}

/// `$from, $from+1, …`: places for `n` values of an IN list.
pub fn places(from: usize, n: usize) -> String {
    (from..from + n).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// A statement with its values, for those who look at its faults themselves.
pub(crate) fn statement(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// A row of a count, as `Internal` when the database gave none.
pub(crate) fn some<T>(found: Option<T>, what: &str) -> Result<T, DbErr> {
    found.ok_or_else(|| DbErr::Custom(format!("{what}: the database gave no row")))
}
