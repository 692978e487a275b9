//! Lists of posts: a board's pages, the newest of all, a member's.

use super::super::boards::{Board, Boards, Look};
use super::super::comments::newest::{self, NewComment};
use super::super::files::{self, File};
use super::super::{Action, Actor, Error, Resource, Result};
use super::{Post, State, sql};
use crate::clock::OffsetDateTime;
use crate::db::Template;
use crate::domain::{BoardId, PostId, UserId};
use crate::entity::post::{Column, Entity};
use crate::entity::{board, page_mark, user};
use migration::marks::RUN;
use sea_orm::sea_query::{
    Asterisk, Condition, Expr, ExprTrait, Func, IntoCondition, JoinType, Order, Query, SelectStatement, SimpleExpr, UnionType,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DerivePartialModel, EntityTrait, FromQueryResult, PartialModelTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Posts on one page of a board.
pub const PAGE: i64 = 20;
/// Notices above them.
const NOTICES: u64 = 5;
/// Boards, and newest posts of each, of which the first page can choose; a statement for more boards would be long.
const OVERVIEW_BOARDS: usize = 12;
const OVERVIEW: u64 = 10;
/// Newest posts among which the first page looks for those with the most comments.
const LATEST: u64 = 300;

/// A post as lists show it.
#[derive(Clone, Debug, DerivePartialModel, Serialize, Deserialize)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Card {
    pub id: PostId,
    pub board_id: BoardId,
    pub author_id: UserId,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    pub author: String,
    pub title: String,
    pub is_notice: bool,
    pub comment_count: i64,
    pub view_count: i64,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created_at: OffsetDateTime,
    pub state: State,
    /// Its files, where the list shows any.
    #[sea_orm(skip)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
}

pub use crate::entity::page_mark::Sort;

