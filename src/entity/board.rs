//! A board.
#![expect(missing_docs, reason = "columns are named for what they hold; the others are explained")]

use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "boards")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub slug: String,
    pub name: String,
    /// The name for English readers; empty: the Korean one.
    pub name_en: String,
    pub description: String,
    pub position: i64,
    pub list_access: String,
    pub read_access: String,
    pub write_access: String,
    pub comment_access: String,
    /// Archived boards can be read but not written to.
    pub archived: bool,
    pub created_at: OffsetDateTime,
}

/// Relations are spelled where they are joined, in `domain`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
