//! Posts.
//!
//! `list` lists of posts · `write` writing, changing, deleting · `moderate` moderation by staff · this file: finders.

pub mod list;
pub mod moderate;
mod sql;
mod write;

use super::boards::{Board, Boards};
use super::{Action, Actor, Error, Resource, Result};
use crate::clock::OffsetDateTime;
use crate::db::{Template, query};
use crate::domain::{BoardId, CommentId, PostId, UserId};
use crate::entity::{comment, file, post, user};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DerivePartialModel, EntityTrait, FromQueryResult, PartialModelTrait, QuerySelect, QueryTrait,
};

pub(in crate::domain) use write::shown_by;
pub use write::{Draft, create, destroy, update};

pub use crate::entity::post::State;

impl State {
    /// The word in forms and in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Hidden => "hidden",
            Self::Deleted => "deleted",
        }
    }

    /// The state with this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Shown, Self::Hidden, Self::Deleted].into_iter().find(|state| state.as_str() == word)
    }

    /// By how much the counts of shown rows change when a row enters this state, and the states from which they change. A row that
    /// enters it from another state leaves them as they are.
    pub(in crate::domain) fn counted_from(self) -> (i64, &'static [Self]) {
        match self {
            Self::Shown => (1, &[Self::Hidden, Self::Deleted]),
            Self::Hidden | Self::Deleted => (-1, &[Self::Shown]),
        }
    }

    /// The state from which a row enters this one without changing the counts.
    pub(in crate::domain) fn uncounted_from(self) -> Option<Self> {
        match self {
            Self::Shown => None,
            Self::Hidden => Some(Self::Deleted),
            Self::Deleted => Some(Self::Hidden),
        }
    }
}

/// A post as its page shows it. Only the finders of this file construct one, after checking that its reader may read it: a function
/// that takes a `&Post` need not check again.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "post::Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Post {
    pub id: PostId,
    pub board_id: BoardId,
    pub author_id: UserId,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    pub author: String,
    #[sea_orm(from_expr = "user::Column::Avatar.into_expr()")]
    pub author_avatar: Option<String>,
    pub title: String,
    #[sea_orm(from_col = "content")]
    pub body: String,
    pub html: String,
    pub state: State,
    pub is_notice: bool,
    pub comment_count: i64,
    /// 0 where there is none.
    #[sea_orm(from_expr = "newest_comment()")]
    pub newest_comment: CommentId,
    pub view_count: i64,
    #[sea_orm(from_expr = "file_count()")]
    pub file_count: i64,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
    pub edited_by: Option<UserId>,
    /// Counted up by each change of title or text.
    pub revision: i64,
    pub state_reason: Option<String>,
    /// Of a private type, so that no other file can construct a `Post`.
    #[sea_orm(skip)]
    _checked: Checked,
}

/// Private to this file.
#[derive(Clone, Copy, Debug, Default)]
struct Checked;

impl Post {
    /// Whether this person may change it, on its board: who wrote it needs today's right to write there.
    pub fn editable_by(&self, actor: Option<&Actor>, board: &Board) -> bool {
        let own = |a: &Actor| a.id == self.author_id && board.takes_posts_from(Some(a));
        self.state == State::Shown && actor.is_some_and(|a| own(a) || a.may(Resource::Post, Action::Moderate))
    }

    /// Whether this person may delete it. Its author may not once staff have hidden it: the reason would be deleted with it.
    pub fn deletable_by(&self, actor: Option<&Actor>) -> bool {
        let own = |a: &Actor| a.id == self.author_id && a.may(Resource::Post, Action::Delete) && self.state == State::Shown;
        self.state != State::Deleted && actor.is_some_and(|a| own(a) || a.may(Resource::Post, Action::Moderate))
    }

    /// Whether it was last changed by staff and not by its author.
    pub fn edited_by_staff(&self) -> bool {
        self.edited_by.is_some_and(|by| by != self.author_id)
    }
}

/// The id of the newest comment, in whatever state: an event stream begins after it.
fn newest_comment() -> SimpleExpr {
    let newest = Query::select()
        .expr(comment::Column::Id.into_expr().max())
        .from(comment::Entity)
        .and_where(comment::Column::PostId.into_expr().equals((post::Entity, post::Column::Id)))
        .take();
    Func::coalesce([Expr::from(newest), 0.into()]).into()
}

/// The number of its files: a post without any needs no statement for them.
fn file_count() -> SimpleExpr {
    let of_post = file::Column::PostId.into_expr().equals((post::Entity, post::Column::Id));
    query::count_rows(file::Entity, Condition::all().add(of_post))
}

