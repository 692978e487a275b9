//! The small randomness that needs no secrecy.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
};

/// A number that no other call returns: for tickets, jitter and instance ids, never for secrets.
pub(super) fn random_id() -> u64 {
    RandomState::new().build_hasher().finish()
}
