//! When each schedule adds its next job.

use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "schedules")]
pub struct Model {
    /// The kind of its jobs.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub next_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
