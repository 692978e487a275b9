//! Runs of requests: as many as the server answers over a number of connections (closed loop), or at an even rate whatever
//! the answers are (open loop), to see how long each waits and what is refused. Every run ends by count and by time.

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

impl Script {
    /// The same requests as browsers send them, which take packed answers.
    pub fn packed(self) -> Self {
        let packed = |request: &Vec<u8>| {
            let (end, mut packed) = (b"\r\n\r\n", request.clone());
            let head = request.windows(end.len()).position(|bytes| bytes == end).unwrap_or(request.len());
            packed.splice(head..head, *b"\r\naccept-encoding: gzip");
            packed
        };
        Self { requests: Arc::new(self.requests.iter().map(packed).collect()), ..self }
    }
}

/// Whose CPU time is counted.
#[derive(Clone)]
pub struct Watched {
    pub apps: Vec<u32>,
    pub stores: Vec<u32>,
}

impl Watched {
    fn cpu(&self) -> (f64, f64) {
        let sum = |pids: &[u32]| pids.iter().map(|pid| usage::cpu(*pid)).sum();
        (sum(&self.apps), sum(&self.stores))
    }
}

/// How the requests of a run are sent.
#[derive(Clone, Copy)]
pub enum Pace {
    /// The next one on each connection as soon as the last one is answered.
    Closed,
    /// This many a second by the clock.
    Open(f64),
}

/// An arrival for which no connection was free for so long is not sent: with all of them busy the machine has no CPU left even
/// for refusing, and where it has, this wait stands before all that the server does.
const LATEST: Duration = Duration::from_millis(100);

/// The results of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub per_second: f64,
    /// CPU time a request in microseconds: of the app, and of Redis and PostgreSQL together.
    pub app_us: f64,
    pub stores_us: f64,
    /// Requests that were answered, refused with 503, and (at a rate) never sent.
    pub done: usize,
    pub shed: usize,
    pub unsent: usize,
    /// Sorted waiting times in milliseconds, of answers and of refusals.
    waits: Vec<f64>,
    shed_waits: Vec<f64>,
}

impl Outcome {
    /// The given part of all answered requests waited no longer than this, in milliseconds.
    pub fn percentile(&self, part: f64) -> f64 {
        quantile(&self.waits, part)
    }

    /// The same of the refused ones.
    pub fn shed_percentile(&self, part: f64) -> f64 {
        quantile(&self.shed_waits, part)
    }
}

fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = (sorted.len() as f64 * part) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

#[derive(Default)]
struct Counts {
    wrong: Option<u16>,
    waits: Vec<f64>,
    shed_waits: Vec<f64>,
}

/// One run's worth of workers: connection by connection, each takes the next request until the time is over or the script
/// is used up.
pub async fn run(
    address: SocketAddr,
    script: &Script,
    connections: usize,
    time: Duration,
    pace: Pace,
    watched: &Watched,
) -> Result<Outcome> {
    let next = Arc::new(AtomicUsize::new(0));
    let opened = open(address, connections).await?;
    let before = watched.cpu();
    let begun = Instant::now();
    let mut workers = JoinSet::new();
    for connection in opened {
        workers.spawn(work(connection, script.clone(), next.clone(), begun, time, pace));
    }
    let mut all = Counts::default();
    while let Some(counts) = workers.join_next().await {
        let counts = counts??;
        all.wrong = all.wrong.or(counts.wrong);
        all.waits.extend(counts.waits);
        all.shed_waits.extend(counts.shed_waits);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let after = watched.cpu();
    if let Some(status) = all.wrong {
        bail!("a measured request was answered with {status} instead of {}", script.expects);
    }
    all.waits.sort_by(f64::total_cmp);
    all.shed_waits.sort_by(f64::total_cmp);
    let (done, shed) = (all.waits.len(), all.shed_waits.len());
    let due = match pace {
        Pace::Open(rate) => (rate * time.as_secs_f64()) as usize,
        Pace::Closed => done + shed,
    };
    let each = |before: f64, after: f64| (after - before) / (done.max(1) as f64);
    Ok(Outcome {
        per_second: done as f64 / seconds,
        app_us: each(before.0, after.0),
        stores_us: each(before.1, after.1),
        done,
        shed,
        unsent: due.saturating_sub(done + shed),
        waits: all.waits,
        shed_waits: all.shed_waits,
    })
}

/// Opens the connections before anything is measured.
async fn open(address: SocketAddr, connections: usize) -> Result<Vec<Connection>> {
    let mut opened = Vec::with_capacity(connections);
    for _ in 0..connections {
        let mut connection = Connection::to(address);
        connection.open().await?;
        opened.push(connection);
    }
    Ok(opened)
}

async fn work(
    mut connection: Connection,
    script: Script,
    next: Arc<AtomicUsize>,
    begun: Instant,
    time: Duration,
    pace: Pace,
) -> Result<Counts> {
    let mut counts = Counts::default();
    while begun.elapsed() < time {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if script.once && number >= script.requests.len() {
            break;
        }
        let sent = match pace {
            Pace::Closed => Instant::now(),
            Pace::Open(rate) => {
                // A request counts from when it should have been sent: waiting for a free connection is waiting too.
                let due = begun + Duration::from_secs_f64(number as f64 / rate);
                if due > begun + time {
                    break;
                }
                if due > Instant::now() {
                    sleep_until(due.into()).await;
                }
                if due.elapsed() > LATEST {
                    continue;
                }
                due
            }
        };
        let status = connection.status(&script.requests[number % script.requests.len()]).await?;
        let wait = sent.elapsed().as_secs_f64() * 1000.0;
        match status {
            503 => counts.shed_waits.push(wait),
            _ if status == script.expects => counts.waits.push(wait),
            _ => counts.wrong = Some(status),
        }
    }
    Ok(counts)
}
