//! Log lines, to standard error, as text or JSON.

use crate::config::Config;
use std::sync::OnceLock;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

/// The filter in force, to be exchanged while the instance runs.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Starts logging. A filter that cannot be understood falls back to `info`, and that is logged.
pub fn start(config: &Config) {
    let (filter, broken) = filter(&config.log);
    let (filter, handle) = reload::Layer::new(filter);
    let (text, json) = match config.log_json {
        true => (None, Some(fmt::layer().json().with_writer(std::io::stderr))),
        false => (Some(fmt::layer().with_writer(std::io::stderr)), None),
    };
    // Only the first call counts; tests start many instances in one process.
    if tracing_subscriber::registry().with(filter).with(text).with(json).try_init().is_ok() {
        let _ = FILTER.set(handle);
    }
    warn(broken);
}

/// Exchanges the filter.
pub fn refilter(words: &str) {
    let (filter, broken) = filter(words);
    if let Some(handle) = FILTER.get()
        && let Err(err) = handle.reload(filter)
    {
        tracing::warn!("the log's filter stays as it is: {err}");
    }
    warn(broken);
}

/// Parsers that log the texts which they read: what people write is not for the log, whatever its filter.
const TELLTALES: [&str; 3] = ["html5ever=warn", "markup5ever=warn", "selectors=warn"];

fn filter(words: &str) -> (EnvFilter, Option<String>) {
    let (filter, broken) = match EnvFilter::try_new(words) {
        Ok(filter) => (filter, None),
        Err(err) => (EnvFilter::new("info"), Some(err.to_string())),
    };
    let quiet = TELLTALES.iter().filter_map(|directive| directive.parse().ok());
    (quiet.fold(filter, EnvFilter::add_directive), broken)
}

fn warn(broken: Option<String>) {
    if let Some(err) = broken {
        tracing::warn!("LOG is not a filter ({err}); info is used");
    }
}
