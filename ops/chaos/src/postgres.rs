//! Faults of PostgreSQL.

use crate::Timing;
use crate::cluster::Cluster;
use crate::drills::repeat;
use anyhow::Result;
use tokio::time::sleep;

/// Ends all connections of others.
const TERMINATE: &str =
    "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()";

/// Kills PostgreSQL for a while.
pub async fn kill(cluster: &Cluster, timing: Timing) -> Result<String> {
    cluster.signal("postgres", "KILL").await?;
    sleep(timing.outage).await;
    cluster.run(&["start", "postgres"]).await?;
    Ok(String::new())
}

/// Closes all connections to PostgreSQL, every two seconds.
pub async fn cut(cluster: &Cluster, timing: Timing) -> Result<String> {
    repeat(timing.outage, 2_000, || cluster.sql(TERMINATE)).await
}