/// Whether a person may read a post of this author in this state, on a board that they may read. Hidden ones are there for
/// staff and for their authors, deleted ones for staff alone.
pub(in crate::domain) fn in_sight(state: State, author: UserId, actor: Option<&Actor>) -> bool {
    let staff = actor.is_some_and(|a| a.may(Resource::Post, Action::Moderate));
    // The author of a hidden post still sees it, and the reason.
    let own = state == State::Hidden && actor.is_some_and(|a| a.id == author);
    state == State::Shown || staff || own
}

/// A post that this person may read, on a board that they may read.
///
/// # Errors
/// `NotFound`.
pub async fn find_readable(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, id: PostId) -> Result<Post> {
    static FIND: Template = Template::new();
    let engine = db.get_database_backend();
    let build = |[id]: [i64; 1]| Post::select_cols(post::Entity::find_by_id(id).inner_join(user::Entity).select_only()).build(engine);
    in_sight_of(actor, boards, Post::find_by_statement(FIND.fill(engine, build, [id.0])).one(db).await?.ok_or(Error::NotFound)?)
}

/// A column that another noun selects beside a post, for the member who reads it (0: a visitor).
pub struct Beside {
    statement: Template,
    column: fn(UserId) -> SimpleExpr,
}

impl Beside {
    /// The column; it must name the reader.
    pub const fn new(column: fn(UserId) -> SimpleExpr) -> Self {
        Self { statement: Template::new(), column }
    }
}

/// A post that this person may read, and an id that another noun selects beside it, in one statement.
///
/// # Errors
/// `NotFound`.
pub async fn find_with(
    db: &impl ConnectionTrait,
    actor: Option<&Actor>,
    boards: &Boards,
    id: PostId,
    beside: &Beside,
) -> Result<(Post, Option<i64>)> {
    let engine = db.get_database_backend();
    let build = |[id, reader]: [i64; 2]| {
        let found = post::Entity::find_by_id(id).inner_join(user::Entity).select_only();
        Post::select_cols(found).expr_as((beside.column)(UserId(reader)), "beside").build(engine)
    };
    let reader = actor.map_or(0, |actor| actor.id.0);
    let row = db.query_one_raw(beside.statement.fill(engine, build, [id.0, reader])).await?.ok_or(Error::NotFound)?;
    let post = in_sight_of(actor, boards, Post::from_query_result(&row, "")?)?;
    Ok((post, row.try_get("", "beside")?))
}

fn in_sight_of(actor: Option<&Actor>, boards: &Boards, post: Post) -> Result<Post> {
    boards.find_readable(actor, post.board_id)?;
    if in_sight(post.state, post.author_id, actor) { Ok(post) } else { Err(Error::NotFound) }
}

/// What holds for the posts that this member may read, as in [`find_readable`].
pub(in crate::domain) fn readable(reader: &Actor, boards: &Boards) -> Condition {
    let ids: Vec<BoardId> = boards.readable(Some(reader)).map(|board| board.id).collect();
    let own = Condition::all().add(post::Column::State.eq(State::Hidden)).add(post::Column::AuthorId.eq(reader.id));
    let in_sight = Condition::any().add(post::Column::State.eq(State::Shown)).add(own);
    let all = reader.may(Resource::Post, Action::Moderate);
    Condition::all().add(post::Column::BoardId.is_in(ids)).add_option((!all).then_some(in_sight))
}

/// A post that this person may change, and its board.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not change it.
pub async fn find_editable(db: &impl ConnectionTrait, actor: &Actor, id: PostId) -> Result<(Post, Board)> {
    let boards = Boards::read(db).await?;
    let post = find_readable(db, Some(actor), &boards, id).await?;
    let board = boards.find_readable(Some(actor), post.board_id)?;
    if post.editable_by(Some(actor), board) { Ok((post, board.clone())) } else { Err(Error::Forbidden) }
}

/// A post that this person may delete, and its board.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not delete it.
pub async fn find_deletable(db: &impl ConnectionTrait, actor: &Actor, id: PostId) -> Result<(Post, Board)> {
    let boards = Boards::read(db).await?;
    let post = find_readable(db, Some(actor), &boards, id).await?;
    let board = boards.find_readable(Some(actor), post.board_id)?.clone();
    if post.deletable_by(Some(actor)) { Ok((post, board)) } else { Err(Error::Forbidden) }
}

/// The place of a post that moves to the top of the list by latest comment.
pub(super) fn next_bump(engine: DbBackend) -> SimpleExpr {
    match engine {
        DbBackend::Postgres => Func::cust("nextval").arg("posts_bump_seq").into(),
        // SQLite has one writer at a time, so no two posts draw the same number.
        _ => {
            let highest = Query::select().expr(post::Column::Bump.into_expr().max()).from(post::Entity).take();
            Expr::from(Func::coalesce([Expr::from(highest), 0.into()])).add(1)
        }
    }
}
