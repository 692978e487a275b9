//! Roles: the built-in three and any that an administrator adds.

use super::audit::{self, Entry};
use super::idempotency::{Uncommitted, idempotent};
use super::sessions::{self, Refresh};
use super::{Action, Actor, Error, Permissions, Resource, Result, idempotency, invalidation, users, validation};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::{Context, RoleId, UserId};
use crate::entity::{role, role_permission, user};
use crate::shared::cache::CacheTag;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

/// The role of everybody who signs up.
pub const MEMBER: &str = "member";
/// The role that may do everything.
pub const ADMIN: &str = "admin";
/// The id of the role [`MEMBER`], as the first migration gives it.
pub const MEMBER_ID: RoleId = RoleId(3);

/// A role and what it may do.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns")]
pub struct Role {
    pub id: RoleId,
    pub slug: String,
    pub name: String,
    pub built_in: bool,
    pub members: i64,
    pub permissions: Permissions,
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "role::Entity")]
struct RoleRow {
    id: RoleId,
    slug: String,
    name: String,
    built_in: bool,
    #[sea_orm(from_expr = "members()")]
    members: i64,
    #[sea_orm(from_expr = "permission_words()")]
    permissions: Option<String>,
}

fn members() -> SimpleExpr {
    let members = Query::select()
        .expr(Func::count(user::Column::Id.into_expr()))
        .from(user::Entity)
        .and_where(user::Column::RoleId.into_expr().equals((role::Entity, role::Column::Id)))
        .take();
    members.into()
}

/// What the role of a row permits: `resource:action` joined by commas. One column, so that it takes no second statement.
pub(super) fn permission_words() -> SimpleExpr {
    let words = Query::select()
        .expr(Expr::cust("string_agg(resource || ':' || action, ',')"))
        .from(role_permission::Entity)
        .and_where(role_permission::Column::RoleId.into_expr().equals((role::Entity, role::Column::Id)))
        .take();
    words.into()
}

/// All roles, built-in ones first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Role>> {
    let rows: Vec<RoleRow> = role::Entity::find().order_by_asc(role::Column::Id).into_partial_model().all(db).await?;
    Ok(rows.into_iter().map(Role::of).collect())
}

impl Role {
    fn of(row: RoleRow) -> Self {
        let words = row.permissions.unwrap_or_default();
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            built_in: row.built_in,
            members: row.members,
            permissions: Permissions::from_words(words.split(',')),
        }
    }
}

/// One role.
///
/// # Errors
/// `NotFound`.
pub async fn find(db: &impl ConnectionTrait, id: RoleId) -> Result<Role> {
    all(db).await?.into_iter().find(|role| role.id == id).ok_or(Error::NotFound)
}

/// The role of a name in code.
///
/// # Errors
/// `NotFound`.
pub async fn find_by_slug(db: &impl ConnectionTrait, slug: &str) -> Result<Role> {
    all(db).await?.into_iter().find(|role| role.slug == slug).ok_or(Error::NotFound)
}

/// Whether there is an administrator who is not suspended besides this member. Two who demote or suspend each other at once
/// take turns at the role's row, so that one of them remains.
pub async fn another_admin(tx: &impl ConnectionTrait, member: UserId, now: OffsetDateTime) -> Result<bool> {
    let lock = role::Entity::update_many().col_expr(role::Column::Slug, Expr::col(role::Column::Slug)).filter(role::Column::Slug.eq(ADMIN));
    lock.exec(tx).await?;
    let others = user::Entity::find()
        .inner_join(role::Entity)
        .filter(role::Column::Slug.eq(ADMIN))
        .filter(user::Column::Id.ne(member))
        .filter(users::not_suspended(now));
    any(others, tx).await
}

/// Whether there is an administrator.
pub(super) async fn any_admin(db: &impl ConnectionTrait) -> Result<bool> {
    any(user::Entity::find().inner_join(role::Entity).filter(role::Column::Slug.eq(ADMIN)), db).await
}

async fn any(members: Select<user::Entity>, db: &impl ConnectionTrait) -> Result<bool> {
    let first: Option<UserId> = members.select_only().column(user::Column::Id).limit(1).into_tuple().one(db).await?;
    Ok(first.is_some())
}

/// Adds a role that may do nothing yet.
///
/// # Errors
/// `Forbidden`; `Invalid` for its name.
pub async fn create(ctx: &Context, by: &audit::By, key: &idempotency::Key, name: &str) -> Result<idempotency::Outcome<RoleId>> {
    by.actor.must(Resource::Role, Action::Manage)?;
    let outcome = idempotent(ctx, key, insert(ctx, by, name)).await?;
    invalidation::invalidate(ctx, &CHANGED).await;
    Ok(outcome)
}

