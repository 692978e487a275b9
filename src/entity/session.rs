//! Signed-in browsers.

use super::ids::{SessionId, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

/// Where a session is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Area {
    Site,
    Admin,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SessionId,
    /// SHA-256 of the token in hexadecimal; the token itself is stored nowhere.
    pub token_hash: String,
    pub user_id: UserId,
    pub area: Area,
    /// "Stay signed in".
    pub persistent: bool,
    /// Grows whenever the session's rights change; copies of an older version are void.
    pub version: i64,
    pub ip: String,
    pub user_agent: String,
    pub created_at: OffsetDateTime,
    pub last_seen_at: OffsetDateTime,
    /// End if it is not used.
    pub expires_at: OffsetDateTime,
    /// End however much it is used.
    pub ends_at: OffsetDateTime,
    /// It gets a new token with its next page, because its member's rights changed.
    pub rotate: bool,
    /// The hash of the token before that, and until when requests may still carry it.
    pub previous_hash: Option<String>,
    pub previous_until: Option<OffsetDateTime>,
    pub revoked_at: Option<OffsetDateTime>,
    pub revoked_reason: Option<String>,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
