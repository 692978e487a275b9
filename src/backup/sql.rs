//! Statements that the builder cannot say: catalogues, sequences.

use super::Result;
use crate::db::query;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};

#[derive(FromQueryResult)]
struct TableName {
    name: String,
}

/// The names of the tables that a database has. Each engine has a catalogue of its own.
pub(super) async fn tables(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    let ask = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT CAST(tablename AS TEXT) AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1",
    };
    let rows: Vec<TableName> = query::all(db, ask, []).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// A column as its table was declared.
#[derive(FromQueryResult)]
pub(super) struct DeclaredColumn {
    pub name: String,
    pub kind: String,
}

/// A table's columns, in their order, from the engine's catalogue.
pub(super) async fn columns(db: &impl ConnectionTrait, table: &str) -> Result<Vec<DeclaredColumn>> {
    let ask = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS kind FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
        _ => "SELECT name, type AS kind FROM pragma_table_info($1) ORDER BY cid",
    };
    Ok(query::all(db, ask, [table.into()]).await?)
}

/// The highest id that was ever given out. On PostgreSQL others may have taken more since this transaction began: the
/// sequence is then ahead of the rows, which does no harm. The builder knows no sequences.
pub(super) async fn last_id(tx: &impl ConnectionTrait, table: &str) -> Result<i64> {
    let given = match tx.get_database_backend() {
        DbBackend::Postgres => format!("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {table}_id_seq"),
        _ => format!("SELECT seq FROM sqlite_sequence WHERE name = '{table}'"),
    };
    Ok(query::number(tx, &given, []).await?.unwrap_or(0))
}

/// Makes PostgreSQL give out ids after this one: a sequence that has given out nothing stands before 1.
pub(super) async fn go_on_after(tx: &impl ConnectionTrait, table: &str, last: i64) -> Result<()> {
    query::number(tx, &format!("SELECT setval('{table}_id_seq', GREATEST($1, 1), $1 > 0)"), [last.into()]).await?;
    Ok(())
}

/// Makes PostgreSQL go on giving out places by latest comment after the last one.
pub(super) async fn go_on_after_last_bump(tx: &impl ConnectionTrait) -> Result<()> {
    query::number(tx, "SELECT setval('posts_bump_seq', GREATEST(MAX(bump), 1), COUNT(*) > 0) FROM posts", []).await?;
    Ok(())
}
