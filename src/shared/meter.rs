//! Counts the Redis round trips that one request waits for, so that a page's budget can be a test.
//!
//! An exchange is counted when it is about to be sent. Commands sent together and awaited together are one.

use std::{
    cell::Cell,
    future::Future,
    sync::atomic::{AtomicU64, Ordering},
};

tokio::task_local! {
    static ROUND_TRIPS: Cell<u32>;
}

static ALL: AtomicU64 = AtomicU64::new(0);
static KEPT: AtomicU64 = AtomicU64::new(0);
static MISSING: AtomicU64 = AtomicU64::new(0);

/// How many round trips this process made since it began.
pub fn total() -> u64 {
    ALL.load(Ordering::Relaxed)
}

/// How many values this process found among those that it keeps of Redis since it began, and how many it had to ask Redis for.
pub fn kept_values() -> (u64, u64) {
    (KEPT.load(Ordering::Relaxed), MISSING.load(Ordering::Relaxed))
}

/// A look into what is kept found so many of so many.
pub(super) fn looked(found: usize, of: usize) {
    KEPT.fetch_add(found as u64, Ordering::Relaxed);
    MISSING.fetch_add((of - found) as u64, Ordering::Relaxed);
}

/// Runs `work` and returns how many round trips it made on this task.
pub async fn scope<F: Future>(work: F) -> (F::Output, u32) {
    let counted = async {
        let output = work.await;
        (output, ROUND_TRIPS.with(Cell::get))
    };
    ROUND_TRIPS.scope(Cell::new(0), counted).await
}

/// Counts what a task that this one waited for made in a scope of its own.
pub fn add(round_trips: u32) {
    let _ = ROUND_TRIPS.try_with(|count| count.set(count.get() + round_trips));
}

/// One more exchange. Outside a scope nobody is counting, and that is fine.
pub(super) fn tick() {
    ALL.fetch_add(1, Ordering::Relaxed);
    let _ = ROUND_TRIPS.try_with(|count| count.set(count.get() + 1));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn so_far() -> u32 {
        ROUND_TRIPS.try_with(Cell::get).unwrap_or(0)
    }

    #[tokio::test]
    async fn counts_only_inside_its_own_scope() {
        tick();

        let (_, trips) = scope(async {
            tick();
            tokio::spawn(async { tick() }).await.expect("it only counts");
            tick();
            assert_eq!(so_far(), 2);
        })
        .await;

        assert_eq!(trips, 2, "what another task does is not waited for by this one");
        assert_eq!(so_far(), 0);
    }
}
