//! Members as others see them: their page, who is here, who is meant by a name.

use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::sessions::{self, Refresh};
use crate::domain::{Actor, Context, Error, Permissions, Result, UserId, roles};
use crate::entity::{role, role_permission, user};
use crate::shared::cache::Entry;
use bytes::Bytes;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::{Deserialize, Serialize};

/// A member's page.
#[derive(Clone, Debug, DerivePartialModel, Serialize, Deserialize)]
#[sea_orm(entity = "user::Entity")]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "columns")]
pub struct Profile {
    pub id: UserId,
    pub name: String,
    // What an earlier version keeps ready has none.
    #[serde(default)]
    pub avatar: Option<String>,
    #[sea_orm(from_expr = "may_open_panel()")]
    pub is_staff: bool,
    pub post_count: i64,
    pub comment_count: i64,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created_at: OffsetDateTime,
}

/// Whether the role of the member permits something in the panel.
fn may_open_panel() -> SimpleExpr {
    let permission = Query::select()
        .expr(Expr::val(1))
        .from(role_permission::Entity)
        .and_where(role_permission::Column::RoleId.into_expr().equals((user::Entity, user::Column::RoleId)))
        .and_where(role_permission::Column::Resource.eq("panel"))
        .take();
    Expr::exists(permission)
}

/// A member's page, from `cache:user:profile:{id}`, else from SQL.
///
/// # Errors
/// `NotFound`.
pub async fn profile(ctx: &Context, id: UserId) -> Result<Profile> {
    let load = || async {
        let row: Profile = user::Entity::find_by_id(id).into_partial_model().one(&ctx.db).await?.ok_or(Error::NotFound)?;
        Ok::<_, Error>(Bytes::from(serde_json::to_vec(&row).map_err(|e| Error::internal("a profile as JSON", e))?))
    };
    let json = ctx.shared.cache().read_through(&Entry::profile(id.into()), load).await?;
    serde_json::from_slice(&json).map_err(|e| Error::internal("a cached profile", e))
}

/// A member by id and name, with the picture.
#[derive(Clone, Debug, PartialEq, Eq, DerivePartialModel)]
#[sea_orm(entity = "user::Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Named {
    pub id: UserId,
    pub name: String,
    pub avatar: Option<String>,
}

/// Seconds for which a member counts as here when Redis cannot say: the rows are written only now and then.
const ONLINE_FOR: i64 = 60;

/// How many members are here, and some of them by name, the latest first.
pub async fn online(ctx: &Context, limit: usize) -> Result<(u64, Vec<Named>)> {
    let Some(ids) = ctx.shared.presence().list(limit).await.known() else { return online_in_sql(ctx, limit).await };
    if ids.is_empty() {
        return Ok((0, Vec::new()));
    }
    let count = ctx.shared.presence().count().await.known().map_or(ids.len() as u64, u64::from);
    let listed = visible().filter(user::Column::Id.is_in(ids.iter().copied().map(UserId::from)));
    let mut members: Vec<Named> = listed.into_partial_model().all(&ctx.db).await?;
    members.sort_by_key(|member| ids.iter().position(|id| UserId::from(*id) == member.id));
    Ok((count, members))
}

/// Members who let others see that they are here.
fn visible() -> Select<user::Entity> {
    user::Entity::find().filter(user::Column::ShowsPresence.into_expr())
}

async fn online_in_sql(ctx: &Context, limit: usize) -> Result<(u64, Vec<Named>)> {
    let since = ctx.clock.now() - time::Duration::seconds(ONLINE_FOR);
    let latest = visible().filter(user::Column::LastSeenAt.gt(since)).order_by_desc(user::Column::LastSeenAt).limit(limit as u64);
    let members: Vec<Named> = latest.into_partial_model().all(&ctx.db).await?;
    Ok((members.len() as u64, members))
}

#[derive(FromQueryResult)]
struct ActorRow {
    id: UserId,
    name: String,
    role: String,
    permissions: Option<String>,
}

/// The members with these names (as names are compared) or ids, and what each may do: for rules about members who do not
/// ask themselves.
pub async fn actors(db: &impl ConnectionTrait, names: &[String], ids: &[UserId]) -> Result<Vec<Actor>> {
    if names.is_empty() && ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Condition::any()
        .add(user::Column::NameKey.is_in(names.iter().map(String::as_str)))
        .add(user::Column::Id.is_in(ids.iter().copied()));
    let found = user::Entity::find()
        .inner_join(role::Entity)
        .filter(wanted)
        .select_only()
        .columns([user::Column::Id, user::Column::Name])
        .column_as(role::Column::Slug, "role")
        .expr_as(roles::permission_words(), "permissions");
    let rows: Vec<ActorRow> = found.into_model().all(db).await?;
    let actor = |row: ActorRow| Actor {
        id: row.id,
        name: row.name,
        role: row.role,
        permissions: Permissions::from_words(row.permissions.unwrap_or_default().split(',')),
    };
    Ok(rows.into_iter().map(actor).collect())
}

/// Stores how pages look to a member; a language only where one was chosen.
pub async fn set_reading(ctx: &Context, user: UserId, language: Option<&str>, aids: &str) -> Result<()> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let update = user::Entity::update_many().col_expr(user::Column::Aids, SimpleExpr::from(aids)).filter(user::Column::Id.eq(user));
    let update = match language {
        Some(language) => update.col_expr(user::Column::Language, SimpleExpr::from(language)),
        None => update,
    };
    update.exec(&tx).await?;
    let changed = sessions::refresh(&tx, Refresh::Looks(user), now).await?;
    tx.commit().await?;
    changed.announce(ctx).await;
    Ok(())
}
