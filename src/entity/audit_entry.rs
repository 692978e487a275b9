//! What staff did.

use super::ids::{AuditId, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: AuditId,
    pub actor_id: Option<UserId>,
    pub actor_name: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<i64>,
    pub target_name: String,
    /// A JSON object of the fields that changed, before.
    pub before: String,
    /// The same fields, after.
    pub after: String,
    pub reason: String,
    pub ip: String,
    pub user_agent: String,
    pub created_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
