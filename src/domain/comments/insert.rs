//! The rows of a new comment, and the transaction that writes them; PostgreSQL takes those without files in one statement (`statement`).

use super::write::Recipient;
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::files::of_comments::{self, Ready};
use crate::domain::idempotency::Uncommitted;
use crate::domain::search::{self, Doc, FileOwner, Grams};
use crate::domain::{BoardId, CommentId, Context, PostId, Result, UserId, notifications, posts, users};
use crate::entity::post::State;
use crate::entity::{comment, post};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{ExprTrait, Query, SimpleExpr, UpdateStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};

/// The text of a comment, in each form in which it is stored.
pub(super) struct Text {
    pub content: String,
    pub html: String,
    pub grams: Grams,
}

/// A comment that may be written.
pub(super) struct Rows {
    pub post: PostId,
    pub author: UserId,
    pub root: Option<CommentId>,
    pub parent: Option<CommentId>,
    pub text: Text,
    pub recipients: Vec<Recipient>,
    pub now: OffsetDateTime,
}

/// A comment that may be written if its post is shown on one of these boards, and the comment that it answers is shown.
pub(super) struct OpenRows {
    /// Boards that every member may read, and to which its author may write comments.
    pub boards: Vec<BoardId>,
    pub post: PostId,
    pub author: UserId,
    pub parent: Option<CommentId>,
    pub text: Text,
    pub now: OffsetDateTime,
}

/// Writes a comment and its files.
pub(super) async fn in_a_transaction(ctx: &Context, rows: Rows, files: &[Ready]) -> Result<Uncommitted<CommentId>> {
    let tx = query::begin(&ctx.db).await?;
    let bumped = query::some(tx.query_one(&bump(tx.get_database_backend(), rows.post.into(), rows.now.into())).await?, "a post")?;
    let (board, state): (_, State) = (bumped.try_get_by_index(1)?, bumped.try_get_by_index(2)?);
    let row = comment::ActiveModel {
        post_id: Set(rows.post),
        author_id: Set(rows.author),
        root_id: Set(rows.root),
        parent_id: Set(rows.parent),
        content: Set(rows.text.content),
        html: Set(rows.text.html),
        created_at: Set(rows.now),
        ..Default::default()
    };
    let id = comment::Entity::insert(row).exec(&tx).await?.last_insert_id;
    let is_shown = state == State::Shown;
    search::put(&tx, Doc::comment(id, (rows.post, board), rows.author, rows.now, is_shown, rows.text.grams)).await?;
    let owner = FileOwner { post_id: rows.post, board_id: board, author_id: rows.author, is_shown };
    of_comments::store(&tx, id, owner, files, rows.now).await?;
    users::count_comments(&tx, rows.author, 1).await?;
    notifications::insert(&tx, &rows.recipients, rows.author, rows.post, id, rows.now).await?;
    Ok(Uncommitted { tx, id })
}

/// Moves the post to the top of its list. Its row is changed first: that makes concurrent comments take turns, so that a post's
/// comments are numbered in the order in which they are committed, and a stream that knows one number has seen all below it. Gives
/// its id, board and state as they are then.
pub(super) fn bump(engine: DbBackend, post: SimpleExpr, now: SimpleExpr) -> UpdateStatement {
    use post::Column::{BoardId, Bump, CommentCount, Id, LastCommentAt, State};
    let update = post::Entity::update_many()
        .col_expr(CommentCount, CommentCount.into_expr().add(1))
        .col_expr(LastCommentAt, now)
        .col_expr(Bump, posts::next_bump(engine));
    update.filter(Id.into_expr().eq(post)).into_query().returning(Query::returning().columns([Id, BoardId, State])).to_owned()
}
