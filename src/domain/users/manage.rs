//! Members as staff see them: search, roles, suspensions, sessions.

use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::audit::{self, Entry};
use crate::domain::idempotency::{Uncommitted, idempotent};
use crate::domain::page::{Page, skip};
use crate::domain::sessions::{self, Refresh, SessionSelector};
use crate::domain::validation::{self, Email};
use crate::domain::{
    Action, Actor, Context, Error, Permissions, Resource, Result, RoleId, UserId, bootstrap, idempotency, invalidation, roles, users,
};
use crate::entity::{role, user};
use crate::shared::cache::CacheTag;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Condition, LikeExpr, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

/// A member in the staff's list.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Listed {
    pub id: UserId,
    pub name: String,
    pub avatar: Option<String>,
    pub email: String,
    pub role: String,
    pub role_name: String,
    pub created_at: OffsetDateTime,
    pub last_seen_at: Option<OffsetDateTime>,
    pub suspended: bool,
}

/// Members whose name or address contains `text`, newest first.
///
/// # Errors
/// `Forbidden`.
pub async fn search(ctx: &Context, actor: &Actor, text: &str, page: i64, size: i64) -> Result<Page<Listed>> {
    actor.must(Resource::User, Action::Read)?;
    let suspended = users::is_suspended(ctx.clock.now());
    let key = validation::name_key(text);
    let pattern = || LikeExpr::new(query::containing(&key)).escape('\\');
    let found = || Condition::any().add(user::Column::NameKey.like(pattern())).add(user::Column::Email.like(pattern()));
    let members = user::Entity::find()
        .inner_join(role::Entity)
        .select_only()
        .columns([user::Column::Id, user::Column::Name, user::Column::Avatar, user::Column::Email])
        .columns([user::Column::CreatedAt, user::Column::LastSeenAt])
        .column_as(role::Column::Slug, "role")
        .column_as(role::Column::Name, "role_name")
        .expr_as(suspended, "suspended")
        .apply_if((!key.is_empty()).then(found), QueryFilter::filter)
        .order_by_desc(user::Column::Id);
    let rows = members.limit(size as u64 + 1).offset(skip(page, size) as u64).into_model().all(&ctx.db).await?;
    Ok(Page::of(rows, size))
}

/// The member of an address.
///
/// # Errors
/// `NotFound`; `Invalid("email", …)`.
pub async fn by_email(ctx: &Context, email: &str) -> Result<UserId> {
    let email = Email::parse(email)?;
    let found = user::Entity::find().filter(user::Column::Email.eq(email.as_str())).select_only().column(user::Column::Id);
    found.into_tuple().one(&ctx.db).await?.ok_or(Error::NotFound)
}

/// What staff did with a member, not committed yet, and the sessions that it changed.
type Managed = (Transaction, sessions::Changed);

/// Commits what staff did with a member and announces it to the instances.
async fn apply(
    ctx: &Context,
    key: &idempotency::Key,
    id: UserId,
    work: impl Future<Output = Result<Managed>>,
) -> Result<idempotency::Outcome<UserId>> {
    let mut changed = sessions::Changed::default();
    let work = async {
        let (tx, sessions) = work.await?;
        changed = sessions;
        Ok(Uncommitted { tx, id })
    };
    let outcome = idempotent(ctx, key, work).await?;
    if !outcome.repeated {
        changed.announce(ctx).await;
    }
    invalidation::invalidate(ctx, &[CacheTag::user(id.into())]).await;
    Ok(outcome)
}

/// Staff do not act on themselves, nor on accounts that may do what they may not.
pub(super) async fn check_reach(tx: &impl ConnectionTrait, actor: &Actor, target: &crate::entity::user::Model) -> Result<Permissions> {
    if actor.id == target.id {
        return Err(Error::invalid("form", "self.forbidden"));
    }
    let held = roles::find(tx, target.role_id).await?.permissions;
    if actor.permissions.cover(held) { Ok(held) } else { Err(Error::Forbidden) }
}

