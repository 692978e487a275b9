//! Sign-ups that wait for the form behind a mailed link. They make no member and cannot sign in.

use super::ids::ids;
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

ids! {
    /// A sign-up that waits.
    SignUpId,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_ups")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SignUpId,
    /// As in `users`; unique: a later sign-up takes the place of an earlier one.
    pub email: String,
    /// As typed; it may be taken by the time in which the button is pressed.
    pub name: String,
    /// A PHC string (argon2id).
    pub password_hash: String,
    /// The language of the page on which it was typed.
    pub lang: String,
    /// The versions that were agreed to, at `created_at`.
    pub terms_version: String,
    pub privacy_version: String,
    /// The path of the page to go to after the form behind the link; none in rows of older versions.
    pub next: Option<String>,
    /// The SHA-256 of the link's token; unique. None: its letter is not written yet.
    pub hash: Option<String>,
    pub created_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
