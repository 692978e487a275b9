//! Monitoring for the panel: heartbeats every few seconds, a history of a row a minute, events. No page waits for it, and nothing
//! depends on it but the clock with which an instance starts.
//!
//! `heartbeat` what an instance reports · `reporter` measures and reports · `history` the rows · `events` events of instances · `overview`
//! what the panel shows · `clock_sync` sets the clock of an instance that starts

pub mod clock_sync;
pub mod counts;
pub mod events;
pub mod heartbeat;
pub mod history;
pub mod overview;
pub mod reporter;
mod sql;

pub use events::{Event, EventKind};
pub use heartbeat::{Heartbeat, InstanceState};

use crate::shared::instances::RedisCounts;
use parking_lot::{Mutex, MutexGuard};
use std::collections::VecDeque;

/// So many things that happened wait for the database at most.
const WAITING: usize = 200;

/// What this instance keeps in mind.
#[derive(Default)]
pub struct Monitor(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    own: Option<Heartbeat>,
    redis: Option<RedisSample>,
    waiting: VecDeque<Event>,
}

/// What Redis reported about itself last, and how that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct RedisSample {
    /// As it came.
    pub counts: RedisCounts,
    /// Commands, expired and evicted keys a second. None: it was asked only once so far.
    pub rates: Option<[f64; 3]>,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

impl Monitor {
    /// What this instance reported last.
    pub fn own(&self) -> Option<Heartbeat> {
        self.lock().own.clone()
    }

    /// What Redis reported last. None: there is none, or it did not answer.
    pub fn redis(&self) -> Option<RedisSample> {
        self.lock().redis.clone()
    }

    /// Something happened. It is written down as soon as the database takes it.
    pub(super) fn note(&self, event: Event) {
        let mut kept = self.lock();
        if kept.waiting.len() < WAITING {
            kept.waiting.push_back(event);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock()
    }
}
