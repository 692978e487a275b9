//! A forgotten password: a mail with a link, and a new password from who has the mailbox.
//!
//! Whether an address has an account shows neither in the answer nor in the work: a job is added either way. Opening the link
//! changes nothing, because programs open the links of mails before people do; the form behind it does.

use super::links::{self, Purpose};
use super::{addresses, email, network, sign_in_limits};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::idempotency::{Key, Outcome, Uncommitted, idempotent};
use crate::domain::mail::{self, MailJob};
use crate::domain::sessions::{self, Client, SessionSelector};
use crate::domain::validation::Email;
use crate::domain::{Context, Error, Result, UserId, idempotency, jobs, roles, users};
use crate::entity::user;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::time::Duration;

/// Mails for a new password that an address is sent in an hour.
const AN_ADDRESS: u32 = 3;
/// Mails for a new password that one network may ask for in an hour.
const A_NETWORK: u32 = 10;
const HOUR: Duration = Duration::from_secs(3600);

/// Asks for a link. `lang` is the language of the page.
///
/// # Errors
/// `Invalid("email", …)`; `Slow` after too many in an hour, whether the address is known or not.
pub async fn request(ctx: &Context, key: &Key, email: &str, lang: &str, client: &Client) -> Result<()> {
    let email = Email::parse(email)?;
    // A form that was sent twice counts once.
    if idempotency::is_answered(&ctx.db, key).await? {
        return Ok(());
    }
    limit(ctx, email.as_str(), client).await?;
    idempotent::<i64>(ctx, key, add(ctx, &email, lang)).await?;
    jobs::wake(ctx).await;
    Ok(())
}

async fn limit(ctx: &Context, email: &str, client: &Client) -> Result<()> {
    if !ctx.limits.enforced {
        return Ok(());
    }
    let here = ctx.shared.limits().hit("reset-network", &network::key(&client.ip), A_NETWORK, HOUR).await;
    if !here.allowed {
        return Err(Error::Slow(here.retry_after.as_secs().max(1)));
    }
    let there = ctx.shared.limits().hit("reset-address", &network::hashed(email), AN_ADDRESS, HOUR).await;
    if there.allowed { Ok(()) } else { Err(Error::Slow(there.retry_after.as_secs().max(1))) }
}

async fn add(ctx: &Context, email: &Email, lang: &str) -> Result<Uncommitted> {
    let tx = query::begin(&ctx.db).await?;
    let found = user::Entity::find().filter(user::Column::Email.eq(email.as_str())).select_only().column(user::Column::Id);
    let user: Option<UserId> = found.into_tuple().one(&tx).await?;
    mail::enqueue(ctx, &tx, &MailJob::ResetPassword { user, lang: lang.to_owned() }).await?;
    Ok(Uncommitted { tx, id: 0 })
}

/// The address of the account that a link is for, while the link is good.
///
/// # Errors
/// The database's.
pub async fn find(ctx: &Context, token: &str) -> Result<Option<String>> {
    Ok(links::find(&ctx.db, token, Purpose::ResetPassword, ctx.clock.now()).await?.map(|link| link.email))
}

/// Sets a new password by a link, which is used up. All sessions of the member end, the wait after wrong passwords too, and a
/// mail says that the password was changed.
///
/// # Errors
/// `Invalid("form", "token.invalid")` where the link is not good any more; `Invalid("password", …)`; `Busy`.
pub async fn complete(ctx: &Context, key: &Key, token: &str, new: &str) -> Result<Outcome<UserId>> {
    let mut done = Done::default();
    let outcome = idempotent(ctx, key, replace(ctx, token, new, &mut done)).await?;
    if !outcome.repeated {
        done.ended.announce(ctx).await;
        sign_in_limits::forgive(ctx, &done.email).await;
    }
    jobs::wake(ctx).await;
    Ok(outcome)
}

/// What follows after the commit.
#[derive(Default)]
struct Done {
    ended: sessions::Changed,
    email: String,
}

async fn replace(ctx: &Context, token: &str, new: &str, done: &mut Done) -> Result<Uncommitted<UserId>> {
    let now = ctx.clock.now();
    let link = links::find(&ctx.db, token, Purpose::ResetPassword, now).await?.ok_or_else(expired)?;
    let member = users::find(&ctx.db, link.user_id).await.map_err(|err| err.if_not_found(expired()))?;
    let role = roles::find(&ctx.db, member.role_id).await?;
    ctx.hasher.check_strength(new, &[&member.email, &member.name], role.permissions.into()).await?;
    let hash = ctx.hasher.hash(new).await?;
    let tx = query::begin(&ctx.db).await?;
    links::take(&tx, token, Purpose::ResetPassword, now).await?.ok_or_else(expired)?;
    // The mailbox that the link was sent to has to be the member's today.
    let update = user::Entity::update_many().col_expr(user::Column::PasswordHash, SimpleExpr::from(hash));
    let update = update.filter(user::Column::Id.eq(member.id)).filter(user::Column::Email.eq(&link.email));
    if update.exec(&tx).await?.rows_affected == 0 {
        return Err(expired());
    }
    done.ended = follow(ctx, &tx, &member, now).await?;
    done.email = member.email;
    Ok(Uncommitted { tx, id: member.id })
}

/// What a new password brings with it, in its transaction.
async fn follow(ctx: &Context, tx: &crate::db::Transaction, member: &user::Model, now: OffsetDateTime) -> Result<sessions::Changed> {
    links::void(tx, member.id, Purpose::ResetPassword, now).await?;
    email::void_changes(tx, member.id, now).await?;
    addresses::verify(tx, member.id, &member.email, now).await?;
    mail::enqueue(ctx, tx, &MailJob::PasswordChanged { user: member.id }).await?;
    sessions::end(tx, SessionSelector::All { user: member.id }, "password", now).await
}

fn expired() -> Error {
    Error::invalid("form", "token.invalid")
}
