//! Drafts.

use super::ids::{BoardId, PostId, UserId, ids};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

ids! {
    /// A draft.
    DraftId,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "drafts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: DraftId,
    pub user_id: UserId,
    /// The board of a new post.
    pub board_id: Option<BoardId>,
    /// The post that is being changed.
    pub post_id: Option<PostId>,
    pub title: String,
    pub body: String,
    pub is_notice: bool,
    /// The revision of the post that the editor showed.
    pub revision: Option<i64>,
    /// The form that saved it last.
    pub form: String,
    /// Counted up by each save.
    pub version: i64,
    /// Stored beside another draft, which a second window had saved.
    pub is_apart: bool,
    /// That other draft, which may be gone by now.
    pub conflicts_with: Option<DraftId>,
    pub saved_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
