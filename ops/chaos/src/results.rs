//! How the requests of a run ended, and which comments were acknowledged.

use parking_lot::{Mutex, MutexGuard};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How one request ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// As it should.
    Good,
    /// An honest "not now": 503 with Retry-After (or 429), and for a form with all that was typed.
    NotNow,
    /// A page as it was last, with a notice about that.
    Stale,
    /// Anything else.
    Failed,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    pub began: Instant,
    pub took: Duration,
    pub outcome: Outcome,
    /// Whether it was a form.
    pub form: bool,
}

/// Collects the results of a run from all clients.
#[derive(Default)]
pub struct Recorder(Mutex<Results>);

/// The results of one run.
#[derive(Default)]
pub struct Results {
    requests: Vec<Request>,
    /// What failed, in words; the first few.
    pub failures: Vec<String>,
    /// Texts of comments that were acknowledged.
    pub acknowledged: BTreeSet<String>,
    /// How often a page of a signed-in member was that of a guest.
    pub signed_out: u32,
    /// Notifications that came over a stream.
    pub events: u64,
}

impl Recorder {
    /// Adds one request; `describe` is called where it failed.
    pub fn record(&self, request: Request, describe: impl FnOnce() -> String) {
        let mut results = self.open();
        if request.outcome == Outcome::Failed && results.failures.len() < 5 {
            results.failures.push(describe());
        }
        results.requests.push(request);
    }

    /// Adds a comment that was acknowledged.
    pub fn acknowledge(&self, text: String) {
        self.open().acknowledged.insert(text);
    }

    /// Counts a member who was signed out and should not have been.
    pub fn signed_out(&self) {
        self.open().signed_out += 1;
    }

    /// Counts a notification that came over a stream.
    pub fn event_received(&self) {
        self.open().events += 1;
    }

    /// Takes the results since the last time.
    pub fn take(&self) -> Results {
        std::mem::take(&mut *self.open())
    }

    fn open(&self) -> MutexGuard<'_, Results> {
        self.0.lock()
    }
}

impl Results {
    /// How many requests ended so, between two moments.
    pub fn count(&self, outcome: Outcome, from: Instant, to: Instant) -> usize {
        self.between(from, to).filter(|request| request.outcome == outcome).count()
    }

    /// Requests that began between two moments.
    pub fn between(&self, from: Instant, to: Instant) -> impl Iterator<Item = &Request> {
        self.requests.iter().filter(move |request| request.began >= from && request.began < to)
    }

    /// The time within which 99 of 100 good answers came.
    pub fn p99(&self, from: Instant, to: Instant) -> Duration {
        let mut times: Vec<Duration> =
            self.between(from, to).filter(|request| request.outcome == Outcome::Good).map(|request| request.took).collect();
        times.sort();
        times.get((times.len() * 99 / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    }

    /// The longest wait for the answer to a form.
    pub fn slowest_form(&self, from: Instant, to: Instant) -> Duration {
        self.between(from, to).filter(|request| request.form).map(|request| request.took).max().unwrap_or_default()
    }

    /// When the last request began that did not end as it should.
    pub fn last_trouble(&self) -> Option<Instant> {
        self.requests.iter().filter(|request| request.outcome != Outcome::Good).map(|request| request.began).max()
    }
}
