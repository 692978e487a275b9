//! A post.
#![expect(missing_docs, reason = "columns are named for what they hold; the others are explained")]

use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "posts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub board_id: i64,
    pub author_id: i64,
    pub title: String,
    /// Markdown as typed.
    pub body: String,
    /// The sanitised HTML of `body`.
    pub html: String,
    /// `shown`, `hidden` or `deleted`.
    pub state: String,
    pub is_notice: bool,
    /// Place in the list by latest comment; drawn from one growing counter.
    pub bump: i64,
    pub comment_count: i64,
    pub view_count: i64,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
    pub last_comment_at: Option<OffsetDateTime>,
    pub state_by: Option<i64>,
    pub state_at: Option<OffsetDateTime>,
    pub state_reason: Option<String>,
}

/// Relations are spelled where they are joined, in `domain`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
