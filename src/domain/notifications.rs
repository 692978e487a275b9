//! Notifications. The rows are written with the comment that caused them; after the commit the hot list is renewed and
//! the recipients' open pages are signalled.
//!
//! A notification quotes a post and a comment, so the finders apply the rights that its reader has now, and return none about what they
//! may not read.

use super::boards::Boards;
use super::idempotency::{Uncommitted, idempotent};
use super::{Actor, Error, Result, idempotency, invalidation, posts};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::{CommentId, Context, NotificationId, PostId, UserId};
use crate::entity::notification::{ActiveModel, Column, Entity};
use crate::entity::post::State;
use crate::entity::saved_search::SavedSearchId;
use crate::entity::{comment, post, saved_search, user};
use crate::shared::Known;
use crate::shared::cache::{CacheTag, Generation};
use crate::shared::notifications::Listed as Kept;
use bytes::Bytes;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Asterisk, Condition, Expr, ExprTrait, Func, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, UpdateMany,
};
use serde::{Deserialize, Serialize};

pub use crate::entity::notification::Kind;

/// Notifications on one page of the list.
pub const PAGE: i64 = 30;
/// The hot list holds the newest 50.
const HOT: u64 = 50;
/// Unread ones are counted up to here; the bell then shows "99+".
const MOST: u64 = 100;

/// A notification as the list shows it.
#[derive(Clone, Debug, DerivePartialModel, Serialize, Deserialize)]
#[sea_orm(entity = "Entity")]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "columns")]
pub struct Notification {
    pub id: NotificationId,
    pub kind: Kind,
    pub actor_id: Option<UserId>,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    pub actor: Option<String>,
    // Lists that an earlier version cached have none.
    #[sea_orm(from_expr = "user::Column::Avatar.into_expr()")]
    #[serde(default)]
    pub actor_avatar: Option<String>,
    pub post_id: Option<PostId>,
    #[sea_orm(from_expr = "post::Column::Title.into_expr()")]
    pub post_title: Option<String>,
    pub comment_id: Option<CommentId>,
    #[sea_orm(from_expr = "excerpt()")]
    pub excerpt: Option<String>,
    #[serde(default)]
    pub saved_search_id: Option<SavedSearchId>,
    /// What the saved search looks for.
    #[sea_orm(from_expr = "saved_search::Column::Words.into_expr()")]
    #[serde(default)]
    pub words: Option<String>,
    #[serde(default)]
    pub hits: Option<i64>,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created_at: OffsetDateTime,
    #[serde(with = "time::serde::timestamp::milliseconds::option")]
    pub read_at: Option<OffsetDateTime>,
}

/// Characters of a comment that a notification quotes.
const EXCERPT: i32 = 120;

/// The beginning of the comment, where it is shown.
pub(super) fn excerpt() -> SimpleExpr {
    let beginning = Func::cust("SUBSTR").args([comment::Column::Content.into_expr(), 1.into(), EXCERPT.into()]);
    Expr::case(comment::Column::State.eq(State::Shown), beginning).into()
}

