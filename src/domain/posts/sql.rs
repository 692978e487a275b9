//! Statements that the query builder cannot say.

use crate::db::query;
use crate::domain::{BoardId, Result};
use crate::entity::page_mark::Sort;
use sea_orm::{ActiveEnum, ConnectionTrait, FromQueryResult};

/// The run of places in which a page of a list begins (see `migration::marks`).
#[derive(FromQueryResult)]
pub(super) struct PageStart {
    pub bucket: i64,
    /// Posts that stand above the run.
    pub above: i64,
    /// Posts in all.
    pub total: i64,
}

/// Counts the latest changes of page marks into the marks, by a common table expression that deletes. On PostgreSQL alone: SQLite
/// has no such changes.
pub(super) async fn fold_marks(db: &impl ConnectionTrait) -> Result<u64> {
    Ok(query::run(db, migration::marks::FOLD, []).await?)
}

/// Sums of page marks by window functions over a common table expression. For a page beyond the last one: the last run.
pub(super) async fn page_start(db: &impl ConnectionTrait, board: BoardId, sort: Sort, skip: i64) -> Result<Option<PageStart>> {
    let sql = "WITH runs AS (SELECT bucket, shown, \
          CAST(SUM(shown) OVER (ORDER BY bucket DESC) AS BIGINT) AS upto, CAST(SUM(shown) OVER () AS BIGINT) AS total \
          FROM page_mark_sums WHERE board_id = $1 AND sort = $2 AND shown > 0) \
        SELECT bucket, upto - shown AS above, total FROM runs WHERE upto > $3 OR upto = total ORDER BY bucket DESC LIMIT 1";
    Ok(query::one(db, sql, [board.into(), sort.to_value().into(), skip.into()]).await?)
}