async fn insert(ctx: &Context, by: &audit::By, name: &str) -> Result<Uncommitted<RoleId>> {
    let name = role_name(name)?;
    // Code asks for the built-in names only; the others need to be unique and no more.
    let slug = format!("role-{:08x}", rand::random::<u32>());
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let row = role::ActiveModel {
        slug: Set(slug.clone()),
        name: Set(name.clone()),
        built_in: Set(false),
        created_at: Set(now),
        ..Default::default()
    };
    let id = role::Entity::insert(row).exec(&tx).await?.last_insert_id;
    audit::write(&tx, by, Entry::new("role.create", audit::Target::Role(id), &name).after("slug", &slug), now).await?;
    Ok(Uncommitted { tx, id })
}

fn role_name(typed: &str) -> Result<String> {
    let name = validation::line(typed);
    match name.chars().count() {
        0 => Err(Error::invalid("name", "name.empty")),
        n if n > validation::NAME_MAX => Err(Error::invalid("name", "name.too_long")),
        _ => Ok(name),
    }
}

/// Sets what a role may do. Nobody grants more than they may do themselves, and the administrators' role
/// keeps everything, so that the last way into the panel cannot be closed.
///
/// # Errors
/// `Forbidden`; `Invalid` for the administrators' role.
pub async fn grant(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    id: RoleId,
    granted: Permissions,
) -> Result<idempotency::Outcome<RoleId>> {
    by.actor.must(Resource::Role, Action::Manage)?;
    let mut changed = sessions::Changed::default();
    let outcome = idempotent(ctx, key, set(ctx, by, id, granted, &mut changed)).await?;
    if !outcome.repeated {
        changed.announce(ctx).await;
    }
    invalidation::invalidate(ctx, &CHANGED).await;
    Ok(outcome)
}

async fn set(
    ctx: &Context,
    by: &audit::By,
    id: RoleId,
    granted: Permissions,
    changed: &mut sessions::Changed,
) -> Result<Uncommitted<RoleId>> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let role = find(&tx, id).await?;
    check_grant(&by.actor, &role, granted)?;
    role_permission::Entity::delete_many().filter(role_permission::Column::RoleId.eq(id)).exec(&tx).await?;
    let words = granted.words();
    let rows = words.iter().filter_map(|word| word.split_once(':')).map(|(resource, action)| role_permission::ActiveModel {
        role_id: Set(id),
        resource: Set(resource.into()),
        action: Set(action.into()),
    });
    if !words.is_empty() {
        role_permission::Entity::insert_many(rows).exec_without_returning(&tx).await?;
    }
    let entry = Entry::new("role.grant", audit::Target::Role(id), &role.name).change(
        "permissions",
        &role.permissions.words().join(", "),
        &words.join(", "),
    );
    audit::write(&tx, by, entry, now).await?;
    *changed = sessions::refresh(&tx, Refresh::Role(id), now).await?;
    invalidation::withdraw(&tx, &CHANGED, now).await?;
    Ok(Uncommitted { tx, id })
}

/// What shows roles and what they permit.
const CHANGED: [CacheTag; 2] = [CacheTag::ROLES, CacheTag::WITHDRAWN];

fn check_grant(actor: &Actor, role: &Role, granted: Permissions) -> Result<()> {
    if role.slug == ADMIN {
        return Err(Error::invalid("form", "role.builtin"));
    }
    if actor.permissions.cover(granted) && actor.permissions.cover(role.permissions) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Deletes a role that nobody has.
///
/// # Errors
/// `Invalid` when it is built-in or a member has it; `Forbidden`.
pub async fn destroy(ctx: &Context, by: &audit::By, key: &idempotency::Key, id: RoleId) -> Result<idempotency::Outcome<RoleId>> {
    by.actor.must(Resource::Role, Action::Manage)?;
    let outcome = idempotent(ctx, key, delete(ctx, by, id)).await?;
    invalidation::invalidate(ctx, &CHANGED).await;
    Ok(outcome)
}

async fn delete(ctx: &Context, by: &audit::By, id: RoleId) -> Result<Uncommitted<RoleId>> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let role = find(&tx, id).await?;
    if role.built_in {
        return Err(Error::invalid("form", "role.builtin"));
    }
    if role.members > 0 {
        return Err(Error::invalid("form", "role.in_use"));
    }
    role::Entity::delete_by_id(id).exec(&tx).await?;
    audit::write(&tx, by, Entry::new("role.delete", audit::Target::Role(id), &role.name), now).await?;
    Ok(Uncommitted { tx, id })
}
