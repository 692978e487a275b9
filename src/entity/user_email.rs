//! What is known of the addresses of members. An address without a row is neither verified nor refused.

use super::ids::{UserId, ids};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

ids! {
    /// What is known of an address.
    UserEmailId,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_emails")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: UserEmailId,
    pub user_id: UserId,
    /// As in `users`; unique.
    pub email: String,
    /// The language of the page on which it was entered: that of letters to a member who chose none.
    pub lang: Option<String>,
    /// When the member proved to read what is sent there.
    pub verified_at: Option<OffsetDateTime>,
    /// How often it was refused for good since a mail was last taken.
    pub failures: i64,
    pub failed_at: Option<OffsetDateTime>,
    /// The other server's answer.
    pub last_error: String,
    /// When the member got a notification that mails to it come back: once for each address.
    pub notified_at: Option<OffsetDateTime>,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
