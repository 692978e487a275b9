//! The log in SQL of sessions that ended or changed, and of cached pieces that are out of date, for when Redis does not deliver that.
//! Every instance reads its new rows twice a second. A Redis that comes back is sent what it missed before it is trusted.

use super::Result;
use crate::clock::OffsetDateTime;
use crate::db::Database;
use crate::domain::{Context, epoch};
use crate::entity::InvalidationId;
use crate::entity::invalidation::{ActiveModel, Column, Entity, Topic};
use crate::shared::cache::CacheTag;
use crate::shared::{Accept, AfterCommit, Reconnected, Reject, Validator};
use parking_lot::{Mutex, MutexGuard};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The signal's topic that wakes the readers of the log before their second is over.
pub const TOPIC: &str = "log";

/// Rows read again each time: PostgreSQL hands out ids before commit, so a lower id may appear later.
const OVERLAP: i64 = 1_000;
/// Hours for which rows are kept: longer than any hot copy lives (1 h).
const KEPT_HOURS: i64 = 6;

/// After so long the hot copy of a session is deleted once more: a request that read the session before it changed may have put its copy
/// back after the first deletion, and no request lives longer. A cached piece cannot come back so: it carries the generation that was
/// read before its rows.
const SECOND_DELETION: Duration = Duration::from_secs(45);

/// What this instance has read.
#[derive(Clone, Default)]
pub struct Cursor {
    seen: Arc<Mutex<BTreeMap<InvalidationId, Seen>>>,
}

struct Seen {
    row: InvalidationRow,
    at: Instant,
    /// Whether it is still to be acted on once more, after [`SECOND_DELETION`].
    comes_again: bool,
}

impl Cursor {
    fn newest(&self) -> Option<InvalidationId> {
        self.lock().last_key_value().map(|(id, _)| *id)
    }

    /// The rows to act on now: new ones, and those whose copies are to be deleted once more.
    fn due(&self, rows: Vec<InvalidationRow>) -> Vec<InvalidationRow> {
        let mut seen = self.lock();
        let mut due = Vec::new();
        for row in rows {
            if let Entry::Vacant(place) = seen.entry(row.id) {
                due.push(row.clone());
                let comes_again = row.topic == Topic::Session;
                place.insert(Seen { row, at: Instant::now(), comes_again });
            }
        }
        for known in seen.values_mut().filter(|known| known.comes_again && known.at.elapsed() > SECOND_DELETION) {
            known.comes_again = false;
            due.push(known.row.clone());
        }
        let newest = seen.last_key_value().map(|(id, _)| *id).unwrap_or_default();
        seen.retain(|id, known| *id == newest || id.0 > newest.0 - OVERLAP || known.comes_again);
        due
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<InvalidationId, Seen>> {
        self.seen.lock()
    }
}

#[derive(Clone, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct InvalidationRow {
    id: InvalidationId,
    topic: Topic,
    subject: String,
    version: i64,
}

