//! What people are told. The rows are written with the comment that caused them; after the commit the hot
//! list is renewed and every open page of theirs hears of it.

use super::clock::OffsetDateTime;
use super::{Error, Result, once, sql};
use crate::app::App;
use crate::shared::Known;
use crate::shared::cache::{Generation, Noun};
use crate::shared::notifications::Listed as Kept;
use crate::shared::plan::Plan;
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
    pub id: i64,
    pub kind: String,
    pub actor_id: Option<i64>,
    pub actor: Option<String>,
    pub post_id: Option<i64>,
    pub post_title: Option<String>,
    pub comment_id: Option<i64>,
    pub excerpt: Option<String>,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created_at: OffsetDateTime,
    #[serde(with = "time::serde::timestamp::milliseconds::option")]
    pub read_at: Option<OffsetDateTime>,
}

const COLUMNS: &str = "SELECT n.id, n.kind, n.actor_id, u.name AS actor, n.post_id, p.title AS post_title, n.comment_id, \
    CASE WHEN c.state = 'shown' THEN SUBSTR(c.body, 1, 120) END AS excerpt, n.created_at, n.read_at FROM notifications n \
    LEFT JOIN users u ON u.id = n.actor_id LEFT JOIN posts p ON p.id = n.post_id LEFT JOIN comments c ON c.id = n.comment_id";

