//! What is known of members' addresses: that their member reads what is sent there, and that another server refused it for good.

use crate::clock::OffsetDateTime;
use crate::domain::{Result, UserId};
use crate::entity::user_email::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

/// So many refusals in a row, and nothing but what members ask for is sent to an address; its member is notified in the site. One may be
/// the mistake of a server.
pub const REFUSED: i64 = 2;
/// Characters that are kept of the other server's answer.
const ERROR_MAX: usize = 300;

/// Notes the address of a newcomer, and the language of the page on which it was entered.
///
/// # Errors
/// The database's.
pub(super) async fn add(tx: &impl ConnectionTrait, user: UserId, email: &str, lang: &str) -> Result<()> {
    let row = ActiveModel { lang: Set(Some(lang.to_owned())), verified_at: Set(None), ..known(user, email) };
    let replace = OnConflict::column(Column::Email)
        .update_columns([Column::UserId, Column::Lang, Column::VerifiedAt, Column::Failures, Column::FailedAt, Column::LastError])
        .to_owned();
    Entity::insert(row).on_conflict(replace).exec_without_returning(tx).await?;
    Ok(())
}

/// The language of letters to a member who chose none, as far as it is known.
///
/// # Errors
/// The database's.
pub async fn lang(db: &impl ConnectionTrait, user: UserId) -> Result<Option<String>> {
    let known = Entity::find().filter(Column::UserId.eq(user)).filter(Column::Lang.is_not_null()).select_only().column(Column::Lang);
    Ok(known.into_tuple().one(db).await?)
}

/// Writes down that a member used a link that was sent to this address.
///
/// # Errors
/// The database's.
pub(super) async fn verify(tx: &impl ConnectionTrait, user: UserId, email: &str, now: OffsetDateTime) -> Result<()> {
    let row = ActiveModel { verified_at: Set(Some(now)), ..known(user, email) };
    let replace = OnConflict::column(Column::Email)
        .update_columns([Column::UserId, Column::VerifiedAt, Column::Failures, Column::FailedAt, Column::LastError])
        .to_owned();
    Entity::insert(row).on_conflict(replace).exec_without_returning(tx).await?;
    Ok(())
}

fn known(user: UserId, email: &str) -> ActiveModel {
    ActiveModel {
        user_id: Set(user),
        email: Set(email.to_owned()),
        failures: Set(0),
        failed_at: Set(None),
        last_error: Set(String::new()),
        ..Default::default()
    }
}

/// What is known of a member's address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The member proved to read what is sent there.
    pub is_verified: bool,
    /// How often another server refused it for good since a mail was last taken.
    pub failures: i64,
}

impl Known {
    /// Whether notifications are mailed there.
    pub fn takes_notices(self) -> bool {
        self.is_verified && self.failures < REFUSED
    }
}

/// What is known of a member's address.
///
/// # Errors
/// The database's.
pub async fn find(db: &impl ConnectionTrait, user: UserId, email: &str) -> Result<Known> {
    let row = Entity::find().filter(Column::UserId.eq(user)).filter(Column::Email.eq(email)).one(db).await?;
    Ok(row.map_or_else(Known::default, |row| Known { is_verified: row.verified_at.is_some(), failures: row.failures }))
}

/// Forgets what is known of a member's former address, because they took another one by a link. The language stays.
pub(super) async fn replace(tx: &impl ConnectionTrait, user: UserId, email: &str, now: OffsetDateTime) -> Result<()> {
    let lang = lang(tx, user).await?;
    Entity::delete_many().filter(Column::UserId.eq(user)).exec(tx).await?;
    if let Some(lang) = lang {
        add(tx, user, email, &lang).await?;
    }
    verify(tx, user, email, now).await
}

/// Writes down that a server refused an address for good.
///
/// # Errors
/// The database's.
pub async fn record_failure(db: &impl ConnectionTrait, user: UserId, email: &str, error: &str, now: OffsetDateTime) -> Result<()> {
    let error: String = error.chars().take(ERROR_MAX).collect();
    let row = ActiveModel { failures: Set(1), failed_at: Set(Some(now)), last_error: Set(error), ..known(user, email) };
    let more = OnConflict::column(Column::Email)
        .update_columns([Column::FailedAt, Column::LastError])
        .value(Column::Failures, Expr::col((Entity, Column::Failures)).add(1))
        .to_owned();
    Entity::insert(row).on_conflict(more).exec_without_returning(db).await?;
    Ok(())
}

/// Writes down that a mail to this address was taken.
///
/// # Errors
/// The database's.
pub async fn record_success(tx: &impl ConnectionTrait, email: &str) -> Result<()> {
    let clear = Entity::update_many()
        .col_expr(Column::Failures, SimpleExpr::from(0_i64))
        .filter(Column::Email.eq(email))
        .filter(Column::Failures.gt(0));
    clear.exec(tx).await?;
    Ok(())
}