impl Sort {
    /// The column that orders the list.
    fn column(self) -> Column {
        match self {
            Self::New => Column::Id,
            Self::Active => Column::Bump,
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
    /// The newest comments, on the first page in the order of posts, for those who may read them. Pages that an earlier version kept
    /// in Redis have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<NewComment>,
}

/// A page of a board, for a person who may see its list. Two statements for a page of any number, one for files where the board shows
/// them, and beside these one for the newest comments on the first page: see [`Page::comments`].
///
/// # Errors
/// `NotFound`.
pub async fn page(db: &impl ConnectionTrait, actor: Option<&Actor>, board: &Board, sort: Sort, number: i64) -> Result<Page> {
    if !board.lists_for(actor) {
        return Err(Error::NotFound);
    }
    if number > 1 || sort != Sort::New {
        return posts_of(db, actor, board, sort, number).await;
    }
    let (page, comments) = tokio::try_join!(posts_of(db, actor, board, sort, number), newest::of_board(db, actor, board))?;
    Ok(Page { comments, ..page })
}

/// The page marks give the run of places in which the page begins, so OFFSET skips less than one run (see `migration::marks`).
async fn posts_of(db: &impl ConnectionTrait, actor: Option<&Actor>, board: &Board, sort: Sort, number: i64) -> Result<Page> {
    let skip = (number.clamp(1, i64::MAX) - 1).saturating_mul(PAGE);
    let start = sql::page_start(db, board.id, sort, skip).await?;
    let nothing = |total| Page { notices: Vec::new(), posts: Vec::new(), total, comments: Vec::new() };
    let Some(start) = start else { return Ok(nothing(0)) };
    if skip >= start.total {
        return Ok(nothing(start.total));
    }
    let column = sort.column();
    let posts = shown_on(board.id)
        .filter(column.lt((start.bucket + 1) * RUN))
        .order_by_desc(column)
        .limit(PAGE as u64)
        .offset((skip - start.above) as u64);
    let notices = shown_on(board.id).filter(Column::IsNotice.into_expr()).order_by_desc(Column::Id).limit(NOTICES);
    let parts = if number <= 1 { vec![(0, Column::Id, notices), (1, column, posts)] } else { vec![(1, column, posts)] };
    let rows = Placed::find_by_statement(db.get_database_backend().build(&union(parts))).all(db).await?;
    let (notices, mut posts): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.part == 0);
    // Notices are shown above the list, so the list leaves them out.
    posts.retain(|post| notices.iter().all(|notice| notice.card.id != post.card.id));
    let cards = |rows: Vec<Placed>| rows.into_iter().map(|row| row.card).collect();
    let mut posts: Vec<Card> = cards(posts);
    if board.look != Look::List {
        files::add_to(db, actor, &[board], posts.iter_mut()).await?;
    }
    Ok(Page { notices: cards(notices), posts, total: start.total, comments: Vec::new() })
}

fn shown_on(board: BoardId) -> Select<Entity> {
    Entity::find().inner_join(user::Entity).filter(Column::BoardId.eq(board)).filter(Column::State.eq(State::Shown))
}

/// Several lists in one statement, each in its own order. Each stands in a subquery, because SQLite takes no LIMIT inside a
/// UNION.
fn union(parts: Vec<(i32, Column, Select<Entity>)>) -> SelectStatement {
    let part = |(part, place, list): (i32, Column, Select<Entity>)| {
        let list = Card::select_cols(list.select_only()).expr_as(Expr::val(part), "part").expr_as(place.into_expr(), "place").into_query();
        Query::select().column(Asterisk).from_subquery(list, "list").take()
    };
    let mut parts = parts.into_iter().map(part);
    let mut all = parts.next().unwrap_or_default();
    parts.for_each(|next| {
        all.union(UnionType::All, next);
    });
    all.order_by("part", Order::Asc).order_by("place", Order::Desc).take()
}

struct Placed {
    card: Card,
    part: i32,
}

impl FromQueryResult for Placed {
    fn from_query_result(row: &sea_orm::QueryResult, prefix: &str) -> std::result::Result<Self, sea_orm::DbErr> {
        Ok(Self { card: Card::from_query_result(row, prefix)?, part: row.try_get(prefix, "part")? })
    }
}

/// Counts the latest changes of page marks into the marks, so that few of them have to be added up on each list.
pub async fn fold_marks(db: &impl ConnectionTrait) -> Result<()> {
    if db.get_database_backend() == DbBackend::Postgres {
        sql::fold_marks(db).await?;
    }
    Ok(())
}

/// What the first page shows of the boards that everybody may read: of each its notices and newest posts, and those of the newest
/// posts of all that have the most comments. Each post once, in one statement, and one more for the pictures of galleries.
pub async fn overview(db: &impl ConnectionTrait, boards: &Boards) -> Result<Vec<Card>> {
    let open: Vec<BoardId> = boards.open_to(None).take(OVERVIEW_BOARDS).map(|board| board.id).collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let of_board = |board: BoardId| {
        let notices = shown_on(board).filter(Column::IsNotice.into_expr()).order_by_desc(Column::Id).limit(NOTICES);
        [(0, Column::Id, notices), (0, Column::Id, shown_on(board).order_by_desc(Column::Id).limit(OVERVIEW))]
    };
    let latest = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::State.eq(State::Shown))
        .filter(Column::BoardId.is_in(open.iter().copied()));
    let latest = latest.order_by_desc(Column::Id).limit(LATEST).into_query();
    // In a subquery of its own, because a LIMIT within IN is not taken everywhere.
    let latest = Query::select().column(Column::Id).from_subquery(latest, "latest").take();
    let talked = Entity::find()
        .inner_join(user::Entity)
        .filter(Column::Id.in_subquery(latest))
        .order_by_desc(Column::CommentCount)
        .order_by_desc(Column::Id)
        .limit(OVERVIEW);
    let parts = open.iter().copied().flat_map(of_board).chain([(1, Column::CommentCount, talked)]).collect();
    let rows = Placed::find_by_statement(db.get_database_backend().build(&union(parts))).all(db).await?;
    let mut seen = BTreeSet::new();
    let mut cards: Vec<Card> = rows.into_iter().map(|row| row.card).filter(|card| seen.insert(card.id)).collect();
    let galleries: Vec<&Board> = boards.open_to(None).filter(|board| board.look == Look::Gallery).collect();
    files::add_to(db, None, &galleries, cards.iter_mut()).await?;
    Ok(cards)
}

/// A member's newest posts on the boards that are open to this person.
pub async fn by_author(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, author: UserId, limit: u64) -> Result<Vec<Card>> {
    newest(db, boards.open_to(actor), Column::AuthorId.eq(author).into_condition(), limit).await
}

async fn newest<'a>(
    db: &impl ConnectionTrait,
    boards: impl Iterator<Item = &'a Board>,
    condition: Condition,
    limit: u64,
) -> Result<Vec<Card>> {
    let boards: Vec<BoardId> = boards.map(|board| board.id).collect();
    if boards.is_empty() {
        return Ok(Vec::new());
    }
    let found = Entity::find()
        .inner_join(user::Entity)
        .filter(condition)
        .filter(Column::State.eq(State::Shown))
        .filter(Column::BoardId.is_in(boards))
        .order_by_desc(Column::Id)
        .limit(limit);
    Ok(found.into_partial_model().all(db).await?)
}