/// Writes the rows in the transaction of the comment. A statement at most.
pub async fn insert(
    tx: &impl ConnectionTrait,
    recipients: &[(UserId, Kind)],
    actor: UserId,
    post: PostId,
    comment: CommentId,
    now: OffsetDateTime,
) -> Result<()> {
    if recipients.is_empty() {
        return Ok(());
    }
    let rows = recipients.iter().map(|(user, kind)| ActiveModel {
        user_id: Set(*user),
        kind: Set(*kind),
        actor_id: Set(Some(actor)),
        post_id: Set(Some(post)),
        comment_id: Set(Some(comment)),
        created_at: Set(now),
        ..Default::default()
    });
    Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// Notifies the owner of an address of a sign-up with it, once a day. Returns the owner where it did.
pub(super) async fn insert_sign_up_again(db: &impl ConnectionTrait, email: &str, now: OffsetDateTime) -> Result<Option<UserId>> {
    let today = Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Column::UserId.into_expr().equals((user::Entity, user::Column::Id)))
        .and_where(Column::Kind.eq(Kind::SignUpAgain))
        .and_where(Column::CreatedAt.gt(now - time::Duration::days(1)))
        .take();
    let owner = Query::select()
        .column((user::Entity, user::Column::Id))
        .expr(Expr::val(Kind::SignUpAgain))
        .expr(Expr::val(now))
        .from(user::Entity)
        .and_where(user::Column::Email.eq(email))
        .and_where(Expr::not_exists(today))
        .take();
    let mut insert = Query::insert();
    insert.into_table(Entity).columns([Column::UserId, Column::Kind, Column::CreatedAt]).returning_col(Column::UserId);
    insert.select_from(owner).map_err(|err| Error::internal("notifying the owner of an address", err))?;
    Ok(db.query_one(&insert).await?.map(|row| row.try_get_by_index(0)).transpose()?)
}

/// The members who got a notification of a comment.
pub async fn recipients(db: &impl ConnectionTrait, comment: CommentId) -> Result<Vec<UserId>> {
    Ok(Entity::find().filter(Column::CommentId.eq(comment)).select_only().column(Column::UserId).into_tuple().all(db).await?)
}

/// The condition for notifications, joined with their posts, that this reader may see.
fn readable(reader: &Actor, boards: &Boards) -> Condition {
    Condition::any().add(Column::PostId.is_null()).add(posts::readable(reader, boards))
}

/// The notifications of this reader, with what they quote.
pub(super) fn of_reader(reader: &Actor, boards: &Boards) -> Select<Entity> {
    Entity::find()
        .left_join(user::Entity)
        .left_join(post::Entity)
        .left_join(comment::Entity)
        .left_join(saved_search::Entity)
        .filter(Column::UserId.eq(reader.id))
        .filter(readable(reader, boards))
}

async fn find(ctx: &Context, notifications: Select<Entity>) -> Result<Vec<Notification>> {
    Ok(notifications.into_partial_model().all(&ctx.db).await?)
}

/// Deletes the cached lists of these members, after the commit that made them out of date.
pub async fn forget(ctx: &Context, members: &[UserId]) {
    if !members.is_empty() {
        ctx.shared.notifications().clear_all(members.iter().map(|member| (*member).into())).await;
    }
}

/// Notifies the open pages of these members that something is new. Each reads it from SQL with the rights of its reader.
pub async fn announce(ctx: &Context, members: &[UserId]) {
    let publish = |member: &UserId| {
        let topic = topic(*member);
        async move { ctx.shared.signals().publish(&topic, "").await }
    };
    futures_util::future::join_all(members.iter().map(publish)).await;
}

/// Deletes cached lists that quote these posts, so that text which is withdrawn does not stay in Redis.
pub async fn forget_about(ctx: &Context, posts: &[PostId]) {
    let members = Entity::find().filter(Column::PostId.is_in(posts.iter().copied())).select_only().column(Column::UserId).distinct();
    match members.into_tuple::<UserId>().all(&ctx.db).await {
        Ok(members) => {
            for member in members {
                ctx.shared.notifications().clear(member.into()).await;
            }
        }
        // Cached lists carry the generation of all posts, which has changed, so they are not shown.
        Err(err) => tracing::warn!("could not clear notifications about withdrawn posts: {err}"),
    }
}

/// The signal's topic of a member's bell.
pub fn topic(user: UserId) -> String {
    format!("user:{user}")
}

