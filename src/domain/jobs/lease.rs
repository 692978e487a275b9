//! Leases, by which each job is done once although every instance claims jobs: a worker leases a job for a minute, and can mark it as
//! done only while it still holds the lease. The jobs of a worker that was killed are claimed again when their leases end; one that was
//! frozen finds its lease taken and rolls back.

use super::{Failure, JobId, Kind, State, sql};
use crate::clock::{OffsetDateTime, from_ms, to_ms};
use crate::db::{Database, query};
use crate::domain::{Result, tokens};
use crate::entity::job::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, UpdateMany};
use std::time::Duration;

/// How long a lease lasts after it was taken or renewed.
pub const LEASE: Duration = Duration::from_secs(60);
/// A job fails for good after so many tries.
pub const MOST_TRIES: i64 = 8;
/// The wait after the first failure; each further one is [`GROWTH`] times as long.
const FIRST_WAIT: Duration = Duration::from_secs(15);
const GROWTH: f64 = 4.0;
/// The part by which a wait is made longer or shorter at random, so that jobs that failed together are not tried together.
const SPREAD: f64 = 0.2;
/// Most characters of an error that are stored.
const ERROR_MAX: usize = 500;

/// A job that a worker has leased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The job.
    pub id: JobId,
    /// Its kind.
    pub kind: Kind,
    /// The argument, in the form that its kind expects.
    pub payload: String,
    /// The number of this try, from 1.
    pub tries: i64,
    /// A random token, equal to the row's while this worker holds the lease.
    pub lease: String,
}

/// Leases at most `most` due jobs of these kinds.
///
/// # Errors
/// The database's.
pub async fn claim(db: &Database, kinds: &[Kind], most: u64, now: OffsetDateTime) -> Result<Vec<Claim>> {
    // Read first, without a lock: on SQLite all writers share one.
    if kinds.is_empty() || !any_due(db, kinds, now).await? {
        return Ok(Vec::new());
    }
    let lease = tokens::random()?;
    let tx = query::begin(db).await?;
    let rows = sql::claim(&tx, kinds, (&lease, now + LEASE), most, now).await?;
    tx.commit().await?;
    let claim = |row: sql::ClaimedRow| Claim { id: row.id, kind: row.kind, payload: row.payload, tries: row.tries, lease: lease.clone() };
    Ok(rows.into_iter().map(claim).collect())
}

async fn any_due(db: &Database, kinds: &[Kind], now: OffsetDateTime) -> Result<bool> {
    let due = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::State.eq(State::Waiting))
        .filter(Column::DueAt.lte(now))
        .filter(is_free(now))
        .filter(Column::Kind.is_in(kinds.iter().copied()))
        .limit(1);
    Ok(due.into_tuple::<JobId>().one(db).await?.is_some())
}

/// Not leased, or the lease has ended.
pub(super) fn is_free(now: OffsetDateTime) -> Condition {
    Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lt(now))
}

/// An update of the job on the condition that this claim holds the lease.
fn held(job: &Claim) -> UpdateMany<Entity> {
    let held = Entity::update_many().filter(Column::Id.eq(job.id)).filter(Column::Lease.eq(&job.lease));
    held.filter(Column::State.eq(State::Waiting))
}

/// Renews the lease. False: this claim does not hold it any more.
///
/// # Errors
/// The database's.
pub async fn renew(db: &impl ConnectionTrait, job: &Claim, now: OffsetDateTime) -> Result<bool> {
    let until = ActiveModel { leased_until: Set(Some(now + LEASE)), ..Default::default() };
    Ok(held(job).set(until).exec(db).await?.rows_affected == 1)
}

/// Marks the job as done, in the transaction with its effect. False: this claim does not hold the lease any more, and the transaction
/// must be rolled back.
///
/// # Errors
/// The database's.
pub async fn finish(tx: &impl ConnectionTrait, job: &Claim, now: OffsetDateTime) -> Result<bool> {
    let done = ActiveModel { state: Set(State::Done), done_at: Set(Some(now)), last_error: Set(String::new()), ..free() };
    Ok(held(job).set(done).exec(tx).await?.rows_affected == 1)
}

/// Records a failed try: the job is due again after a wait, or has failed for good. False: this claim does not hold the lease any more.
///
/// # Errors
/// The database's.
pub async fn fail(db: &impl ConnectionTrait, job: &Claim, failure: &Failure, now: OffsetDateTime) -> Result<bool> {
    if let Failure::Later(wait) = failure {
        return postpone(db, job, *wait, now).await;
    }
    let failed = ActiveModel { last_error: Set(failure.to_string().chars().take(ERROR_MAX).collect()), ..free() };
    let failed = match failure {
        Failure::Temporary(_) if job.tries < MOST_TRIES => {
            ActiveModel { due_at: Set(later(now, wait(job.tries, rand::random()))), ..failed }
        }
        _ => ActiveModel { state: Set(State::Failed), done_at: Set(Some(now)), ..failed },
    };
    Ok(held(job).set(failed).exec(db).await?.rows_affected == 1)
}

async fn postpone(db: &impl ConnectionTrait, job: &Claim, wait: Duration, now: OffsetDateTime) -> Result<bool> {
    let waits = held(job).set(ActiveModel { due_at: Set(later(now, wait)), ..free() });
    Ok(waits.col_expr(Column::Tries, Expr::col(Column::Tries).sub(1)).exec(db).await?.rows_affected == 1)
}

/// Releases the lease without counting the try.
///
/// # Errors
/// The database's.
pub async fn give_back(db: &impl ConnectionTrait, job: &Claim) -> Result<bool> {
    let given = held(job).set(free()).col_expr(Column::Tries, Expr::col(Column::Tries).sub(1));
    Ok(given.exec(db).await?.rows_affected == 1)
}

fn free() -> ActiveModel {
    ActiveModel { lease: Set(None), leased_until: Set(None), ..Default::default() }
}

/// The wait after so many tries: 15 s, 1, 4, 16, 64 minutes, 4 and 17 hours, with `random` (0 to 1) up to a fifth shorter or longer.
pub fn wait(tries: i64, random: f64) -> Duration {
    let factor = GROWTH.powi(i32::try_from(tries.clamp(1, MOST_TRIES) - 1).unwrap_or(0));
    FIRST_WAIT.mul_f64(factor * (1.0 - SPREAD + 2.0 * SPREAD * random.clamp(0.0, 1.0)))
}

/// A moment as it is stored.
fn later(now: OffsetDateTime, by: Duration) -> OffsetDateTime {
    from_ms(to_ms(now + by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_day_in_all() {
        let waits: Vec<u64> = (1..MOST_TRIES).map(|tries| wait(tries, 0.5).as_secs()).collect();

        assert_eq!(waits, [15, 60, 240, 960, 3_840, 15_360, 61_440]);
        assert_eq!(wait(1, 0.0), Duration::from_secs(12));
        assert_eq!(wait(1, 1.0), Duration::from_secs(18));
    }
}
