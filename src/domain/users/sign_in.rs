//! Signing in with an address and a password.

use super::sign_in_limits::SignInCounters;
use super::{devices, password, password_change};
use crate::clock::OffsetDateTime;
use crate::domain::sessions::{self, Area, Client};
use crate::domain::validation::Email;
use crate::domain::{Action, Context, Resource, Result, UserId, idempotency, roles, users};
use crate::entity::user;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// What came of trying to sign in.
#[derive(Debug)]
pub enum SignIn {
    /// A session has begun.
    Accepted {
        /// For the session's cookie; stored nowhere.
        token: String,
        /// For the cookie by which this browser is recognised.
        device: String,
    },
    /// The address or the password is wrong; which of them does not show.
    BadCredentials,
    /// The panel is not for this account. Answered only where the password was right, as is what follows.
    NotStaff,
    /// The panel asks for a longer password than this one of a member who was given a role.
    PasswordTooShort,
    /// The account is suspended.
    Suspended {
        /// Until when; none: until lifted.
        until: Option<OffsetDateTime>,
        /// Why.
        reason: String,
    },
}

/// The sign-in form as typed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "fields of the form")]
pub struct Credentials {
    pub email: String,
    pub password: String,
    pub persistent: bool,
}

/// Tries to sign in. Wrong passwords make the next try wait (`sign_in_limits`). `device` is the cookie of this browser, or empty.
///
/// # Errors
/// `Slow` while there is a wait; `Busy` when too many sign in at once.
pub async fn sign_in(
    ctx: &Context,
    area: Area,
    key: &idempotency::Key,
    form: &Credentials,
    client: &Client,
    device: &str,
) -> Result<SignIn> {
    let email = Email::parse(&form.email).map(|e| e.as_str().to_owned()).unwrap_or_default();
    let counters = SignInCounters::of(ctx, area, if email.is_empty() { &form.email } else { &email }, client, device);
    if let Some(counters) = &counters {
        counters.check_wait(ctx).await?;
    }
    let Some((user, outdated)) = verified(ctx, &email, &form.password).await? else {
        if let Some(counters) = &counters {
            counters.failed(ctx).await;
        }
        return Ok(SignIn::BadCredentials);
    };
    if let Some(counters) = &counters {
        counters.entered(ctx).await;
    }
    if let Some(reason) = users::suspended(&user, ctx.clock.now()) {
        return Ok(SignIn::Suspended { until: user.suspended_until, reason });
    }
    if area == Area::Admin {
        if !roles::find(&ctx.db, user.role_id).await?.permissions.allow(Resource::Panel, Action::Read) {
            return Ok(SignIn::NotStaff);
        }
        // The stored hash does not show how long the password is.
        if form.password.chars().count() < password::MIN_STAFF {
            return Ok(SignIn::PasswordTooShort);
        }
    }
    // The member is notified of a sign-in by a new browser, but not of the first one of the account.
    let is_news = user.last_seen_at.is_some() && devices::known(ctx, device, area, &email).is_none();
    let mut hash = user.password_hash;
    if outdated {
        hash = rehash(ctx, user.id, &form.password, hash).await;
    }
    let (persistent, new_device) = (form.persistent, is_news.then_some(key));
    let new = sessions::New { user: user.id, verified: &hash, area, persistent, client, new_device };
    let Some(token) = sessions::start(ctx, new).await? else {
        return Ok(SignIn::BadCredentials);
    };
    sessions::replace_repeated(ctx, key, user.id, &token).await?;
    Ok(SignIn::Accepted { token, device: devices::renewed(ctx, device, area, &email)? })
}

/// The member whose password this is, and whether its hash is outdated. Takes as long where there is no such member.
async fn verified(ctx: &Context, email: &str, typed: &str) -> Result<Option<(user::Model, bool)>> {
    let found = user::Entity::find().filter(user::Column::Email.eq(email)).one(&ctx.db).await?;
    let typed = if typed.len() > password::MAX { "" } else { typed };
    let verdict = ctx.hasher.verify(typed, found.as_ref().map(|u| u.password_hash.clone())).await?;
    Ok(found.filter(|_| verdict.matches).map(|user| (user, verdict.outdated)))
}

/// Stores today's kind of hash and gives the hash that is stored now, unless the password was changed meanwhile. Failing to
/// is no reason to refuse the sign-in.
async fn rehash(ctx: &Context, user: UserId, password: &str, old: String) -> String {
    let Ok(hash) = ctx.hasher.hash(password).await else { return old };
    match password_change::replace_hash(&ctx.db, user, &old, &hash).await {
        Ok(true) => hash,
        Ok(false) => old,
        Err(err) => {
            tracing::warn!("could not renew the password hash of member {user}: {err}");
            old
        }
    }
}
