//! Runs of requests: as many as the server answers over a number of connections, or at an even rate to see how long each
//! waits. Every run ends by count and by time.

use crate::usage;
use anyhow::{Result, bail};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use testkit::connection::Connection;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

/// The requests of a run: each in turn, from the start again unless each may be sent only once.
#[derive(Clone)]
pub struct Script {
    pub requests: Arc<Vec<Vec<u8>>>,
    /// The status that a request which worked has.
    pub expects: u16,
    /// Whether each request may be sent only once.
    pub once: bool,
}

/// Whose CPU time is counted.
#[derive(Clone, Copy)]
pub struct Watched {
    pub app: u32,
    pub redis: u32,
    pub postgres: Option<u32>,
}

impl Watched {
    fn cpu(&self) -> (f64, f64) {
        (usage::cpu(self.app), usage::cpu(self.redis) + self.postgres.map_or(0.0, usage::cpu))
    }
}

/// The results of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub per_second: f64,
    /// CPU time a request in microseconds: of the app, and of Redis and PostgreSQL together.
    pub app_us: f64,
    pub stores_us: f64,
    /// Requests that were turned away with 503.
    pub shed: usize,
    /// Sorted waiting times in milliseconds.
    waits: Vec<f64>,
}

impl Outcome {
    /// The given part of all requests waited no longer than this, in milliseconds.
    pub fn percentile(&self, part: f64) -> f64 {
        let at = (self.waits.len() as f64 * part) as usize;
        self.waits.get(at.min(self.waits.len().saturating_sub(1))).copied().unwrap_or(0.0)
    }
}

#[derive(Default)]
struct Counts {
    done: usize,
    shed: usize,
    wrong: Option<u16>,
    waits: Vec<f64>,
}

/// One run's worth of workers: connection by connection, each takes the next request until the time is over or the script
/// is used up.
pub async fn run(
    address: SocketAddr,
    script: &Script,
    connections: usize,
    time: Duration,
    rate: Option<f64>,
    watched: Watched,
) -> Result<Outcome> {
    let next = Arc::new(AtomicUsize::new(0));
    let before = watched.cpu();
    let begun = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        workers.spawn(work(address, script.clone(), next.clone(), begun, time, rate));
    }
    let mut all = Counts::default();
    while let Some(counts) = workers.join_next().await {
        let counts = counts??;
        all.done += counts.done;
        all.shed += counts.shed;
        all.wrong = all.wrong.or(counts.wrong);
        all.waits.extend(counts.waits);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let after = watched.cpu();
    if let Some(status) = all.wrong {
        bail!("a measured request was answered with {status} instead of {}", script.expects);
    }
    all.waits.sort_by(f64::total_cmp);
    let each = |before: f64, after: f64| (after - before) / (all.done.max(1) as f64);
    Ok(Outcome {
        per_second: all.done as f64 / seconds,
        app_us: each(before.0, after.0),
        stores_us: each(before.1, after.1),
        shed: all.shed,
        waits: all.waits,
    })
}

async fn work(
    address: SocketAddr,
    script: Script,
    next: Arc<AtomicUsize>,
    begun: Instant,
    time: Duration,
    rate: Option<f64>,
) -> Result<Counts> {
    let mut connection = Connection::to(address);
    let mut counts = Counts::default();
    while begun.elapsed() < time {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if script.once && number >= script.requests.len() {
            break;
        }
        // A request at a rate counts from when it should have been sent: waiting for a free connection is waiting too.
        let due = rate.map(|rate| begun + Duration::from_secs_f64(number as f64 / rate));
        if let Some(due) = due {
            if due > begun + time {
                break;
            }
            sleep_until(due.into()).await;
        }
        let sent = due.unwrap_or_else(Instant::now);
        let status = connection.status(&script.requests[number % script.requests.len()]).await?;
        match status {
            503 => counts.shed += 1,
            _ if status == script.expects => {
                counts.done += 1;
                counts.waits.push(sent.elapsed().as_secs_f64() * 1000.0);
            }
            _ => counts.wrong = Some(status),
        }
    }
    Ok(counts)
}
