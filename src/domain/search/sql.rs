//! Statements on the two inverted indexes, which the query builder does not know: FTS5 of SQLite, arrays under GIN on PostgreSQL.

use super::Kind;
use super::index::{array, words};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::{BoardId, Result, UserId};
use crate::entity::search_doc::SearchDocId;
use migration::{SEARCH_AUTHORS, SEARCH_NUMBERS as NUMBERS};
use sea_orm::{ActiveEnum, ConnectionTrait, DbBackend, DbErr, FromQueryResult, Value};

/// Stores the words of a document in SQLite's index.
pub(super) async fn set_words(tx: &impl ConnectionTrait, id: SearchDocId, words: &str) -> Result<()> {
    query::run(tx, "INSERT OR REPLACE INTO search_grams (rowid, grams) VALUES ($1, $2)", [id.into(), words.into()]).await?;
    Ok(())
}

/// Deletes documents from SQLite's index, before their rows are deleted. It has no columns to which a builder could refer.
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

/// Which documents are wanted.
pub(super) struct Wanted<'a> {
    pub grams: &'a [i32],
    pub above: SearchDocId,
    pub below: SearchDocId,
    pub boards: &'a [BoardId],
    /// Only of these kinds; empty: of any.
    pub kinds: &'a [Kind],
    pub author: Option<UserId>,
    pub since: OffsetDateTime,
    pub limit: i64,
    /// Only shown ones.
    pub is_shown: bool,
}

/// The newest documents between two ids.
pub(super) async fn candidates(db: &impl ConnectionTrait, wanted: &Wanted<'_>) -> Result<Vec<Candidate>, DbErr> {
    let (numbers, sql) = match db.get_database_backend() {
        DbBackend::Postgres => (numbers(wanted), in_postgres(wanted)),
        _ => (words(wanted.grams), in_sqlite(wanted)),
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

fn conditions(wanted: &Wanted<'_>, id: &str) -> String {
    let places = query::places(7, wanted.boards.len());
    let boards = if places.is_empty() { "NULL" } else { &places };
    let kinds = query::places(7 + wanted.boards.len(), wanted.kinds.len());
    let kinds = if kinds.is_empty() { String::new() } else { format!("d.kind IN ({kinds}) AND ") };
    let shown = if wanted.is_shown { "d.shown AND " } else { "" };
    format!(
        "{shown}{kinds}{id} < $2 AND {id} > $4 AND d.created_at >= $3 \
         AND (CAST($5 AS BIGINT) = 0 OR d.author_id = $5) AND (d.board_id IS NULL OR d.board_id IN ({boards}))"
    )
}

/// Words side by side must all be there. They are numbers, so nothing in them means anything to FTS5, which gives the newest first.
fn in_sqlite(wanted: &Wanted<'_>) -> String {
    format!(
        "SELECT d.id, d.kind, d.ref_id FROM search_grams g CROSS JOIN search_docs d ON d.id = g.rowid \
         WHERE g.search_grams MATCH $1 AND {} ORDER BY g.rowid DESC LIMIT $6",
        conditions(wanted, "g.rowid")
    )
}

/// The numbers of a text, and that of its author (`m0017_search_spans`).
fn numbers(wanted: &Wanted<'_>) -> String {
    let author = wanted.author.map(|author| (-4 - author.0 % SEARCH_AUTHORS * 4) as i32);
    array(&wanted.grams.iter().copied().chain(author).collect::<Vec<_>>())
}

/// Spans of ids as `m0017_search_spans` numbers them: the first number of a size, and how many bits of an id lie within.
const SPANS: [(&str, i64, u32); 3] = [("near", 1, 12), ("further", 2, 15), ("far", 3, 18)];

/// GIN returns all documents that contain some numbers, in no order: of a frequent word these are a hundred thousand, and each is read. So
/// the newest span of ids and the one before it are searched first, and a larger span only where they contained too few. `+ 0` keeps the
/// planner from reading the primary key of the whole table beside.
fn in_postgres(wanted: &Wanted<'_>) -> String {
    let conditions = conditions(wanted, "d.id + 0");
    let matching = |more: &str| {
        format!("SELECT d.id, d.kind, d.ref_id FROM search_docs d WHERE {NUMBERS} @> CAST($1 AS INTEGER[]) AND {more}{conditions}")
    };
    let mut parts = vec!["top AS MATERIALIZED (SELECT LEAST($2 - 1, COALESCE((SELECT MAX(id) FROM search_docs), 0)) AS id)".to_owned()];
    let mut is_too_little = String::new();
    for (name, first, bits) in SPANS {
        let number = |back: i64| format!("(-{first} - ((id >> {bits}) - {back}) * 4)::INTEGER");
        let spans = format!("{NUMBERS} && (SELECT ARRAY[{}, {}] FROM top) AND ", number(0), number(1));
        parts.push(format!("{name} AS MATERIALIZED ({})", matching(&format!("{is_too_little}{spans}"))));
        let lowest = format!("(SELECT ((id >> {bits}) - 1) << {bits} FROM top)");
        let oldest = format!("(SELECT o.created_at FROM search_docs o WHERE o.id >= {lowest} ORDER BY o.id LIMIT 1)");
        is_too_little += &format!("(SELECT COUNT(*) FROM {name}) < $6 AND {lowest} > $4 AND {oldest} >= $3 AND ");
    }
    parts.push(format!("everywhere AS MATERIALIZED ({})", matching(&is_too_little)));
    let all = ["near", "further", "far", "everywhere"].map(|part| format!("SELECT id, kind, ref_id FROM {part}")).join(" UNION ");
    format!("WITH {} {all} ORDER BY id DESC LIMIT $6", parts.join(", "))
}
