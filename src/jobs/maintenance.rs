//! What every instance does while it answers, by timers and in tasks of its own. Some of it another instance cannot do in its place, so it
//! is no job: it reads the log of invalidations, writes what it counted in passing, sends its heartbeat, and deletes what its disk keeps of
//! files and nobody reads. The rest is shared but comes too often for jobs, which cost five statements and a row each: folding page marks
//! (two that fold at once do no harm), filling the search index, making mails of notifications.

use crate::app::App;
use crate::domain::{Error, Result, counters, invalidation, posts};
use crate::files::cache::UNUSED;
use crate::monitor;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// "Everywhere within a second" is half of that here, and the other half for the query.
const READ_LOG: Duration = Duration::from_millis(500);
/// Changes of page marks wait so long; a list adds up those that do.
const FOLD: Duration = Duration::from_secs(2);
const FLUSH: Duration = Duration::from_secs(10);
const FORGET: Duration = Duration::from_secs(3600);

/// Runs until the instance has given its last answer, and writes what is pending before it returns.
pub async fn run(app: App) {
    let watching = tokio::spawn(monitor::reporter::run(app.clone()));
    tokio::spawn(super::search_fill::run(app.clone()));
    tokio::spawn(super::notices::run(app.clone()));
    // In a task of its own: sessions and rights end by it, and it waits for no slow statement of the others.
    let mut log = tokio::spawn(read_log(app.clone()));
    let (mut fold, mut flush, mut forget) = (every(FOLD), every(FLUSH), every(FORGET));
    let mut outages = Outages::default();
    loop {
        let (what, done) = tokio::select! {
            () = app.ended.cancelled() => break,
            ended = &mut log => {
                tracing::error!("reading the shared log ended and begins anew: {ended:?}");
                log = tokio::spawn(read_log(app.clone()));
                continue;
            }
            _ = fold.tick() => ("folding page marks", posts::list::fold_marks(&app.context.db).await),
            _ = forget.tick() => ("forgetting files", forget_files(&app).await),
            _ = flush.tick() => ("writing what was counted", counters::flush(&app.context).await),
        };
        outages.note(what, &done);
    }
    if let Err(err) = counters::flush(&app.context).await {
        tracing::warn!("writing what was counted before the end: {err}");
    }
    if let Err(err) = watching.await {
        tracing::warn!("watching over this instance did not end well: {err}");
    }
}

/// Reads the log of invalidations, by time and when an instance has written to it, until this one has given its last answer.
async fn read_log(app: App) {
    let cursor = invalidation::Cursor::default();
    let mut signals = app.context.shared.signals().subscribe(invalidation::TOPIC);
    let (mut ticks, mut outages) = (every(READ_LOG), Outages::default());
    loop {
        tokio::select! {
            () = app.ended.cancelled() => break,
            _ = signals.recv() => {}
            _ = ticks.tick() => {}
        }
        outages.note("reading the shared log", &invalidation::apply_log(&app.context, &cursor).await);
    }
}

/// What does not work at present: an outage is logged once when it begins and once when it is over, not twice a second.
#[derive(Default)]
struct Outages(BTreeSet<&'static str>);

impl Outages {
    fn note(&mut self, what: &'static str, done: &Result<()>) {
        match done {
            Err(err) if self.0.insert(what) => tracing::warn!("{what} does not work: {err}"),
            Ok(()) if self.0.remove(what) => tracing::info!("{what} works again"),
            _ => {}
        }
    }
}

/// Deletes rows of files that nobody reads any more from this instance's disk.
async fn forget_files(app: &App) -> Result<()> {
    let Some(cache) = app.file_cache.clone() else { return Ok(()) };
    tokio::task::spawn_blocking(move || cache.forget_unused(UNUSED)).await.map_err(|err| Error::Internal(err.to_string()))
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
