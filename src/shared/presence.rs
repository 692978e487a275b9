//! Which members are online: seen within the last 50 seconds, on any instance. The browser repeats it every few seconds, so a
//! person who left is gone from every page within a minute, even when their instance was killed.

use super::{
    Effect, Known, Shared, UserKey, keys,
    store::{Backend, Write},
};
use crate::clock::monotonic::MonotonicClock;
use parking_lot::{Mutex, MutexGuard};
use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// A member who was seen within this time is online.
pub const HERE_FOR: Duration = Duration::from_secs(50);
/// One person's presence is written at most this often by one process.
const TOUCH_EVERY: i64 = 15_000;
/// How often the number for the page header is read anew.
const REFRESH: Duration = Duration::from_secs(2);
/// The same while Redis does not answer.
const RETRY: Duration = Duration::from_millis(250);
/// Most members remembered as written lately; beyond, all are forgotten, which costs a few more writes.
const TOUCHED: usize = 50_000;
/// Stands for an unknown number.
const NOT_KNOWN: u64 = u64::MAX;

/// The state of presence in this process.
pub(super) struct Watch {
    clock: MonotonicClock,
    touched: Mutex<HashMap<UserKey, i64>>,
    here: AtomicU64,
}

impl Watch {
    pub(super) fn new(clock: MonotonicClock) -> Self {
        Self { clock, touched: Mutex::default(), here: AtomicU64::new(NOT_KNOWN) }
    }

    /// True at most once in 15 s for one person.
    fn is_due(&self, user: UserKey, at: i64) -> bool {
        let mut touched = self.lock();
        if touched.get(&user).is_some_and(|&last| (0..TOUCH_EVERY).contains(&(at - last))) {
            return false;
        }
        if touched.len() >= TOUCHED {
            touched.clear();
        }
        touched.insert(user, at);
        true
    }

    fn forget(&self, user: UserKey) {
        self.lock().remove(&user);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserKey, i64>> {
        self.touched.lock()
    }

    /// Reads the number for the page header, forgets whom nobody has seen for long, and returns when to do so again.
    pub(super) async fn refresh(&self, backend: &Backend) -> Duration {
        let since = self.here_since();
        backend.write(vec![Write::Prune(keys::ONLINE.to_owned(), since)]).await;
        let count = backend.count_from(keys::ONLINE.to_owned(), since).await;
        self.here.store(count.known().map_or(NOT_KNOWN, u64::from), Ordering::Relaxed);
        self.lock().retain(|_, last| *last >= since);
        if self.known().is_unknown() { RETRY } else { REFRESH }
    }

    fn here_since(&self) -> i64 {
        self.clock.now_ms() - HERE_FOR.as_millis() as i64
    }

    fn known(&self) -> Known<u32> {
        u32::try_from(self.here.load(Ordering::Relaxed)).map_or(Known::Unknown, Known::Known)
    }
}

/// Presence in the shared state.
#[derive(Clone, Copy)]
pub struct Presence<'a>(pub(super) &'a Shared);

impl Presence<'_> {
    /// This person is here now. Never waits: a write that is due goes on its own.
    pub fn touch(self, user: UserKey) {
        self.touch_at(user, self.0.watch().clock.now_ms());
    }

    /// This person was here at that time (ms).
    pub fn touch_at(self, user: UserKey, at: i64) {
        if !self.0.watch().is_due(user, at) {
            return;
        }
        let shared = self.0.clone();
        let write = async move {
            let score = Write::Score(keys::ONLINE.to_owned(), user.0, at);
            if shared.backend().write(vec![score]).await == Effect::Lost {
                // Not written, so the next page tries again.
                shared.watch().forget(user);
            }
        };
        tokio::spawn(write);
    }

    /// This person has left.
    pub async fn leave(self, user: UserKey) -> Effect {
        self.0.watch().forget(user);
        self.0.backend().write(vec![Write::Unscore(keys::ONLINE.to_owned(), user.0)]).await
    }

    /// How many are here, as of at most two seconds ago, at no cost. `Unknown`: count those in SQL.
    pub fn here(self) -> Known<u32> {
        self.0.watch().known()
    }

    /// How many are here, asked now.
    pub async fn count(self) -> Known<u32> {
        self.0.backend().count_from(keys::ONLINE.to_owned(), self.0.watch().here_since()).await
    }

    /// Who is here, the latest first.
    pub async fn list(self, limit: usize) -> Known<Vec<UserKey>> {
        let latest = self.0.backend().highest_from(keys::ONLINE.to_owned(), self.0.watch().here_since(), limit).await;
        latest.map(|users| users.into_iter().map(UserKey).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_due_once_in_fifteen_seconds() {
        let watch = Watch::new(MonotonicClock::default());

        assert!(watch.is_due(UserKey(7), 1_000));
        assert!(!watch.is_due(UserKey(7), 15_999));
        assert!(watch.is_due(UserKey(8), 15_999));
        assert!(watch.is_due(UserKey(7), 16_000));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_hide_anybody() {
        let watch = Watch::new(MonotonicClock::default());
        watch.is_due(UserKey(7), 1_000_000);

        assert!(watch.is_due(UserKey(7), 500_000));
    }
}
