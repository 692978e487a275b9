//! The drills: what is broken, and what people may notice of it.

use crate::Pace;
use crate::clock;
use crate::cluster::Cluster;
use crate::crowd::Crowd;
use crate::disk;
use crate::flood;
use crate::ledger::{Outcome, Pages};
use crate::report::Row;
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// One drill.
pub struct Drill {
    pub name: &'static str,
    /// What may be noticed, in words.
    pub bar: &'static str,
    what: What,
    may: May,
}

#[derive(Clone, Copy)]
enum What {
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
}

/// What people may notice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum May {
    /// Nothing at all.
    Nothing,
    /// Nothing but a slow first second.
    Slowness,
    /// Pages as they were, and honest refusals; forms are answered within a second.
    Refusals,
    /// Honest refusals; what is accepted is answered within a second.
    Shedding,
}

const fn drill(name: &'static str, what: What, may: May) -> Drill {
    let bar = match may {
        May::Nothing => "0 failed, 0 signed out, 0 lost, 0 double",
        May::Slowness => "the same; p99 at most 3 times the usual after the first second; normal 2 s after it is back",
        May::Refusals => "pages as they were, forms answered within 1 s with what was typed; 0 lost; normal 2 s after it is back",
        May::Shedding => "accepted requests p99 under 1 s, the others 503 with Retry-After; normal at once afterwards",
    };
    Drill { name, bar, what, may }
}

/// All drills.
pub const DRILLS: &[Drill] = &[
    drill("kill-one", What::KillOne, May::Nothing),
    drill("kill-all-in-turn", What::KillAll, May::Nothing),
    drill("roll", What::Roll, May::Nothing),
    drill("update-and-back", What::Update, May::Nothing),
    drill("nginx-reload", What::ReloadNginx, May::Nothing),
    drill("add-and-remove", What::AddAndRemove, May::Nothing),
    drill("redis-killed", What::RedisKilled, May::Slowness),
    drill("redis-flushed", What::RedisFlushed, May::Slowness),
    drill("redis-frozen", What::RedisFrozen, May::Slowness),
    drill("redis-read-only", What::RedisReadOnly, May::Slowness),
    drill("redis-full", What::RedisFull, May::Slowness),
    drill("redis-cut", What::RedisCut, May::Slowness),
    drill("redis-slow", What::RedisSlow, May::Slowness),
    drill("ended-sessions", What::EndedSessions, May::Slowness),
    drill("postgres-killed", What::PostgresKilled, May::Refusals),
    drill("postgres-frozen", What::PostgresFrozen, May::Refusals),
    drill("postgres-cut", What::PostgresCut, May::Refusals),
    drill("disk-full", What::DiskFull, May::Refusals),
    drill("clock-jump", What::ClockJump, May::Nothing),
    drill("overload", What::Overload, May::Shedding),
    drill("slow-loris", What::Loris, May::Nothing),
    drill("streams", What::Streams, May::Nothing),
];

/// Runs one drill under load.
pub async fn run(drill: &Drill, cluster: &Cluster, crowd: &Crowd, pace: Pace) -> Result<Row> {
    crowd.ledger.take();
    let stop = CancellationToken::new();
    let mut people = crowd.begin(drill.name, &stop);
    let begun = Instant::now();
    sleep(pace.calm).await;
    let broken = Instant::now();
    let remarks = act(drill.what, cluster, crowd, pace).await.with_context(|| drill.name.to_owned());
    let mended = Instant::now();
    // Time for what is noticed late, and for the bells of what was written last.
    sleep(pace.calm.max(Duration::from_secs(4))).await;
    stop.cancel();
    while people.join_next().await.is_some() {}
    let over = Instant::now();
    let pages = crowd.ledger.take();
    let mut row = judge(drill, &pages, [begun, broken, mended, over], pace.room);
    match remarks {
        Ok(remark) => row.remark = remark,
        Err(fault) => row.faults.push(format!("{fault:#}")),
    }
    check_promises(cluster, drill.name, &pages, &mut row).await?;
    Ok(row)
}

