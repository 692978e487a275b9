//! What the instance says about itself: log lines, to standard error, as text or JSON.

use crate::config::Config;
use tracing_subscriber::EnvFilter;

/// Starts logging. A filter that cannot be understood falls back to `info`, and says so.
pub fn start(config: &Config) {
    let filter = EnvFilter::try_new(&config.log);
    let broken = filter.as_ref().err().map(ToString::to_string);
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Only the first call counts; tests start many instances in one process.
    let _ = if config.log_json { lines.json().try_init() } else { lines.try_init() };
    if let Some(fault) = broken {
        tracing::warn!("LOG is not a filter ({fault}); info is used");
    }
}
