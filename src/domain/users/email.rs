//! A member's address: proving that it is theirs, and changing it. Each is done by a button behind a link that was mailed.

use super::links::{self, AccountTokenId};
use super::{addresses, password_change};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::idempotency::{Key, Outcome, Uncommitted, idempotent};
use crate::domain::mail::{self, MailJob};
use crate::domain::sessions::{self, Refresh, Session};
use crate::domain::validation::Email;
use crate::domain::{Actor, Context, Error, Result, UserId, idempotency, jobs, users};
use crate::entity::user::{Column, Entity};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::time::Duration;

pub use super::links::Purpose;

/// Mails that a member may ask for in an hour, by either form.
const AN_HOUR: u32 = 5;

async fn limit(ctx: &Context, user: UserId) -> Result<()> {
    if !ctx.limits.enforced {
        return Ok(());
    }
    let asked = ctx.shared.limits().hit("email-link", &user.to_string(), AN_HOUR, Duration::from_secs(3600)).await;
    if asked.allowed { Ok(()) } else { Err(Error::Slow(asked.retry_after.as_secs().max(1))) }
}

/// Asks for a link by which a member proves that the present address is theirs.
///
/// # Errors
/// `Slow` after too many in an hour.
pub async fn ask_verification(ctx: &Context, actor: &Actor, key: &Key) -> Result<Outcome<UserId>> {
    if !idempotency::is_answered(&ctx.db, key).await? {
        limit(ctx, actor.id).await?;
    }
    let work = async {
        let tx = query::begin(&ctx.db).await?;
        mail::enqueue(ctx, &tx, &MailJob::VerifyEmail { user: actor.id }).await?;
        Ok(Uncommitted { tx, id: actor.id })
    };
    let outcome = idempotent(ctx, key, work).await?;
    jobs::wake(ctx).await;
    Ok(outcome)
}

/// The address that a link is about, while the link is good.
///
/// # Errors
/// The database's.
pub async fn find(ctx: &Context, token: &str, purpose: Purpose) -> Result<Option<String>> {
    Ok(links::find(&ctx.db, token, purpose, ctx.clock.now()).await?.map(|link| link.email))
}

/// Uses a link up by which a member proves that an address is theirs.
///
/// # Errors
/// `Invalid("form", "token.invalid")` where the link is not good any more, or the member has another address by now.
pub async fn verify(ctx: &Context, key: &Key, token: &str) -> Result<Outcome<UserId>> {
    let work = async {
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        let link = links::take(&tx, token, Purpose::VerifyEmail, now).await?.ok_or_else(expired)?;
        let member = users::find(&tx, link.user_id).await.map_err(|err| err.if_not_found(expired()))?;
        if member.email != link.email {
            return Err(expired());
        }
        links::void(&tx, member.id, Purpose::VerifyEmail, now).await?;
        addresses::verify(&tx, member.id, &member.email, now).await?;
        Ok(Uncommitted { tx, id: member.id })
    };
    idempotent(ctx, key, work).await
}

/// Asks for another address. The link goes to the new one, and a notice to the present one. Whether the new one has an account
/// does not show: its owner gets a mail instead of the link.
///
/// # Errors
/// `Invalid("email" | "current", …)`; `Slow` after several wrong passwords, or too many in an hour.
pub async fn ask_change(ctx: &Context, session: &Session, key: &Key, typed: &str, current: &str) -> Result<Outcome> {
    let work = async {
        let wanted = Email::parse_for_mail(typed)?;
        if wanted.as_str() == session.copy.email {
            return Err(Error::invalid("email", "email.same"));
        }
        let user: UserId = session.copy.user_id.into();
        password_change::check(ctx, user, current).await?;
        limit(ctx, user).await?;
        let tx = query::begin(&ctx.db).await?;
        let change = add_change(ctx, &tx, session, &wanted).await?;
        Ok(Uncommitted { tx, id: change.0 })
    };
    let outcome = idempotent(ctx, key, work).await?;
    jobs::wake(ctx).await;
    Ok(outcome)
}

async fn add_change(ctx: &Context, tx: &Transaction, session: &Session, wanted: &Email) -> Result<AccountTokenId> {
    let (user, now) = (session.copy.user_id.into(), ctx.clock.now());
    links::void(tx, user, Purpose::ChangeEmail, now).await?;
    let change = links::reserve(tx, user, (&session.copy.email, wanted.as_str()), now).await?;
    let owner = Entity::find().filter(Column::Email.eq(wanted.as_str())).select_only().column(Column::Id);
    let mail = match owner.into_tuple().one(tx).await? {
        Some(owner) => MailJob::SignUpAgain { user: owner },
        None => MailJob::ChangeEmail { change },
    };
    mail::enqueue(ctx, tx, &mail).await?;
    mail::enqueue(ctx, tx, &MailJob::EmailChangeAsked { change }).await?;
    Ok(change)
}

/// Uses a link up that was sent to a new address, which becomes the member's. Links to the earlier address become void.
///
/// # Errors
/// `Invalid("form", "token.invalid")` where the link is not good any more; `Invalid("form", "email.used")` where another account
/// has the address by now.
pub async fn change(ctx: &Context, key: &Key, token: &str) -> Result<Outcome<UserId>> {
    let mut changed = sessions::Changed::default();
    let work = async {
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        let link = links::take(&tx, token, Purpose::ChangeEmail, now).await?.ok_or_else(expired)?;
        replace(&tx, link.user_id, &link.email).await?;
        changed = follow(ctx, &tx, link.user_id, &link.email, now).await?;
        Ok(Uncommitted { tx, id: link.user_id })
    };
    let outcome = idempotent(ctx, key, work).await?;
    if !outcome.repeated {
        changed.announce(ctx).await;
    }
    jobs::wake(ctx).await;
    Ok(outcome)
}

async fn replace(tx: &Transaction, user: UserId, email: &str) -> Result<()> {
    let update = Entity::update_many().col_expr(Column::Email, SimpleExpr::from(email)).filter(Column::Id.eq(user));
    match update.exec(tx).await.map_err(Error::from) {
        Ok(done) if done.rows_affected == 1 => Ok(()),
        Ok(_) => Err(expired()),
        Err(Error::Invalid(_)) => Err(Error::invalid("form", "email.used")),
        Err(err) => Err(err),
    }
}

/// What a new address brings with it, in its transaction.
async fn follow(ctx: &Context, tx: &Transaction, user: UserId, email: &str, now: OffsetDateTime) -> Result<sessions::Changed> {
    for purpose in [Purpose::ChangeEmail, Purpose::VerifyEmail, Purpose::ResetPassword] {
        links::void(tx, user, purpose, now).await?;
    }
    addresses::replace(tx, user, email, now).await?;
    mail::enqueue(ctx, tx, &MailJob::EmailChanged { user }).await?;
    sessions::refresh(tx, Refresh::Looks(user), now).await
}

/// Makes changes of the address void that wait for their link: they were asked for with the password that was in force.
pub(super) async fn void_changes(tx: &impl ConnectionTrait, user: UserId, now: OffsetDateTime) -> Result<()> {
    links::void(tx, user, Purpose::ChangeEmail, now).await
}

fn expired() -> Error {
    Error::invalid("form", "token.invalid")
}