async fn act(what: What, cluster: &Cluster, crowd: &Crowd, pace: Pace) -> Result<String> {
    match what {
        What::KillOne => {
            let seen = kill_and_see(cluster, "1").await;
            sleep(pace.outage).await;
            return seen;
        }
        What::KillAll => {
            for name in ["0", "1", "2"] {
                cluster.tell(&["kill", name]).await?;
                sleep(pace.outage / 2).await;
            }
        }
        What::Roll => {
            cluster.tell(&["roll"]).await?;
        }
        What::Update => {
            // The release before this one on the schema of this one, side by side with it, and back. Until there is one,
            // this one stands in for it.
            let present = std::env::var("CLUSTER_BINARY").context("CLUSTER_BINARY")?;
            let previous = std::env::var("DRILL_PREVIOUS").unwrap_or_else(|_| present.clone());
            cluster.tell(&["roll", &previous]).await?;
            cluster.tell(&["roll", &present]).await?;
            return Ok(if previous == present { "against itself".into() } else { String::new() });
        }
        What::ReloadNginx => {
            for _ in 0..3 {
                cluster.signal_leader("nginx", "HUP").await?;
                sleep(pace.outage / 4).await;
            }
        }
        What::AddAndRemove => {
            cluster.tell(&["add"]).await?;
            let shared = even(cluster).await;
            cluster.tell(&["remove", "3"]).await?;
            return shared;
        }
        What::RedisKilled => {
            cluster.tell(&["kill", "redis"]).await?;
            sleep(pace.outage / 2).await;
            let refused = flood::limits_hold(cluster, crowd).await?;
            sleep(pace.outage / 2).await;
            cluster.tell(&["start", "redis"]).await?;
            return Ok(refused);
        }
        What::RedisFlushed => {
            for _ in 0..3 {
                cluster.redis(&["FLUSHALL"]).await?;
                sleep(pace.outage / 4).await;
            }
        }
        What::RedisFrozen => {
            cluster.signal("redis", "STOP").await?;
            sleep(pace.outage).await;
            cluster.signal("redis", "CONT").await?;
        }
        What::RedisReadOnly => {
            // A replica of a server that is not there.
            cluster.redis(&["REPLICAOF", "127.0.0.1", "1"]).await?;
            sleep(pace.outage).await;
            cluster.redis(&["REPLICAOF", "NO", "ONE"]).await?;
        }
        What::RedisFull => {
            cluster.redis(&["CONFIG", "SET", "maxmemory", "1mb"]).await?;
            sleep(pace.outage).await;
            cluster.redis(&["CONFIG", "SET", "maxmemory", "256mb"]).await?;
        }
        What::RedisCut => repeat(pace.outage, 200, || cluster.redis(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"])).await?,
        What::RedisSlow => repeat(pace.outage, 550, || cluster.redis(&["CLIENT", "PAUSE", "500", "ALL"])).await?,
        What::EndedSessions => return ended_sessions(cluster, crowd, pace).await,
        What::PostgresKilled => {
            cluster.signal("postgres", "KILL").await?;
            sleep(pace.outage).await;
            cluster.tell(&["start", "postgres"]).await?;
        }
        What::PostgresFrozen => {
            cluster.signal("postgres", "STOP").await?;
            sleep(pace.outage).await;
            cluster.signal("postgres", "CONT").await?;
        }
        What::PostgresCut => {
            let cut = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()";
            repeat(pace.outage, 2_000, || cluster.sql(cut)).await?;
        }
        What::DiskFull => return disk::full(cluster, crowd, pace).await,
        What::ClockJump => return clock::jump(cluster, crowd, pace.outage).await,
        What::Overload => return flood::overload(cluster, crowd, pace).await,
        What::Loris => return flood::loris(cluster).await,
        What::Streams => return flood::streams(cluster, crowd, pace).await,
    }
    Ok(String::new())
}

async fn repeat<F: Future<Output = Result<String>>>(span: Duration, every_ms: u64, work: impl Fn() -> F) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < span {
        work().await?;
        sleep(Duration::from_millis(every_ms)).await;
    }
    Ok(())
}

/// The edge tells of a kill within five seconds, though the instance may be back by then.
async fn kill_and_see(cluster: &Cluster, name: &str) -> Result<String> {
    let before = cluster.report().await?["changes"].clone();
    let begun = Instant::now();
    cluster.tell(&["kill", name]).await?;
    while cluster.report().await?["changes"] == before {
        ensure!(begun.elapsed() < Duration::from_secs(5), "/upstream_status did not tell of it within 5 s");
        sleep(Duration::from_millis(100)).await;
    }
    Ok(format!("/upstream_status told of it after {:.1?}", begun.elapsed()))
}

/// Waits until every server has its part of the requests: at least half of an even one, for three seconds.
async fn even(cluster: &Cluster) -> Result<String> {
    let begun = Instant::now();
    loop {
        let before = cluster.requests().await?;
        sleep(Duration::from_secs(3)).await;
        let after = cluster.requests().await?;
        let parts: Vec<u64> = after.iter().map(|(server, n)| n.saturating_sub(*before.get(server).unwrap_or(n))).collect();
        let (all, least) = (parts.iter().sum::<u64>(), parts.iter().min().copied().unwrap_or_default());
        if parts.len() == 4 && all > 0 && least * 2 * 4 >= all {
            return Ok(format!("parts of {all} requests after {:.0?}: {parts:?}", begun.elapsed()));
        }
        ensure!(begun.elapsed() < Duration::from_secs(30), "30 s later the four still had uneven parts of the requests: {parts:?}");
    }
}

/// Sessions that end before and during an outage stay ended, though Redis comes back with what it knew before.
async fn ended_sessions(cluster: &Cluster, crowd: &Crowd, pace: Pace) -> Result<String> {
    let (mut before, mut during) = (crowd.idler(0), crowd.idler(1));
    for person in [&mut before, &mut during] {
        ensure!(person.get("/my/sessions").await?.status == 200, "somebody was signed out before it began");
    }
    let (old_before, old_during) = (before.clone(), during.clone());
    cluster.redis(&["SAVE"]).await?;
    let out = before.submit("/logout", "/logout", &[]).await?;
    ensure!(out.status == 303, "signing out answered {}", out.status);
    cluster.tell(&["kill", "redis"]).await?;
    sleep(pace.outage / 2).await;
    let out = during.submit("/logout", "/logout", &[]).await?;
    ensure!(out.status == 303, "signing out during the outage answered {}", out.status);
    cluster.tell(&["start", "redis"]).await?;
    let mut asked = 0;
    for _ in 0..8 {
        for (name, port) in cluster.instances()? {
            for old in [&old_before, &old_during] {
                let answer = old.moved_to(&format!("http://127.0.0.1:{port}"))?.get("/my/sessions").await?;
                ensure!(answer.status != 200, "a session that had ended came back on instance {name}");
                asked += 1;
            }
        }
        sleep(Duration::from_millis(500)).await;
    }
    Ok(format!("asked {asked} times: none came back"))
}

fn judge(drill: &Drill, pages: &Pages, [begun, broken, mended, over]: [Instant; 4], room: u32) -> Row {
    let count = |outcome| pages.count(outcome, begun, over);
    let (failed, refused, stale) = (count(Outcome::Failed), count(Outcome::NotNow), count(Outcome::Stale));
    let usual = pages.p99(begun, broken);
    let during = pages.p99(broken + Duration::from_secs(1), mended);
    let trouble = pages.last_trouble().map(|last| last.saturating_duration_since(mended));
    let slowest_form = pages.between(broken, mended).filter(|entry| entry.form).map(|entry| entry.took).max().unwrap_or_default();
    let mut faults: Vec<String> = pages.faults.clone();
    let mut bar = |holds: bool, words: String| {
        if !holds {
            faults.push(words)
        }
    };
    bar(failed == 0, format!("{failed} requests failed"));
    bar(pages.signed_out == 0, format!("{} found themselves signed out", pages.signed_out));
    bar(matches!(drill.may, May::Refusals | May::Shedding) || refused + stale == 0, format!("{refused} refused, {stale} stale"));
    let slow = during > usual * 3 * room && during > Duration::from_millis(100) * room;
    bar(drill.may != May::Slowness || !slow, format!("p99 {during:.0?} against {usual:.0?}"));
    bar(drill.may != May::Refusals || slowest_form <= Duration::from_millis(1_100) * room, format!("a form waited {slowest_form:.0?}"));
    let normal = matches!(drill.may, May::Nothing) || trouble.is_none_or(|after| after <= Duration::from_secs(2) * room);
    bar(normal, format!("normal only {:.1?} after it was back", trouble.unwrap_or_default()));
    Row {
        name: drill.name,
        requests: pages.between(begun, over).count(),
        failed,
        refused,
        stale,
        signed_out: pages.signed_out,
        written: pages.promised.len(),
        usual,
        during,
        trouble: trouble.unwrap_or_default(),
        faults,
        ..Row::default()
    }
}

/// Every comment that was acknowledged is there, once, and its bell was rung in SQL.
async fn check_promises(cluster: &Cluster, name: &str, pages: &Pages, row: &mut Row) -> Result<()> {
    let stored = cluster.sql(&format!("SELECT body, COUNT(*) FROM comments WHERE body LIKE 'drill {name} %' GROUP BY body")).await?;
    let stored: Vec<(&str, &str)> = stored.lines().filter_map(|line| line.rsplit_once('|')).collect();
    row.lost = pages.promised.iter().filter(|text| !stored.iter().any(|(body, _)| body == text)).count();
    row.double = stored.iter().filter(|(_, times)| *times != "1").count();
    let told = "SELECT COUNT(*) FROM comments c WHERE NOT EXISTS (SELECT 1 FROM notifications n WHERE n.comment_id = c.id) AND c.body LIKE";
    let untold: usize = cluster.sql(&format!("{told} 'drill {name} %'")).await?.trim().parse()?;
    for (n, words) in
        [(row.lost, "acknowledged comments lost"), (row.double, "comments stored twice"), (untold, "comments of which nobody was told")]
    {
        if n > 0 {
            row.faults.push(format!("{n} {words}"));
        }
    }
    // Bells ring for whoever listens; a run without one heard nothing at all.
    if pages.rang == 0 && !pages.promised.is_empty() {
        row.faults.push("no bell rang".into());
    }
    Ok(())
}