/// Adds sessions that changed to the log, in the transaction that changed them.
pub async fn sessions(tx: &impl ConnectionTrait, changed: &[(String, i64)], now: OffsetDateTime) -> Result<()> {
    for part in changed.chunks(200) {
        let rows = part.iter().map(|(hash, version)| row(Topic::Session, hash, *version, now));
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

fn row(topic: Topic, subject: &str, version: i64, now: OffsetDateTime) -> ActiveModel {
    ActiveModel { topic: Set(topic), subject: Set(subject.to_owned()), version: Set(version), created_at: Set(now), ..Default::default() }
}

/// Adds cached pieces to the log that must not be shown any longer (edited, hidden, deleted, closed to some readers), in the transaction
/// that withdraws them: otherwise they would stay in sight where the process ends between its commit and [`invalidate`].
pub async fn withdraw(tx: &impl ConnectionTrait, tags: &[CacheTag], now: OffsetDateTime) -> Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    let rows = tags.iter().map(|tag| row(Topic::CacheTag, tag.as_str(), 0, now));
    Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// Invalidates cached pieces; adds them to the log where Redis could not be reached.
pub async fn invalidate(ctx: &Context, tags: &[CacheTag]) {
    if !ctx.shared.cache().invalidate(tags).await.is_delivered() {
        write_down(ctx, tags).await;
    }
}

/// Sends what a commit has changed to other instances and open pages; adds its stale pieces to the log where Redis could not be reached.
pub async fn after_commit(ctx: &Context, change: AfterCommit) {
    let stale = change.stale.clone();
    if !ctx.shared.after_commit(change).await.is_delivered() {
        write_down(ctx, &stale).await;
    }
}

/// Adds cached pieces to the log that are out of date: every instance reads it within a second.
pub async fn write_down(ctx: &Context, tags: &[CacheTag]) {
    let now = ctx.clock.now();
    if let Err(err) = withdraw(&ctx.db, tags, now).await {
        let names: Vec<&str> = tags.iter().map(CacheTag::as_str).collect();
        tracing::error!("could not write down that {} changed: {err}", names.join(", "));
    }
}

/// Reads what is new in the log and acts on it. Twice a second on every instance.
pub async fn apply_log(ctx: &Context, cursor: &Cursor) -> Result<()> {
    let rows = match cursor.newest() {
        None => read_whole(&ctx.db).await?,
        Some(newest) => read(&ctx.db, InvalidationId(newest.0 - OVERLAP)).await?,
    };
    let stale = reject_sessions(ctx, cursor.due(rows));
    ctx.shared.sessions().drop_many(stale.sessions.iter().map(String::as_str)).await;
    if !stale.tags.is_empty() {
        // Lost again: the log is read whole before Redis is trusted again.
        ctx.shared.cache().invalidate(&stale.tags).await;
    }
    ctx.shared.raise_epoch(epoch::current(&ctx.db).await?);
    Ok(())
}

async fn read(db: &Database, after: InvalidationId) -> Result<Vec<InvalidationRow>> {
    Ok(Entity::find().filter(Column::Id.gt(after)).order_by_asc(Column::Id).into_partial_model().all(db).await?)
}

/// The whole log, a row a subject: after a long outage under load it has many rows about the same.
async fn read_whole(db: &Database) -> Result<Vec<InvalidationRow>> {
    let newest = Entity::find()
        .select_only()
        .column_as(Column::Id.max(), "id")
        .columns([Column::Topic, Column::Subject])
        .column_as(Column::Version.max(), "version")
        .group_by(Column::Topic)
        .group_by(Column::Subject);
    Ok(newest.into_model().all(db).await?)
}

/// What Redis holds and may not be shown any longer.
struct Stale {
    /// The hashes of sessions.
    sessions: Vec<String>,
    tags: Vec<CacheTag>,
}

/// Makes old copies of sessions invalid in this process, and returns what to write to Redis.
fn reject_sessions(ctx: &Context, rows: Vec<InvalidationRow>) -> Stale {
    let (sessions, tags): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.topic == Topic::Session);
    for row in &sessions {
        ctx.shared.sessions().reject(&row.subject, row.version);
    }
    let sessions = sessions.into_iter().map(|row| row.subject).collect();
    Stale { sessions, tags: tags.into_iter().map(|row| CacheTag::named(row.subject)).collect() }
}

/// Validates a new connection to Redis: raises the epoch where Redis was restarted, and sends all rows of the log, because it is not
/// known which of them Redis has missed.
pub fn validator(ctx: &Context) -> Validator {
    let ctx = ctx.clone();
    Arc::new(move |new: Reconnected| {
        let ctx = ctx.clone();
        Box::pin(async move { validate(&ctx, &new).await.map_err(|err| Reject(err.to_string())) })
    })
}

async fn validate(ctx: &Context, new: &Reconnected) -> Result<Accept> {
    let epoch = epoch::of_redis(&ctx.db, &new.run_id).await?;
    let Stale { sessions, mut tags } = reject_sessions(ctx, read_whole(&ctx.db).await?);
    tags.extend([CacheTag::POSTS, CacheTag::BOARDS, CacheTag::ROLES, CacheTag::WITHDRAWN]);
    tracing::info!(redis.run = %new.run_id, "Redis is trusted in epoch {epoch}");
    Ok(Accept { epoch, drop_sessions: sessions, stale: tags })
}

/// Deletes rows that are older than any copy in Redis.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    let before = now - time::Duration::hours(KEPT_HOURS);
    Ok(Entity::delete_many().filter(Column::CreatedAt.lt(before)).exec(db).await?.rows_affected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_dropped_once_more_and_pieces_are_not() {
        let cursor = Cursor::default();
        let row = |id, topic: Topic, subject: &str| InvalidationRow { id: InvalidationId(id), topic, subject: subject.into(), version: 1 };
        let rows = vec![row(1, Topic::Session, "hash"), row(2, Topic::CacheTag, "posts")];
        let subjects = |due: Vec<InvalidationRow>| due.into_iter().map(|row| row.subject).collect::<Vec<_>>();

        assert_eq!(subjects(cursor.due(rows.clone())), ["hash", "posts"]);
        assert!(cursor.due(rows.clone()).is_empty());
        let long_ago = Instant::now().checked_sub(SECOND_DELETION * 2).expect("this machine has run for longer");
        cursor.lock().values_mut().for_each(|seen| seen.at = long_ago);

        assert_eq!(subjects(cursor.due(rows.clone())), ["hash"]);
        assert!(cursor.due(rows).is_empty());
    }
}
