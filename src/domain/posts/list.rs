//! Lists of posts: a board's pages, the newest of all, a member's.

use super::super::boards::{Board, Boards};
use super::super::{Action, Actor, Error, Resource, Result};
use super::Post;
use crate::clock::OffsetDateTime;
use crate::db::query;
use migration::marks::RUN;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Posts on one page of a board.
pub const PAGE: i64 = 20;
/// Notices above them.
const NOTICES: i64 = 5;

/// A post as lists show it.
#[derive(Clone, Debug, FromQueryResult, Serialize, Deserialize)]
#[expect(missing_docs, reason = "columns")]
pub struct Card {
    pub id: i64,
    pub board_id: i64,
    pub author_id: i64,
    pub author: String,
    pub title: String,
    pub is_notice: bool,
    pub comment_count: i64,
    pub view_count: i64,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created_at: OffsetDateTime,
    pub state: String,
}

const COLUMNS: &str = "p.id, p.board_id, p.author_id, u.name AS author, p.title, p.is_notice, p.comment_count, \
    p.view_count, p.created_at, p.state";

/// The order of a board's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// By when they were written.
    Newest,
    /// By when they were last commented on.
    Active,
}

impl Sort {
    /// The list's name in the page marks, and the column that orders it.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Newest => ("new", "id"),
            Self::Active => ("active", "bump"),
        }
    }
}

/// One page of a board.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Page {
    /// Notices, on the first page.
    pub notices: Vec<Card>,
    /// The posts.
    pub posts: Vec<Card>,
    /// How many posts the board shows in all.
    pub total: i64,
}

#[derive(FromQueryResult)]
struct Mark {
    bucket: i64,
    above: i64,
    total: i64,
}

/// A page of a board for a person who may see what is on it, in two statements whatever its number: the marks say in which run of places the
/// page begins, and no more than one run is stepped over (see `migration::marks`).
///
/// # Errors
/// `NotFound`; the database's.
pub async fn page(db: &impl ConnectionTrait, actor: Option<&Actor>, board: &Board, sort: Sort, number: i64) -> Result<Page> {
    if !board.lists_for(actor) {
        return Err(Error::NotFound);
    }
    let board = board.id;
    let (list, place) = sort.words();
    let skip = (number.max(1) - 1).saturating_mul(PAGE);
    let mark: Option<Mark> = query::one(db, MARK, [board.into(), list.into(), skip.into()]).await?;
    let Some(mark) = mark else { return Ok(Page { notices: Vec::new(), posts: Vec::new(), total: 0 }) };
    if skip >= mark.total {
        return Ok(Page { notices: Vec::new(), posts: Vec::new(), total: mark.total });
    }
    let first = if number <= 1 { NOTICES } else { 0 };
    let sql = format!(
        "SELECT * FROM (SELECT {COLUMNS}, 0 AS part, p.id AS place FROM posts p JOIN users u ON u.id = p.author_id \
           WHERE p.board_id = $1 AND p.is_notice AND p.state = 'shown' ORDER BY p.id DESC LIMIT $2) AS n \
         UNION ALL SELECT * FROM (SELECT {COLUMNS}, 1 AS part, p.{place} AS place FROM posts p JOIN users u ON u.id = p.author_id \
           WHERE p.board_id = $1 AND p.state = 'shown' AND p.{place} < $3 ORDER BY p.{place} DESC LIMIT {PAGE} OFFSET $4) AS l \
         ORDER BY part, place DESC"
    );
    let values: [Value; 4] = [board.into(), first.into(), ((mark.bucket + 1) * RUN).into(), (skip - mark.above).into()];
    let rows: Vec<Placed> = query::all(db, &sql, values).await?;
    let (notices, mut posts): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.part == 0);
    // A notice that stands above is not read a second time in its place.
    posts.retain(|post| notices.iter().all(|notice| notice.card.id != post.card.id));
    let cards = |rows: Vec<Placed>| rows.into_iter().map(|row| row.card).collect();
    Ok(Page { notices: cards(notices), posts: cards(posts), total: mark.total })
}

/// The run in which the page begins: how many posts stand above it, and how many there are in all. For a
/// page beyond the last one, the last run.
const MARK: &str = "WITH runs AS (SELECT bucket, shown, \
      CAST(SUM(shown) OVER (ORDER BY bucket DESC) AS BIGINT) AS upto, CAST(SUM(shown) OVER () AS BIGINT) AS total \
      FROM page_marks WHERE board_id = $1 AND sort = $2 AND shown > 0) \
    SELECT bucket, upto - shown AS above, total FROM runs WHERE upto > $3 OR upto = total ORDER BY bucket DESC LIMIT 1";

struct Placed {
    card: Card,
    part: i32,
}

