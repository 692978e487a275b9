//! Revisions: the text of a post or a comment before a change.

use super::ids::{CommentId, PostId, UserId, ids};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

ids! {
    /// A revision.
    RevisionId,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revisions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: RevisionId,
    pub post_id: Option<PostId>,
    pub comment_id: Option<CommentId>,
    /// Counted from 0, the text as it was first written.
    pub number: i64,
    /// Empty for comments.
    pub title: String,
    /// Markdown as typed.
    pub body: String,
    /// Who wrote this text.
    pub editor_id: UserId,
    pub written_at: OffsetDateTime,
    #[sea_orm(belongs_to, from = "editor_id", to = "id")]
    pub editor: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
