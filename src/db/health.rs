//! Whether the database is there. Asked a few times a second on a connection of its own, so that requests learn of an
//! outage at once instead of each waiting for its own time-out, and of its end as soon.

use super::query;
use crate::app::{self, App};
use sea_orm::DatabaseConnection;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// Pause between two questions.
const PAUSE: Duration = Duration::from_millis(250);
/// Longest wait for an answer, and for one to a second question on a new connection: together with the pause, less
/// than the second within which a form is answered during an outage.
const FIRST: Duration = Duration::from_millis(400);
const SECOND: Duration = Duration::from_millis(250);
/// While the database is away, a request that needs none of it is done within this time.
const GRACE: Duration = Duration::from_millis(250);

/// What is known about the database. Cheap to clone.
#[derive(Clone)]
pub struct Pulse(Arc<watch::Sender<bool>>);

impl Default for Pulse {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(true)))
    }
}

impl Pulse {
    /// Whether the database answers, as far as is known.
    pub fn beats(&self) -> bool {
        *self.0.borrow()
    }

    /// Comes back when it is no use to wait for the database any longer: at once after it was found to be away, or, if
    /// it is away already, after the time in which a page that does not need it is drawn.
    pub async fn given_up(&self) {
        let mut beats = self.0.subscribe();
        if !*beats.borrow_and_update() {
            sleep(GRACE).await;
            return;
        }
        if beats.wait_for(|beats| !beats).await.is_err() {
            // Nobody watches: whoever waits for the database waits for its own time-out.
            std::future::pending::<()>().await;
        }
    }

    /// Hears of every change.
    pub fn changes(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    fn set(&self, beats: bool) {
        self.0.send_replace(beats);
    }
}

/// Watches until the instance ends. On SQLite there is nothing to watch: the database is in this process.
pub async fn watch(app: App) {
    if !app.config.on_postgres() {
        let open = keep_open(&app).await;
        if let Err(fault) = &open {
            tracing::warn!("no connection is kept open: {fault}");
        }
        app.ended.cancelled().await;
        return;
    }
    let mut probe = None;
    loop {
        let before = Instant::now();
        tokio::select! {
            () = app.ended.cancelled() => return,
            () = sleep(PAUSE) => {}
        }
        // A machine that is too busy to wake us in time is not a database that is away.
        let late = before.elapsed().saturating_sub(PAUSE) * 4;
        let answers = ask(&app, &mut probe, FIRST + late).await || ask(&app, &mut probe, SECOND + late).await;
        if answers == app.pulse.beats() {
            continue;
        }
        match answers {
            true => {
                refresh(&app).await;
                tracing::info!("the database is back");
            }
            false => tracing::error!("the database does not answer; pages are shown as they were last, and nothing can be written"),
        }
        app.pulse.set(answers);
    }
}

/// A connection to SQLite beside the pool's, which are closed when they have grown old or were idle for long. With the last
/// one SQLite takes its log and its index away, and a full disk has no space for new ones, not even for reading.
///
/// # Errors
/// The database's.
pub async fn keep_open(app: &App) -> crate::domain::Result<impl Send> {
    let db = app::database_for_probing(&app.config).await?;
    // SQLite opens its files with the first question.
    query::number(&db, "SELECT COUNT(*) FROM settings", []).await?;
    // One that is taken is never idle.
    db.get_sqlite_connection_pool().acquire().await.map_err(|e| crate::domain::Error::internal("taking a connection", e))
}

/// One question. A connection that did not answer is not asked again.
async fn ask(app: &App, probe: &mut Option<DatabaseConnection>, patience: Duration) -> bool {
    let question = async {
        let db = match probe.take() {
            Some(db) => db,
            None => app::database_for_probing(&app.config).await?,
        };
        db.ping().await?;
        Ok::<_, crate::domain::Error>(db)
    };
    match timeout(patience, question).await {
        Ok(Ok(db)) => {
            *probe = Some(db);
            true
        }
        Ok(Err(_)) | Err(_) => false,
    }
}

/// Takes every connection of the pool in hand: those that broke during the outage are thrown away now, and not by the
/// first visitors after it.
async fn refresh(app: &App) {
    let all = (0..app.config.database_connections).map(|_| timeout(FIRST, app.db.ping()));
    futures_util::future::join_all(all).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_is_told_at_once_and_whoever_comes_later_soon() {
        let pulse = Pulse::default();
        let waiting = tokio::spawn({
            let pulse = pulse.clone();
            async move { pulse.given_up().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());

        pulse.set(false);

        assert!(timeout(Duration::from_millis(10), waiting).await.is_ok());
        assert!(timeout(GRACE / 2, pulse.given_up()).await.is_err(), "a page that needs no database has its time");
        assert!(timeout(GRACE * 2, pulse.given_up()).await.is_ok());
    }
}
