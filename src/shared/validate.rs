//! When a Redis may be trusted: after every new connection the owner of the truth is asked first.
//!
//! A Redis that comes back may lie about its age: restored from an old file, it brings back sessions that have ended
//! since. So a connection is trusted from its validation to its end, and each new one is validated anew.

use super::cache::CacheTag;
use futures_util::future::BoxFuture;
use std::sync::Arc;

/// A new connection asks to be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconnected {
    /// Which run of Redis it is. A new one may have come back with old data: raise the epoch.
    pub run_id: Arc<str>,
    /// The how-manyth connection of this process it is.
    pub generation: u64,
}

/// The connection may be trusted, once this has been done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accept {
    /// The epoch in SQL: copies of sessions of an older one are not believed.
    pub epoch: u64,
    /// The hashes of sessions that ended while Redis was away.
    pub drop_sessions: Vec<String>,
    /// What changed while Redis was away.
    pub stale: Vec<CacheTag>,
}

/// The connection cannot be trusted now, and why. It is given up; another is tried soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject(pub String);

/// Decides about each new connection. Until it has answered, everything is `Unknown`.
pub type Validator = Arc<dyn Fn(Reconnected) -> BoxFuture<'static, Result<Accept, Reject>> + Send + Sync>;
