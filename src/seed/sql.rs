//! Statements that the query builder cannot express.

use crate::db::query;
use crate::domain::Result;
use sea_orm::{ConnectionTrait, DbBackend};

/// A column whose values PostgreSQL draws from a sequence.
pub(super) struct Counter {
    pub table: &'static str,
    pub column: &'static str,
    pub sequence: &'static str,
}

/// Takes `n` numbers in a row and gives the first. As text: the builder knows no sequences.
pub(super) async fn reserve(db: &impl ConnectionTrait, counter: &Counter, n: usize) -> Result<i64> {
    let Counter { table, column, sequence } = counter;
    let (sql, values) = if db.get_database_backend() == DbBackend::Postgres && n > 0 {
        let next = format!(
            "SELECT setval('{sequence}', GREATEST((SELECT COALESCE(MAX({column}), 0) FROM {table}), \
             (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {sequence})) + $1) - $1 + 1"
        );
        (next, vec![(n as i64).into()])
    } else {
        // SQLite counts on from the greatest id by itself.
        (format!("SELECT COALESCE(MAX({column}), 0) + 1 FROM {table}"), Vec::new())
    };
    Ok(query::some(query::number(db, &sql, values).await?, "the next id")?)
}
