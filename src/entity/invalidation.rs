//! Sessions and cached entries that copies in Redis and in other instances must not outlive.

use super::ids::InvalidationId;
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

/// What is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Topic {
    Session,
    CacheTag,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invalidations")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: InvalidationId,
    pub topic: Topic,
    /// The hash of a session's token, or the name of a cache tag.
    pub subject: String,
    /// The session's version; 0 for a cache tag.
    pub version: i64,
    pub created_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
