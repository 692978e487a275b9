//! What came of everything that people did, and what they were promised.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How one request ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// As it should.
    Good,
    /// An honest "not now": 503 with Retry-After (or 429), and for a form with all that was typed.
    NotNow,
    /// A page as it was last, which says so.
    Stale,
    /// Anything else.
    Failed,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Entry {
    pub began: Instant,
    pub took: Duration,
    pub outcome: Outcome,
    /// Whether it was a form.
    pub form: bool,
}

/// See the head of this file.
#[derive(Default)]
pub struct Ledger(Mutex<Pages>);

/// What is written down.
#[derive(Default)]
pub struct Pages {
    pub entries: Vec<Entry>,
    /// What failed, in words; the first few.
    pub faults: Vec<String>,
    /// Texts of comments that were acknowledged.
    pub promised: BTreeSet<String>,
    /// People who were signed in and then were not.
    pub signed_out: u32,
    /// Bells that rang.
    pub rang: u64,
}

impl Ledger {
    /// Writes down one request.
    pub fn note(&self, entry: Entry, what: impl FnOnce() -> String) {
        let mut pages = self.open();
        if entry.outcome == Outcome::Failed && pages.faults.len() < 5 {
            let what = what();
            pages.faults.push(what);
        }
        pages.entries.push(entry);
    }

    /// A comment was acknowledged.
    pub fn promise(&self, text: String) {
        self.open().promised.insert(text);
    }

    /// Somebody was signed out who should not have been.
    pub fn signed_out(&self) {
        self.open().signed_out += 1;
    }

    /// A bell rang.
    pub fn rang(&self) {
        self.open().rang += 1;
    }

    /// Everything since the last time, and a clean page.
    pub fn take(&self) -> Pages {
        std::mem::take(&mut *self.open())
    }

    fn open(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    /// How many requests ended so, between two moments.
    pub fn count(&self, outcome: Outcome, from: Instant, to: Instant) -> usize {
        self.between(from, to).filter(|entry| entry.outcome == outcome).count()
    }

    /// Requests that began between two moments.
    pub fn between(&self, from: Instant, to: Instant) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.began >= from && entry.began < to)
    }

    /// The time within which 99 of 100 good answers came.
    pub fn p99(&self, from: Instant, to: Instant) -> Duration {
        let mut times: Vec<Duration> =
            self.between(from, to).filter(|entry| entry.outcome == Outcome::Good).map(|entry| entry.took).collect();
        times.sort();
        times.get((times.len() * 99 / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    }

    /// The end of the last request that did not end as it should.
    pub fn last_trouble(&self) -> Option<Instant> {
        self.entries.iter().filter(|entry| entry.outcome != Outcome::Good).map(|entry| entry.began).max()
    }
}
