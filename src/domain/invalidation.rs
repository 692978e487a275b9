//! The log by which instances hear of what Redis may not have told them: sessions that ended or changed,
//! and cached pieces that are out of date. Every instance reads what is new in it once a second, and a
//! Redis that comes back is not trusted before it has been told what it missed.

use super::Result;
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::{Context, epoch};
use crate::shared::cache::CacheTag;
use crate::shared::{Accept, Reconnected, Reject, Validator};
use parking_lot::{Mutex, MutexGuard};
use sea_orm::{ConnectionTrait, DatabaseConnection, FromQueryResult, Value};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The signal's topic that wakes the readers of the log before their second is over.
pub const TOPIC: &str = "log";

/// Rows read again at each sweep: PostgreSQL hands out ids before commit, so a lower id may appear later.
const OVERLAP: i64 = 1_000;
/// Hours for which rows are kept: longer than any hot copy lives (1 h).
const KEPT_HOURS: i64 = 6;

/// After so long the hot copies of a row are deleted once more: a request that read the session before it
/// changed may have put its copy back after the first deletion, and no request lives longer.
const AFTERMATH: Duration = Duration::from_secs(45);

/// What this instance has read.
#[derive(Clone, Default)]
pub struct Cursor {
    seen: Arc<Mutex<BTreeMap<i64, Seen>>>,
}

struct Seen {
    row: Row,
    at: Instant,
    outcome: bool,
}

impl Cursor {
    fn newest(&self) -> i64 {
        self.lock().last_key_value().map_or(0, |(id, _)| *id)
    }

    /// The rows to act on now: those never seen before, and those whose aftermath is due.
    fn take_in(&self, rows: Vec<Row>) -> Vec<Row> {
        let mut seen = self.lock();
        let mut due = Vec::new();
        for row in rows {
            if let Entry::Vacant(place) = seen.entry(row.id) {
                due.push(row.clone());
                place.insert(Seen { row, at: Instant::now(), outcome: false });
            }
        }
        for known in seen.values_mut().filter(|known| !known.outcome && known.at.elapsed() > AFTERMATH) {
            known.outcome = true;
            due.push(known.row.clone());
        }
        let newest = seen.last_key_value().map_or(0, |(id, _)| *id);
        seen.retain(|id, known| *id == newest || *id > newest - OVERLAP || !known.outcome);
        due
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, Seen>> {
        self.seen.lock()
    }
}

#[derive(Clone, FromQueryResult)]
struct Row {
    id: i64,
    topic: String,
    subject: String,
    version: i64,
}

/// Writes down sessions that changed, in the transaction that changed them.
///
/// # Errors
/// The database's.
pub async fn sessions(tx: &impl ConnectionTrait, changed: &[(String, i64)], now: OffsetDateTime) -> Result<()> {
    for part in changed.chunks(200) {
        let rows: Vec<_> = (0..part.len()).map(|n| format!("('session', ${}, ${}, $1)", 2 * n + 2, 2 * n + 3)).collect();
        let insert = format!("INSERT INTO invalidations (topic, subject, version, created_at) VALUES {}", rows.join(", "));
        let mut values: Vec<Value> = vec![now.into()];
        for (hash, version) in part {
            values.extend([hash.clone().into(), (*version).into()]);
        }
        query::run(tx, &insert, values).await?;
    }
    Ok(())
}

/// Writes down that what is cached must not be shown any longer (edited, hidden, deleted, closed to some readers), in the
/// transaction that withdraws it: a process that ends between its commit and [`invalidate`] then leaves nothing in sight.
///
/// # Errors
/// The database's.
pub async fn withdraw(tx: &impl ConnectionTrait, tags: &[CacheTag], now: OffsetDateTime) -> Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = (0..tags.len()).map(|n| format!("('cache_tag', ${}, 0, $1)", n + 2)).collect();
    let insert = format!("INSERT INTO invalidations (topic, subject, version, created_at) VALUES {}", rows.join(", "));
    let values = std::iter::once(now.into()).chain(tags.iter().map(|tag| Value::from(tag.as_str())));
    query::run(tx, &insert, values).await.map(|_| ()).map_err(Into::into)
}

