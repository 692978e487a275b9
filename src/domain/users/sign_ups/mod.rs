//! Sign-ups on sites that send mail: there is no member before the form behind the mailed link is sent. Otherwise signing in
//! afterwards would show whether the address had been known.
//!
//! The request never asks whether the address has an account, so it does the same work for both; the job that writes the mail asks
//! ([`end_known`]). `manage` what staff see and do.

pub mod manage;

use super::{
    Consents, NewUser, PRIVACY_VERSION, SignupForm, TERMS_VERSION, addresses, announce_to_owner, check_name_free, insert_member, network,
    password,
};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::idempotency::{Key, Outcome, Uncommitted, idempotent};
use crate::domain::mail::{self, MailJob};
use crate::domain::validation::{Email, Name};
use crate::domain::{Account, Context, Error, Result, UserId, idempotency, jobs, notifications, tokens};
use crate::entity::sign_up::{ActiveModel, Column, Entity, Model};
use crate::entity::user;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QuerySelect, Select};
use time::Duration;

pub use crate::entity::sign_up::SignUpId;

/// How long a sign-up waits, counted from the mail that was written last.
pub const GOOD_FOR: Duration = Duration::hours(24);
/// Sign-ups with one address in an hour: each is a mail to it.
const AN_ADDRESS: u32 = 3;
/// Passwords that are tried behind one link in an hour.
const TRIES: u32 = 10;
const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

/// Stores a sign-up, over an earlier one with its address, and adds the mail with its link.
///
/// # Errors
/// `Invalid("name", "name.taken")`; `Invalid("email", "email.mailed_often")` after too many in an hour, whether the address is known or
/// not.
pub(super) async fn create(ctx: &Context, key: &Key, new_user: &NewUser, form: &SignupForm) -> Result<()> {
    // A form that was sent twice counts once.
    if idempotency::is_answered(&ctx.db, key).await? {
        return Ok(());
    }
    limit(ctx, new_user.email.as_str()).await?;
    idempotent(ctx, key, store(ctx, new_user, form)).await?;
    jobs::wake(ctx).await;
    Ok(())
}

async fn limit(ctx: &Context, email: &str) -> Result<()> {
    if !ctx.limits.enforced {
        return Ok(());
    }
    let mailed = ctx.shared.limits().hit("sign-up-address", &network::hashed(email), AN_ADDRESS, HOUR).await;
    if mailed.allowed { Ok(()) } else { Err(Error::invalid("email", "email.mailed_often")) }
}

async fn store(ctx: &Context, new_user: &NewUser, form: &SignupForm) -> Result<Uncommitted<SignUpId>> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    check_name_free(&tx, &new_user.name).await?;
    let row = ActiveModel {
        email: Set(new_user.email.as_str().into()),
        name: Set(new_user.name.as_str().into()),
        password_hash: Set(new_user.hash.clone()),
        lang: Set(form.lang.into()),
        terms_version: Set(TERMS_VERSION.into()),
        privacy_version: Set(PRIVACY_VERSION.into()),
        next: Set(Some(form.next.clone())),
        // Links of an earlier sign-up end with it: they were for another password.
        hash: Set(None),
        created_at: Set(now),
        expires_at: Set(now + GOOD_FOR),
        ..Default::default()
    };
    let typed = [Column::Name, Column::PasswordHash, Column::Lang, Column::TermsVersion, Column::PrivacyVersion, Column::Next];
    let replaced = typed.into_iter().chain([Column::Hash, Column::CreatedAt, Column::ExpiresAt]);
    let replace = OnConflict::column(Column::Email).update_columns(replaced).to_owned();
    let id = Entity::insert(row).on_conflict(replace).exec(&tx).await?.last_insert_id;
    mail::enqueue(ctx, &tx, &MailJob::ConfirmSignUp { sign_up: id }).await?;
    Ok(Uncommitted { tx, id })
}

/// Whether the address of a sign-up has an account.
fn has_account() -> SimpleExpr {
    let accounts = Query::select()
        .expr(Expr::val(1))
        .from(user::Entity)
        .and_where(user::Column::Email.into_expr().equals((Entity, Column::Email)))
        .take();
    Expr::exists(accounts)
}

/// Ends a sign-up whose address has an account, and notifies the owner of it, once a day. False: the address has none.
///
/// # Errors
/// The database's.
pub async fn end_known(ctx: &Context, id: SignUpId) -> Result<bool> {
    let tx = query::begin(&ctx.db).await?;
    let known = Entity::delete_many().filter(Column::Id.eq(id)).filter(has_account());
    let Some(sign_up) = known.exec_with_returning(&tx).await?.pop() else { return Ok(false) };
    let owner = notifications::insert_sign_up_again(&tx, &sign_up.email, ctx.clock.now()).await?;
    if let Some(user) = owner {
        mail::enqueue(ctx, &tx, &MailJob::SignUpAgain { user }).await?;
    }
    tx.commit().await?;
    if let Some(user) = owner {
        announce_to_owner(ctx, user).await;
    }
    Ok(true)
}

/// Makes the token of a sign-up's link, over an earlier one, when its mail is written. None: it was confirmed, dropped or has expired.
///
/// # Errors
/// `Internal` where the machine gives no randomness; the database's.
pub async fn arm(ctx: &Context, id: SignUpId) -> Result<Option<(Model, String)>> {
    let (token, now) = (tokens::random()?, ctx.clock.now());
    let update = Entity::update_many()
        .col_expr(Column::Hash, SimpleExpr::from(tokens::hash(&token)))
        .col_expr(Column::ExpiresAt, SimpleExpr::from(now + GOOD_FOR))
        .filter(Column::Id.eq(id))
        .filter(Column::ExpiresAt.gt(now));
    Ok(update.exec_with_returning(&ctx.db).await?.pop().map(|sign_up| (sign_up, token)))
}

