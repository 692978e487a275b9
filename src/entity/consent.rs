//! What a member agreed to, and which text it was.
#![expect(missing_docs, reason = "columns are named for what they hold; the others are explained")]

use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consents")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub user_id: i64,
    /// `terms` or `privacy`.
    pub kind: String,
    pub version: String,
    pub agreed_at: OffsetDateTime,
}

/// Relations are spelled where they are joined, in `domain`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
