//! Whether the database is there. Asked a few times a second on a connection of its own, so that requests learn of an
//! outage at once instead of each waiting for its own time-out, and of its end as soon.

use super::{Database, open_for_probing};
use crate::config::Config;
use sea_orm::ConnectionTrait;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

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
pub struct DbHealth(Arc<watch::Sender<bool>>);

impl Default for DbHealth {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(true)))
    }
}

impl DbHealth {
    /// Whether the database answers, as far as is known.
    pub fn is_up(&self) -> bool {
        *self.0.borrow()
    }

    /// Comes back when it is no use to wait for the database any longer: at once after it was found to be away, or, if
    /// it is away already, after the time in which a page that does not need it is drawn.
    pub async fn wait_until_down(&self) {
        let mut is_up = self.0.subscribe();
        if !*is_up.borrow_and_update() {
            sleep(GRACE).await;
            return;
        }
        if is_up.wait_for(|is_up| !is_up).await.is_err() {
            // Nothing watches: a request that waits for the database waits for its own time-out.
            std::future::pending::<()>().await;
        }
    }

    /// Receives every change.
    pub fn changes(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    fn set(&self, is_up: bool) {
        self.0.send_replace(is_up);
    }
}

/// Watches the database until the instance ends. On SQLite there is nothing to watch: the database is in this process.
pub async fn watch(config: Config, db: Database, health: DbHealth, ended: CancellationToken) {
    if !config.on_postgres() {
        let open = keep_open(&config).await;
        if let Err(err) = &open {
            tracing::warn!("no connection is kept open: {err}");
        }
        ended.cancelled().await;
        return;
    }
    let mut probe = None;
    loop {
        let before = Instant::now();
        tokio::select! {
            () = ended.cancelled() => return,
            () = sleep(PAUSE) => {}
        }
        // A machine that is too busy to wake us in time is not a database that is away.
        let late = before.elapsed().saturating_sub(PAUSE) * 4;
        let answers = ask(&config, &mut probe, FIRST + late).await || ask(&config, &mut probe, SECOND + late).await;
        if answers == health.is_up() {
            continue;
        }
        match answers {
            true => {
                refresh(&db, config.database_connections).await;
                tracing::info!("the database is back");
            }
            false => tracing::error!("the database does not answer; pages are shown as they were last, and nothing can be written"),
        }
        health.set(answers);
    }
}

/// A connection to SQLite beside the pool's, which are closed when they have grown old or were idle for long. With the last
/// one SQLite takes its log and its index away, and a full disk has no space for new ones, not even for reading.
pub async fn keep_open(config: &Config) -> Result<impl Send, String> {
    let db = open_for_probing(config).await.map_err(|e| e.to_string())?;
    // SQLite opens its files with the first statement.
    db.execute_unprepared("SELECT COUNT(*) FROM settings").await.map_err(|e| e.to_string())?;
    // A connection that is acquired is never closed as idle.
    db.connection().get_sqlite_connection_pool().acquire().await.map_err(|e| e.to_string())
}

/// One question. A connection that did not answer is not asked again.
async fn ask(config: &Config, probe: &mut Option<Database>, patience: Duration) -> bool {
    let question = async {
        let db = match probe.take() {
            Some(db) => db,
            None => open_for_probing(config).await.map_err(|err| err.to_string())?,
        };
        db.connection().ping().await.map_err(|err| err.to_string())?;
        Ok::<_, String>(db)
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
async fn refresh(db: &Database, connections: u32) {
    let all = (0..connections).map(|_| timeout(FIRST, db.connection().ping()));
    futures_util::future::join_all(all).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_requests_end_at_once_and_later_ones_soon() {
        let health = DbHealth::default();
        let waiting = tokio::spawn({
            let health = health.clone();
            async move { health.wait_until_down().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());

        health.set(false);

        assert!(timeout(Duration::from_millis(10), waiting).await.is_ok());
        assert!(timeout(GRACE / 2, health.wait_until_down()).await.is_err(), "a page that needs no database has its time");
        assert!(timeout(GRACE * 2, health.wait_until_down()).await.is_ok());
    }
}
