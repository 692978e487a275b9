//! What happened to instances, Redis and the database.

use super::ids::EventId;
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cluster_events")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: EventId,
    pub kind: String,
    /// The instance that it happened to.
    pub subject: String,
    /// The same for several instances that notice the same event.
    pub dedupe_key: i64,
    pub created_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
