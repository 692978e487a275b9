//! Looks each minute for what is new for saved searches. A job of one instance: each search costs a statement, which ten instances need
//! not send.

use super::worker::{Handlers, handler};
use crate::app::App;
use crate::db::{Transaction, query};
use crate::domain::jobs::lease::Claim;
use crate::domain::jobs::schedules::Schedule;
use crate::domain::jobs::{self, Failure, Kind, New};
use crate::domain::saved_searches::{SavedSearchId, look};
use time::Duration;

/// When it looks.
pub const SCHEDULES: [Schedule; 1] = [Schedule::every(Kind::RunSearches, Duration::minutes(1))];

/// The handler of the kind in [`SCHEDULES`].
pub fn handlers() -> Handlers {
    [(Kind::RunSearches, handler(run))].into()
}

/// The payload of the first job is empty; each names the last search of the one before.
async fn run(app: App, job: Claim) -> Result<Transaction, Failure> {
    let (ctx, after) = (&app.context, job.payload.parse().unwrap_or(SavedSearchId(0)));
    let now = ctx.clock.now();
    let last = look::notify(ctx, after, now).await?;
    let tx = query::begin(&ctx.db).await?;
    if let Some(last) = last {
        jobs::enqueue(&tx, New { kind: job.kind, payload: &last.to_string(), dedupe: None, due_at: now }, now).await?;
    }
    Ok(tx)
}
