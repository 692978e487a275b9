//! Log lines, to standard error, as text or JSON.

use crate::config::Config;
use std::sync::OnceLock;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Registry, fmt, reload};

/// The filter in force, to be exchanged while the instance runs.
static FILTER: OnceLock<reload::Handle<Targets, Registry>> = OnceLock::new();

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
const PARSERS: [&str; 3] = ["html5ever", "markup5ever", "selectors"];

/// By targets and levels alone: a filter that knows spans and fields too builds regular expressions, 3 ms of a start.
fn filter(words: &str) -> (Targets, Option<String>) {
    let (filter, broken) = match words.parse::<Targets>() {
        Ok(filter) => (filter, None),
        Err(err) => (Targets::new().with_default(LevelFilter::INFO), Some(err.to_string())),
    };
    (filter.with_targets(PARSERS.map(|parser| (parser, LevelFilter::WARN))), broken)
}

fn warn(broken: Option<String>) {
    if let Some(err) = broken {
        tracing::warn!("LOG is not a filter ({err}); info is used");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn a_filter_names_targets_and_levels_and_keeps_parsers_quiet() {
        let (filter, broken) = filter("warn,minschool=debug");

        assert_eq!(broken, None);
        assert!(filter.would_enable("minschool::web", &Level::DEBUG) && !filter.would_enable("hyper", &Level::INFO));
        let (everything, _) = super::filter("trace");
        assert!(everything.would_enable("hyper", &Level::TRACE) && !everything.would_enable("html5ever", &Level::INFO));
    }

    #[test]
    fn words_that_are_no_filter_are_said_and_information_is_logged() {
        let (filter, broken) = filter("minschool=loud");

        assert!(broken.is_some_and(|why| !why.is_empty()));
        assert!(filter.would_enable("minschool", &Level::INFO) && !filter.would_enable("minschool", &Level::DEBUG));
    }
}
