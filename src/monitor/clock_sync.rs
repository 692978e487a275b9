//! Sets the clock of an instance that starts. Running instances follow a monotonic clock, whatever happens to the clocks of their machines
//! (`clock::monotonic`). An instance that started with another time would end sessions that are in use, so it compares its clock with
//! theirs and with the database's first.

use super::{Heartbeat, history, sql};
use crate::clock::{Clock, to_ms};
use crate::db::Database;
use crate::domain::Result;
use bytes::Bytes;
use sea_orm::{ConnectionTrait, DbBackend};

/// Seconds by which the clocks of this machine and of the database may differ: sessions and forms end by them.
const DRIFT: i64 = 5;
/// Clocks that differ by so many milliseconds are the same, when one of them was read from a heartbeat, which lives
/// for 15 seconds.
const EARLY: i64 = 5_000;
const LATE: i64 = 20_000;
/// The others are followed that far from what both this machine and the database say (milliseconds): making six hours
/// good takes them five days. Beyond, they are the ones that are wrong.
const FAR: i64 = 6 * 3_600_000;
/// Minutes for which an instance is remembered.
const LISTED: i64 = 60;

/// What the clocks say at one moment, in milliseconds since 1970.
#[derive(Clone, Copy)]
struct Clocks {
    /// This machine's.
    own: i64,
    /// The database's.
    database: i64,
    /// That of the instances at work, a few seconds ago. None: there is none.
    others: Option<i64>,
}

impl Clocks {
    /// From when to set out. None: from this machine's time.
    fn better(self) -> Option<i64> {
        let others = self.others?;
        let agrees = |clock: i64| (others - EARLY..=others + LATE).contains(&clock);
        if agrees(self.own) {
            None
        } else if agrees(self.database) {
            Some(self.database)
        } else {
            ((self.own - others).abs() <= FAR).then_some(others)
        }
    }
}

/// Who may be at work, for asking for their last reports.
pub async fn names(db: &Database, clock: &Clock) -> Result<Vec<String>> {
    let earlier = clock.now().min(database_clock(db).await?);
    history::names(db, history::minute(earlier) - LISTED).await
}

/// Lets a clock set out from the time in these reports, and logs when that is not its machine's.
pub async fn start_clock(clock: &Clock, db: &Database, reports: &[Bytes]) -> Result<()> {
    let mut others: Vec<i64> =
        reports.iter().filter_map(|heartbeat| serde_json::from_slice::<Heartbeat>(heartbeat).ok()).map(|heartbeat| heartbeat.at).collect();
    others.sort_unstable();
    let database = to_ms(database_clock(db).await?);
    let clocks = Clocks { own: to_ms(clock.now()), database, others: others.get(others.len() / 2).copied() };
    let Some(better) = clocks.better() else {
        if let Some(apart) = apart(clocks.own, database) {
            tracing::warn!(
                "the clock of this machine is {apart} s away from the database's: sessions may end too early or too late; see ClockWrong in the runbook"
            );
        }
        return Ok(());
    };
    clock.monotonic().start_from(better);
    tracing::warn!(
        "the clock of this machine is {} s away from that of the other instances, which is kept; see ClockJumped in the runbook",
        (clocks.own - better) / 1_000
    );
    Ok(())
}

/// By how many seconds the clocks of this machine and of the database differ. None: they agree.
pub async fn clocks_apart(db: &Database) -> Result<Option<i64>> {
    Ok(apart(to_ms(Clock::default().now()), to_ms(database_clock(db).await?)))
}

fn apart(own: i64, database: i64) -> Option<i64> {
    let seconds = (own - database).abs() / 1_000;
    (seconds > DRIFT).then_some(seconds)
}

/// What time it is for the database. SQLite is in this process and has this process' time.
async fn database_clock(db: &Database) -> Result<time::OffsetDateTime> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(Clock::default().now());
    }
    sql::clock_of_postgres(db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn better(own: i64, database: i64, others: Option<i64>) -> Option<i64> {
        const NOW: i64 = 1_800_000_000_000;
        Clocks { own: NOW + own, database: NOW + database, others: others.map(|others| NOW + others) }.better().map(|ms| ms - NOW)
    }

    #[test]
    fn an_instance_that_begins_keeps_the_course_of_those_at_work() {
        // The reports are up to fifteen seconds old.
        assert_eq!(better(0, 0, Some(-14_000)), None);
        assert_eq!(better(0, 0, Some(1_000)), None);
        // This machine was set, or all were and the others slew.
        assert_eq!(better(HOUR, 0, Some(-4_000)), Some(0));
        assert_eq!(better(-40 * HOUR, 0, Some(-4_000)), Some(0));
        assert_eq!(better(HOUR, HOUR, Some(-4_000)), Some(-4_000));
        // The database's was set.
        assert_eq!(better(0, HOUR, Some(-4_000)), None);
    }

    #[test]
    fn it_believes_its_machine_when_nobody_is_there_or_they_are_days_away() {
        assert_eq!(better(HOUR, 0, None), None);
        assert_eq!(better(0, 0, Some(-40 * HOUR)), None);
    }
}
