//! Adds digests each morning: a schedule for those of a day and one for those of a week, and the job that each of them adds.

use super::worker::{Handlers, handler};
use crate::app::App;
use crate::db::{Transaction, query};
use crate::domain::jobs::lease::Claim;
use crate::domain::jobs::schedules::Schedule;
use crate::domain::jobs::{self, Failure, Kind};
use crate::domain::notices::{Pace, digests};
use time::Duration;

/// From a Monday morning on.
pub const SCHEDULES: [Schedule; 2] = [
    Schedule { kind: Kind::DailyDigests, every: Duration::days(1), at: Some(digests::MORNING) },
    Schedule { kind: Kind::WeeklyDigests, every: Duration::days(7), at: Some(digests::MORNING) },
];

/// A handler for each kind of [`SCHEDULES`].
pub fn handlers() -> Handlers {
    SCHEDULES.iter().map(|schedule| (schedule.kind, handler(run))).collect()
}

async fn run(app: App, job: Claim) -> Result<Transaction, Failure> {
    let ctx = &app.context;
    let pace = if job.kind == Kind::WeeklyDigests { Pace::Weekly } else { Pace::Daily };
    let tx = query::begin(&ctx.db).await?;
    if ctx.sends_mail {
        digests::add(&tx, (job.kind, pace), &job.payload, app.config.mail.notice_pause(), ctx.clock.now()).await?;
    }
    jobs::wake(ctx).await;
    Ok(tx)
}