/// Writes the rows for those who are told, in the transaction of the comment. A statement at most.
///
/// # Errors
/// The database's.
pub async fn insert(
    tx: &impl ConnectionTrait,
    told: &[(i64, &'static str)],
    actor: i64,
    post: i64,
    comment: i64,
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
    sql::run(tx, &insert, values).await.map(|_| ())
}

/// After the commit, and after what it changed was bumped: renews what is kept ready for these members and rings
/// their bells.
pub async fn announce(app: &App, people: &[i64]) {
    for user in people {
        renew(app, *user).await;
    }
    let state = state(app).await;
    for user in people {
        // Ready for the reader who comes because the bell rang; if it fails, that reader asks SQL.
        if let Err(fault) = newest(app, *user, state).await {
            tracing::warn!("could not make the notifications of member {user} ready: {fault}");
        }
    }
}

/// The state of everything that a notification quotes: titles, names, comments.
async fn state(app: &App) -> Option<Generation> {
    let plan = Plan { generations: &[Noun::POSTS], ..Plan::default() };
    app.shared.fetch(&plan).await.known().and_then(|answer| answer.generations.into_iter().next().flatten())
}

/// The signal's topic of a member's bell.
pub fn topic(user: i64) -> String {
    format!("user:{user}")
}

/// How many are unread, as SQL counts them, up to 100.
///
/// # Errors
/// The database's.
pub async fn count_unread(app: &App, user: i64) -> Result<u32> {
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM notifications WHERE user_id = $1 AND read_at IS NULL LIMIT {MOST}) AS unread");
    let count = sql::number(&app.db, &sql, [user.into()]).await?.unwrap_or(0);
    Ok(u32::try_from(count).unwrap_or(0))
}

/// How many are unread: what the shared state said, else what SQL counts, which is then kept ready.
///
/// # Errors
/// The database's.
pub async fn unread(app: &App, user: i64, said: Option<u32>) -> Result<u32> {
    if let Some(count) = said {
        return Ok(count);
    }
    let count = count_unread(app, user).await?;
    app.shared.notifications().set_unread(user, count).await;
    Ok(count)
}

/// The newest ones (`before` 0), or those older than one. `state` is that of all posts, as this request was told.
///
/// # Errors
/// The database's.
pub async fn list(app: &App, user: i64, before: i64, state: Option<Generation>) -> Result<Vec<Notification>> {
    if before > 0 {
        let sql = format!("{COLUMNS} WHERE n.user_id = $1 AND n.id < $2 ORDER BY n.id DESC LIMIT $3");
        return sql::all(&app.db, &sql, [user.into(), before.into(), (PAGE + 1).into()]).await;
    }
    newest(app, user, state).await
}

/// What is kept ready, with the state of what it quotes: a comment that was deleted since must not be shown.
#[derive(Serialize, Deserialize)]
struct Ready {
    state: u64,
    #[serde(flatten)]
    notification: Notification,
}

async fn newest(app: &App, user: i64, state: Option<Generation>) -> Result<Vec<Notification>> {
    let ticket = match app.shared.notifications().list(user).await {
        Known::Known(Kept::Newest(items)) => match unpack(&items, state) {
            Some(ready) => return Ok(ready),
            None => {
                app.shared.notifications().clear_list(user).await;
                None
            }
        },
        Known::Known(Kept::Absent(ticket)) => Some(ticket),
        Known::Known(Kept::BeingFilled) | Known::Unknown => None,
    };
    let sql = format!("{COLUMNS} WHERE n.user_id = $1 ORDER BY n.id DESC LIMIT $2");
    let rows: Vec<Notification> = sql::all(&app.db, &sql, [user.into(), HOT.into()]).await?;
    if let (Some(ticket), Some(state)) = (ticket, state) {
        app.shared.notifications().fill(user, ticket, pack(&rows, state)).await;
    }
    Ok(rows)
}

fn pack(rows: &[Notification], state: Generation) -> Vec<Bytes> {
    let ready = |row: &Notification| serde_json::to_vec(&Ready { state: state.mark(), notification: row.clone() }).ok();
    rows.iter().filter_map(ready).map(Bytes::from).collect()
}

/// None: something that they quote may have changed since.
fn unpack(items: &[Bytes], state: Option<Generation>) -> Option<Vec<Notification>> {
    let now = state?.mark();
    let read = |item: &Bytes| serde_json::from_slice::<Ready>(item).ok().filter(|ready| ready.state == now);
    items.iter().map(|item| read(item).map(|ready| ready.notification)).collect()
}

/// Those newer than one, oldest first: what an event stream missed.
///
/// # Errors
/// The database's.
pub async fn since(app: &App, user: i64, after: i64) -> Result<Vec<Notification>> {
    let sql = format!("{COLUMNS} WHERE n.user_id = $1 AND n.id > $2 ORDER BY n.id LIMIT $3");
    sql::all(&app.db, &sql, [user.into(), after.into(), PAGE.into()]).await
}

/// The id of the newest one, 0 where there is none: where an event stream begins.
///
/// # Errors
/// The database's.
pub async fn last_id(app: &App, user: i64) -> Result<i64> {
    let sql = "SELECT COALESCE(MAX(id), 0) FROM notifications WHERE user_id = $1";
    Ok(sql::number(&app.db, sql, [user.into()]).await?.unwrap_or(0))
}

/// Marks one as read and gives it.
///
/// # Errors
/// `NotFound` when it is not this member's; the database's.
pub async fn read(app: &App, user: i64, id: i64) -> Result<Notification> {
    let now = app.clock.now();
    let update = "UPDATE notifications SET read_at = $1 WHERE id = $2 AND user_id = $3 AND read_at IS NULL";
    if sql::run(&app.db, update, [now.into(), id.into(), user.into()]).await? > 0 {
        renew(app, user).await;
    }
    let sql = format!("{COLUMNS} WHERE n.id = $1 AND n.user_id = $2");
    sql::one(&app.db, &sql, [id.into(), user.into()]).await?.ok_or(Error::NotFound)
}

/// Marks as read what a member now sees: the notifications about one post.
///
/// # Errors
/// The database's.
pub async fn read_about(app: &App, user: i64, post: i64) -> Result<bool> {
    let update = "UPDATE notifications SET read_at = $1 WHERE user_id = $2 AND post_id = $3 AND read_at IS NULL";
    let any = sql::run(&app.db, update, [app.clock.now().into(), user.into(), post.into()]).await? > 0;
    if any {
        renew(app, user).await;
    }
    Ok(any)
}

/// Marks all of a member's as read.
///
/// # Errors
/// The database's.
pub async fn read_all(app: &App, user: i64, key: &once::Key) -> Result<once::Settled> {
    let done = async {
        let now = app.clock.now();
        let tx = sql::begin(&app.db).await?;
        let update = "UPDATE notifications SET read_at = $1 WHERE user_id = $2 AND read_at IS NULL";
        let count = sql::run(&tx, update, [now.into(), user.into()]).await? as i64;
        once::keep(&tx, key, count, now).await?;
        tx.commit().await?;
        Ok(count)
    };
    let settled = once::settle(&app.db, key, done.await).await?;
    renew(app, user).await;
    Ok(settled)
}

/// What is kept ready no longer says what is read or new; every open page of this member hears of it.
async fn renew(app: &App, user: i64) {
    app.shared.notifications().clear(user).await;
    if let Ok(count) = count_unread(app, user).await {
        app.shared.notifications().set_unread(user, count).await;
    }
    app.shared.signals().publish(&topic(user), "").await;
}
