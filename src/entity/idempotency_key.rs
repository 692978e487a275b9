//! Forms that were answered, each with the row that it made or changed.

use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub result_id: i64,
    pub created_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
