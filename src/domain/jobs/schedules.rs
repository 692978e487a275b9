//! Recurring jobs without cron: a row holds the time of a schedule's next job. The instance that advances it enqueues the job in the same
//! transaction, on the condition that the row is as it was read, so that one of all instances does.

use super::{Kind, New, State, enqueue};
use crate::clock::OffsetDateTime;
use crate::db::{Database, Transaction, query};
use crate::domain::Result;
use crate::entity::job;
use crate::entity::schedule::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{OnConflict, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use time::{Duration, UtcOffset};

/// A recurring job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Its name is the schedule's name too.
    pub kind: Kind,
    /// The time from one job to the next.
    pub every: Duration,
    /// A time at which it recurs; `None`: counted from the start of the first instance.
    pub at: Option<OffsetDateTime>,
}

impl Schedule {
    /// Recurs after this time.
    pub const fn every(kind: Kind, every: Duration) -> Self {
        Self { kind, every, at: None }
    }

    /// When its first job is due.
    fn first(&self, now: OffsetDateTime) -> OffsetDateTime {
        // In UTC: SQLite compares the texts of moments.
        self.at.map_or(now + self.every, |at| next(at.to_offset(UtcOffset::UTC), self.every, now))
    }
}

/// Makes the rows of schedules that have none; the first job comes after the schedule's time, or at the next moment of its rhythm.
///
/// # Errors
/// The database's.
pub async fn register(db: &impl ConnectionTrait, schedules: &[Schedule], now: OffsetDateTime) -> Result<()> {
    for schedule in schedules {
        let row = ActiveModel { name: Set(schedule.kind.word()), next_at: Set(schedule.first(now)) };
        let ignore = OnConflict::column(Column::Name).do_nothing().to_owned();
        Entity::insert(row).on_conflict(ignore).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Adds the jobs of the schedules that are due, and returns how many this instance added.
///
/// # Errors
/// The database's.
pub async fn fire(db: &Database, schedules: &[Schedule], now: OffsetDateTime) -> Result<usize> {
    let due = Entity::find().filter(Column::NextAt.lte(now)).order_by_asc(Column::Name).all(db).await?;
    let mut added = 0;
    for row in due {
        let Some(schedule) = schedules.iter().find(|schedule| schedule.kind.word() == row.name) else { continue };
        let tx = query::begin(db).await?;
        added += usize::from(move_on(&tx, schedule, &row, now).await?);
        tx.commit().await?;
    }
    Ok(added)
}

async fn move_on(tx: &Transaction, schedule: &Schedule, row: &Model, now: OffsetDateTime) -> Result<bool> {
    let next = next(row.next_at, schedule.every, now);
    let update = Entity::update_many().col_expr(Column::NextAt, SimpleExpr::from(next)).filter(Column::Name.eq(&row.name));
    if update.filter(Column::NextAt.eq(row.next_at)).exec(tx).await?.rows_affected == 0 {
        return Ok(false);
    }
    // While the last one is still being retried, a further one would do the same.
    if is_waiting(tx, schedule.kind).await? {
        hurry(tx, schedule.kind, now).await?;
        return Ok(false);
    }
    enqueue(tx, New { kind: schedule.kind, payload: "", dedupe: None, due_at: now }, now).await
}

async fn is_waiting(tx: &Transaction, kind: Kind) -> Result<bool> {
    let waiting = job::Entity::find().select_only().column(job::Column::Id).filter(job::Column::Kind.eq(kind));
    let first: Option<super::JobId> = waiting.filter(job::Column::State.eq(State::Waiting)).limit(1).into_tuple().one(tx).await?;
    Ok(first.is_some())
}

/// Tries what waits after a failure now, as a further job would have been: its waits grow to 17 hours.
async fn hurry(tx: &Transaction, kind: Kind, now: OffsetDateTime) -> Result<()> {
    let due = job::ActiveModel { due_at: Set(now), ..Default::default() };
    let later = job::Entity::update_many().set(due).filter(job::Column::Kind.eq(kind)).filter(job::Column::State.eq(State::Waiting));
    later.filter(job::Column::DueAt.gt(now)).filter(job::Column::Lease.is_null()).exec(tx).await?;
    Ok(())
}

/// The first time after `now` at which the schedule recurs. Jobs that were missed while no instance ran are not made up for.
fn next(last: OffsetDateTime, every: Duration, now: OffsetDateTime) -> OffsetDateTime {
    let missed = (now - last).whole_milliseconds() / every.whole_milliseconds().max(1);
    last + every * i32::try_from(missed + 1).unwrap_or(i32::MAX)
}

/// The schedules by the moment of their next job.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<(String, OffsetDateTime)>> {
    let rows = Entity::find().order_by_asc(Column::NextAt).order_by_asc(Column::Name).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.name, row.next_at)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_morning_in_seoul_is_stored_as_one_of_utc() {
        let at = Some(datetime!(2026-01-05 08:00 +9));
        let first = Schedule { kind: Kind::SweepFiles, every: Duration::days(1), at }.first(datetime!(2026-11-26 22:30 UTC));

        assert_eq!((first, first.offset()), (datetime!(2026-11-26 23:00 UTC), UtcOffset::UTC));
    }

    #[test]
    fn the_rhythm_is_kept_and_what_was_missed_is_left_out() {
        let (last, every) = (datetime!(2026-11-26 03:00 UTC), Duration::minutes(10));

        assert_eq!(next(last, every, last), datetime!(2026-11-26 03:10 UTC));
        assert_eq!(next(last, every, datetime!(2026-11-26 03:09:59 UTC)), datetime!(2026-11-26 03:10 UTC));
        assert_eq!(next(last, every, datetime!(2026-11-26 05:55 UTC)), datetime!(2026-11-26 06:00 UTC));
    }
}
