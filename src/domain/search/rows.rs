//! Reads the rows of hits, as the page of results needs them.

use super::find::{Found, Hit};
use super::index::FilePage;
use crate::clock::OffsetDateTime;
use crate::domain::{BoardId, CommentId, PostId, UserId};
use crate::entity::file::FileId;
use crate::entity::{comment, file, file_text_page, post, user};
use crate::files::text::without_marks;
use crate::search::plain_text;
use sea_orm::sea_query::{ExprTrait, Func, SimpleExpr};
use sea_orm::{ColumnTrait, DerivePartialModel, EntityTrait, JoinType, QuerySelect, QueryTrait, Select};

#[derive(DerivePartialModel)]
#[sea_orm(entity = "post::Entity")]
pub(super) struct PostRow {
    pub id: PostId,
    board_id: BoardId,
    author_id: UserId,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    author: String,
    title: String,
    html: String,
    created_at: OffsetDateTime,
}

impl From<PostRow> for Hit {
    fn from(row: PostRow) -> Self {
        let (author, text) = ((row.author_id, row.author), plain_text(&row.html));
        let found = Found::Post { post: row.id, board: row.board_id };
        Self { found, title: row.title, post_title: String::new(), text, author, created_at: row.created_at }
    }
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "comment::Entity")]
pub(super) struct CommentRow {
    pub id: CommentId,
    #[sea_orm(from_expr = "post::Column::BoardId.into_expr()")]
    board_id: BoardId,
    author_id: UserId,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    author: String,
    #[sea_orm(from_expr = "post::Column::Title.into_expr()")]
    title: String,
    html: String,
    created_at: OffsetDateTime,
}

impl From<CommentRow> for Hit {
    fn from(row: CommentRow) -> Self {
        let (author, text) = ((row.author_id, row.author), plain_text(&row.html));
        let found = Found::Comment { comment: row.id, board: row.board_id };
        Self { found, title: row.title, post_title: String::new(), text, author, created_at: row.created_at }
    }
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "user::Entity")]
pub(super) struct MemberRow {
    pub id: UserId,
    name: String,
    created_at: OffsetDateTime,
}

impl From<MemberRow> for Hit {
    fn from(row: MemberRow) -> Self {
        let author = (row.id, row.name.clone());
        let (title, found) = (row.name, Found::Member(row.id));
        Self { found, title, post_title: String::new(), text: String::new(), author, created_at: row.created_at }
    }
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "file::Entity")]
pub(super) struct FileRow {
    id: FileId,
    name: String,
    created_at: OffsetDateTime,
    #[sea_orm(from_expr = "file_text_page::Column::Number.into_expr()")]
    number: Option<i64>,
    #[sea_orm(from_expr = "file_text_page::Column::Text.into_expr()")]
    text: Option<String>,
    #[sea_orm(from_expr = "post::Column::Id.into_expr()")]
    post_id: PostId,
    #[sea_orm(from_expr = "post::Column::BoardId.into_expr()")]
    board_id: BoardId,
    #[sea_orm(from_expr = "post::Column::Title.into_expr()")]
    post_title: String,
    comment_id: Option<CommentId>,
    #[sea_orm(from_expr = "user::Column::Id.into_expr()")]
    author_id: UserId,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    author: String,
}

impl FileRow {
    /// Pages of files, each with the post that it belongs to, by itself or by a comment.
    pub fn find() -> Select<file::Entity> {
        use {comment::Column as Comment, file::Column as File, post::Column as Post};
        let either = |one: SimpleExpr, other: SimpleExpr| SimpleExpr::from(Func::coalesce([one, other]));
        let text = file::Entity::belongs_to(file_text_page::Entity).from(File::BlobId).to(file_text_page::Column::BlobId);
        let comment = file::Entity::belongs_to(comment::Entity).from(File::CommentId).to(Comment::Id);
        let mut found = file::Entity::find().join(JoinType::LeftJoin, text.into()).join(JoinType::LeftJoin, comment.into());
        let post = either(File::PostId.into_expr(), Comment::PostId.into_expr());
        let author = either(Comment::AuthorId.into_expr(), Post::AuthorId.into_expr());
        QueryTrait::query(&mut found)
            .inner_join(post::Entity, Post::Id.into_expr().eq(post))
            .inner_join(user::Entity, user::Column::Id.into_expr().eq(author));
        found
    }

    pub fn page(&self) -> FilePage {
        FilePage::new(self.id, self.number.unwrap_or(1))
    }
}

impl From<FileRow> for Hit {
    fn from(row: FileRow) -> Self {
        let (page, post, board) = (row.page().number, row.post_id, row.board_id);
        let found = Found::File { file: row.id, page, post, comment: row.comment_id, board };
        let (text, author) = (without_marks(&row.text.unwrap_or_default()), (row.author_id, row.author));
        Self { found, title: row.name, post_title: row.post_title, text, author, created_at: row.created_at }
    }
}