/// Gives a member a role. Their sessions know of it within a second.
///
/// # Errors
/// `Forbidden` for a role that may do what the actor may not; `Invalid` for oneself, an unknown role or the last
/// administrator; `NotFound`.
pub async fn set_role(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    id: UserId,
    role: RoleId,
    reason: &str,
) -> Result<idempotency::Outcome<UserId>> {
    by.actor.must(Resource::User, Action::Manage)?;
    let work = async {
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        let member = users::find(&tx, id).await?;
        check_reach(&tx, &by.actor, &member).await?;
        let unknown = || Error::invalid("role", "role.unknown");
        let wanted = roles::find(&tx, role).await.map_err(|err| err.if_not_found(unknown()))?;
        if !by.actor.permissions.cover(wanted.permissions) {
            return Err(Error::Forbidden);
        }
        let had = roles::find(&tx, member.role_id).await?;
        if had.slug == roles::ADMIN && wanted.slug != roles::ADMIN && !roles::another_admin(&tx, id, now).await? {
            return Err(Error::invalid("role", "role.last_admin"));
        }
        if wanted.slug == roles::ADMIN {
            bootstrap::revoke_invitation(&tx).await?;
        }
        user::Entity::update_many()
            .col_expr(user::Column::RoleId, SimpleExpr::from(role))
            .filter(user::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        let entry = Entry::new("user.role", audit::Target::User(id), &member.name).change("role", &had.name, &wanted.name).because(reason);
        audit::write(&tx, by, entry, now).await?;
        // Who is no longer staff leaves the panel at once.
        let changed = sessions::refresh(&tx, Refresh::Rights(id), now).await?;
        Ok((tx, changed))
    };
    apply(ctx, key, id, work).await
}

/// Suspends a member: they are signed out everywhere within a second and cannot sign in until the end.
///
/// # Errors
/// `Forbidden`; `Invalid` for oneself, the reason or the end; `NotFound`.
pub async fn suspend(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    id: UserId,
    until: Option<OffsetDateTime>,
    reason: &str,
) -> Result<idempotency::Outcome<UserId>> {
    by.actor.must(Resource::User, Action::Moderate)?;
    let work = async {
        let (reason, now) = (validation::reason(reason)?, ctx.clock.now());
        if until.is_some_and(|until| until <= now) {
            return Err(Error::invalid("until", "until.past"));
        }
        let tx = query::begin(&ctx.db).await?;
        let member = users::find(&tx, id).await?;
        check_reach(&tx, &by.actor, &member).await?;
        let had = roles::find(&tx, member.role_id).await?;
        // The operator may: an account that was taken over can be the only one.
        if by.actor.id != UserId(0) && had.slug == roles::ADMIN && !roles::another_admin(&tx, id, now).await? {
            return Err(Error::invalid("form", "role.last_admin"));
        }
        let suspension = user::ActiveModel {
            suspended_at: Set(Some(now)),
            suspended_until: Set(until),
            suspended_reason: Set(Some(reason.clone())),
            suspended_by: Set((by.actor.id != UserId(0)).then_some(by.actor.id)),
            ..Default::default()
        };
        user::Entity::update_many().set(suspension).filter(user::Column::Id.eq(id)).exec(&tx).await?;
        let end = until.map(|until| until.to_string()).unwrap_or_default();
        let entry = Entry::new("user.suspend", audit::Target::User(id), &member.name).after("until", &end).because(&reason);
        audit::write(&tx, by, entry, now).await?;
        let ended = sessions::end(&tx, SessionSelector::All { user: id }, "suspended", now).await?;
        Ok((tx, ended))
    };
    let outcome = apply(ctx, key, id, work).await?;
    ctx.shared.presence().leave(id.into()).await;
    Ok(outcome)
}

/// Lifts a suspension.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn unsuspend(ctx: &Context, by: &audit::By, key: &idempotency::Key, id: UserId) -> Result<idempotency::Outcome<UserId>> {
    by.actor.must(Resource::User, Action::Moderate)?;
    let work = async {
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        let member = users::find(&tx, id).await?;
        check_reach(&tx, &by.actor, &member).await?;
        let none = user::ActiveModel {
            suspended_at: Set(None),
            suspended_until: Set(None),
            suspended_reason: Set(None),
            suspended_by: Set(None),
            ..Default::default()
        };
        user::Entity::update_many().set(none).filter(user::Column::Id.eq(id)).exec(&tx).await?;
        let had = member.suspended_reason.unwrap_or_default();
        let entry = Entry::new("user.lift", audit::Target::User(id), &member.name).change("suspended", &had, "");
        audit::write(&tx, by, entry, now).await?;
        Ok((tx, sessions::Changed::default()))
    };
    apply(ctx, key, id, work).await
}

/// Ends all sessions of a member, or one.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn end_sessions(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    which: SessionSelector,
) -> Result<idempotency::Outcome<UserId>> {
    by.actor.must(Resource::Session, Action::Delete)?;
    let user = match which {
        SessionSelector::One { user, .. } | SessionSelector::All { user } | SessionSelector::Others { user, .. } => user,
    };
    let work = async {
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        let member = users::find(&tx, user).await?;
        if by.actor.id != user {
            check_reach(&tx, &by.actor, &member).await?;
        }
        let ended = sessions::end(&tx, which, "staff", now).await?;
        let entry = Entry::new("session.end", audit::Target::User(user), &member.name).after("sessions", &ended.len().to_string());
        audit::write(&tx, by, entry, now).await?;
        Ok((tx, ended))
    };
    apply(ctx, key, user, work).await
}

/// The newest members, for the dashboard.
pub async fn newest(ctx: &Context, actor: &Actor, limit: i64) -> Result<Vec<Listed>> {
    if !actor.may(Resource::User, Action::Read) {
        return Ok(Vec::new());
    }
    Ok(search(ctx, actor, "", 1, limit).await?.rows)
}