/// A post beside another.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Neighbour {
    pub id: PostId,
    pub title: String,
}

/// The posts just older and just newer than one, on its board; none for a reader who may not see what is on the board.
pub async fn neighbours(
    db: &impl ConnectionTrait,
    actor: Option<&Actor>,
    board: &Board,
    post: &Post,
) -> Result<(Option<Neighbour>, Option<Neighbour>)> {
    if !board.lists_for(actor) {
        return Ok((None, None));
    }
    let (older, newer): (Vec<_>, Vec<_>) = find_beside(db, board.id, post.id).await?.into_iter().partition(|row| row.id < post.id);
    Ok((older.into_iter().next(), newer.into_iter().next()))
}

async fn find_beside(db: &impl ConnectionTrait, board: BoardId, post: PostId) -> Result<Vec<Neighbour>> {
    static BESIDE: Template = Template::new();
    let engine = db.get_database_backend();
    let statement = BESIDE.fill(engine, |[board, post]| engine.build(&beside(board, post)), [board.0, post.0]);
    Ok(Neighbour::find_by_statement(statement).all(db).await?)
}

/// The posts just older and just newer than one, for those who make their pages out of date.
pub(super) async fn ids_beside(db: &impl ConnectionTrait, board: BoardId, post: PostId) -> Result<Vec<PostId>> {
    Ok(find_beside(db, board, post).await?.into_iter().map(|row| row.id).collect())
}

fn beside(board: i64, post: i64) -> SelectStatement {
    let nearest = |side: SimpleExpr, order: Order| {
        let nearest = Query::select()
            .columns([Column::Id, Column::Title])
            .from(Entity)
            .and_where(Column::BoardId.eq(board))
            .and_where(Column::State.eq(State::Shown))
            .and_where(side)
            .order_by(Column::Id, order)
            .limit(1)
            .take();
        Query::select().column(Asterisk).from_subquery(nearest, "beside").take()
    };
    let mut both = nearest(Column::Id.lt(post), Order::Desc);
    both.union(UnionType::All, nearest(Column::Id.gt(post), Order::Asc));
    both
}

/// A board in the list of boards.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Summary {
    pub board_id: BoardId,
    pub posts: i64,
    pub latest_id: Option<PostId>,
    pub latest_title: Option<String>,
    pub latest_at: Option<OffsetDateTime>,
}

/// How many posts each board shows that this person may see, and its newest one where they may read it.
pub async fn summaries(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards) -> Result<Vec<Summary>> {
    let of_board = |column: SimpleExpr| column.equals((board::Entity, board::Column::Id));
    let latest = Query::select()
        .expr(Expr::col(("latest", Column::Id)).max())
        .from_as(Entity, "latest")
        .and_where(of_board(Expr::col(("latest", Column::BoardId))))
        .and_where(Expr::col(("latest", Column::State)).eq(State::Shown))
        .take();
    let shown = Query::select()
        .expr(sum_of_shown())
        .from(page_mark::Entity)
        .and_where(of_board(page_mark::Column::BoardId.into_expr()))
        .and_where(page_mark::Column::Sort.eq(Sort::New))
        .take();
    let select = Query::select()
        .expr_as(board::Column::Id.into_expr(), "board_id")
        .expr_as(shown, "posts")
        .expr_as(Column::Id.into_expr(), "latest_id")
        .expr_as(Column::Title.into_expr(), "latest_title")
        .expr_as(Column::CreatedAt.into_expr(), "latest_at")
        .from(board::Entity)
        .join(JoinType::LeftJoin, Entity, Column::Id.into_expr().eq(latest))
        .take();
    let all = Summary::find_by_statement(db.get_database_backend().build(&select)).all(db).await?;
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
/// `Forbidden`.
pub async fn counts(db: &impl ConnectionTrait, actor: &Actor) -> Result<BTreeMap<BoardId, i64>> {
    actor.must(Resource::Board, Action::Manage)?;
    let sums = page_mark::Entity::find()
        .select_only()
        .column(page_mark::Column::BoardId)
        .expr(sum_of_shown())
        .filter(page_mark::Column::Sort.eq(Sort::New))
        .group_by(page_mark::Column::BoardId);
    Ok(sums.into_tuple::<(BoardId, i64)>().all(db).await?.into_iter().collect())
}

/// PostgreSQL's sum of integers is a decimal.
fn sum_of_shown() -> SimpleExpr {
    Func::coalesce([page_mark::Column::Shown.into_expr().sum(), 0.into()]).cast_as("BIGINT")
}
