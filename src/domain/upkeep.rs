//! What an instance does beside answering: hears of ended sessions, writes what was counted in passing,
//! forgets what has grown old.

use super::{Result, activity, once, shared_log, vitals};
use crate::app::App;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// "Everywhere within a second" is half of that here, and the other half for the query.
const SWEEP: Duration = Duration::from_millis(500);
const FLUSH: Duration = Duration::from_secs(10);
const TIDY: Duration = Duration::from_secs(600);

/// Runs until the instance has given its last answer, and writes what is pending before it returns.
pub async fn run(app: App) {
    let watching = tokio::spawn(vitals::keep::run(app.clone()));
    let cursor = shared_log::Cursor::default();
    let mut log = app.shared.signals().subscribe(shared_log::TOPIC);
    let (mut sweep, mut flush, mut tidy) = (every(SWEEP), every(FLUSH), every(TIDY));
    let mut failing = false;
    loop {
        let (what, done) = tokio::select! {
            () = app.ended.cancelled() => break,
            _ = log.recv() => ("reading the shared log", shared_log::sweep(&app, &cursor).await),
            _ = sweep.tick() => ("reading the shared log", shared_log::sweep(&app, &cursor).await),
            _ = flush.tick() => ("writing what was counted", activity::flush(&app).await),
            _ = tidy.tick() => ("forgetting what is old", forget(&app).await),
        };
        // An outage is said once when it begins and once when it is over, not twice a second.
        match &done {
            Err(fault) if !failing => tracing::warn!("{what} does not work: {fault}"),
            Ok(()) if failing => tracing::info!("{what} works again"),
            _ => {}
        }
        failing = done.is_err();
    }
    if let Err(fault) = activity::flush(&app).await {
        tracing::warn!("writing what was counted before the end: {fault}");
    }
    if let Err(fault) = watching.await {
        tracing::warn!("watching over this instance did not end well: {fault}");
    }
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn forget(app: &App) -> Result<()> {
    let now = app.clock.now();
    once::forget_old(&app.db, now).await?;
    shared_log::forget_old(&app.db, now).await?;
    vitals::history::forget_old(&app.db, now).await?;
    vitals::events::forget_old(&app.db, now).await?;
    super::sessions::forget_old(&app.db, now).await.map(|_| ())
}
