//! The state of the servers behind nginx, as nginx sees them. Open-source nginx does not report it, so a small process beside it reads
//! its log and probes each server. It needs neither the database nor Redis.
//!
//! `log_entry` one line of the log · `histogram` counts of a span of time · `sliding_window` the last minute, five minutes, hour ·
//! `server` one server · `upstreams` all of them · `log` reads nginx's log · `probe` probes the servers · `report` the report ·
//! `text_report` as text · `html_report` as HTML · `scrape` for Prometheus · `listener` serves them · `http_client` fetches them

mod histogram;
pub mod html_report;
pub mod http_client;
mod listener;
mod log;
pub mod log_entry;
mod probe;
pub mod report;
mod scrape;
mod server;
mod sliding_window;
pub mod text_report;
pub mod upstreams;

pub use listener::HttpListener;

use parking_lot::{Mutex, MutexGuard};
use report::Report;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::net::UnixDatagram;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use upstreams::Upstreams;

/// The edge at work. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    inner: Arc<Inner>,
}

struct Inner {
    book: Mutex<Upstreams>,
    /// The log names a server that does not answer: it is probed at once.
    alarm: Notify,
    begun: Instant,
    token: Option<String>,
}

impl Edge {
    /// Knows the servers and nothing about them.
    pub fn new(upstreams: &[SocketAddr], token: Option<String>) -> Self {
        let book = Mutex::new(Upstreams::new(upstreams));
        Self { inner: Arc::new(Inner { book, alarm: Notify::new(), begun: Instant::now(), token }) }
    }

    /// Listens, asks and answers until `stop`.
    pub async fn run(&self, log: Option<UnixDatagram>, listeners: Vec<HttpListener>, stop: CancellationToken) {
        let mut tasks = JoinSet::new();
        for server in self.book().probed() {
            tasks.spawn(probe::keep(self.clone(), server));
        }
        if let Some(log) = log {
            tasks.spawn(log::receive(self.clone(), log));
        }
        for listener in listeners {
            tasks.spawn(listener::open(self.clone(), listener));
        }
        // What runs beside ends with the set.
        stop.cancelled().await;
    }

    /// How things are now.
    pub fn report(&self) -> Report {
        let now = self.now();
        self.book().report(now, wall())
    }

    fn book(&self) -> MutexGuard<'_, Upstreams> {
        self.inner.book.lock()
    }

    /// Time since the beginning, which no setting of the clock changes.
    fn now(&self) -> Duration {
        self.inner.begun.elapsed()
    }
}

/// Seconds since 1970.
fn wall() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