/// How many are unread, as SQL counts them, up to 100.
pub async fn count_unread(ctx: &Context, reader: &Actor, boards: &Boards) -> Result<u32> {
    let unread = Entity::find()
        .left_join(post::Entity)
        .filter(Column::UserId.eq(reader.id))
        .filter(Column::ReadAt.is_null())
        .filter(readable(reader, boards))
        .select_only()
        .column(Column::Id)
        .limit(MOST);
    // `count` of the builder would take the limit away.
    let count = Query::select().expr(Func::count(Expr::col(Asterisk))).from_subquery(unread.into_query(), "unread").take();
    let row = query::some(ctx.db.query_one(&count).await?, "the number of unread notifications")?;
    let count: i64 = row.try_get_by_index(0)?;
    Ok(u32::try_from(count).unwrap_or(0))
}

/// How many are unread: the cached number, else SQL's, which is cached unless it became out of date meanwhile.
pub async fn unread(ctx: &Context, reader: &Actor, boards: &Boards, shared: Option<u32>) -> Result<u32> {
    if let Some(count) = shared {
        return Ok(count);
    }
    // Boxed, because it is rare: every page's future would hold the room for it.
    Box::pin(count_and_fill(ctx, reader, boards)).await
}

async fn count_and_fill(ctx: &Context, reader: &Actor, boards: &Boards) -> Result<u32> {
    let ready = ctx.shared.notifications();
    let ticket = ready.leave_unread(reader.id.into()).await;
    let count = count_unread(ctx, reader, boards).await?;
    if let Known::Known(ticket) = ticket {
        ready.fill_unread(reader.id.into(), ticket, count).await;
    }
    Ok(count)
}

/// The newest ones, or those older than one. `state` is the generation of all posts, as this request read it.
pub async fn list(
    ctx: &Context,
    reader: &Actor,
    boards: &Boards,
    before: Option<NotificationId>,
    state: Option<Generation>,
) -> Result<Vec<Notification>> {
    let Some(before) = before else { return newest(ctx, reader, boards, state).await };
    let older = of_reader(reader, boards).filter(Column::Id.lt(before)).order_by_desc(Column::Id);
    find(ctx, older.limit(PAGE as u64 + 1)).await
}

/// A cached list, with the generation of what it quotes and the rights with which it was read: a comment that was deleted since must not
/// be shown, nor a post that its reader may not read any longer.
#[derive(Serialize, Deserialize)]
struct Ready {
    state: u64,
    rights: u64,
    #[serde(flatten)]
    notification: Notification,
}

async fn newest(ctx: &Context, reader: &Actor, boards: &Boards, state: Option<Generation>) -> Result<Vec<Notification>> {
    let ready = ctx.shared.notifications();
    let ticket = match ready.list(reader.id.into()).await {
        Known::Known(Kept::Newest(items)) => match unpack(&items, reader, state) {
            Some(ready) => return Ok(ready),
            None => {
                ready.clear_list(reader.id.into()).await;
                None
            }
        },
        Known::Known(Kept::Absent(ticket)) => Some(ticket),
        Known::Known(Kept::BeingFilled) | Known::Unknown => None,
    };
    let rows = find(ctx, of_reader(reader, boards).order_by_desc(Column::Id).limit(HOT)).await?;
    if let (Some(ticket), Some(state)) = (ticket, state) {
        ready.fill(reader.id.into(), ticket, pack(&rows, reader, state)).await;
    }
    Ok(rows)
}

fn pack(rows: &[Notification], reader: &Actor, state: Generation) -> Vec<Bytes> {
    let (state, rights) = (state.mark(), reader.permissions.mark());
    let ready = |row: &Notification| serde_json::to_vec(&Ready { state, rights, notification: row.clone() }).ok();
    rows.iter().filter_map(ready).map(Bytes::from).collect()
}

/// None: something that they quote may have changed since, or what their reader may read.
fn unpack(items: &[Bytes], reader: &Actor, state: Option<Generation>) -> Option<Vec<Notification>> {
    let (now, rights) = (state?.mark(), reader.permissions.mark());
    let read = |item: &Bytes| serde_json::from_slice::<Ready>(item).ok().filter(|ready| ready.state == now && ready.rights == rights);
    items.iter().map(|item| read(item).map(|ready| ready.notification)).collect()
}

