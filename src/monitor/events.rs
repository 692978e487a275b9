//! Events of instances, such as a start or an outage. Several instances may notice the same event: it is stored once.

use super::Kept;
use crate::app::App;
use crate::clock::OffsetDateTime;
use crate::db::Database;
use crate::domain::Result;
use crate::entity::cluster_event::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// Kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// An instance began.
    Up,
    /// It announced its end.
    Draining,
    /// It is silent, and had not announced its end.
    Lost,
    /// Its heartbeat is back.
    Back,
    /// It leaves Redis alone: there is no answer.
    RedisAway,
    /// Redis is trusted again.
    RedisBack,
    /// The database does not answer it.
    DatabaseAway,
    /// It does again.
    DatabaseBack,
    /// The database answers, and stores nothing: its disk is full.
    DiskFull,
    /// It stores again.
    DiskFree,
    /// The clock of its machine was set by more than a correction.
    ClockJumped,
}

const WORDS: [(EventKind, &str); 11] = [
    (EventKind::Up, "up"),
    (EventKind::Draining, "draining"),
    (EventKind::Lost, "lost"),
    (EventKind::Back, "back"),
    (EventKind::RedisAway, "redis.away"),
    (EventKind::RedisBack, "redis.back"),
    (EventKind::DatabaseAway, "database.away"),
    (EventKind::DatabaseBack, "database.back"),
    (EventKind::DiskFull, "disk.full"),
    (EventKind::DiskFree, "disk.free"),
    (EventKind::ClockJumped, "clock.jumped"),
];

impl EventKind {
    fn word(self) -> &'static str {
        WORDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    fn of(word: &str) -> Option<Self> {
        WORDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }
}

/// Something that happened to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub kind: EventKind,
    pub instance: String,
    /// What makes it the same to everybody who noticed it.
    pub dedupe_key: i64,
    pub at: OffsetDateTime,
}

/// Writes down what waits. What the database does not take waits on.
pub(super) async fn flush(app: &App) -> Result<()> {
    loop {
        let Some(event) = app.monitor.lock().waiting.front().cloned() else { return Ok(()) };
        let row = ActiveModel {
            kind: Set(event.kind.word().into()),
            subject: Set(event.instance),
            dedupe_key: Set(event.dedupe_key),
            created_at: Set(event.at),
            ..Default::default()
        };
        let ignore = OnConflict::columns([Column::Kind, Column::Subject, Column::DedupeKey]).do_nothing().to_owned();
        Entity::insert(row).on_conflict(ignore).exec_without_returning(&app.context.db).await?;
        let Kept { waiting, .. } = &mut *app.monitor.lock();
        waiting.pop_front();
    }
}

/// What happened last, the newest first. What a newer version wrote and this one does not know is left out.
pub async fn newest(db: &Database, most: i64) -> Result<Vec<Event>> {
    let newest = Entity::find().order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(most as u64);
    let event =
        |row: Model| Some(Event { kind: EventKind::of(&row.kind)?, instance: row.subject, dedupe_key: row.dedupe_key, at: row.created_at });
    Ok(newest.all(db).await?.into_iter().filter_map(event).collect())
}

/// Days for which is known what happened.
const KEPT_DAYS: i64 = 30;

/// Forgets what has grown old.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    let old = Column::CreatedAt.lt(now - time::Duration::days(KEPT_DAYS));
    Ok(Entity::delete_many().filter(old).exec(db).await?.rows_affected)
}
