//! Members: joining, and what they change about themselves. Signing in: `sign_in`.

pub mod addresses;
pub mod avatar;
mod counts;
pub mod devices;
pub mod email;
pub mod links;
pub mod manage;
pub mod network;
pub mod password;
pub mod password_change;
pub mod password_reset;
pub mod profile;
pub mod sign_in;
pub mod sign_in_limits;
pub mod sign_ups;

pub(super) use counts::{count_comments, count_posts};

use super::idempotency::{Uncommitted, idempotent};
use super::mail::{self, MailJob};
use super::sessions::{self, Refresh, SessionSelector};
use super::validation::{Email, Name};
use super::{Account, Actor, Error, Problem, Result, idempotency, invalidation, jobs, notifications, roles};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::search::{self, Doc};
use crate::domain::{Context, RoleId, SessionId, UserId};
use crate::entity::{consent, user};
use crate::shared::cache::CacheTag;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Condition, LockType};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// The version of the terms of use that is shown now; consents are kept with it.
pub const TERMS_VERSION: &str = "2026-11-01";
/// The version of the privacy notice that is shown now (Personal Information Protection Act, article 15).
pub const PRIVACY_VERSION: &str = "2026-11-27";

/// The sign-up form as typed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "fields of the form")]
pub struct SignupForm {
    pub email: String,
    pub name: String,
    pub password: String,
    pub terms: bool,
    pub privacy: bool,
    pub lang: &'static str,
    /// The path of the page to go to afterwards.
    pub next: String,
}

/// A checked sign-up form.
pub struct NewUser {
    email: Email,
    name: Name,
    hash: String,
}

impl NewUser {
    /// Checks what was typed, all of it, and hashes the password.
    ///
    /// # Errors
    /// `Invalid` with every field that cannot be used; `Busy`.
    pub async fn check(ctx: &Context, form: &SignupForm, account: Account) -> Result<Self> {
        let (email, name) = (Email::parse_for_mail(&form.email), Name::parse_for(&form.name, account));
        let strong = ctx.hasher.check_strength(&form.password, &[&form.email, &form.name], account).await;
        let terms = if form.terms { Ok(()) } else { Err(Error::invalid("terms", "terms.required")) };
        let privacy = if form.privacy { Ok(()) } else { Err(Error::invalid("privacy", "privacy.required")) };
        let problems =
            problems([email.as_ref().err(), name.as_ref().err(), strong.as_ref().err(), terms.as_ref().err(), privacy.as_ref().err()]);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        Ok(Self { email: email?, name: name?, hash: ctx.hasher.hash(&form.password).await? })
    }

    /// Stores the newcomer with a role.
    ///
    /// # Errors
    /// `Invalid("email" | "name", …)` when taken.
    pub async fn insert(&self, tx: &impl ConnectionTrait, role: RoleId, now: OffsetDateTime) -> Result<UserId> {
        let row = user::ActiveModel {
            email: Set(self.email.as_str().into()),
            name: Set(self.name.as_str().into()),
            name_key: Set(self.name.key()),
            name_skeleton: Set(Some(self.name.skeleton())),
            password_hash: Set(self.hash.clone()),
            role_id: Set(role),
            created_at: Set(now),
            ..Default::default()
        };
        let id = user::Entity::insert(row).exec(tx).await?.last_insert_id;
        search::put(tx, Doc::member(id, self.name.as_str(), now)).await?;
        Ok(id)
    }
}

/// All problems of several checks.
fn problems<'a>(errors: impl IntoIterator<Item = Option<&'a Error>>) -> Vec<Problem> {
    let listed = errors.into_iter().flatten().filter_map(|err| match err {
        Error::Invalid(problems) => Some(problems.clone()),
        _ => None,
    });
    listed.flatten().collect()
}

/// What became of an application to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// There is a new member.
    New(UserId),
    /// The address has an account already; its owner is notified. A page must not show a difference to `New`.
    Known,
    /// A mail is on its way, whether the address has an account or not.
    Mailed,
}

