//! The relay that takes the cluster's mails, and its absence: a real mail server (`relay.mjs`) that is ended and started again.

use crate::Timing;
use crate::cluster::Cluster;
use crate::workload::{Workload, email};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use testkit::process::free_port;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

/// Members who forget their password while the relay is away; a network may ask so often in an hour.
const ASKING: usize = 8;
/// Tries of a mail within the first hour: after 15 s, 1, 4, 16 and 64 minutes.
const TRIES: usize = 5;
/// Longest wait for a try of all that are due.
const LONGEST: Duration = Duration::from_secs(60);

/// A mail server of this machine.
pub struct Relay {
    port: u16,
    /// A line for each mail: the address, the Message-ID and the link in it.
    file: PathBuf,
    process: Mutex<Option<Child>>,
}

impl Relay {
    /// Starts one that keeps its list in a folder.
    pub async fn start(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let relay = Self { port: free_port(), file: folder.join("mails"), process: Mutex::new(None) };
        // That of an earlier run.
        let _ = std::fs::remove_file(&relay.file);
        relay.open().await?;
        Ok(relay)
    }

    /// What instances have to be set to, in the form of CLUSTER_SETTINGS.
    pub fn settings(&self) -> String {
        format!("SMTP_URL=smtp://127.0.0.1:{} MAIL_FROM=drill@example.org MAIL_PER_MINUTE=6000", self.port)
    }

    async fn open(&self) -> Result<()> {
        let mut command = Command::new("node");
        command.arg("ops/chaos/relay.mjs").arg(self.port.to_string()).arg(&self.file);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let mut output = BufReader::new(child.stdout.take().context("its output")?).lines();
        let line = timeout(Duration::from_secs(20), output.next_line()).await.context("the relay does not open")??;
        ensure!(line.as_deref() == Some("open"), "the relay ended: is e2e/node_modules there (npm ci in e2e)?");
        *self.process.lock().await = Some(child);
        Ok(())
    }

    async fn close(&self) -> Result<()> {
        if let Some(mut child) = self.process.lock().await.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// How often each mail came, by its address and number.
    fn mails(&self) -> BTreeMap<(String, String), usize> {
        self.lines().into_iter().fold(BTreeMap::new(), |mut mails, [to, number, _]| {
            *mails.entry((to, number)).or_default() += 1;
            mails
        })
    }

    fn lines(&self) -> Vec<[String; 3]> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        let parts = |line: &str| line.splitn(3, ' ').map(str::to_owned).collect::<Vec<_>>().try_into().ok();
        text.lines().filter_map(parts).collect()
    }

    /// The token of the link in the first mail to an address, waited for.
    pub async fn token_for(&self, address: &str) -> Result<String> {
        let since = Instant::now();
        loop {
            let link = self.lines().into_iter().find(|[to, ..]| to == address);
            if let Some((_, token)) = link.as_ref().and_then(|[.., link]| link.split_once("token=")) {
                return Ok(token.to_owned());
            }
            ensure!(since.elapsed() < LONGEST, "no mail with a link came to {address}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Ends the relay for as many tries as an hour has, and waits until all mails have come. The pauses between the tries are left out:
/// each mail is made due again when it has failed.
pub async fn away(cluster: &Cluster, workload: &Workload, timing: Timing) -> Result<String> {
    let relay = cluster.relay().context("the cluster has no relay")?;
    let last: i64 = cluster.sql("SELECT COALESCE(MAX(id), 0) FROM jobs").await?.trim().parse()?;
    let ours = format!("kind = 'mail' AND payload LIKE '%reset_password%' AND id > {last}");
    let count = async |what: &str| -> Result<usize> {
        let sql = format!("SELECT COUNT(*) FROM jobs WHERE {ours} AND {what}");
        Ok(cluster.sql(&sql).await?.trim().parse()?)
    };
    let pass_time =
        async || cluster.sql(&format!("UPDATE jobs SET due_at = now() WHERE {ours} AND lease IS NULL AND state = 'waiting'")).await;
    relay.close().await?;
    let slowest = ask(workload).await?;
    ensure!(slowest < Duration::from_secs(1) * timing.slack, "a form waited {slowest:.0?} for a relay that is away");
    for tries in 1..=TRIES {
        let since = Instant::now();
        while count(&format!("tries >= {tries} AND last_error <> '' AND lease IS NULL")).await? < ASKING {
            ensure!(since.elapsed() < LONGEST, "not all mails were tried for the {tries}. time");
            sleep(Duration::from_millis(200)).await;
        }
        if tries < TRIES {
            pass_time().await?;
        }
    }
    let before = relay.mails();
    relay.open().await?;
    pass_time().await?;
    let back = Instant::now();
    while count("state = 'done'").await? < ASKING {
        ensure!(back.elapsed() < LONGEST, "{} of {ASKING} mails were sent", count("state = 'done'").await?);
        sleep(Duration::from_millis(200)).await;
    }
    check(&before, &relay.mails())?;
    Ok(format!("{ASKING} mails failed as often as in an hour, then came, each once, {:.0?} after they were due", back.elapsed()))
}

/// Members ask for a new password; returns how long the slowest form took.
async fn ask(workload: &Workload) -> Result<Duration> {
    let mut slowest = Duration::ZERO;
    for n in 0..ASKING {
        let mut guest = workload.guest();
        let begun = Instant::now();
        let answer = guest.submit("/password/forgot", "/password/forgot", &[("email", &email(n))]).await?;
        slowest = slowest.max(begun.elapsed());
        ensure!(matches!(answer.status, 200 | 303), "asking for a mail answered {}: {:.300}", answer.status, answer.text);
    }
    Ok(slowest)
}

/// Each who asked got a mail, and no mail of this drill came twice. One of an earlier drill may have: an instance that is killed between
/// sending and noting it leaves a job that is done again, with the same Message-ID.
fn check(before: &BTreeMap<(String, String), usize>, after: &BTreeMap<(String, String), usize>) -> Result<()> {
    let new: Vec<_> = after.iter().filter(|(mail, _)| !before.contains_key(mail)).collect();
    for n in 0..ASKING {
        ensure!(new.iter().any(|((to, _), _)| *to == email(n)), "{} got no mail", email(n));
    }
    for ((to, number), times) in new {
        ensure!(*times == 1, "{to} got {number} {times} times");
    }
    Ok(())
}
