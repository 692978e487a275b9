//! Posts.

use super::ids::{BoardId, PostId, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;
use serde::{Deserialize, Serialize};

/// Whether readers see a post or a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// To everybody who may read the board.
    Shown,
    /// By staff; its author and staff still see it.
    Hidden,
    /// By its author or staff; staff can restore it.
    Deleted,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "posts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: PostId,
    pub board_id: BoardId,
    pub author_id: UserId,
    pub title: String,
    /// Markdown as typed.
    pub content: String,
    /// The sanitised HTML of `content`.
    pub html: String,
    pub state: State,
    pub is_notice: bool,
    /// Place in the list by latest comment; drawn from one growing counter.
    pub bump: i64,
    pub comment_count: i64,
    pub view_count: i64,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
    /// Who changed it last.
    pub edited_by: Option<UserId>,
    /// How often it was changed.
    pub revision: i64,
    pub last_comment_at: Option<OffsetDateTime>,
    pub state_by: Option<UserId>,
    pub state_at: Option<OffsetDateTime>,
    pub state_reason: Option<String>,
    #[sea_orm(belongs_to, from = "author_id", to = "id")]
    pub author: BelongsTo<super::user::Entity>,
    #[sea_orm(belongs_to, from = "board_id", to = "id")]
    pub board: BelongsTo<super::board::Entity>,
    #[sea_orm(has_many)]
    pub comments: HasMany<super::comment::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
