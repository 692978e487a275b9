//! Members as others see them: their page, who is here, who is meant by a name.

use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::sessions::{self, Renew};
use crate::domain::{Actor, Context, Error, Permissions, Result};
use crate::shared::cache::Entry;
use bytes::Bytes;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::{Deserialize, Serialize};

/// A member's page.
#[derive(Clone, Debug, FromQueryResult, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "columns")]
pub struct Profile {
    pub id: i64,
    pub name: String,
    pub is_staff: bool,
    pub post_count: i64,
    pub comment_count: i64,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created_at: OffsetDateTime,
}

/// A member's page, from `cache:user:profile:{id}`, else from SQL.
///
/// # Errors
/// `NotFound`; the database's.
pub async fn profile(ctx: &Context, id: i64) -> Result<Profile> {
    let load = || async {
        let sql = "SELECT u.id, u.name, u.post_count, u.comment_count, u.created_at, \
                   EXISTS (SELECT 1 FROM role_permissions p WHERE p.role_id = u.role_id AND p.resource = 'panel') AS is_staff \
                   FROM users u WHERE u.id = $1";
        let row: Profile = query::one(&ctx.db, sql, [id.into()]).await?.ok_or(Error::NotFound)?;
        Ok::<_, Error>(Bytes::from(serde_json::to_vec(&row).map_err(|e| Error::internal("a profile as JSON", e))?))
    };
    let json = ctx.shared.cache().read_through(&Entry::profile(id), load).await?;
    serde_json::from_slice(&json).map_err(|e| Error::internal("a cached profile", e))
}

/// A member by id and name.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Named {
    pub id: i64,
    pub name: String,
}

/// Seconds for which a member counts as here when Redis cannot say: the rows are written only now and then.
const HERE: i64 = 60;

/// How many members are here, and some of them by name, the latest first.
///
/// # Errors
/// The database's.
pub async fn here(ctx: &Context, limit: usize) -> Result<(u64, Vec<Named>)> {
    let Some(ids) = ctx.shared.presence().list(limit).await.known() else { return here_in_sql(ctx, limit).await };
    if ids.is_empty() {
        return Ok((0, Vec::new()));
    }
    let count = ctx.shared.presence().count().await.known().map_or(ids.len() as u64, u64::from);
    let sql = format!("SELECT id, name FROM users WHERE shows_presence AND id IN ({})", query::places(1, ids.len()));
    let mut members: Vec<Named> = query::all(&ctx.db, &sql, ids.iter().map(|id| Value::from(*id))).await?;
    members.sort_by_key(|member| ids.iter().position(|id| *id == member.id));
    Ok((count, members))
}

async fn here_in_sql(ctx: &Context, limit: usize) -> Result<(u64, Vec<Named>)> {
    let since = ctx.clock.now() - time::Duration::seconds(HERE);
    let sql = "SELECT id, name FROM users WHERE shows_presence AND last_seen_at > $1 ORDER BY last_seen_at DESC LIMIT $2";
    let members: Vec<Named> = query::all(&ctx.db, sql, [since.into(), (limit as i64).into()]).await?;
    Ok((members.len() as u64, members))
}

#[derive(FromQueryResult)]
struct Holder {
    id: i64,
    name: String,
    role: String,
    permissions: Option<String>,
}

/// The members with these names (as names are compared) or ids, and what each may do: for rules about members who do not
/// ask themselves.
///
/// # Errors
/// The database's.
pub async fn actors(db: &impl ConnectionTrait, names: &[String], ids: &[i64]) -> Result<Vec<Actor>> {
    if names.is_empty() && ids.is_empty() {
        return Ok(Vec::new());
    }
    // An empty IN list is no SQL; no member has this id or this name.
    let keys: Vec<Value> = if names.is_empty() { vec!["".into()] } else { names.iter().map(Value::from).collect() };
    let numbers: Vec<Value> = if ids.is_empty() { vec![0_i64.into()] } else { ids.iter().map(|id| Value::from(*id)).collect() };
    let sql = format!(
        "SELECT u.id, u.name, (SELECT r.slug FROM roles r WHERE r.id = u.role_id) AS role, \
         (SELECT string_agg(p.resource || ':' || p.action, ',') FROM role_permissions p WHERE p.role_id = u.role_id) AS permissions \
         FROM users u WHERE u.name_key IN ({}) OR u.id IN ({})",
        query::places(1, keys.len()),
        query::places(keys.len() + 1, numbers.len())
    );
    let rows: Vec<Holder> = query::all(db, &sql, keys.into_iter().chain(numbers)).await?;
    let actor = |row: Holder| Actor {
        id: row.id,
        name: row.name,
        role: row.role,
        permissions: Permissions::from_words(row.permissions.unwrap_or_default().split(',')),
    };
    Ok(rows.into_iter().map(actor).collect())
}

/// Stores how pages look to a member; a language only where one was chosen.
///
/// # Errors
/// The database's.
pub async fn set_reading(ctx: &Context, user: i64, language: Option<&str>, aids: &str) -> Result<()> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let update = "UPDATE users SET aids = $1, language = COALESCE($2, language) WHERE id = $3";
    query::run(&tx, update, [aids.into(), language.map(str::to_owned).into(), user.into()]).await?;
    let changed = sessions::renew(&tx, Renew::Looks(user), now).await?;
    tx.commit().await?;
    changed.tell(ctx).await;
    Ok(())
}
