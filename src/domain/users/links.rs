//! Links in mails: a token that only the mailbox has, good for one use and a short time. Its SHA-256 is what is stored.

use crate::clock::OffsetDateTime;
use crate::domain::{Result, UserId, tokens};
use crate::entity::account_token::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Condition, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use time::Duration;

pub use crate::entity::account_token::{AccountTokenId, Purpose};

impl Purpose {
    /// How long a link is good, from the moment in which its mail was written.
    pub const fn good_for(self) -> Duration {
        match self {
            Self::ResetPassword => Duration::minutes(30),
            Self::VerifyEmail | Self::ChangeEmail => Duration::hours(24),
        }
    }
}

/// Makes a token for a letter to this address.
///
/// # Errors
/// `Internal` where the machine gives no randomness; the database's.
pub async fn issue(db: &impl ConnectionTrait, user: UserId, purpose: Purpose, email: &str, now: OffsetDateTime) -> Result<String> {
    let token = tokens::random()?;
    let row = ActiveModel {
        user_id: Set(user),
        purpose: Set(purpose),
        email: Set(email.to_owned()),
        hash: Set(tokens::hash(&token)),
        created_at: Set(now),
        expires_at: Set(now + purpose.good_for()),
        ..Default::default()
    };
    Entity::insert(row).exec_without_returning(db).await?;
    Ok(token)
}

/// Notes a change of the address, from one to another, before there is a token for it: [`arm`] makes one when the letter is written.
///
/// # Errors
/// As [`issue`].
pub async fn reserve(
    tx: &impl ConnectionTrait,
    user: UserId,
    (former, email): (&str, &str),
    now: OffsetDateTime,
) -> Result<AccountTokenId> {
    let purpose = Purpose::ChangeEmail;
    let row = ActiveModel {
        user_id: Set(user),
        purpose: Set(purpose),
        email: Set(email.to_owned()),
        former: Set(Some(former.to_owned())),
        // Of a token that nobody has.
        hash: Set(tokens::hash(&tokens::random()?)),
        created_at: Set(now),
        expires_at: Set(now + purpose.good_for()),
        ..Default::default()
    };
    Ok(Entity::insert(row).exec(tx).await?.last_insert_id)
}

/// Makes the token of what was noted, over an earlier one. None: it was used, made void or forgotten.
///
/// # Errors
/// As [`issue`].
pub async fn arm(db: &impl ConnectionTrait, id: AccountTokenId, now: OffsetDateTime) -> Result<Option<String>> {
    let token = tokens::random()?;
    let update = Entity::update_many()
        .col_expr(Column::Hash, SimpleExpr::from(tokens::hash(&token)))
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now));
    Ok((update.exec(db).await?.rows_affected == 1).then_some(token))
}

/// What was noted.
///
/// # Errors
/// The database's.
pub async fn find_noted(db: &impl ConnectionTrait, id: AccountTokenId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(db).await?)
}

fn is_good(token: &str, purpose: Purpose, now: OffsetDateTime) -> Condition {
    Condition::all()
        .add(Column::Hash.eq(tokens::hash(token)))
        .add(Column::Purpose.eq(purpose))
        .add(Column::UsedAt.is_null())
        .add(Column::ExpiresAt.gt(now))
}

/// What a token is for, while it is good. Looking does not use it: programs open the links of mails before people do.
///
/// # Errors
/// The database's.
pub async fn find(db: &impl ConnectionTrait, token: &str, purpose: Purpose, now: OffsetDateTime) -> Result<Option<Model>> {
    Ok(Entity::find().filter(is_good(token, purpose, now)).one(db).await?)
}

/// Uses a token up. None: it is not good any more, or another request was faster.
///
/// # Errors
/// The database's.
pub async fn take(tx: &impl ConnectionTrait, token: &str, purpose: Purpose, now: OffsetDateTime) -> Result<Option<Model>> {
    let update = Entity::update_many().col_expr(Column::UsedAt, SimpleExpr::from(now)).filter(is_good(token, purpose, now));
    Ok(update.exec_with_returning(tx).await?.pop())
}

/// Makes all unused tokens of a member for this purpose void.
///
/// # Errors
/// The database's.
pub async fn void(tx: &impl ConnectionTrait, user: UserId, purpose: Purpose, now: OffsetDateTime) -> Result<()> {
    let unused = Entity::update_many().col_expr(Column::UsedAt, SimpleExpr::from(now)).filter(Column::UserId.eq(user));
    unused.filter(Column::Purpose.eq(purpose)).filter(Column::UsedAt.is_null()).exec(tx).await?;
    Ok(())
}

/// Days for which tokens are kept that have expired.
const KEPT_DAYS: i64 = 7;

/// Forgets tokens that expired long ago.
///
/// # Errors
/// The database's.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    let old = Column::ExpiresAt.lt(now - Duration::days(KEPT_DAYS));
    Ok(Entity::delete_many().filter(old).exec(db).await?.rows_affected)
}
