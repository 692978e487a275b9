//! The drills: which fault, and what people may notice of it.

use crate::cluster::Cluster;
use crate::report::DrillRow;
use crate::verdict::{Moments, check_comments, judge};
use crate::workload::Workload;
use crate::{Timing, clock, disk, instances, load, postgres, redis, relay, uploads};
use anyhow::{Context, Result};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// One drill.
pub struct Drill {
    pub name: &'static str,
    /// What may be noticed, in words.
    pub threshold: &'static str,
    pub tolerance: Tolerance,
    fault: Fault,
}

#[derive(Clone, Copy)]
enum Fault {
    KillOne,
    KillAll,
    Roll,
    Update,
    ReloadNginx,
    AddAndRemove,
    RedisKilled,
    RedisFlushed,
    RedisFrozen,
    RedisReadOnly,
    RedisFull,
    RedisCut,
    RedisSlow,
    EndedSessions,
    PostgresKilled,
    PostgresFrozen,
    PostgresCut,
    DiskFull,
    ClockJump,
    Overload,
    Loris,
    Streams,
    RelayAway,
    Uploads,
}

/// What people may notice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// Nothing at all.
    Nothing,
    /// Nothing but a slow first second.
    Slowness,
    /// Pages as they were, and honest refusals; forms are answered within a second.
    Refusals,
    /// Honest refusals; what is accepted is answered within a second.
    Shedding,
}

const fn drill(name: &'static str, fault: Fault, tolerance: Tolerance) -> Drill {
    let threshold = match tolerance {
        Tolerance::Nothing => "0 failed, 0 signed out, 0 lost, 0 double",
        Tolerance::Slowness => "the same; p99 at most 3 times the usual after the first second; normal 2 s after it is back",
        Tolerance::Refusals => "pages as they were, forms answered within 1 s with what was typed; 0 lost; normal 2 s after it is back",
        Tolerance::Shedding => "accepted requests p99 under 1 s, the others 503 with Retry-After; normal at once afterwards",
    };
    Drill { name, threshold, tolerance, fault }
}

/// All drills.
pub const DRILLS: &[Drill] = &[
    drill("kill-one", Fault::KillOne, Tolerance::Nothing),
    drill("kill-all-in-turn", Fault::KillAll, Tolerance::Nothing),
    drill("roll", Fault::Roll, Tolerance::Nothing),
    drill("update-and-back", Fault::Update, Tolerance::Nothing),
    drill("nginx-reload", Fault::ReloadNginx, Tolerance::Nothing),
    drill("add-and-remove", Fault::AddAndRemove, Tolerance::Nothing),
    drill("redis-killed", Fault::RedisKilled, Tolerance::Slowness),
    drill("redis-flushed", Fault::RedisFlushed, Tolerance::Slowness),
    drill("redis-frozen", Fault::RedisFrozen, Tolerance::Slowness),
    drill("redis-read-only", Fault::RedisReadOnly, Tolerance::Slowness),
    drill("redis-full", Fault::RedisFull, Tolerance::Slowness),
    drill("redis-cut", Fault::RedisCut, Tolerance::Slowness),
    drill("redis-slow", Fault::RedisSlow, Tolerance::Slowness),
    drill("ended-sessions", Fault::EndedSessions, Tolerance::Slowness),
    drill("postgres-killed", Fault::PostgresKilled, Tolerance::Refusals),
    drill("postgres-frozen", Fault::PostgresFrozen, Tolerance::Refusals),
    drill("postgres-cut", Fault::PostgresCut, Tolerance::Refusals),
    drill("disk-full", Fault::DiskFull, Tolerance::Refusals),
    drill("clock-jump", Fault::ClockJump, Tolerance::Nothing),
    drill("overload", Fault::Overload, Tolerance::Shedding),
    drill("slow-loris", Fault::Loris, Tolerance::Nothing),
    drill("streams", Fault::Streams, Tolerance::Nothing),
    drill("relay-away", Fault::RelayAway, Tolerance::Slowness),
    drill("uploads", Fault::Uploads, Tolerance::Nothing),
];

