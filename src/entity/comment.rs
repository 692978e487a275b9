//! Comments.

use super::ids::{CommentId, PostId, UserId};
use super::post::State;
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "comments")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: CommentId,
    pub post_id: PostId,
    pub author_id: UserId,
    /// The top-level comment of its thread; none: it is one.
    pub root_id: Option<CommentId>,
    /// The comment that it answers.
    pub parent_id: Option<CommentId>,
    /// Markdown as typed.
    pub content: String,
    /// The sanitised HTML of `content`.
    pub html: String,
    pub state: State,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
    pub state_by: Option<UserId>,
    pub state_at: Option<OffsetDateTime>,
    pub state_reason: Option<String>,
    #[sea_orm(belongs_to, from = "author_id", to = "id")]
    pub author: BelongsTo<super::user::Entity>,
    #[sea_orm(belongs_to, from = "post_id", to = "id")]
    pub post: BelongsTo<super::post::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