impl FromQueryResult for Placed {
    fn from_query_result(row: &sea_orm::QueryResult, prefix: &str) -> std::result::Result<Self, sea_orm::DbErr> {
        Ok(Self { card: Card::from_query_result(row, prefix)?, part: row.try_get(prefix, "part")? })
    }
}

/// The newest posts of the boards that everybody may read.
///
/// # Errors
/// The database's.
pub async fn recent(db: &impl ConnectionTrait, boards: &Boards, limit: i64) -> Result<Vec<Card>> {
    let open = boards.open_to(None).map(|board| board.id);
    newest(db, open.collect(), "p.id > $1", 0, limit).await
}

/// A member's newest posts on the boards that are open to this person.
///
/// # Errors
/// The database's.
pub async fn by_author(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, author: i64, limit: i64) -> Result<Vec<Card>> {
    let open = boards.open_to(actor).map(|board| board.id);
    newest(db, open.collect(), "p.author_id = $1", author, limit).await
}

async fn newest(db: &impl ConnectionTrait, boards: Vec<i64>, condition: &str, value: i64, limit: i64) -> Result<Vec<Card>> {
    if boards.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM posts p JOIN users u ON u.id = p.author_id \
         WHERE {condition} AND p.state = 'shown' AND p.board_id IN ({}) ORDER BY p.id DESC LIMIT $2",
        query::places(3, boards.len())
    );
    let values = [value, limit].into_iter().chain(boards).map(Value::from);
    Ok(query::all(db, &sql, values).await?)
}

/// A post beside another.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Neighbour {
    pub id: i64,
    pub title: String,
}

/// The posts just older and just newer than one, on its board; none for a reader who may not see what is on the board.
///
/// # Errors
/// The database's.
pub async fn neighbours(
    db: &impl ConnectionTrait,
    actor: Option<&Actor>,
    board: &Board,
    post: &Post,
) -> Result<(Option<Neighbour>, Option<Neighbour>)> {
    if !board.lists_for(actor) {
        return Ok((None, None));
    }
    let sql = "SELECT * FROM (SELECT id, title FROM posts WHERE board_id = $1 AND state = 'shown' AND id < $2 ORDER BY id DESC LIMIT 1) AS o \
               UNION ALL SELECT * FROM (SELECT id, title FROM posts WHERE board_id = $1 AND state = 'shown' AND id > $2 ORDER BY id LIMIT 1) AS n";
    let rows: Vec<Neighbour> = query::all(db, sql, [board.id.into(), post.id.into()]).await?;
    let (older, newer): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.id < post.id);
    Ok((older.into_iter().next(), newer.into_iter().next()))
}

/// A board in the list of boards.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Summary {
    pub board_id: i64,
    pub posts: i64,
    pub latest_id: Option<i64>,
    pub latest_title: Option<String>,
    pub latest_at: Option<OffsetDateTime>,
}

/// How many posts each board shows that this person may see, and its newest one where they may read it.
///
/// # Errors
/// The database's.
pub async fn summaries(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards) -> Result<Vec<Summary>> {
    let sql = "SELECT b.id AS board_id, \
               CAST((SELECT COALESCE(SUM(m.shown), 0) FROM page_marks m WHERE m.board_id = b.id AND m.sort = 'new') AS BIGINT) AS posts, \
               p.id AS latest_id, p.title AS latest_title, p.created_at AS latest_at \
               FROM boards b LEFT JOIN posts p ON p.id = \
               (SELECT MAX(l.id) FROM posts l WHERE l.board_id = b.id AND l.state = 'shown')";
    let all: Vec<Summary> = query::all(db, sql, []).await?;
    let board = |row: &Summary| boards.listed(actor).find(|board| board.id == row.board_id);
    let seen = all.into_iter().filter_map(|row| {
        let readable = board(&row)?.reads_for(actor);
        Some(if readable { row } else { Summary { latest_id: None, latest_title: None, latest_at: None, ..row } })
    });
    Ok(seen.collect())
}

/// How many posts each board shows, for those who manage boards.
///
/// # Errors
/// `Forbidden`; the database's.
pub async fn counts(db: &impl ConnectionTrait, actor: &Actor) -> Result<BTreeMap<i64, i64>> {
    actor.must(Resource::Board, Action::Manage)?;
    let sql = "SELECT board_id, CAST(SUM(shown) AS BIGINT) AS posts FROM page_marks WHERE sort = 'new' GROUP BY board_id";
    let rows: Vec<Count> = query::all(db, sql, []).await?;
    Ok(rows.into_iter().map(|row| (row.board_id, row.posts)).collect())
}

#[derive(FromQueryResult)]
struct Count {
    board_id: i64,
    posts: i64,
}
