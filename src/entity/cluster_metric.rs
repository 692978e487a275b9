//! What all instances share, a row a minute.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cluster_metrics")]
pub struct Model {
    /// Minutes since 1970.
    #[sea_orm(primary_key, auto_increment = false)]
    pub minute: i64,
    pub sessions: i64,
    pub online: i64,
    pub redis_clients: Option<i64>,
    /// Bytes.
    pub redis_memory: Option<i64>,
    /// A second.
    pub redis_commands: Option<i64>,
    pub redis_expired: Option<i64>,
    pub redis_evicted: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
