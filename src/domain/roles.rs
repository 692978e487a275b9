//! Roles: the built-in three and any that an administrator adds.

use super::audit::{self, Entry};
use super::sessions::{self, Renew};
use super::{Action, Actor, Error, Permissions, Resource, Result, idempotency, invalidation, validation};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::{Context, RoleId, UserId};
use crate::shared::cache::CacheTag;
use sea_orm::{ConnectionTrait, FromQueryResult};

/// The role of everybody who signs up.
pub const MEMBER: &str = "member";
/// The role that may do everything.
pub const ADMIN: &str = "admin";

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

#[derive(FromQueryResult)]
struct Row {
    id: RoleId,
    slug: String,
    name: String,
    built_in: bool,
    members: i64,
    permissions: Option<String>,
}

/// All roles, built-in ones first.
///
/// # Errors
/// The database's.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Role>> {
    let sql = "SELECT r.id, r.slug, r.name, r.built_in, \
               (SELECT COUNT(*) FROM users u WHERE u.role_id = r.id) AS members, \
               (SELECT string_agg(p.resource || ':' || p.action, ',') FROM role_permissions p WHERE p.role_id = r.id) AS permissions \
               FROM roles r ORDER BY r.id";
    let rows: Vec<Row> = query::all(db, sql, []).await?;
    Ok(rows.into_iter().map(Role::of).collect())
}

impl Role {
    fn of(row: Row) -> Self {
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
/// `NotFound`; the database's.
pub async fn find(db: &impl ConnectionTrait, id: RoleId) -> Result<Role> {
    all(db).await?.into_iter().find(|role| role.id == id).ok_or(Error::NotFound)
}

/// The role of a name in code.
///
/// # Errors
/// `NotFound`; the database's.
pub async fn named(db: &impl ConnectionTrait, slug: &str) -> Result<Role> {
    all(db).await?.into_iter().find(|role| role.slug == slug).ok_or(Error::NotFound)
}

/// Whether there is an administrator who is not suspended besides this member. Two who demote or suspend each other at once
/// take turns at the role's row, so that one of them remains.
///
/// # Errors
/// The database's.
pub async fn another_admin(tx: &impl ConnectionTrait, member: UserId, now: OffsetDateTime) -> Result<bool> {
    query::run(tx, "UPDATE roles SET slug = slug WHERE slug = $1", [ADMIN.into()]).await?;
    let any = "SELECT u.id FROM users u JOIN roles r ON r.id = u.role_id WHERE r.slug = $1 AND u.id <> $2 \
               AND (u.suspended_at IS NULL OR u.suspended_until <= $3) LIMIT 1";
    Ok(query::number(tx, any, [ADMIN.into(), member.into(), now.into()]).await?.is_some())
}

/// Adds a role that may do nothing yet.
///
/// # Errors
/// `Forbidden`; `Invalid` for its name; the database's.
pub async fn create(ctx: &Context, by: &audit::By, key: &idempotency::Key, name: &str) -> Result<idempotency::Outcome> {
    by.actor.must(Resource::Role, Action::Manage)?;
    let done = insert(ctx, by, key, name).await;
    idempotency::replay(&ctx.db, key, done).await
}

async fn insert(ctx: &Context, by: &audit::By, key: &idempotency::Key, name: &str) -> Result<i64> {
    let name = role_name(name)?;
    // Code asks for the built-in names only; the others need to be unique and no more.
    let slug = format!("role-{:08x}", rand::random::<u32>());
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let insert = "INSERT INTO roles (slug, name, built_in, created_at) VALUES ($1, $2, FALSE, $3) RETURNING id";
    let id = query::some(query::number(&tx, insert, [slug.clone().into(), name.clone().into(), now.into()]).await?, "a new role")?;
    audit::write(&tx, by, Entry::new("role.create", "role", id, &name).after("slug", &slug), now).await?;
    idempotency::record(&tx, key, id, now).await?;
    tx.commit().await?;
    invalidation::invalidate(ctx, &[CacheTag::ROLES, CacheTag::WITHDRAWN]).await;
    Ok(id)
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
/// keeps everything, so that nobody locks the house from inside.
///
/// # Errors
/// `Forbidden`; `Invalid` for the administrators' role; the database's.
pub async fn grant(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    id: RoleId,
    granted: Permissions,
) -> Result<idempotency::Outcome> {
    by.actor.must(Resource::Role, Action::Manage)?;
    let done = set(ctx, by, key, id, granted).await;
    idempotency::replay(&ctx.db, key, done).await
}

async fn set(ctx: &Context, by: &audit::By, key: &idempotency::Key, id: RoleId, granted: Permissions) -> Result<i64> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let role = find(&tx, id).await?;
    check_grant(&by.actor, &role, granted)?;
    query::run(&tx, "DELETE FROM role_permissions WHERE role_id = $1", [id.into()]).await?;
    for word in granted.words() {
        let (resource, action) = word.split_once(':').unwrap_or_default();
        let insert = "INSERT INTO role_permissions (role_id, resource, action) VALUES ($1, $2, $3)";
        query::run(&tx, insert, [id.into(), resource.into(), action.into()]).await?;
    }
    let entry = Entry::new("role.grant", "role", id.0, &role.name).change(
        "permissions",
        &role.permissions.words().join(", "),
        &granted.words().join(", "),
    );
    audit::write(&tx, by, entry, now).await?;
    idempotency::record(&tx, key, id.0, now).await?;
    let changed = sessions::renew(&tx, Renew::Role(id.0), now).await?;
    invalidation::withdraw(&tx, &CHANGED, now).await?;
    tx.commit().await?;
    changed.tell(ctx).await;
    invalidation::invalidate(ctx, &CHANGED).await;
    Ok(id.0)
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
/// `Invalid` when it is built-in or somebody has it; `Forbidden`; the database's.
pub async fn destroy(ctx: &Context, by: &audit::By, key: &idempotency::Key, id: RoleId) -> Result<idempotency::Outcome> {
    by.actor.must(Resource::Role, Action::Manage)?;
    let done = delete(ctx, by, key, id).await;
    idempotency::replay(&ctx.db, key, done).await
}

async fn delete(ctx: &Context, by: &audit::By, key: &idempotency::Key, id: RoleId) -> Result<i64> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let role = find(&tx, id).await?;
    if role.built_in {
        return Err(Error::invalid("form", "role.builtin"));
    }
    if role.members > 0 {
        return Err(Error::invalid("form", "role.in_use"));
    }
    query::run(&tx, "DELETE FROM roles WHERE id = $1", [id.into()]).await?;
    audit::write(&tx, by, Entry::new("role.delete", "role", id.0, &role.name), now).await?;
    idempotency::record(&tx, key, id.0, now).await?;
    tx.commit().await?;
    invalidation::invalidate(ctx, &[CacheTag::ROLES, CacheTag::WITHDRAWN]).await;
    Ok(id.0)
}
