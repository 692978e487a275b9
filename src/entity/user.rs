//! A member.
#![expect(missing_docs, reason = "columns are named for what they hold; the others are explained")]

use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Lower-cased and NFC-normalised; unique.
    pub email: String,
    /// As shown.
    pub name: String,
    /// The name as compared: NFC, lower case; unique.
    pub name_key: String,
    /// What the name looks like: no two members have the same.
    pub name_skeleton: Option<String>,
    /// A PHC string (argon2id).
    pub password_hash: String,
    pub role_id: i64,
    /// `ko` or `en`; none: as the browser says.
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
    /// The member of the staff who did it; none: the command line.
    pub suspended_by: Option<i64>,
}

/// Relations are spelled where they are joined, in `domain`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
