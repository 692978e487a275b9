//! The heartbeat of an instance: counters since the last one, and the current values of gauges.

use crate::app::App;
use crate::clock::to_ms;
use crate::db::Pool;
use crate::metrics::Sum;
use crate::metrics::process::Process;
use crate::shared::health::BackendKind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// The state of an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstanceState {
    /// It has just begun.
    Starting,
    /// It answers.
    Ready,
    /// The database is away; it shows pages as they were last.
    Reading,
    /// It is about to end.
    Draining,
    /// Another version reports something that this one does not know.
    #[default]
    #[serde(other)]
    Unknown,
}

/// Whether Redis answers this instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redis {
    /// There is none.
    #[default]
    None,
    /// It does.
    Up,
    /// It does not.
    Away,
}

/// What one instance reports about itself. Versions run side by side, so what is missing is nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Heartbeat {
    pub name: String,
    pub version: String,
    pub state: InstanceState,
    pub redis: Redis,
    /// Whether it was lately refused a write because the database's disk is full.
    pub disk_full: bool,
    pub started: i64,
    pub at: i64,
    /// Thousandths of one core.
    pub cpu: i64,
    /// Bytes.
    pub memory: i64,
    /// Requests a second, and how many of them were answered with 5xx.
    pub rate: f64,
    pub errors: f64,
    pub p50: Option<i64>,
    pub p95: Option<i64>,
    pub p99: Option<i64>,
    pub in_flight: i64,
    pub streams: i64,
    pub db_used: i64,
    pub db_idle: i64,
    pub db_max: i64,
    /// The last minutes by route.
    pub routes: Vec<(String, Sum)>,
}

/// One look at the counters.
#[derive(Clone)]
pub struct Sample {
    at: Instant,
    cpu: f64,
    routes: BTreeMap<String, Sum>,
}

/// So much was done between two looks.
pub struct Delta {
    seconds: f64,
    cpu: f64,
    routes: BTreeMap<String, Sum>,
    /// Over all routes.
    pub total: Sum,
}

impl Sample {
    /// Looks.
    pub fn now(app: &App) -> Self {
        let cpu = Process::now().cpu_seconds.unwrap_or(0.0);
        Self { at: Instant::now(), cpu, routes: app.metrics.by_route().into_iter().collect() }
    }

    /// What was done since an earlier look.
    pub fn since(&self, before: &Self) -> Delta {
        let of =
            |(label, sum): (&String, &Sum)| (label.clone(), before.routes.get(label).map_or_else(|| sum.clone(), |old| sum.since(old)));
        let routes: BTreeMap<_, _> = self.routes.iter().map(of).filter(|(_, sum)| sum.count() > 0).collect();
        let mut total = Sum::default();
        routes.values().for_each(|sum| total.add(sum));
        Delta { seconds: (self.at - before.at).as_secs_f64().max(0.001), cpu: self.cpu - before.cpu, routes, total }
    }
}

impl Delta {
    /// Thousandths of one core.
    pub fn cpu(&self) -> i64 {
        (self.cpu.max(0.0) / self.seconds * 1000.0).round() as i64
    }

    /// The time that so many of a hundred requests took at most.
    pub fn quantile(&self, share: f64) -> Option<i64> {
        self.total.quantile(share).and_then(|micros| i64::try_from(micros).ok())
    }

    fn a_second(&self, count: u64) -> f64 {
        (count as f64 / self.seconds * 10.0).round() / 10.0
    }
}

/// Routes are shown as of so many minutes.
const WINDOW: Duration = Duration::from_secs(300);

/// The looks of the last minutes, one a minute, so that routes are shown as they are and not as they were on the first day.
#[derive(Default)]
pub struct SampleWindow(VecDeque<Sample>);

impl SampleWindow {
    /// One more.
    pub fn keep(&mut self, look: Sample) {
        self.0.push_back(look);
        while self.0.len() > 1 && self.0.get(1).is_some_and(|second| second.at.elapsed() >= WINDOW) {
            self.0.pop_front();
        }
    }

    fn oldest(&self) -> Option<&Sample> {
        self.0.front()
    }
}

/// Puts together what an instance has to say.
pub fn heartbeat(app: &App, state: InstanceState, done: &Delta, look: &Sample, minutes: &SampleWindow) -> Heartbeat {
    let (pool, health) = (Pool::of(&app.context.db), app.context.shared.health());
    let redis = match (health.backend, health.is_well()) {
        (BackendKind::Memory, _) => Redis::None,
        (BackendKind::Redis, true) => Redis::Up,
        (BackendKind::Redis, false) => Redis::Away,
    };
    let recent = minutes.oldest().map(|old| look.since(old).routes);
    Heartbeat {
        name: app.config.watching.instance.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        state,
        redis,
        // Only the reporter knows it.
        disk_full: false,
        started: app.metrics.started_ms(),
        at: to_ms(app.context.clock.now()),
        cpu: done.cpu(),
        memory: Process::now().resident.unwrap_or(0.0) as i64,
        rate: done.a_second(done.total.count()),
        errors: done.a_second(done.total.errors),
        p50: done.quantile(0.50),
        p95: done.quantile(0.95),
        p99: done.quantile(0.99),
        in_flight: app.metrics.in_flight(),
        streams: app.metrics.streams.now(),
        db_used: pool.used.into(),
        db_idle: pool.idle.into(),
        db_max: pool.max.into(),
        routes: recent.unwrap_or_default().into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_version_says_is_understood_as_far_as_it_goes() {
        let heartbeat: Heartbeat = serde_json::from_str(r#"{"name":"1","state":"dancing","new":7}"#).expect("a heartbeat");

        assert_eq!((heartbeat.name.as_str(), heartbeat.state, heartbeat.cpu), ("1", InstanceState::Unknown, 0));
    }
}
