//! The wall clock in milliseconds, and the small randomness that needs no secrecy.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    time::{SystemTime, UNIX_EPOCH},
};

/// Milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A number that no other call returns: for tickets, jitter and instance ids, never for secrets.
pub(super) fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}
