//! How many SQL statements ran: in this process, and for one piece of work, so that a page's budget can be a test.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

static TOTAL: AtomicU64 = AtomicU64::new(0);
static ACQUIRE_TIMEOUTS: AtomicU64 = AtomicU64::new(0);

tokio::task_local! {
    static OF_TASK: Cell<u32>;
}

/// SQL statements that were answered, or failed, in this process.
pub fn total() -> u64 {
    TOTAL.load(Ordering::Relaxed)
}

/// Waits for a database connection that were in vain.
pub fn acquire_timeouts() -> u64 {
    ACQUIRE_TIMEOUTS.load(Ordering::Relaxed)
}

pub(crate) fn count_acquire_timeout() {
    ACQUIRE_TIMEOUTS.fetch_add(1, Ordering::Relaxed);
}

pub(super) fn count() {
    TOTAL.fetch_add(1, Ordering::Relaxed);
    // Outside of `counting` there is no count.
    let _ = OF_TASK.try_with(|count| count.set(count.get() + 1));
}

/// Runs `work` and gives the number of SQL statements that it waited for.
pub async fn counting<F: Future>(work: F) -> (F::Output, u32) {
    let counted = async {
        let output = work.await;
        (output, OF_TASK.with(Cell::get))
    };
    let (output, count) = OF_TASK.scope(Cell::new(0), counted).await;
    // An outer `counting` counts them too.
    add(count);
    (output, count)
}

/// Counts statements that another task ran for this one.
pub fn add(count: u32) {
    let _ = OF_TASK.try_with(|outer| outer.set(outer.get() + count));
}