/// Makes an account; on a site that sends mail, a sign-up that waits for the button behind a mailed link ([`sign_ups`]). Whether the
/// address was known shows neither in the answer nor in the time it takes. Without mail it shows in what signing in answers then.
///
/// # Errors
/// `Invalid` with every field that cannot be used; `Busy`.
pub async fn register(ctx: &Context, key: &idempotency::Key, form: &SignupForm) -> Result<Registration> {
    let new_user = NewUser::check(ctx, form, Account::Member).await?;
    if ctx.confirms_sign_ups {
        sign_ups::create(ctx, key, &new_user, form).await?;
        return Ok(Registration::Mailed);
    }
    match idempotent(ctx, key, add(ctx, &new_user, form.lang)).await {
        Ok(outcome) => {
            jobs::wake(ctx).await;
            Ok(Registration::New(outcome.id))
        }
        Err(Error::Invalid(problems)) if problems.iter().any(|p| p.message == "email.taken") => {
            notify_owner(ctx, key, new_user.email.as_str()).await?;
            Ok(Registration::Known)
        }
        Err(err) => Err(err),
    }
}

async fn add(ctx: &Context, new_user: &NewUser, lang: &str) -> Result<Uncommitted<UserId>> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    // Before the indexes: of a known address with a taken name they would name the address, of a new one the name.
    check_name_free(&tx, &new_user.name).await?;
    let consents = Consents { terms: TERMS_VERSION, privacy: PRIVACY_VERSION, at: now };
    let id = insert_member(&tx, new_user, &consents, lang, now).await?;
    mail::enqueue(ctx, &tx, &MailJob::VerifyEmail { user: id }).await?;
    Ok(Uncommitted { tx, id })
}

/// Whether no member has a name yet. Names are public, so this may be said of any.
///
/// # Errors
/// `Invalid("name", "name.taken")`.
async fn check_name_free(tx: &impl ConnectionTrait, name: &Name) -> Result<()> {
    let same = Condition::any().add(user::Column::NameKey.eq(name.key())).add(user::Column::NameSkeleton.eq(name.skeleton()));
    let holder: Option<UserId> = user::Entity::find().filter(same).select_only().column(user::Column::Id).into_tuple().one(tx).await?;
    if holder.is_some() { Err(Error::invalid("name", "name.taken")) } else { Ok(()) }
}

/// The versions of the texts that a newcomer agreed to, and when.
struct Consents<'a> {
    terms: &'a str,
    privacy: &'a str,
    at: OffsetDateTime,
}

/// Stores a newcomer as a member, with the consents, the address and the language of the page on which it was entered.
async fn insert_member(
    tx: &impl ConnectionTrait,
    new_user: &NewUser,
    consents: &Consents<'_>,
    lang: &str,
    now: OffsetDateTime,
) -> Result<UserId> {
    let role = roles::find_by_slug(tx, roles::MEMBER).await?;
    let id = new_user.insert(tx, role.id, now).await?;
    let agreed = [(consent::Kind::Terms, consents.terms), (consent::Kind::Privacy, consents.privacy)];
    let rows = agreed.map(|(kind, version)| consent::ActiveModel {
        user_id: Set(id),
        kind: Set(kind),
        version: Set(version.into()),
        agreed_at: Set(consents.at),
        ..Default::default()
    });
    consent::Entity::insert_many(rows).exec_without_returning(tx).await?;
    addresses::add(tx, id, new_user.email.as_str(), lang).await?;
    Ok(id)
}

/// Notifies the owner of an address that a sign-up was tried with it; once a day is enough. The mail is for who forgot that they
/// have an account.
async fn notify_owner(ctx: &Context, key: &idempotency::Key, email: &str) -> Result<()> {
    let now = ctx.clock.now();
    if let Some(owner) = notifications::insert_sign_up_again(&ctx.db, email, now).await? {
        mail::enqueue_once(ctx, &ctx.db, &MailJob::SignUpAgain { user: owner }, Some(&format!("again:{}", key.0))).await?;
        announce_to_owner(ctx, owner).await;
    }
    Ok(())
}

/// What follows the notification of an owner, after its commit.
async fn announce_to_owner(ctx: &Context, owner: UserId) {
    jobs::wake(ctx).await;
    notifications::forget(ctx, &[owner]).await;
    notifications::announce(ctx, &[owner]).await;
}

/// The reason, while a member is suspended.
pub fn suspended(user: &user::Model, now: OffsetDateTime) -> Option<String> {
    let over = user.suspended_until.is_some_and(|until| until <= now);
    (user.suspended_at.is_some() && !over).then(|| user.suspended_reason.clone().unwrap_or_default())
}

/// What holds for members who may sign in.
pub(super) fn not_suspended(now: OffsetDateTime) -> Condition {
    Condition::any().add(user::Column::SuspendedAt.is_null()).add(user::Column::SuspendedUntil.lte(now))
}

