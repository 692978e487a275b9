//! Comments: threads with one visible level of nesting.
//!
//! `write` writing, changing, deleting · `insert` the rows of a new comment, `statement` the same as one
//! statement of PostgreSQL · `mentions` members whom a text names ·
//! `moderate` moderation by staff · `newest` those beside a board's list · this file: finders.

mod insert;
pub mod mentions;
pub mod moderate;
pub mod newest;
mod statement;
mod write;

use super::boards::{Board, Boards};
use super::posts::{self, Post, State};
use super::{Action, Actor, Error, Resource, Result};
use crate::clock::OffsetDateTime;
use crate::db::Template;
use crate::domain::files::{File, of_comments};
use crate::domain::{CommentId, PostId, UserId};
use crate::entity::comment::{self, Column, Entity};
use crate::entity::user;
use sea_orm::sea_query::{Expr, ExprTrait, Func, JoinType, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, FromQueryResult, PaginatorTrait, PartialModelTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, RelationDef, Select,
};

pub(in crate::domain) use write::excerpt;
pub use write::{New, Typed, check_writable, create, destroy, insert, topic, update};

/// Comments on one page of a thread.
pub const PAGE_SIZE: usize = 100;

/// A comment as its post's page shows it to one reader. `body`, `html` and `files` are empty where the reader may not see them.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "comment::Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Comment {
    pub id: CommentId,
    pub post_id: PostId,
    pub author_id: UserId,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    pub author: String,
    #[sea_orm(from_expr = "user::Column::Avatar.into_expr()")]
    pub author_avatar: Option<String>,
    pub root_id: Option<CommentId>,
    pub parent_id: Option<CommentId>,
    #[sea_orm(from_expr = "Expr::col((PARENT_AUTHOR, user::Column::Name))")]
    pub parent_author: Option<String>,
    #[sea_orm(from_col = "content")]
    pub body: String,
    pub html: String,
    pub state: State,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
    pub state_by: Option<UserId>,
    #[sea_orm(from_expr = "of_comments::count()")]
    pub file_count: i64,
    #[sea_orm(skip)]
    pub files: Vec<File>,
}

impl Comment {
    /// The top-level comment of its thread.
    pub fn thread(&self) -> CommentId {
        self.root_id.unwrap_or(self.id)
    }

    /// Whether this person may change it: its author, with today's right to comment on its board.
    pub fn editable_by(&self, actor: Option<&Actor>, board: &Board) -> bool {
        let own = |a: &Actor| a.id == self.author_id && board.takes_comments_from(Some(a));
        self.state == State::Shown && actor.is_some_and(own)
    }

    /// Whether this person may delete it. Its author may not once staff have hidden it.
    pub fn deletable_by(&self, actor: Option<&Actor>) -> bool {
        let own = |a: &Actor| a.id == self.author_id && a.may(Resource::Comment, Action::Delete) && self.state == State::Shown;
        self.state != State::Deleted && actor.is_some_and(|a| own(a) || a.may(Resource::Comment, Action::Moderate))
    }

    /// Whether staff hid or deleted it, and not its author.
    pub fn removed_by_staff(&self) -> bool {
        self.state_by.is_some_and(|by| by != self.author_id)
    }

    /// Whether this reader of its post may see its text and files: staff may where it is hidden, nobody where it is deleted.
    pub fn is_in_sight(&self, actor: Option<&Actor>) -> bool {
        match self.state {
            State::Shown => true,
            State::Hidden => moderates(actor),
            State::Deleted => false,
        }
    }

    /// Without its text where this reader may not see it.
    fn for_reader(mut self, actor: Option<&Actor>) -> Self {
        if !self.is_in_sight(actor) {
            self.body.clear();
            self.html.clear();
        }
        self
    }
}

/// Whether this person sees the text of hidden comments.
pub fn moderates(actor: Option<&Actor>) -> bool {
    actor.is_some_and(|a| a.may(Resource::Comment, Action::Moderate))
}

/// The comment that one answers, and its author, as joined.
const PARENT: &str = "parent";
const PARENT_AUTHOR: &str = "parent_author";

/// Comments with the names of their authors and of those whom they answer.
fn with_authors() -> Select<Entity> {
    let parent = Entity::belongs_to(Entity).from(Column::ParentId).to(Column::Id);
    let author = Entity::belongs_to(user::Entity).from(Column::AuthorId).to(user::Column::Id);
    Entity::find().inner_join(user::Entity).join_as(JoinType::LeftJoin, parent.into(), PARENT).join_as(
        JoinType::LeftJoin,
        RelationDef::from(author).from_alias(PARENT),
        PARENT_AUTHOR,
    )
}

/// The top-level comment of a comment's thread; the expression of the index `comments_thread`.
fn thread() -> SimpleExpr {
    Func::coalesce([Column::RootId.into_expr(), Column::Id.into_expr()]).into()
}

/// A page of a post's comments, in the order in which they are read.
#[derive(Debug)]
pub struct Listing {
    /// The comments.
    pub comments: Vec<Comment>,
    /// How many pages there are.
    pub pages: i64,
}

