//! Numbers from the database, cached for some seconds, so that frequent scrapes put no load on it.

use crate::app::App;
use crate::monitor::counts::{self, Counts};
use parking_lot::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// So long an answer is good.
const FRESH: Duration = Duration::from_secs(10);
/// Longest wait of a scrape for the database.
const PATIENCE: Duration = Duration::from_secs(1);

/// What was answered last.
#[derive(Default)]
pub struct Asked {
    kept: Mutex<Kept>,
}

#[derive(Clone, Default)]
struct Kept {
    asked: Option<Instant>,
    /// None: the database did not answer when it was last asked.
    counts: Option<Counts>,
}

impl Asked {
    /// The numbers as of a few seconds ago. None while the database does not answer: an old number would look well.
    pub async fn counts(&self, app: &App) -> Option<Counts> {
        let now = Instant::now();
        {
            let mut kept = self.lock();
            if kept.asked.is_some_and(|at| now.duration_since(at) < FRESH) {
                return kept.counts.clone();
            }
            // Concurrent scrapes get the cached numbers.
            kept.asked = Some(now);
        }
        let counts = tokio::time::timeout(PATIENCE, counts::counts(app)).await.ok().and_then(Result::ok);
        self.lock().counts.clone_from(&counts);
        counts
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock()
    }
}
