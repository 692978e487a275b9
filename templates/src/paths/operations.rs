//! What operators and other machines ask.

/// Whether an instance wants requests.
pub const READY: &str = "/readyz";
/// Whether a process answers.
pub const HEALTHY: &str = "/healthz";
/// What a process measures.
pub const METRICS: &str = "/metrics";
/// How the servers behind nginx are; the edge answers.
pub const UPSTREAM_STATUS: &str = "/upstream_status";