/// Those newer than one, oldest first: what an event stream missed.
pub async fn since(ctx: &Context, reader: &Actor, boards: &Boards, after: NotificationId) -> Result<Vec<Notification>> {
    find(ctx, of_reader(reader, boards).filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(PAGE as u64)).await
}

/// The id of the newest one, 0 where there is none: where an event stream begins.
pub async fn last_id(ctx: &Context, user: UserId) -> Result<NotificationId> {
    let newest = Entity::find().filter(Column::UserId.eq(user)).select_only().column(Column::Id).order_by_desc(Column::Id);
    Ok(newest.limit(1).into_tuple().one(&ctx.db).await?.unwrap_or_default())
}

/// An update of what a member has not read yet.
fn unread_update(ctx: &Context, reader: &Actor) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::ReadAt, SimpleExpr::from(ctx.clock.now()))
        .filter(Column::UserId.eq(reader.id))
        .filter(Column::ReadAt.is_null())
}

/// Marks one as read and gives it.
///
/// # Errors
/// `NotFound` when it is not there for this reader.
pub async fn mark_read(ctx: &Context, reader: &Actor, boards: &Boards, id: NotificationId) -> Result<Notification> {
    if unread_update(ctx, reader).filter(Column::Id.eq(id)).exec(&ctx.db).await?.rows_affected > 0 {
        renew(ctx, reader, boards).await;
    }
    find(ctx, of_reader(reader, boards).filter(Column::Id.eq(id)).limit(1)).await?.pop().ok_or(Error::NotFound)
}

/// Posts of unread notifications that are looked for at most.
const UNREAD_POSTS: u64 = 1_000;

/// The posts about which a member has unread notifications, by their ids. `None`: they are too many to be listed.
pub async fn unread_posts(db: &impl ConnectionTrait, reader: &Actor) -> Result<Option<Vec<PostId>>> {
    let unread = Entity::find().filter(Column::UserId.eq(reader.id)).filter(Column::ReadAt.is_null()).filter(Column::PostId.is_not_null());
    let posts = unread.select_only().column(Column::PostId).distinct().order_by_asc(Column::PostId).limit(UNREAD_POSTS);
    let posts: Vec<PostId> = posts.into_tuple().all(db).await?;
    Ok((posts.len() < UNREAD_POSTS as usize).then_some(posts))
}

/// Marks as read what a member now sees: the notifications about one post.
pub async fn mark_read_about(ctx: &Context, reader: &Actor, boards: &Boards, post: PostId) -> Result<bool> {
    let any = unread_update(ctx, reader).filter(Column::PostId.eq(post)).exec(&ctx.db).await?.rows_affected > 0;
    if any {
        renew(ctx, reader, boards).await;
    }
    Ok(any)
}

/// Marks all of a member's as read.
pub async fn mark_all_read(ctx: &Context, reader: &Actor, boards: &Boards, key: &idempotency::Key) -> Result<idempotency::Outcome> {
    let work = async {
        let tx = query::begin(&ctx.db).await?;
        let id = unread_update(ctx, reader).exec(&tx).await?.rows_affected as i64;
        Ok(Uncommitted { tx, id })
    };
    let outcome = idempotent(ctx, key, work).await?;
    renew(ctx, reader, boards).await;
    Ok(outcome)
}

/// Deletes the cached list of a member after a change of what is unread, and signals their open pages.
pub(super) async fn renew(ctx: &Context, reader: &Actor, boards: &Boards) {
    invalidation::invalidate(ctx, &[CacheTag::reader(reader.id.into())]).await;
    ctx.shared.notifications().clear(reader.id.into()).await;
    if let Ok(count) = count_unread(ctx, reader, boards).await {
        ctx.shared.notifications().set_unread(reader.id.into(), count).await;
    }
    ctx.shared.signals().publish(&topic(reader.id), "").await;
}
