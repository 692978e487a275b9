//! Faults of Redis.

use crate::Timing;
use crate::cluster::Cluster;
use crate::drills::repeat;
use crate::load;
use crate::workload::Workload;
use anyhow::{Result, ensure};
use std::time::Duration;
use tokio::time::sleep;

/// Kills Redis for a while; limits hold all the same.
pub async fn kill(cluster: &Cluster, workload: &Workload, timing: Timing) -> Result<String> {
    cluster.run(&["kill", "redis"]).await?;
    sleep(timing.outage / 2).await;
    let refused = load::limits_hold(cluster, workload).await?;
    sleep(timing.outage / 2).await;
    cluster.run(&["start", "redis"]).await?;
    Ok(refused)
}

/// Empties Redis three times.
pub async fn flush(cluster: &Cluster, timing: Timing) -> Result<String> {
    for _ in 0..3 {
        cluster.redis(&["FLUSHALL"]).await?;
        sleep(timing.outage / 4).await;
    }
    Ok(String::new())
}

/// Makes Redis a replica of a server that is not there, so that it refuses writes.
pub async fn read_only(cluster: &Cluster, timing: Timing) -> Result<String> {
    cluster.redis(&["REPLICAOF", "127.0.0.1", "1"]).await?;
    sleep(timing.outage).await;
    cluster.redis(&["REPLICAOF", "NO", "ONE"]).await
}

/// Leaves Redis no memory for writes.
pub async fn fill(cluster: &Cluster, timing: Timing) -> Result<String> {
    cluster.redis(&["CONFIG", "SET", "maxmemory", "1mb"]).await?;
    sleep(timing.outage).await;
    cluster.redis(&["CONFIG", "SET", "maxmemory", "256mb"]).await
}

/// Closes all connections to Redis, five times a second.
pub async fn cut(cluster: &Cluster, timing: Timing) -> Result<String> {
    repeat(timing.outage, 200, || cluster.redis(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"])).await
}

/// Lets Redis answer only after half a second.
pub async fn slow_down(cluster: &Cluster, timing: Timing) -> Result<String> {
    repeat(timing.outage, 550, || cluster.redis(&["CLIENT", "PAUSE", "500", "ALL"])).await
}

/// Ends one session before an outage and one during it: they stay ended, though Redis comes back with its old data.
pub async fn ended_sessions(cluster: &Cluster, workload: &Workload, timing: Timing) -> Result<String> {
    let (mut before, mut during) = (workload.idle_client(0), workload.idle_client(1));
    for client in [&mut before, &mut during] {
        ensure!(client.get("/my/sessions").await?.status == 200, "a member was signed out before it began");
    }
    let (old_before, old_during) = (before.clone(), during.clone());
    cluster.redis(&["SAVE"]).await?;
    let out = before.submit("/logout", "/logout", &[]).await?;
    ensure!(out.status == 303, "signing out answered {}", out.status);
    cluster.run(&["kill", "redis"]).await?;
    sleep(timing.outage / 2).await;
    let out = during.submit("/logout", "/logout", &[]).await?;
    ensure!(out.status == 303, "signing out during the outage answered {}", out.status);
    cluster.run(&["start", "redis"]).await?;
    let mut requests = 0;
    for _ in 0..8 {
        for (name, port) in cluster.instances()? {
            for old in [&old_before, &old_during] {
                let answer = old.moved_to(&format!("http://127.0.0.1:{port}"))?.get("/my/sessions").await?;
                ensure!(answer.status != 200, "a session that had ended came back on instance {name}");
                requests += 1;
            }
        }
        sleep(Duration::from_millis(500)).await;
    }
    Ok(format!("asked {requests} times: none came back"))
}
