//! Somebody sets the clock by an hour, forward and back: of Redis and of every instance, while people are here and
//! somebody is at work in the panel, whose session ends after half an hour unused.

use crate::cluster::Cluster;
use crate::crowd::Crowd;
use crate::person::Person;
use anyhow::{Context, Result, ensure};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::sleep;

const EMAIL: &str = "clock@example.com";
const PASSWORD: &str = "일곱 대의 파란 시계탑 drill";

/// The drill. Whatever came of it, the next one finds the machine's own clock.
pub async fn jump(cluster: &Cluster, crowd: &Crowd, span: Duration) -> Result<String> {
    let done = jumps(cluster, crowd, span).await;
    cluster.tell(&["clock", "real"]).await?;
    let (mut people, told) = done?;
    people.look_round(cluster, "real", Duration::from_secs(1)).await?;
    Ok(format!("4 jumps, told {told} times; asked {} times, always signed in", people.looks))
}

async fn jumps(cluster: &Cluster, crowd: &Crowd, span: Duration) -> Result<(People, u32)> {
    let before = tells(cluster).await?;
    cluster.tell(&["clock", "+0"]).await?;
    let mut people = People { staff: staff(cluster).await?, member: crowd.idler(2), looks: 0 };
    for seconds in ["+3600", "+0", "-3600", "+0"] {
        cluster.tell(&["clock", seconds]).await?;
        people.look_round(cluster, seconds, span).await?;
    }
    let told = tells(cluster).await? - before;
    ensure!(told > 0, "nobody was told on the panel's page");
    in_order(cluster).await?;
    Ok((people, told))
}

/// Who is here and must not be sent away. They do nothing but look, so that only the clock decides.
struct People {
    staff: Person,
    member: Person,
    looks: u32,
}

impl People {
    /// Looks at the panel and at the site, through nginx, for so long, and at each instance at the end.
    async fn look_round(&mut self, cluster: &Cluster, clock: &str, span: Duration) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < span {
            self.look(cluster.setting("admin_url"), cluster.site(), clock).await?;
            sleep(Duration::from_millis(500)).await;
        }
        for (site, panel) in cluster.doors()? {
            self.look(&format!("http://127.0.0.1:{panel}"), &format!("http://127.0.0.1:{site}"), clock).await?;
        }
        Ok(())
    }

    async fn look(&mut self, panel: &str, site: &str, clock: &str) -> Result<()> {
        let (panel, site) = (self.staff.moved_to(panel)?.get("/").await?, self.member.moved_to(site)?.get("/my/sessions").await?);
        ensure!(panel.status == 200, "clock {clock}: who works in the panel got {} {}", panel.status, panel.location);
        ensure!(site.status == 200, "clock {clock}: a member got {} {}", site.status, site.location);
        self.looks += 2;
        Ok(())
    }
}

/// An administrator, made as operators make one, signed in to the panel.
async fn staff(cluster: &Cluster) -> Result<Person> {
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
    let mut person = Person::at(cluster.setting("admin_url"))?;
    let answer = person.submit("/login", "/login", &[("email", EMAIL), ("password", PASSWORD)]).await?;
    ensure!(answer.status == 303, "signing in to the panel answered {} (adding the member: {added})", answer.status);
    Ok(person)
}

/// How often an instance said that its clock jumped.
async fn tells(cluster: &Cluster) -> Result<u32> {
    Ok(cluster.sql("SELECT COUNT(*) FROM house_events WHERE kind = 'clock.jumped'").await?.trim().parse()?)
}

/// What was written later is not shown earlier. Three instances write; their clocks are one within a second.
async fn in_order(cluster: &Cluster) -> Result<()> {
    let times = "SELECT created_at, MAX(created_at) OVER (ORDER BY id) AS latest FROM comments WHERE body LIKE 'drill clock-jump %'";
    let early = format!("SELECT COUNT(*) FROM ({times}) AS t WHERE created_at < latest - INTERVAL '1 second'");
    let early: u32 = cluster.sql(&early).await?.trim().parse()?;
    ensure!(early == 0, "{early} comments bear an earlier time than those before them");
    Ok(())
}
