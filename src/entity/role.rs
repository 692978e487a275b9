//! Roles: what a member may do, by name.
#![expect(missing_docs, reason = "columns are named for what they hold; the others are explained")]

use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roles")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The name in code and sessions, such as `moderator`.
    pub slug: String,
    /// The name on screen.
    pub name: String,
    /// Built-in roles cannot be deleted.
    pub built_in: bool,
    pub created_at: OffsetDateTime,
}

/// Relations are spelled where they are joined, in `domain`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
