//! A comment.
#![expect(missing_docs, reason = "columns are named for what they hold; the others are explained")]

use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "comments")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub post_id: i64,
    pub author_id: i64,
    /// The top-level comment of its thread; none: it is one.
    pub root_id: Option<i64>,
    /// The comment it answers.
    pub parent_id: Option<i64>,
    pub body: String,
    pub html: String,
    /// `shown`, `hidden` or `deleted`.
    pub state: String,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
    pub state_by: Option<i64>,
    pub state_at: Option<OffsetDateTime>,
    pub state_reason: Option<String>,
}

/// Relations are spelled where they are joined, in `domain`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