/// One page of the comments of a post that this person may read. A post rarely has more than one page; only then are they
/// counted.
pub async fn list(db: &impl ConnectionTrait, actor: Option<&Actor>, post: &Post, page: i64) -> Result<Listing> {
    let skip = (page.clamp(1, i64::MAX) - 1).saturating_mul(PAGE_SIZE as i64);
    let select = |post: i64| {
        let found = with_authors().filter(Column::PostId.eq(post)).order_by_asc(thread()).order_by_asc(Column::Id);
        Comment::select_cols(found.limit(PAGE_SIZE as u64 + 1).offset(skip as u64).select_only())
    };
    // Nearly every thread has one page.
    static FIRST_PAGE: Template = Template::new();
    let engine = db.get_database_backend();
    let statement = match skip {
        0 => FIRST_PAGE.fill(engine, |[post]| select(post).build(engine), [post.id.0]),
        _ => select(post.id.0).build(engine),
    };
    let mut rows = Comment::find_by_statement(statement).all(db).await?;
    let more = rows.len() > PAGE_SIZE;
    rows.truncate(PAGE_SIZE);
    let mut pages = 1;
    if page > 1 || more {
        let all = Entity::find().filter(Column::PostId.eq(post.id)).count(db).await? as i64;
        pages = (all + PAGE_SIZE as i64 - 1) / PAGE_SIZE as i64;
        // A thread that began on an earlier page: its first comment is repeated, so that the answers are shown below it.
        if let Some(root) = rows.first().and_then(|first| first.root_id) {
            rows.insert(0, find(db, root).await?);
        }
    }
    let mut comments: Vec<Comment> = rows.into_iter().map(|row| row.for_reader(actor)).collect();
    add_files(db, actor, &mut comments).await?;
    Ok(Listing { comments, pages })
}

/// Where a comment is shown.
#[derive(Debug)]
pub struct CommentPlace {
    /// The post.
    pub post: Post,
    /// The page of its comments.
    pub page: i64,
}

/// Where a comment stands on a post that this person may read.
///
/// # Errors
/// `NotFound`.
pub async fn find_place(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, id: CommentId) -> Result<CommentPlace> {
    let comment = find(db, id).await?;
    let post = posts::find_readable(db, actor, boards, comment.post_id).await?;
    let same_thread = thread().eq(comment.thread()).and(Column::Id.lt(comment.id));
    let before = thread().lt(comment.thread()).or(same_thread);
    let page = Entity::find().filter(Column::PostId.eq(post.id)).filter(before).count(db).await? as i64 / PAGE_SIZE as i64 + 1;
    Ok(CommentPlace { post, page })
}

/// Comments written after one on a post that this reader may read, oldest first: what an event stream missed.
pub async fn since(db: &impl ConnectionTrait, post: &Post, after: CommentId) -> Result<Vec<Comment>> {
    let found = with_authors()
        .filter(Column::PostId.eq(post.id))
        .filter(Column::Id.gt(after))
        .filter(Column::State.eq(State::Shown))
        .order_by_asc(Column::Id)
        .limit(PAGE_SIZE as u64);
    let mut fresh = found.into_partial_model().all(db).await?;
    add_files(db, None, &mut fresh).await?;
    Ok(fresh)
}

/// Loads the files of comments that this reader may see. One statement, none where no comment has files.
async fn add_files(db: &impl ConnectionTrait, actor: Option<&Actor>, comments: &mut [Comment]) -> Result<()> {
    let with_files = comments.iter().filter(|comment| comment.file_count > 0 && comment.is_in_sight(actor));
    let ids: Vec<CommentId> = with_files.map(|comment| comment.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    for (id, file) in of_comments::of_comments(db, &ids).await? {
        if let Some(comment) = comments.iter_mut().find(|comment| comment.id == id) {
            comment.files.push(file);
        }
    }
    Ok(())
}

/// One comment, without a check of rights: callers check who may read it.
///
/// # Errors
/// `NotFound`.
async fn find(db: &impl ConnectionTrait, id: CommentId) -> Result<Comment> {
    static FIND: Template = Template::new();
    let engine = db.get_database_backend();
    let build = |[id]: [i64; 1]| Comment::select_cols(with_authors().filter(Column::Id.eq(id)).select_only()).build(engine);
    Comment::find_by_statement(FIND.fill(engine, build, [id.0])).one(db).await?.ok_or(Error::NotFound)
}

/// A comment that this person may change, with its post.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not change it.
pub async fn find_editable(db: &impl ConnectionTrait, actor: &Actor, id: CommentId) -> Result<(Comment, Post)> {
    let boards = Boards::read(db).await?;
    let (comment, post) = find_readable(db, Some(actor), &boards, id).await?;
    let board = boards.find_readable(Some(actor), post.board_id)?;
    let may = post.state == State::Shown && comment.editable_by(Some(actor), board);
    if may { Ok((comment, post)) } else { Err(Error::Forbidden) }
}

/// A comment that this person may delete, with its post.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not delete it.
pub async fn find_deletable(db: &impl ConnectionTrait, actor: &Actor, boards: &Boards, id: CommentId) -> Result<(Comment, Post)> {
    let (comment, post) = find_readable(db, Some(actor), boards, id).await?;
    if comment.deletable_by(Some(actor)) { Ok((comment, post)) } else { Err(Error::Forbidden) }
}

/// A comment that this person may read on a post that they may read, with the post. Hidden and deleted ones are there for
/// staff.
///
/// # Errors
/// `NotFound`.
pub async fn find_readable(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, id: CommentId) -> Result<(Comment, Post)> {
    let mut comment = find(db, id).await?;
    let post = posts::find_readable(db, actor, boards, comment.post_id).await?;
    if comment.state != State::Shown && !moderates(actor) {
        return Err(Error::NotFound);
    }
    add_files(db, actor, std::slice::from_mut(&mut comment)).await?;
    Ok((comment, post))
}