impl Drill {
    /// Whether the cluster has to send its mails to a relay of ours.
    pub fn needs_relay(&self) -> bool {
        matches!(self.fault, Fault::RelayAway)
    }
}

/// Runs one drill under load.
pub async fn run(drill: &Drill, cluster: &Cluster, workload: &Workload, timing: Timing) -> Result<DrillRow> {
    workload.recorder.take();
    let stop = CancellationToken::new();
    let mut clients = workload.start(drill.name, &stop);
    let begun = Instant::now();
    sleep(timing.steady).await;
    let broken = Instant::now();
    let remark = inject(drill.fault, cluster, workload, timing).await.with_context(|| drill.name.to_owned());
    let restored = Instant::now();
    // Time for what is noticed late, and for the notifications of what was written last.
    sleep(timing.steady.max(Duration::from_secs(4))).await;
    stop.cancel();
    while clients.join_next().await.is_some() {}
    let moments = Moments { begun, broken, restored, over: Instant::now() };
    let results = workload.recorder.take();
    let mut row = judge(drill, &results, &moments, timing.slack);
    match remark {
        Ok(remark) => row.remark = remark,
        Err(error) => row.failures.push(format!("{error:#}")),
    }
    check_comments(cluster, drill.name, &results, &mut row).await?;
    Ok(row)
}

/// Breaks something, restores it, and returns in a few words what the drill itself measured.
async fn inject(fault: Fault, cluster: &Cluster, workload: &Workload, timing: Timing) -> Result<String> {
    match fault {
        Fault::KillOne => instances::kill_one(cluster, timing).await,
        Fault::KillAll => instances::kill_all(cluster, timing).await,
        Fault::Roll => instances::roll(cluster).await,
        Fault::Update => instances::update_and_back(cluster).await,
        Fault::ReloadNginx => instances::reload_nginx(cluster, timing).await,
        Fault::AddAndRemove => instances::add_and_remove(cluster).await,
        Fault::RedisKilled => redis::kill(cluster, workload, timing).await,
        Fault::RedisFlushed => redis::flush(cluster, timing).await,
        Fault::RedisFrozen => freeze(cluster, "redis", timing).await,
        Fault::RedisReadOnly => redis::read_only(cluster, timing).await,
        Fault::RedisFull => redis::fill(cluster, timing).await,
        Fault::RedisCut => redis::cut(cluster, timing).await,
        Fault::RedisSlow => redis::slow_down(cluster, timing).await,
        Fault::EndedSessions => redis::ended_sessions(cluster, workload, timing).await,
        Fault::PostgresKilled => postgres::kill(cluster, timing).await,
        Fault::PostgresFrozen => freeze(cluster, "postgres", timing).await,
        Fault::PostgresCut => postgres::cut(cluster, timing).await,
        Fault::DiskFull => disk::fill(cluster, workload, timing).await,
        Fault::ClockJump => clock::step(cluster, workload, timing.outage).await,
        Fault::Overload => load::overload(cluster, workload, timing).await,
        Fault::Loris => load::loris(cluster).await,
        Fault::Streams => load::streams(cluster, workload, timing).await,
        Fault::RelayAway => relay::away(cluster, workload, timing).await,
        Fault::Uploads => uploads::keep_files(cluster, workload, timing).await,
    }
}

/// Stops all processes of a service where they are, and continues them: nothing is answered, and nothing is closed.
async fn freeze(cluster: &Cluster, service: &str, timing: Timing) -> Result<String> {
    cluster.signal(service, "STOP").await?;
    sleep(timing.outage).await;
    cluster.signal(service, "CONT").await?;
    Ok(String::new())
}

/// Does something again and again, with pauses.
pub async fn repeat<F: Future<Output = Result<String>>>(span: Duration, pause_ms: u64, work: impl Fn() -> F) -> Result<String> {
    let begun = Instant::now();
    while begun.elapsed() < span {
        work().await?;
        sleep(Duration::from_millis(pause_ms)).await;
    }
    Ok(String::new())
}
