//! Deletes what has grown old: a schedule and a kind of job for each table, done by one instance. `minschool cleanup` and a restore
//! do all of it at once.

use super::worker::{Handlers, handler};
use crate::app::App;
use crate::clock::OffsetDateTime;
use crate::db::{Database, Transaction, query};
use crate::domain::files::texts;
use crate::domain::jobs::lease::Claim;
use crate::domain::jobs::schedules::Schedule;
use crate::domain::jobs::{self, Failure, Kind};
use crate::domain::users::{links, sign_ups};
use crate::domain::{Result, idempotency, invalidation, sessions};
use crate::files::storage;
use crate::monitor::{events, history};
use sea_orm::ConnectionTrait;
use time::Duration;

/// The log of invalidations is kept for six hours and read whole at each reconnection, so it is kept short; what the others delete
/// was kept for days.
pub const SCHEDULES: [Schedule; 9] = [
    Schedule::every(Kind::ForgetInvalidations, Duration::minutes(10)),
    Schedule::every(Kind::ForgetKeys, Duration::hours(1)),
    Schedule::every(Kind::ForgetSessions, Duration::hours(1)),
    Schedule::every(Kind::ForgetMetrics, Duration::hours(1)),
    Schedule::every(Kind::ForgetEvents, Duration::hours(1)),
    Schedule::every(Kind::ForgetJobs, Duration::hours(1)),
    Schedule::every(Kind::ForgetTokens, Duration::hours(1)),
    Schedule::every(Kind::SweepFiles, Duration::hours(1)),
    Schedule::every(Kind::QueueFiles, Duration::minutes(10)),
];

/// A handler for each kind of [`SCHEDULES`].
pub fn handlers() -> Handlers {
    SCHEDULES.iter().map(|schedule| (schedule.kind, handler(run))).collect()
}

async fn run(app: App, job: Claim) -> Result<Transaction, Failure> {
    if job.kind == Kind::SweepFiles {
        sweep(&app.context.db, app.context.clock.now()).await?;
    }
    let tx = query::begin(&app.context.db).await?;
    let rows = rows_of(&tx, job.kind, app.context.clock.now()).await?;
    tracing::debug!(job.id = job.id.0, "{rows} rows of {}", job.kind.word());
    Ok(tx)
}

/// A few contents in each transaction: their rows are large, and others write meanwhile.
async fn sweep(db: &Database, now: OffsetDateTime) -> Result<()> {
    while storage::sweep(db, now).await? > 0 {}
    Ok(())
}

/// Does the work of one kind of job, and gives how many rows it was. Twice is the same as once.
async fn rows_of(db: &impl ConnectionTrait, kind: Kind, now: OffsetDateTime) -> Result<u64> {
    match kind {
        Kind::ForgetKeys => idempotency::forget_old(db, now).await,
        Kind::ForgetInvalidations => invalidation::forget_old(db, now).await,
        Kind::ForgetSessions => sessions::forget_old(db, now).await,
        Kind::ForgetMetrics => history::forget_old(db, now).await,
        Kind::ForgetEvents => events::forget_old(db, now).await,
        Kind::ForgetJobs => jobs::forget_old(db, now).await,
        Kind::ForgetTokens => Ok(links::forget_old(db, now).await? + sign_ups::forget_old(db, now).await?),
        // These delete nothing, and have handlers of their own.
        Kind::Mail | Kind::ReadFile | Kind::NoticeMail | Kind::DailyDigests | Kind::WeeklyDigests | Kind::RunSearches => Ok(0),
        // It deletes nothing either, but comes again like those that do.
        Kind::QueueFiles => texts::queue_unread(db, now).await,
        Kind::SweepFiles => Ok(storage::sweep(db, now).await?),
    }
}

/// How much was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Answers to forms.
    pub answers: u64,
    /// Lines of the instances' log.
    pub lines: u64,
    /// Sessions that ended long ago.
    pub sessions: u64,
}

/// Deletes all that has grown old. By two at once it is the same as by one.
///
/// # Errors
/// The database's.
pub async fn forget(db: &Database, now: OffsetDateTime) -> Result<Forgotten> {
    for kind in [Kind::ForgetMetrics, Kind::ForgetEvents, Kind::ForgetJobs, Kind::ForgetTokens] {
        rows_of(db, kind, now).await?;
    }
    sweep(db, now).await?;
    Ok(Forgotten {
        answers: rows_of(db, Kind::ForgetKeys, now).await?,
        lines: rows_of(db, Kind::ForgetInvalidations, now).await?,
        sessions: rows_of(db, Kind::ForgetSessions, now).await?,
    })
}
