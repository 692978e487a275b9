//! Files of posts: attached to a draft, published with it, read by those who may read the post. Files of comments are sent with them.
//!
//! `attach` attaching and removing · `publish` what becomes of a draft's files when its post is published · `of_comments` files of comments
//! · `texts` the text of documents · `settle` contents that become ready · `room` the limit on all of them.
//!
//! A file may be read by those who may read what it belongs to, which is checked at each request: the files of a hidden post are hidden.

mod attach;
pub mod of_comments;
mod publish;
mod room;
mod settle;
pub mod texts;

use super::boards::{Board, Boards};
use super::drafts::Target;
use super::posts::list::Card;
use super::posts::{self, Post};
use super::{Actor, BoardId, CommentId, Error, PostId, Result, UserId};
use crate::entity::file::{Column, Entity};
use crate::entity::{blob, blob_variant, draft, file_change, file_text, post};
use sea_orm::sea_query::{Condition, ExprTrait, Func, IntoCondition, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QueryResult, QuerySelect, RelationDef,
    Select,
};
use serde::{Deserialize, Serialize};

pub use crate::entity::blob::{BlobId, ContentKind};
pub use crate::entity::blob_variant::Size;
pub use crate::entity::draft::DraftId;
pub use crate::entity::file::FileId;
pub use crate::entity::file_text::Outcome;
pub use attach::{attach, remove};
pub use room::{bytes_of_all, check_room};
pub use settle::Sent;

pub(in crate::domain) use attach::describe;
pub(in crate::domain) use publish::{check_described, publish};
pub(in crate::domain) use room::check_fits;
pub(in crate::domain) use settle::{Refused, settle, settling};

/// Largest file, in bytes.
pub const SIZE_MAX: u64 = 25 * 1024 * 1024;
/// Most files of a post,
pub const OF_POST_MAX: usize = 20;
/// and most bytes of them together.
pub const OF_POST_BYTES: u64 = 100 * 1024 * 1024;
/// Most bytes of a member's files.
pub const OF_MEMBER_BYTES: u64 = 1024 * 1024 * 1024;
/// Longest description of a picture, in characters.
pub const ALT_MAX: usize = 300;

/// A file as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult, Serialize, Deserialize)]
#[expect(missing_docs, reason = "columns")]
pub struct File {
    pub id: FileId,
    /// The draft that it is attached to; none once it is published.
    pub draft_id: Option<DraftId>,
    pub name: String,
    pub alt: String,
    pub size: i64,
    pub kind: ContentKind,
    /// Of a picture, in pixels.
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub is_animated: bool,
    /// The outcome of reading its text; none before.
    pub outcome: Option<Outcome>,
}

/// A file with what it holds, for one who may read it.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Content {
    pub id: FileId,
    pub name: String,
    pub blob_id: BlobId,
    pub sha256: String,
    pub size: i64,
    pub kind: ContentKind,
}

fn relation<To: EntityTrait>(from: Column, to: To, column: To::Column) -> RelationDef {
    Entity::belongs_to(to).from(from).to(column).into()
}

fn with_content() -> Select<Entity> {
    Entity::find()
        .select_only()
        .columns([Column::Id, Column::Name])
        .columns([blob::Column::Size, blob::Column::Kind, blob::Column::Width, blob::Column::Height, blob::Column::IsAnimated])
        .column(file_text::Column::Outcome)
        .join(JoinType::InnerJoin, relation(Column::BlobId, blob::Entity, blob::Column::Id))
        .join(JoinType::LeftJoin, relation(Column::BlobId, file_text::Entity, file_text::Column::BlobId))
}

/// The files of a post in their order, for one who reads the post.
pub async fn of_post(db: &impl ConnectionTrait, post: &Post) -> Result<Vec<File>> {
    let found = with_content().columns([Column::DraftId, Column::Alt]).filter(Column::PostId.eq(post.id));
    Ok(found.order_by_asc(Column::Id).into_model().all(db).await?)
}

#[derive(FromQueryResult)]
struct Listed {
    post_id: PostId,
    #[sea_orm(nested)]
    file: File,
}

/// Gives listed posts of these boards their files, where this person may read the board: who may only see its list reads neither names
/// nor descriptions. A statement at most.
pub(in crate::domain) async fn add_to(
    db: &impl ConnectionTrait,
    actor: Option<&Actor>,
    boards: &[&Board],
    posts: impl Iterator<Item = &mut Card>,
) -> Result<()> {
    let read: Vec<BoardId> = boards.iter().filter(|board| board.reads_for(actor)).map(|board| board.id).collect();
    let mut posts: Vec<&mut Card> = posts.filter(|post| read.contains(&post.board_id)).collect();
    if posts.is_empty() {
        return Ok(());
    }
    let of_posts = Column::PostId.is_in(posts.iter().map(|post| post.id));
    let found = with_content().columns([Column::PostId, Column::DraftId, Column::Alt]).filter(of_posts);
    let found: Vec<Listed> = found.order_by_asc(Column::Id).into_model().all(db).await?;
    for listed in found {
        if let Some(post) = posts.iter_mut().find(|post| post.id == listed.post_id) {
            post.files.push(listed.file);
        }
    }
    Ok(())
}

