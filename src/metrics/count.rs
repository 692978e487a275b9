//! What the process counts in passing, for all that runs in it: a process is an instance.

use std::sync::atomic::{AtomicU64, Ordering};

static STATEMENTS: AtomicU64 = AtomicU64::new(0);
static ACQUIRE_TIMEOUTS: AtomicU64 = AtomicU64::new(0);
static DISK_FULL: AtomicU64 = AtomicU64::new(0);

/// One more SQL statement was answered, or failed.
pub fn statement() {
    STATEMENTS.fetch_add(1, Ordering::Relaxed);
}

/// One more wait for a database connection was in vain.
pub fn acquire_timeout() {
    ACQUIRE_TIMEOUTS.fetch_add(1, Ordering::Relaxed);
}

/// One more SQL statement was refused because the disk is full.
pub fn disk_full() {
    DISK_FULL.fetch_add(1, Ordering::Relaxed);
}

/// How many were.
pub fn disk_full_total() -> u64 {
    DISK_FULL.load(Ordering::Relaxed)
}

pub(super) fn statements() -> u64 {
    STATEMENTS.load(Ordering::Relaxed)
}

pub(super) fn acquire_timeouts() -> u64 {
    ACQUIRE_TIMEOUTS.load(Ordering::Relaxed)
}
