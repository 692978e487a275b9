//! The clock of Redis and of every instance is set an hour forward and back, while a member is signed in to the site and an
//! administrator to the panel, whose session ends after half an hour unused.

use crate::client::Client;
use crate::cluster::Cluster;
use crate::workload::Workload;
use anyhow::{Context, Result, ensure};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::sleep;

const EMAIL: &str = "clock@example.com";
const PASSWORD: &str = "일곱 대의 파란 시계탑 drill";

/// The drill. Whatever came of it, the next one finds the machine's own clock.
pub async fn step(cluster: &Cluster, workload: &Workload, span: Duration) -> Result<String> {
    let done = steps(cluster, workload, span).await;
    cluster.run(&["clock", "real"]).await?;
    let (mut members, events) = done?;
    members.check_for(cluster, "real", Duration::from_secs(1)).await?;
    Ok(format!("4 jumps, reported {events} times; asked {} times, always signed in", members.checks))
}

async fn steps(cluster: &Cluster, workload: &Workload, span: Duration) -> Result<(SignedIn, u32)> {
    let before = jump_events(cluster).await?;
    cluster.run(&["clock", "+0"]).await?;
    let mut members = SignedIn { staff: sign_in_staff(cluster).await?, member: workload.idle_client(2), checks: 0 };
    for seconds in ["+3600", "+0", "-3600", "+0"] {
        cluster.run(&["clock", seconds]).await?;
        members.check_for(cluster, seconds, span).await?;
    }
    let events = jump_events(cluster).await? - before;
    ensure!(events > 0, "the panel's page reported no jump");
    check_order(cluster).await?;
    Ok((members, events))
}

/// Those who must stay signed in. They only read pages, so that nothing but the clock could end their sessions.
struct SignedIn {
    staff: Client,
    member: Client,
    checks: u32,
}

impl SignedIn {
    /// Reads a page of the panel and of the site again and again through nginx, and of each instance at the end.
    async fn check_for(&mut self, cluster: &Cluster, clock: &str, span: Duration) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < span {
            self.check(cluster.setting("admin_url"), cluster.site(), clock).await?;
            sleep(Duration::from_millis(500)).await;
        }
        for (site, panel) in cluster.ports()? {
            self.check(&format!("http://127.0.0.1:{panel}"), &format!("http://127.0.0.1:{site}"), clock).await?;
        }
        Ok(())
    }

    async fn check(&mut self, panel: &str, site: &str, clock: &str) -> Result<()> {
        let (panel, site) = (self.staff.moved_to(panel)?.get("/").await?, self.member.moved_to(site)?.get("/my/sessions").await?);
        ensure!(panel.status == 200, "clock {clock}: the administrator got {} {}", panel.status, panel.location);
        ensure!(site.status == 200, "clock {clock}: a member got {} {}", site.status, site.location);
        self.checks += 2;
        Ok(())
    }
}

/// An administrator, made as operators make one, signed in to the panel.
async fn sign_in_staff(cluster: &Cluster) -> Result<Client> {
    let words = ["user", "add", "--email", EMAIL, "--name", "시계", "--role", "admin", "--password-stdin"];
    let mut command = Command::new(std::env::var("CLUSTER_BINARY").context("CLUSTER_BINARY")?)
        .args(words)
        .env("DATABASE_URL", cluster.setting("database_url"))
        .env("REDIS_URL", cluster.setting("redis_url"))
        .env("LOG", "warn")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    let mut input = command.stdin.take().context("no standard input")?;
    input.write_all(format!("{PASSWORD}\n").as_bytes()).await?;
    drop(input);
    // In a second run on one cluster the member is there already.
    let added = command.wait().await?;
    let mut client = Client::at(cluster.setting("admin_url"))?;
    let answer = client.submit("/login", "/login", &[("email", EMAIL), ("password", PASSWORD)]).await?;
    ensure!(answer.status == 303, "signing in to the panel answered {} (adding the member: {added})", answer.status);
    Ok(client)
}

/// How often an instance reported that its clock jumped.
async fn jump_events(cluster: &Cluster) -> Result<u32> {
    Ok(cluster.sql("SELECT COUNT(*) FROM cluster_events WHERE kind = 'clock.jumped'").await?.trim().parse()?)
}

/// What was written later is not shown earlier. Three instances write; their clocks are one within a second.
async fn check_order(cluster: &Cluster) -> Result<()> {
    let times = "SELECT created_at, MAX(created_at) OVER (ORDER BY id) AS latest FROM comments WHERE content LIKE 'drill clock-jump %'";
    let early = format!("SELECT COUNT(*) FROM ({times}) AS t WHERE created_at < latest - INTERVAL '1 second'");
    let early: u32 = cluster.sql(&early).await?.trim().parse()?;
    ensure!(early == 0, "{early} comments bear an earlier time than those before them");
    Ok(())
}
