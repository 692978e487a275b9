//! Faults of instances and of nginx: kills, restarts, updates, reloads, one more and one less.

use crate::Timing;
use crate::cluster::Cluster;
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Kills one instance, which the edge has to show within five seconds, though the instance may be back by then.
pub async fn kill_one(cluster: &Cluster, timing: Timing) -> Result<String> {
    let noticed = kill_and_wait_for_report(cluster, "1").await;
    sleep(timing.outage).await;
    noticed
}

async fn kill_and_wait_for_report(cluster: &Cluster, name: &str) -> Result<String> {
    let before = cluster.report().await?["changes"].clone();
    let begun = Instant::now();
    cluster.run(&["kill", name]).await?;
    while cluster.report().await?["changes"] == before {
        ensure!(begun.elapsed() < Duration::from_secs(5), "/upstream_status did not show it within 5 s");
        sleep(Duration::from_millis(100)).await;
    }
    Ok(format!("/upstream_status showed it after {:.1?}", begun.elapsed()))
}

/// Kills all instances, one after the other.
pub async fn kill_all(cluster: &Cluster, timing: Timing) -> Result<String> {
    for name in ["0", "1", "2"] {
        cluster.run(&["kill", name]).await?;
        sleep(timing.outage / 2).await;
    }
    Ok(String::new())
}

/// Restarts all instances in turn.
pub async fn roll(cluster: &Cluster) -> Result<String> {
    cluster.run(&["roll"]).await?;
    Ok(String::new())
}

/// Runs the release before this one on the schema of this one, side by side with it, and goes back. Without
/// DRILL_PREVIOUS this one stands in for it.
pub async fn update_and_back(cluster: &Cluster) -> Result<String> {
    let present = std::env::var("CLUSTER_BINARY").context("CLUSTER_BINARY")?;
    let previous = std::env::var("DRILL_PREVIOUS").unwrap_or_else(|_| present.clone());
    cluster.run(&["roll", &previous]).await?;
    cluster.run(&["roll", &present]).await?;
    Ok(if previous == present { "against itself".into() } else { String::new() })
}

/// Reloads nginx three times.
pub async fn reload_nginx(cluster: &Cluster, timing: Timing) -> Result<String> {
    for _ in 0..3 {
        cluster.signal_leader("nginx", "HUP").await?;
        sleep(timing.outage / 4).await;
    }
    Ok(String::new())
}

/// Adds a fourth instance, and takes it away when it has its share of the requests.
pub async fn add_and_remove(cluster: &Cluster) -> Result<String> {
    cluster.run(&["add"]).await?;
    let shared = wait_for_even_shares(cluster).await;
    cluster.run(&["remove", "3"]).await?;
    shared
}

/// Waits until each of four servers has at least half of an even share of the requests, for three seconds.
async fn wait_for_even_shares(cluster: &Cluster) -> Result<String> {
    let begun = Instant::now();
    loop {
        let before = cluster.requests().await?;
        sleep(Duration::from_secs(3)).await;
        let after = cluster.requests().await?;
        let shares: Vec<u64> = after.iter().map(|(server, n)| n.saturating_sub(*before.get(server).unwrap_or(n))).collect();
        let (all, least) = (shares.iter().sum::<u64>(), shares.iter().min().copied().unwrap_or_default());
        if shares.len() == 4 && all > 0 && least * 2 * 4 >= all {
            return Ok(format!("shares of {all} requests after {:.0?}: {shares:?}", begun.elapsed()));
        }
        ensure!(begun.elapsed() < Duration::from_secs(30), "30 s later the four still had uneven shares of the requests: {shares:?}");
    }
}
