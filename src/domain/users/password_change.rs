//! New passwords: by a member who knows the present one, and by the operator.

use super::email;
use crate::db::query;
use crate::domain::audit::{self, By, Entry};
use crate::domain::idempotency::{Uncommitted, idempotent};
use crate::domain::mail::{self, MailJob};
use crate::domain::sessions::{self, Area, Client, SessionSelector};
use crate::domain::{Context, Error, Result, UserId, idempotency, jobs, users};
use crate::entity::user::{Column, Entity};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::time::Duration;

/// Changes a member's password, having checked the present one; all their other sessions end, and the one
/// that asks gets a new token.
///
/// # Errors
/// `Invalid("current" | "password", …)`; `Slow` after several wrong ones; `Busy`.
pub async fn change(
    ctx: &Context,
    session: &sessions::Session,
    key: &idempotency::Key,
    current: &str,
    new: &str,
    client: &Client,
) -> Result<String> {
    let (mut hash, mut ended) = (String::new(), sessions::Changed::default());
    let outcome = idempotent(ctx, key, replace(ctx, session, current, new, (&mut hash, &mut ended))).await?;
    if outcome.repeated {
        // The form was answered before, which ended all sessions. Its key is no proof of who asks; the new password is.
        hash = check(ctx, session.copy.user_id.into(), new).await?;
    } else {
        ended.announce(ctx).await;
        jobs::wake(ctx).await;
    }
    let (user, persistent) = (session.copy.user_id.into(), session.copy.persistent);
    let new = sessions::New { user, verified: &hash, area: Area::Site, persistent, client, new_device: None };
    sessions::start(ctx, new).await?.ok_or_else(wrong)
}

fn wrong() -> Error {
    Error::invalid("current", "password.wrong")
}

/// Checks a password that is in force, and gives its hash. Who guesses with a session that was left open has to wait longer
/// after each failure, as at the sign-in.
pub(super) async fn check(ctx: &Context, user: UserId, typed: &str) -> Result<String> {
    let (limits, counter) = (ctx.shared.limits(), format!("current:{user}"));
    if ctx.limits.enforced {
        match limits.wait_for(&counter).await {
            Duration::ZERO => {}
            left => return Err(Error::Slow(left.as_secs().max(1))),
        }
    }
    let hash = users::find(&ctx.db, user).await?.password_hash;
    let verdict = ctx.hasher.verify(typed, Some(hash.clone())).await?;
    if !verdict.matches {
        limits.record_failure(&counter).await;
        return Err(wrong());
    }
    limits.reset(&counter).await;
    Ok(hash)
}

/// Fills in the new hash and the sessions that ended.
async fn replace(
    ctx: &Context,
    session: &sessions::Session,
    current: &str,
    new: &str,
    (stored, ended): (&mut String, &mut sessions::Changed),
) -> Result<Uncommitted<UserId>> {
    let (id, copy) = (session.copy.user_id.into(), &session.copy);
    let checked = check(ctx, id, current).await?;
    ctx.hasher.check_strength(new, &[&copy.email, &copy.name], session.permissions.into()).await?;
    let hash = ctx.hasher.hash(new).await?;
    let tx = query::begin(&ctx.db).await?;
    // Only over the hash that was checked: the password may have been changed meanwhile.
    if !replace_hash(&tx, id, &checked, &hash).await? {
        return Err(wrong());
    }
    *ended = sessions::end(&tx, SessionSelector::All { user: id }, "password", ctx.clock.now()).await?;
    mail::enqueue(ctx, &tx, &MailJob::PasswordChanged { user: id }).await?;
    email::void_changes(&tx, id, ctx.clock.now()).await?;
    *stored = hash;
    Ok(Uncommitted { tx, id })
}

/// Sets a member's password as the operator, and notes it in the audit log; all their sessions end.
///
/// # Errors
/// `NotFound`; `Invalid("password", …)`; `Busy`.
pub async fn set(ctx: &Context, by: &By, user: UserId, new: &str) -> Result<()> {
    let found = users::find(&ctx.db, user).await?;
    let role = crate::domain::roles::find(&ctx.db, found.role_id).await?;
    ctx.hasher.check_strength(new, &[&found.email, &found.name], role.permissions.into()).await?;
    let hash = ctx.hasher.hash(new).await?;
    store(ctx, by, user, &hash).await
}

/// The rows of [`set`].
pub async fn store(ctx: &Context, by: &By, user: UserId, hash: &str) -> Result<()> {
    let tx = query::begin(&ctx.db).await?;
    let update = Entity::update_many().col_expr(Column::PasswordHash, SimpleExpr::from(hash)).filter(Column::Id.eq(user));
    let name = update.exec_with_returning(&tx).await?.pop().ok_or(Error::NotFound)?.name;
    audit::write(&tx, by, Entry::new("user.password", audit::Target::User(user), &name), ctx.clock.now()).await?;
    let ended = sessions::end(&tx, SessionSelector::All { user }, "password", ctx.clock.now()).await?;
    tx.commit().await?;
    ended.announce(ctx).await;
    Ok(())
}

/// Stores a hash over another one. False: the password was changed meanwhile.
pub(super) async fn replace_hash(db: &impl ConnectionTrait, user: UserId, old: &str, new: &str) -> Result<bool> {
    let update = Entity::update_many().col_expr(Column::PasswordHash, SimpleExpr::from(new));
    let update = update.filter(Column::Id.eq(user)).filter(Column::PasswordHash.eq(old));
    Ok(update.exec(db).await?.rows_affected == 1)
}