/// What is behind a link.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of a sign-up")]
pub enum Found {
    /// A sign-up that waits.
    Waiting {
        email: String,
        name: String,
        /// The path of the page to go to afterwards.
        next: Option<String>,
    },
    /// The address has got an account since, in another way.
    HasAccount { email: String, next: Option<String> },
    /// Nothing: it was used, replaced or dropped, has expired, or never was.
    Nothing,
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct Behind {
    email: String,
    name: String,
    next: Option<String>,
    #[sea_orm(from_expr = "has_account()")]
    has_account: bool,
}

fn good(ctx: &Context, token: &str) -> Select<Entity> {
    Entity::find().filter(Column::Hash.eq(tokens::hash(token))).filter(Column::ExpiresAt.gt(ctx.clock.now()))
}

/// What a link is for. Looking does not use it: programs open the links of mails before people do.
///
/// # Errors
/// The database's.
pub async fn find(ctx: &Context, token: &str) -> Result<Found> {
    Ok(match good(ctx, token).into_partial_model::<Behind>().one(&ctx.db).await? {
        Some(Behind { email, next, has_account: true, .. }) => Found::HasAccount { email, next },
        Some(Behind { email, name, next, .. }) => Found::Waiting { email, name, next },
        None => Found::Nothing,
    })
}

/// The form behind a link, as sent.
#[derive(Clone, Copy, Debug)]
pub struct Confirmation<'a> {
    /// The link's.
    pub token: &'a str,
    /// The one of the sign-up.
    pub password: &'a str,
    /// Another name, where the first one was taken.
    pub name: Option<&'a str>,
}

/// Uses a link up: makes the member, whose address is proved by it. The password is asked for as well: the mailbox alone would finish a
/// sign-up that another person made with the address, who would then know the password of the account (account pre-hijacking,
/// Sudhodanan and Paverd 2022).
///
/// # Errors
/// `Invalid("form", "token.invalid")` where the link is not good any more; `Invalid("form", "email.used")` where the address has got an
/// account since; `Invalid("password" | "name", …)`, which leaves the link good; `Slow` after ten tries in an hour; `Busy`.
pub async fn confirm(ctx: &Context, key: &Key, sent: Confirmation<'_>) -> Result<Outcome<UserId>> {
    let work = async {
        check_password(ctx, sent.token, sent.password).await?;
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        let sign_up = take(&tx, Column::Hash.eq(tokens::hash(sent.token)), now).await?.ok_or_else(expired)?;
        let id = admit(&tx, &sign_up, sent.name, now).await?;
        addresses::verify(&tx, id, &sign_up.email, now).await?;
        Ok(Uncommitted { tx, id })
    };
    idempotent(ctx, key, work).await
}

/// Before the transaction, because hashing takes long. A sign-up that takes the place of this one ends the link, so the password is that
/// of the row which is taken afterwards.
async fn check_password(ctx: &Context, token: &str, typed: &str) -> Result<()> {
    let found = good(ctx, token).select_only().column(Column::PasswordHash).into_tuple::<String>().one(&ctx.db).await?;
    let hash = found.ok_or_else(expired)?;
    if ctx.limits.enforced {
        let tried = ctx.shared.limits().hit("sign-up-link", &network::hashed(token), TRIES, HOUR).await;
        if !tried.allowed {
            return Err(Error::Slow(Ord::max(tried.retry_after.as_secs(), 1)));
        }
    }
    let typed = if typed.len() > password::MAX { "" } else { typed };
    if ctx.hasher.verify(typed, Some(hash)).await?.matches { Ok(()) } else { Err(Error::invalid("password", "sign_up.password_wrong")) }
}

fn expired() -> Error {
    Error::invalid("form", "token.invalid")
}

/// Takes a sign-up out. Of two requests at once one gets it; it is back where the transaction is not committed.
async fn take(tx: &Transaction, which: SimpleExpr, now: OffsetDateTime) -> Result<Option<Model>> {
    let which = Entity::delete_many().filter(which).filter(Column::ExpiresAt.gt(now));
    Ok(which.exec_with_returning(tx).await?.pop())
}

/// Makes a member of a sign-up.
async fn admit(tx: &Transaction, sign_up: &Model, name: Option<&str>, now: OffsetDateTime) -> Result<UserId> {
    let new_user = NewUser {
        email: Email::parse(&sign_up.email)?,
        name: Name::parse_for(name.unwrap_or(&sign_up.name), Account::Member)?,
        hash: sign_up.password_hash.clone(),
    };
    let consents = Consents { terms: &sign_up.terms_version, privacy: &sign_up.privacy_version, at: sign_up.created_at };
    match insert_member(tx, &new_user, &consents, &sign_up.lang, now).await {
        Err(Error::Invalid(problems)) if problems.iter().any(|p| p.message == "email.taken") => Err(Error::invalid("form", "email.used")),
        done => done,
    }
}

/// Deletes sign-ups that have expired.
///
/// # Errors
/// The database's.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    Ok(Entity::delete_many().filter(Column::ExpiresAt.lte(now)).exec(db).await?.rows_affected)
}
