//! The health of the shared state, for the panel's system page, the metrics and the log.

use std::{sync::Arc, time::SystemTime};

/// Where shared state is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackendKind {
    /// In this process.
    Memory,
    /// In Redis.
    Redis,
}

/// Whether Redis is used at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedisState {
    /// The breaker is closed and the connection is trusted: calls are answered.
    Closed,
    /// The breaker is open after several failures: every call answers `Unknown` at once.
    Open,
    /// There is no trusted connection, and one is being made: every call answers `Unknown` at once.
    Connecting,
}

/// The state of the shared state at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Where it is stored.
    pub backend: BackendKind,
    /// Whether Redis is used.
    pub state: RedisState,
    /// Since when.
    pub since: SystemTime,
    /// Which run of Redis is trusted, or was last.
    pub run_id: Option<Arc<str>>,
}

impl Health {
    /// In that state since now.
    pub(super) fn now(backend: BackendKind, state: RedisState, run_id: Option<Arc<str>>) -> Self {
        Self { backend, state, since: SystemTime::now(), run_id }
    }

    /// Are calls answered?
    pub fn is_well(&self) -> bool {
        self.state == RedisState::Closed
    }
}
