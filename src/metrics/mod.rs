//! The metrics of this instance.
//!
//! `count` counters of the process · `routes` the label of an address · `times` durations of requests · `gauge` what is open now · `counts`
//! numbers from the database · `process` numbers from the kernel · `backups` times of backups · `scrape` all of it as OpenMetrics text ·
//! `text` writes such text

pub mod backups;
mod counts;
mod gauge;
pub mod process;
mod routes;
pub mod scrape;
pub mod text;
mod times;

pub use gauge::{Gauge, Held};
pub use routes::Routes;
pub use times::{Sum, Timed, Times};

use crate::domain::sessions::Area;
use counts::Asked;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;
use std::time::{SystemTime, UNIX_EPOCH};

/// The measurements of one instance. What a request costs here is a few additions: no lock, no allocation.
pub struct Metrics {
    site: OnceLock<Times>,
    panel: OnceLock<Times>,
    in_flight: Gauge,
    /// Requests that wait for the concurrency limit; they are in flight too.
    pub waiting: Gauge,
    /// Requests that the concurrency limit refused.
    pub refused: AtomicU64,
    /// Event streams that are open.
    pub streams: Gauge,
    asked: Asked,
    /// Seconds since 1970.
    started: f64,
}

impl Default for Metrics {
    fn default() -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        Self {
            site: OnceLock::new(),
            panel: OnceLock::new(),
            in_flight: Gauge::default(),
            waiting: Gauge::default(),
            refused: AtomicU64::default(),
            streams: Gauge::default(),
            asked: Asked::default(),
            started,
        }
    }
}

impl Metrics {
    /// Gets ready for the requests of a router with these addresses.
    pub fn expect(&self, area: Area, routes: Routes) {
        self.of(area).get_or_init(|| Times::new(routes));
    }

    /// A request of the route at this place. [`Timed::done`] ends it; where it is dropped before, it counts as abandoned.
    pub fn begin(&self, area: Area, method: &poem::http::Method, route: usize) -> Timed<'_> {
        Timed::begin(self.of(area).get(), &self.in_flight, method, route)
    }

    /// What was asked so far, by route. What programs ask to see how the instance does is no visitor's.
    pub fn by_route(&self) -> Vec<(String, Sum)> {
        let probes = [templates::paths::HEALTHY, templates::paths::READY, templates::paths::METRICS];
        let routes = [&self.site, &self.panel].into_iter().filter_map(OnceLock::get).flat_map(Times::by_route);
        routes.filter(|(label, _)| !probes.iter().any(|probe| label.ends_with(probe))).collect()
    }

    /// Requests being answered now.
    pub fn in_flight(&self) -> i64 {
        self.in_flight.now()
    }

    /// When this instance began, in milliseconds since 1970.
    pub fn started_ms(&self) -> i64 {
        (self.started * 1000.0) as i64
    }

    /// The numbers of the whole cluster, as of a few seconds ago; none while the database does not answer.
    pub async fn counts(&self, app: &crate::app::App) -> Option<crate::monitor::counts::Counts> {
        self.asked.counts(app).await
    }

    fn of(&self, area: Area) -> &OnceLock<Times> {
        match area {
            Area::Site => &self.site,
            Area::Admin => &self.panel,
        }
    }
}
