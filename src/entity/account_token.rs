//! Tokens in the links of mails. Only their hash is kept.

use super::ids::{UserId, ids};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

ids! {
    /// A token.
    AccountTokenId,
}

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Purpose {
    /// A new password without the present one.
    ResetPassword,
    /// That the member reads what is sent to the address.
    VerifyEmail,
    /// That the address becomes the member's.
    ChangeEmail,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_tokens")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: AccountTokenId,
    pub user_id: UserId,
    pub purpose: Purpose,
    /// Where it was sent.
    pub email: String,
    /// The address that a new one is to replace: a mail goes there too, even if it is the member's no longer by then.
    pub former: Option<String>,
    /// The SHA-256 of the token; unique.
    pub hash: String,
    pub created_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
    /// A token is good for one use.
    pub used_at: Option<OffsetDateTime>,
}

impl ActiveModelBehavior for ActiveModel {}
