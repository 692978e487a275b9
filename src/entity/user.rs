//! Members and other accounts.

use super::ids::{RoleId, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: UserId,
    /// Lower case, NFC; unique.
    pub email: String,
    /// As shown.
    pub name: String,
    /// The name as compared: NFC, lower case; unique.
    pub name_key: String,
    /// The confusable skeleton of the name (UTS 39, section 4); unique.
    pub name_skeleton: Option<String>,
    /// The beginning of the digest of their picture; none: one is drawn from the name.
    pub avatar: Option<String>,
    /// A PHC string (argon2id).
    pub password_hash: String,
    pub role_id: RoleId,
    /// `ko` or `en`; none: as the browser asks.
    pub language: Option<String>,
    /// Reading aids, in the form of their cookie.
    pub aids: String,
    pub shows_presence: bool,
    pub post_count: i64,
    pub comment_count: i64,
    pub created_at: OffsetDateTime,
    pub last_seen_at: Option<OffsetDateTime>,
    pub suspended_at: Option<OffsetDateTime>,
    /// End of the suspension; none while suspended: until lifted.
    pub suspended_until: Option<OffsetDateTime>,
    pub suspended_reason: Option<String>,
    /// None: the command line.
    pub suspended_by: Option<UserId>,
    #[sea_orm(belongs_to, from = "role_id", to = "id")]
    pub role: BelongsTo<super::role::Entity>,
    #[sea_orm(has_many)]
    pub sessions: HasMany<super::session::Entity>,
    #[sea_orm(has_many)]
    pub posts: HasMany<super::post::Entity>,
    #[sea_orm(has_many)]
    pub comments: HasMany<super::comment::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