/// What an editor has: the files of the post that it changes, as they will be, and those of its draft.
pub async fn of_editor(db: &impl ConnectionTrait, member: &Actor, target: Target, draft: Option<DraftId>) -> Result<Vec<File>> {
    let mut of_either = Condition::any();
    if let Some(draft) = draft {
        of_either = of_either.add(Column::DraftId.in_subquery(own_draft(member, draft)));
    }
    if let Target::Edit(post) = target {
        of_either = of_either.add(Column::PostId.eq(post));
    }
    if of_either.is_empty() {
        return Ok(Vec::new());
    }
    let draft = draft.unwrap_or_default();
    let change = Entity::belongs_to(file_change::Entity).from(Column::Id).to(file_change::Column::FileId);
    let change = RelationDef::from(change).on_condition(move |_, _| file_change::Column::DraftId.eq(draft).into_condition());
    let alt: SimpleExpr = Func::coalesce([file_change::Column::Alt.into_expr(), Column::Alt.into_expr()]).into();
    let removed = Func::coalesce([file_change::Column::IsRemoved.into_expr(), false.into()]);
    let found = with_content()
        .column(Column::DraftId)
        .column_as(alt, "alt")
        .join(JoinType::LeftJoin, change)
        .filter(of_either)
        .filter(SimpleExpr::from(removed).eq(false));
    Ok(found.order_by_asc(Column::Id).into_model().all(db).await?)
}

fn own_draft(member: &Actor, draft: DraftId) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(draft::Column::Id)
        .from(draft::Entity)
        .and_where(draft::Column::Id.eq(draft))
        .and_where(draft::Column::UserId.eq(member.id))
        .take()
}

#[derive(FromQueryResult)]
struct Owner {
    comment_id: Option<CommentId>,
    /// Of the draft.
    user_id: Option<UserId>,
    board_id: Option<BoardId>,
    author_id: Option<UserId>,
    state: Option<posts::State>,
}

impl Owner {
    fn is_readable(&self, actor: Option<&Actor>, boards: &Boards) -> bool {
        match (self.board_id, self.author_id, self.state) {
            (Some(board), Some(author), Some(state)) => boards.find_readable(actor, board).is_ok() && posts::in_sight(state, author, actor),
            _ => self.user_id.is_some() && self.user_id == actor.map(|actor| actor.id),
        }
    }
}

/// A file that this person may read: with a post or a comment that they may read, or with a draft of their own.
///
/// # Errors
/// `NotFound`.
pub async fn find_readable(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, id: FileId) -> Result<Content> {
    Ok(Content::from_query_result(&row_for(db, actor, boards, id).await?.0, "")?)
}

/// The row of such a file: what it holds, what became of its text, and its post; beside it the post of its comment.
async fn row_for(
    db: &impl ConnectionTrait,
    actor: Option<&Actor>,
    boards: &Boards,
    id: FileId,
) -> Result<(QueryResult, Option<(CommentId, Post)>)> {
    let found = with_content()
        .columns([blob::Column::Sha256])
        .columns([Column::BlobId, Column::PostId, Column::CommentId])
        .column(file_text::Column::Pages)
        .join(JoinType::LeftJoin, relation(Column::PostId, post::Entity, post::Column::Id))
        .join(JoinType::LeftJoin, relation(Column::DraftId, draft::Entity, draft::Column::Id))
        .column_as(draft::Column::UserId, "user_id")
        .column_as(post::Column::BoardId, "board_id")
        .columns([post::Column::AuthorId, post::Column::State, post::Column::Title])
        .filter(Column::Id.eq(id))
        .filter(blob::Column::State.eq(blob::State::Ready));
    let row = db.query_one(&sea_orm::QueryTrait::into_query(found)).await?.ok_or(Error::NotFound)?;
    let owner = Owner::from_query_result(&row, "")?;
    match owner.comment_id {
        Some(comment) => Ok((row, Some((comment, of_comments::find_post(db, actor, boards, comment).await?)))),
        None if owner.is_readable(actor, boards) => Ok((row, None)),
        None => Err(Error::NotFound),
    }
}

/// The smaller one of a picture that was found readable; itself, where there is none of this size.
///
/// # Errors
/// The database's.
pub async fn sized(db: &impl ConnectionTrait, file: Content, size: Size) -> Result<Content> {
    let variant = Entity::find_by_id(file.id)
        .select_only()
        .columns([Column::Id, Column::Name])
        .join(JoinType::InnerJoin, relation(Column::BlobId, blob_variant::Entity, blob_variant::Column::BlobId))
        .join(
            JoinType::InnerJoin,
            blob_variant::Entity::belongs_to(blob::Entity).from(blob_variant::Column::VariantId).to(blob::Column::Id).into(),
        )
        .column_as(blob::Column::Id, "blob_id")
        .columns([blob::Column::Sha256, blob::Column::Size, blob::Column::Kind])
        .filter(blob_variant::Column::Size.eq(size));
    Ok(variant.into_model().one(db).await?.unwrap_or(file))
}

/// The post that a change of it is written for.
fn post_of(target: Target) -> Option<PostId> {
    match target {
        Target::New(_) => None,
        Target::Edit(post) => Some(post),
    }
}
