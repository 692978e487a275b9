//! Notifications. The rows are written with the comment that caused them; after the commit the hot list is renewed and
//! the recipients' open pages are signalled.
//!
//! A notification quotes a post and a comment, so every one is looked up with the rights that its reader has now: about
//! what they may not read, there is no row.

use super::boards::Boards;
use super::users::profile;
use super::{Action, Actor, Error, Resource, Result, idempotency};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::{CommentId, Context, NotificationId, PostId, UserId};
use crate::shared::Known;
use crate::shared::batch_read::Plan;
use crate::shared::cache::{CacheTag, Generation};
use crate::shared::notifications::Listed as Kept;
use bytes::Bytes;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::{Deserialize, Serialize};

/// Notifications on one page of the list.
pub const PAGE: i64 = 30;
/// The hot list holds the newest 50.
const HOT: i64 = 50;
/// Unread ones are counted up to here; the bell then says "99+".
const MOST: i64 = 100;

/// A notification as the list shows it.
#[derive(Clone, Debug, FromQueryResult, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "columns")]
pub struct Notification {
    pub id: NotificationId,
    pub kind: String,
    pub actor_id: Option<UserId>,
    pub actor: Option<String>,
    pub post_id: Option<PostId>,
    pub post_title: Option<String>,
    pub comment_id: Option<CommentId>,
    pub excerpt: Option<String>,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created_at: OffsetDateTime,
    #[serde(with = "time::serde::timestamp::milliseconds::option")]
    pub read_at: Option<OffsetDateTime>,
}

const COLUMNS: &str = "SELECT n.id, n.kind, n.actor_id, u.name AS actor, n.post_id, p.title AS post_title, n.comment_id, \
    CASE WHEN c.state = 'shown' THEN SUBSTR(c.content, 1, 120) END AS excerpt, n.created_at, n.read_at FROM notifications n \
    LEFT JOIN users u ON u.id = n.actor_id LEFT JOIN posts p ON p.id = n.post_id LEFT JOIN comments c ON c.id = n.comment_id";

