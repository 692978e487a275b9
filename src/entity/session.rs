//! A signed-in browser.
#![expect(missing_docs, reason = "columns are named for what they hold; the others are explained")]

use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// SHA-256 of the token in hexadecimal; the token itself is stored nowhere.
    pub token_hash: String,
    pub user_id: i64,
    /// `site` or `admin`.
    pub area: String,
    /// "Stay signed in".
    pub persistent: bool,
    /// Grows whenever the session's rights change; hot copies of an older version are void.
    pub version: i64,
    pub ip: String,
    pub user_agent: String,
    pub created_at: OffsetDateTime,
    pub last_seen_at: OffsetDateTime,
    /// When it ends if not used.
    pub expires_at: OffsetDateTime,
    /// When it ends however much it is used.
    pub ends_at: OffsetDateTime,
    /// Whether it gets a new token with its next page, because its member's rights changed.
    pub rotate: bool,
    /// The hash of the token before that, and until when requests may still carry it.
    pub previous_hash: Option<String>,
    pub previous_until: Option<OffsetDateTime>,
    pub revoked_at: Option<OffsetDateTime>,
    pub revoked_why: Option<String>,
}

/// Relations are spelled where they are joined, in `domain`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
