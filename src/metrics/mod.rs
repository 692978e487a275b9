//! What this instance measures about itself, for whoever watches it.
//!
//! `count` what the process counts in passing · `routes` which route an address belongs to · `times` how long requests
//! took · `gauge` what is open now · `counts` numbers from the database, asked now and then · `process` what the kernel
//! knows · `backups` when the last good ones were · `scrape` all of it as OpenMetrics text · `text` how such text is written

pub mod backups;
pub mod count;
mod counts;
mod gauge;
mod process;
mod routes;
pub mod scrape;
pub mod text;
mod times;

pub use gauge::{Gauge, Held};
pub use routes::Routes;
pub use times::{Timed, Times};

use crate::domain::sessions::Area;
use counts::Asked;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// The measurements of one instance. What a request costs here is a few additions: no lock, no allocation.
pub struct Metrics {
    site: OnceLock<Times>,
    panel: OnceLock<Times>,
    in_flight: Gauge,
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

    /// A request has come. Say [`Timed::done`] when its answer is ready; if nobody does, nobody waited for it.
    pub fn begin(&self, area: Area, method: &poem::http::Method, path: &str) -> Timed<'_> {
        Timed::begin(self.of(area).get(), &self.in_flight, method, path)
    }

    fn of(&self, area: Area) -> &OnceLock<Times> {
        match area {
            Area::Site => &self.site,
            Area::Admin => &self.panel,
        }
    }
}
