//! The queue of jobs: work that one of the instances does in the background. A job is enqueued in the transaction that needs it, so that
//! both are committed or neither, and claimed by the workers in `src/jobs`.
//!
//! `lease` claiming, renewing, finishing, failing · `schedules` recurring jobs · `manage` what staff see and do

pub mod lease;
pub mod manage;
pub mod schedules;
mod sql;

use super::{Context, Error, Result};
use crate::clock::OffsetDateTime;
use crate::entity::job::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, Iterable, QueryFilter, QuerySelect,
};

pub use crate::entity::job::{JobId, Kind, State};

/// The topic of the signal that wakes workers before their next poll.
pub const TOPIC: &str = "jobs";

impl Kind {
    /// The kinds that this version knows.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// The name in rows and metrics.
    pub fn word(self) -> String {
        self.to_value()
    }
}

/// A job to be added.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Its kind.
    pub kind: Kind,
    /// The argument, in the form that its kind expects.
    pub payload: &'a str,
    /// A second job with the same key is not added.
    pub dedupe: Option<&'a str>,
    /// The earliest time at which it is done.
    pub due_at: OffsetDateTime,
}

/// Enqueues a job in the caller's transaction; call [`wake`] after its commit. False: there is one with the same dedupe key.
///
/// # Errors
/// The database's.
pub async fn enqueue(tx: &impl ConnectionTrait, new: New<'_>, now: OffsetDateTime) -> Result<bool> {
    let row = ActiveModel {
        kind: Set(new.kind),
        payload: Set(new.payload.to_owned()),
        dedupe: Set(new.dedupe.map(str::to_owned)),
        state: Set(State::Waiting),
        due_at: Set(new.due_at),
        tries: Set(0),
        last_error: Set(String::new()),
        created_at: Set(now),
        ..Default::default()
    };
    let ignore = OnConflict::column(Column::Dedupe).do_nothing().to_owned();
    Ok(Entity::insert(row).on_conflict(ignore).exec_without_returning(tx).await? == 1)
}

/// Wakes the workers of all instances. They poll every two seconds anyway, so a lost signal only delays.
pub async fn wake(ctx: &Context) {
    ctx.shared.signals().publish(TOPIC, "").await;
}

/// Why a job was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Temporary: tried again.
    #[error("{0}")]
    Temporary(String),
    /// Permanent: not tried again.
    #[error("{0}")]
    Permanent(String),
    /// Not a failure: the job is due again after this time, and the try is not counted.
    #[error("not before {} s", .0.as_secs())]
    Later(std::time::Duration),
}

impl From<Error> for Failure {
    fn from(err: Error) -> Self {
        Self::Temporary(err.to_string())
    }
}

impl From<DbErr> for Failure {
    fn from(err: DbErr) -> Self {
        Error::from(err).into()
    }
}

/// How many jobs of a kind are in a state.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Count {
    /// The kind's word; a newer version may know more kinds than this one.
    pub kind: String,
    /// Waiting, done or failed.
    pub state: State,
    /// Whether a worker holds them.
    pub running: bool,
    /// How many.
    pub jobs: i64,
    /// When the oldest of them is or was due.
    pub due_at: OffsetDateTime,
    /// When the first of their leases ends.
    pub leased_until: Option<OffsetDateTime>,
}

/// All jobs by kind and state, in one statement.
///
/// # Errors
/// The database's.
pub async fn counts(db: &impl ConnectionTrait) -> Result<Vec<Count>> {
    let counts = Entity::find()
        .select_only()
        .columns([Column::Kind, Column::State])
        .column_as(Column::Lease.is_not_null(), "running")
        .column_as(Column::Id.count(), "jobs")
        .column_as(Column::DueAt.min(), "due_at")
        .column_as(Column::LeasedUntil.min(), "leased_until")
        .group_by(Column::Kind)
        .group_by(Column::State)
        .group_by(Expr::col("running"));
    Ok(counts.into_model().all(db).await?)
}

/// The jobs of one kind by what became of them: a word, and how many.
pub fn by_state(counts: &[Count], kind: &str) -> [(&'static str, i64); 4] {
    let of = |state: State, running: bool| {
        let counts = counts.iter().filter(|count| count.kind == kind && count.state == state && count.running == running);
        counts.map(|count| count.jobs).sum()
    };
    [
        ("waiting", of(State::Waiting, false)),
        ("running", of(State::Waiting, true)),
        ("done", of(State::Done, false)),
        ("failed", of(State::Failed, false)),
    ]
}

/// How late the oldest job is that is due and that no worker holds; one whose lease is over was due again then. Zero: none is due.
pub fn lateness(counts: &[Count], now: OffsetDateTime) -> time::Duration {
    let waiting = counts.iter().filter(|count| count.state == State::Waiting);
    let late = waiting.map(|count| now - count.leased_until.unwrap_or(count.due_at)).max().unwrap_or_default();
    late.max(time::Duration::ZERO)
}

/// Days for which jobs are kept that were done, and that were given up.
const DONE_DAYS: i64 = 7;
const FAILED_DAYS: i64 = 30;

/// Forgets jobs that ended long ago.
///
/// # Errors
/// The database's.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    let old = |state: State, days| Condition::all().add(Column::State.eq(state)).add(Column::DoneAt.lt(now - time::Duration::days(days)));
    let either = Condition::any().add(old(State::Done, DONE_DAYS)).add(old(State::Failed, FAILED_DAYS));
    Ok(Entity::delete_many().filter(either).exec(db).await?.rows_affected)
}