/// Says that cached pieces are out of date; writes it down where Redis could not be told.
pub async fn invalidate(ctx: &Context, tags: &[CacheTag]) {
    if !ctx.shared.cache().invalidate(tags).await.is_delivered() {
        write_down(ctx, tags).await;
    }
}

/// Writes down that cached pieces are out of date: every instance reads it within a second.
pub async fn write_down(ctx: &Context, tags: &[CacheTag]) {
    let now = ctx.clock.now();
    if let Err(err) = withdraw(&ctx.db, tags, now).await {
        let names: Vec<&str> = tags.iter().map(CacheTag::as_str).collect();
        tracing::error!("could not write down that {} changed: {err}", names.join(", "));
    }
}

/// Reads what is new and acts on it. Once a second on every instance.
///
/// # Errors
/// The database's.
pub async fn sweep(ctx: &Context, cursor: &Cursor) -> Result<()> {
    let rows = match cursor.newest() {
        0 => read_whole(&ctx.db).await?,
        newest => read(&ctx.db, newest - OVERLAP).await?,
    };
    let (hashes, tags) = sort(ctx, cursor.take_in(rows));
    ctx.shared.sessions().drop_many(hashes.iter().map(String::as_str)).await;
    if !tags.is_empty() {
        // Lost again: the log is read whole before Redis is trusted again.
        ctx.shared.cache().invalidate(&tags).await;
    }
    ctx.shared.raise_epoch(epoch::current(&ctx.db).await?);
    Ok(())
}

async fn read(db: &DatabaseConnection, after: i64) -> Result<Vec<Row>> {
    Ok(query::all(db, "SELECT id, topic, subject, version FROM invalidations WHERE id > $1 ORDER BY id", [after.into()]).await?)
}

/// What the whole log says, a row a subject: after a long outage under load it has many rows that say the same.
async fn read_whole(db: &DatabaseConnection) -> Result<Vec<Row>> {
    let sql = "SELECT MAX(id) AS id, topic, subject, MAX(version) AS version FROM invalidations GROUP BY topic, subject";
    Ok(query::all(db, sql, []).await?)
}

/// Turns sessions' old copies away here and now, and says what to tell Redis.
fn sort(ctx: &Context, rows: Vec<Row>) -> (Vec<String>, Vec<CacheTag>) {
    let (sessions, tags): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.topic == "session");
    for row in &sessions {
        ctx.shared.sessions().reject(&row.subject, row.version);
    }
    let hashes = sessions.into_iter().map(|row| row.subject).collect();
    (hashes, tags.into_iter().map(|row| CacheTag::named(row.subject)).collect())
}

/// Decides about each new connection to Redis: raises the epoch if Redis was restarted, and hands over
/// all that the log still holds, since nobody knows how much of it Redis has missed.
pub fn validator(ctx: &Context) -> Validator {
    let ctx = ctx.clone();
    Arc::new(move |new: Reconnected| {
        let ctx = ctx.clone();
        Box::pin(async move { validate(&ctx, &new).await.map_err(|err| Reject(err.to_string())) })
    })
}

async fn validate(ctx: &Context, new: &Reconnected) -> Result<Accept> {
    let epoch = epoch::of_redis(&ctx.db, &new.run_id).await?;
    let (drop_sessions, mut bump) = sort(ctx, read_whole(&ctx.db).await?);
    bump.extend([CacheTag::POSTS, CacheTag::BOARDS, CacheTag::ROLES, CacheTag::WITHDRAWN]);
    tracing::info!(redis.run = %new.run_id, "Redis is trusted in epoch {epoch}");
    Ok(Accept { epoch, drop_sessions, bump })
}

/// Forgets what no hot copy can contradict any more.
///
/// # Errors
/// The database's.
pub async fn forget_old(db: &DatabaseConnection, now: OffsetDateTime) -> Result<u64> {
    let before = now - time::Duration::hours(KEPT_HOURS);
    Ok(query::run(db, "DELETE FROM invalidations WHERE created_at < $1", [before.into()]).await?)
}