/// What holds for members who are suspended now.
pub(in crate::domain) fn is_suspended(now: OffsetDateTime) -> Condition {
    let lasts = Condition::any().add(user::Column::SuspendedUntil.is_null()).add(user::Column::SuspendedUntil.gt(now));
    Condition::all().add(user::Column::SuspendedAt.is_not_null()).add(lasts)
}

/// A member; `NotFound` when there is none.
pub async fn find(db: &impl ConnectionTrait, id: UserId) -> Result<user::Model> {
    user::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)
}

/// Locks a member's row until the end of the transaction, so that two windows of one member take turns. Rows that refer to the member can
/// be written meanwhile.
///
/// # Errors
/// The database's.
pub(super) async fn lock(tx: &Transaction, member: UserId) -> Result<()> {
    let row = user::Entity::find_by_id(member).select_only().column(user::Column::Id).lock(LockType::NoKeyUpdate);
    row.into_tuple::<UserId>().one(tx).await?;
    Ok(())
}

/// The same for several, in the order of their ids, so that no two transactions wait for each other.
///
/// # Errors
/// The database's.
pub(super) async fn lock_all(tx: &Transaction, members: &[UserId]) -> Result<()> {
    let rows = user::Entity::find().select_only().column(user::Column::Id).filter(user::Column::Id.is_in(members.iter().copied()));
    rows.order_by_asc(user::Column::Id).lock(LockType::NoKeyUpdate).into_tuple::<UserId>().all(tx).await?;
    Ok(())
}

/// What a member may change about their profile and how pages look to them.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields of the form")]
pub struct Settings {
    pub name: String,
    pub language: Option<String>,
    pub aids: String,
    pub shows_presence: bool,
}

/// Changes a member's name, language, reading aids and presence.
///
/// # Errors
/// `Invalid("name", …)`.
pub async fn update(ctx: &Context, actor: &Actor, key: &idempotency::Key, wanted: &Settings) -> Result<idempotency::Outcome<UserId>> {
    let (user, mut changed) = (actor.id, sessions::Changed::default());
    let outcome = idempotent(ctx, key, change(ctx, actor, wanted, &mut changed)).await?;
    if !outcome.repeated {
        changed.announce(ctx).await;
    }
    if !wanted.shows_presence {
        ctx.shared.presence().leave(user.into()).await;
    }
    // The name stands beside everything that they wrote.
    if wanted.name != actor.name || outcome.repeated {
        super::posts::moderate::invalidate_all(ctx).await?;
    }
    invalidation::invalidate(ctx, &[CacheTag::user(user.into())]).await;
    Ok(outcome)
}

async fn change(ctx: &Context, actor: &Actor, wanted: &Settings, changed: &mut sessions::Changed) -> Result<Uncommitted<UserId>> {
    // A name that one has already may stay, whatever the rules for new ones are.
    let name = match wanted.name == actor.name {
        true => Name::parse(&wanted.name)?,
        false => Name::parse_for(&wanted.name, actor.permissions.into())?,
    };
    let user = actor.id;
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let row = user::ActiveModel {
        name: Set(name.as_str().into()),
        name_key: Set(name.key()),
        name_skeleton: Set(Some(name.skeleton())),
        language: Set(wanted.language.clone()),
        aids: Set(wanted.aids.clone()),
        shows_presence: Set(wanted.shows_presence),
        ..Default::default()
    };
    user::Entity::update_many().set(row).filter(user::Column::Id.eq(user)).exec(&tx).await?;
    if name.as_str() != actor.name {
        search::put(&tx, Doc::member(user, name.as_str(), now)).await?;
    }
    *changed = sessions::refresh(&tx, Refresh::Looks(user), now).await?;
    Ok(Uncommitted { tx, id: user })
}

/// Ends some of a member's own sessions, and returns how many.
pub async fn end_sessions(ctx: &Context, which: SessionSelector) -> Result<usize> {
    let tx = query::begin(&ctx.db).await?;
    let ended = sessions::end(&tx, which, "member", ctx.clock.now()).await?;
    let count = ended.len();
    tx.commit().await?;
    ended.announce(ctx).await;
    Ok(count)
}

/// Signs out: ends the session that asks.
pub async fn sign_out(ctx: &Context, session: &sessions::Session) -> Result<()> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let which = SessionSelector::One { user: session.copy.user_id.into(), session: SessionId(session.copy.session_id) };
    let ended = sessions::end(&tx, which, "signed out", now).await?;
    tx.commit().await?;
    ended.announce(ctx).await;
    Ok(())
}