/// Writes the rows for those who are told, in the transaction of the comment. A statement at most.
///
/// # Errors
/// The database's.
pub async fn insert(
    tx: &impl ConnectionTrait,
    told: &[(UserId, &'static str)],
    actor: UserId,
    post: PostId,
    comment: CommentId,
    now: OffsetDateTime,
) -> Result<()> {
    if told.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = (0..told.len()).map(|n| format!("(${}, ${}, $1, $2, $3, $4)", 2 * n + 5, 2 * n + 6)).collect();
    let insert = format!("INSERT INTO notifications (user_id, kind, actor_id, post_id, comment_id, created_at) VALUES {}", rows.join(", "));
    let mut values: Vec<Value> = vec![actor.into(), post.into(), comment.into(), now.into()];
    for (user, kind) in told {
        values.extend([(*user).into(), (*kind).into()]);
    }
    query::run(tx, &insert, values).await.map(|_| ()).map_err(Into::into)
}

/// The members who got a notification of a comment.
///
/// # Errors
/// The database's.
pub async fn recipients(db: &impl ConnectionTrait, comment: CommentId) -> Result<Vec<UserId>> {
    let rows: Vec<Recipient> = query::all(db, "SELECT user_id FROM notifications WHERE comment_id = $1", [comment.into()]).await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

#[derive(FromQueryResult)]
struct Recipient {
    user_id: UserId,
}

/// The condition under which `n`, with its post `p`, is there for this reader, with its values, which begin at `$from`.
fn readable(reader: &Actor, boards: &Boards, from: usize) -> (String, Vec<Value>) {
    let ids: Vec<Value> = boards.readable(Some(reader)).map(|board| board.id.into()).collect();
    if ids.is_empty() {
        return ("n.post_id IS NULL".into(), ids);
    }
    let state = match reader.may(Resource::Post, Action::Moderate) {
        true => "",
        // As `posts::in_sight` says.
        false => " AND (p.state = 'shown' OR (p.state = 'hidden' AND p.author_id = n.user_id))",
    };
    (format!("(n.post_id IS NULL OR (p.board_id IN ({}){state}))", query::places(from, ids.len())), ids)
}

/// Notifications of this reader: those that `condition` finds (its values are `$2`, …), in this order.
async fn find(
    ctx: &Context,
    (reader, boards): (&Actor, &Boards),
    condition: &str,
    order: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<Notification>> {
    let mut all: Vec<Value> = std::iter::once(reader.id.into()).chain(values).collect();
    let (readable, ids) = readable(reader, boards, all.len() + 1);
    all.extend(ids);
    Ok(query::all(&ctx.db, &format!("{COLUMNS} WHERE n.user_id = $1 AND {condition} AND {readable} ORDER BY n.id {order}"), all).await?)
}

/// After the commit, and after what it changed was bumped: renews what is kept ready for these members and rings
/// their bells.
pub async fn announce(ctx: &Context, boards: &Boards, people: &[UserId]) {
    let readers = match profile::actors(&ctx.db, &[], people).await {
        Ok(readers) => readers,
        Err(err) => return tracing::warn!("could not announce notifications to members {people:?}: {err}"),
    };
    for reader in &readers {
        renew(ctx, reader, boards).await;
    }
    let state = state(ctx).await;
    for reader in &readers {
        // Ready for the reader who comes because the bell rang; if it fails, that reader asks SQL.
        if let Err(err) = newest(ctx, reader, boards, state).await {
            tracing::warn!("could not make the notifications of member {} ready: {err}", reader.id);
        }
    }
}

/// Takes what quotes these posts out of what is kept ready: their words are not to stay in Redis when they are withdrawn.
pub async fn forget_about(ctx: &Context, posts: &[PostId]) {
    let sql = format!("SELECT DISTINCT user_id FROM notifications WHERE post_id IN ({})", query::places(1, posts.len()));
    match query::all::<Recipient>(&ctx.db, &sql, posts.iter().map(|id| Value::from(*id))).await {
        Ok(rows) => {
            for row in rows {
                ctx.shared.notifications().clear(row.user_id.0).await;
            }
        }
        // What is kept ready carries the state of all posts, which has changed: it is not shown.
        Err(err) => tracing::warn!("could not clear notifications about withdrawn posts: {err}"),
    }
}

/// The state of everything that a notification quotes: titles, names, comments.
async fn state(ctx: &Context) -> Option<Generation> {
    let plan = Plan { generations: &[CacheTag::POSTS], ..Plan::default() };
    ctx.shared.fetch(&plan).await.known().and_then(|answer| answer.generations.into_iter().next().flatten())
}

/// The signal's topic of a member's bell.
pub fn topic(user: UserId) -> String {
    format!("user:{user}")
}

/// How many are unread, as SQL counts them, up to 100.
///
/// # Errors
/// The database's.
pub async fn count_unread(ctx: &Context, reader: &Actor, boards: &Boards) -> Result<u32> {
    let (readable, ids) = readable(reader, boards, 2);
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM notifications n LEFT JOIN posts p ON p.id = n.post_id \
         WHERE n.user_id = $1 AND n.read_at IS NULL AND {readable} LIMIT {MOST}) AS unread"
    );
    let count = query::number(&ctx.db, &sql, std::iter::once(reader.id.into()).chain(ids)).await?.unwrap_or(0);
    Ok(u32::try_from(count).unwrap_or(0))
}

/// How many are unread: what the shared state said, else what SQL counts, which is then kept ready.
///
/// # Errors
/// The database's.
pub async fn unread(ctx: &Context, reader: &Actor, boards: &Boards, said: Option<u32>) -> Result<u32> {
    if let Some(count) = said {
        return Ok(count);
    }
    let count = count_unread(ctx, reader, boards).await?;
    ctx.shared.notifications().set_unread(reader.id.0, count).await;
    Ok(count)
}

/// The newest ones (`before` 0), or those older than one. `state` is that of all posts, as this request was told.
///
/// # Errors
/// The database's.
pub async fn list(ctx: &Context, reader: &Actor, boards: &Boards, before: i64, state: Option<Generation>) -> Result<Vec<Notification>> {
    if before > 0 {
        let (condition, order) = ("n.id < $2", format!("DESC LIMIT {}", PAGE + 1));
        return find(ctx, (reader, boards), condition, &order, [before.into()]).await;
    }
    newest(ctx, reader, boards, state).await
}

/// What is kept ready, with the state of what it quotes and the rights with which it was read: a comment that was deleted
/// since must not be shown, nor a post that its reader may not read any longer.
#[derive(Serialize, Deserialize)]
struct Ready {
    state: u64,
    rights: u64,
    #[serde(flatten)]
    notification: Notification,
}

async fn newest(ctx: &Context, reader: &Actor, boards: &Boards, state: Option<Generation>) -> Result<Vec<Notification>> {
    let ready = ctx.shared.notifications();
    let ticket = match ready.list(reader.id.0).await {
        Known::Known(Kept::Newest(items)) => match unpack(&items, reader, state) {
            Some(ready) => return Ok(ready),
            None => {
                ready.clear_list(reader.id.0).await;
                None
            }
        },
        Known::Known(Kept::Absent(ticket)) => Some(ticket),
        Known::Known(Kept::BeingFilled) | Known::Unknown => None,
    };
    let rows = find(ctx, (reader, boards), "TRUE", &format!("DESC LIMIT {HOT}"), []).await?;
    if let (Some(ticket), Some(state)) = (ticket, state) {
        ready.fill(reader.id.0, ticket, pack(&rows, reader, state)).await;
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
///
/// # Errors
/// The database's.
pub async fn since(ctx: &Context, reader: &Actor, boards: &Boards, after: i64) -> Result<Vec<Notification>> {
    find(ctx, (reader, boards), "n.id > $2", &format!("LIMIT {PAGE}"), [after.into()]).await
}

/// The id of the newest one, 0 where there is none: where an event stream begins.
///
/// # Errors
/// The database's.
pub async fn last_id(ctx: &Context, user: UserId) -> Result<i64> {
    let sql = "SELECT COALESCE(MAX(id), 0) FROM notifications WHERE user_id = $1";
    Ok(query::number(&ctx.db, sql, [user.into()]).await?.unwrap_or(0))
}

/// Marks one as read and gives it.
///
/// # Errors
/// `NotFound` when it is not there for this reader; the database's.
pub async fn read(ctx: &Context, reader: &Actor, boards: &Boards, id: NotificationId) -> Result<Notification> {
    let now = ctx.clock.now();
    let update = "UPDATE notifications SET read_at = $1 WHERE id = $2 AND user_id = $3 AND read_at IS NULL";
    if query::run(&ctx.db, update, [now.into(), id.into(), reader.id.into()]).await? > 0 {
        renew(ctx, reader, boards).await;
    }
    find(ctx, (reader, boards), "n.id = $2", "LIMIT 1", [id.into()]).await?.pop().ok_or(Error::NotFound)
}

/// Marks as read what a member now sees: the notifications about one post.
///
/// # Errors
/// The database's.
pub async fn read_about(ctx: &Context, reader: &Actor, boards: &Boards, post: PostId) -> Result<bool> {
    let update = "UPDATE notifications SET read_at = $1 WHERE user_id = $2 AND post_id = $3 AND read_at IS NULL";
    let any = query::run(&ctx.db, update, [ctx.clock.now().into(), reader.id.into(), post.into()]).await? > 0;
    if any {
        renew(ctx, reader, boards).await;
    }
    Ok(any)
}

/// Marks all of a member's as read.
///
/// # Errors
/// The database's.
pub async fn read_all(ctx: &Context, reader: &Actor, boards: &Boards, key: &idempotency::Key) -> Result<idempotency::Outcome> {
    let done = async {
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        let update = "UPDATE notifications SET read_at = $1 WHERE user_id = $2 AND read_at IS NULL";
        let count = query::run(&tx, update, [now.into(), reader.id.into()]).await? as i64;
        idempotency::record(&tx, key, count, now).await?;
        tx.commit().await?;
        Ok(count)
    };
    let outcome = idempotency::replay(&ctx.db, key, done.await).await?;
    renew(ctx, reader, boards).await;
    Ok(outcome)
}

/// What is kept ready no longer says what is read or new; every open page of this member hears of it.
async fn renew(ctx: &Context, reader: &Actor, boards: &Boards) {
    ctx.shared.notifications().clear(reader.id.0).await;
    if let Ok(count) = count_unread(ctx, reader, boards).await {
        ctx.shared.notifications().set_unread(reader.id.0, count).await;
    }
    ctx.shared.signals().publish(&topic(reader.id), "").await;
}
