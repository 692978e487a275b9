//! What each instance measured, a row a minute.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "instance_metrics")]
pub struct Model {
    /// Minutes since 1970.
    #[sea_orm(primary_key, auto_increment = false)]
    pub minute: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub instance: String,
    /// Thousandths of a core.
    pub cpu: i64,
    /// Bytes.
    pub memory: i64,
    pub requests: i64,
    pub errors: i64,
    /// Microseconds.
    pub p50: Option<i64>,
    pub p95: Option<i64>,
    pub p99: Option<i64>,
    pub in_flight: i64,
    pub streams: i64,
    pub db_used: i64,
    pub db_idle: i64,
    pub db_max: i64,
}

impl ActiveModelBehavior for ActiveModel {}
