//! Statements on the two inverted indexes, which the query builder does not know: FTS5 of SQLite, arrays under GIN on PostgreSQL.

use super::Kind;
use super::index::{array, words};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::{BoardId, Result, UserId};
use crate::entity::search_doc::SearchDocId;
use sea_orm::{ActiveEnum, ConnectionTrait, DbBackend, DbErr, FromQueryResult, Value};

/// Stores the words of a document in SQLite's index.
pub(super) async fn set_words(tx: &impl ConnectionTrait, id: SearchDocId, words: &str) -> Result<()> {
    query::run(tx, "INSERT OR REPLACE INTO search_grams (rowid, grams) VALUES ($1, $2)", [id.into(), words.into()]).await?;
    Ok(())
}

/// Takes documents out of SQLite's index, before their rows go. It has no columns to which a builder could refer.
pub(super) async fn remove_words(tx: &impl ConnectionTrait, kind: Kind, first: i64, last: i64) -> Result<()> {
    let of = "SELECT id FROM search_docs WHERE kind = $1 AND ref_id BETWEEN $2 AND $3";
    let sql = format!("DELETE FROM search_grams WHERE rowid IN ({of})");
    query::run(tx, &sql, [kind.to_value().into(), first.into(), last.into()]).await?;
    Ok(())
}

/// A document that holds all numbers of a query.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct Candidate {
    pub id: SearchDocId,
    pub kind: Kind,
    pub ref_id: i64,
}

/// What documents are asked for.
pub(super) struct Wanted<'a> {
    pub grams: &'a [i32],
    pub above: SearchDocId,
    pub below: SearchDocId,
    pub boards: &'a [BoardId],
    /// Of these kinds alone; none: of any.
    pub kinds: &'a [Kind],
    pub author: Option<UserId>,
    pub since: OffsetDateTime,
    pub limit: i64,
    /// Only what is in sight.
    pub is_shown: bool,
}

/// The newest documents between two ids. The connections of searches plan each statement with its values (`plan_cache_mode`), which
/// takes conditions that ask for nothing away.
pub(super) async fn candidates(db: &impl ConnectionTrait, wanted: &Wanted<'_>) -> Result<Vec<Candidate>, DbErr> {
    let places = query::places(7, wanted.boards.len());
    let boards = if places.is_empty() { "NULL" } else { &places };
    let kinds = query::places(7 + wanted.boards.len(), wanted.kinds.len());
    let kinds = if kinds.is_empty() { String::new() } else { format!("d.kind IN ({kinds}) AND ") };
    let shown = if wanted.is_shown { "d.shown AND " } else { "" };
    let conditions = format!(
        "{shown}{kinds}d.id < $2 AND d.id > $4 AND d.created_at >= $3 \
         AND (CAST($5 AS BIGINT) = 0 OR d.author_id = $5) AND (d.board_id IS NULL OR d.board_id IN ({boards})) \
         ORDER BY d.id DESC LIMIT $6"
    );
    let (numbers, sql) = match db.get_database_backend() {
        DbBackend::Postgres => (
            array(wanted.grams),
            format!("SELECT d.id, d.kind, d.ref_id FROM search_docs d WHERE d.grams @> CAST($1 AS INTEGER[]) AND {conditions}"),
        ),
        _ => {
            let conditions = conditions.replace("d.id", "g.rowid");
            // Words side by side must all be there. They are numbers, so nothing in them means anything to FTS5.
            let sql = "SELECT d.id, d.kind, d.ref_id FROM search_grams g CROSS JOIN search_docs d ON d.id = g.rowid \
                 WHERE g.search_grams MATCH $1";
            (words(wanted.grams), format!("{sql} AND {conditions}"))
        }
    };
    let values: [Value; 6] = [
        numbers.into(),
        wanted.below.into(),
        wanted.since.into(),
        wanted.above.into(),
        wanted.author.map_or(0, |author| author.0).into(),
        wanted.limit.into(),
    ];
    let boards = wanted.boards.iter().map(|board| board.0.into());
    query::all(db, &sql, values.into_iter().chain(boards).chain(wanted.kinds.iter().map(|kind| kind.to_value().into()))).await
}
