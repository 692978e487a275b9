//! The disk is full: first PostgreSQL has no space for rows and refuses them, then none for its log of changes, and ends itself.
//! nginx has none all the while.

use crate::Timing;
use crate::cluster::Cluster;
use crate::results::{Outcome, Request};
use crate::uploads;
use crate::workload::{Workload, describe, form_outcome};
use anyhow::{Context, Result, ensure};
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};
use testkit::form;
use tokio::time::sleep;

/// The sentence on the page that a visitor gets.
const DISK_FULL: &str = "저장 공간이 가득 차서";
/// Between two comments of one member.
const THOUGHT: Duration = Duration::from_millis(700);
/// Fills the log of changes with nothing at all, until there is no space for it.
const BURN: &str = "SELECT COUNT(pg_logical_emit_message(false, 'drill', repeat('x', 1000000))) FROM generate_series(1, 3000)";

/// Takes all space away, and gives it back. Where there is no disk to take it from, the drill's note says it.
pub async fn fill(cluster: &Cluster, workload: &Workload, timing: Timing) -> Result<String> {
    if !cluster.has_disk() {
        return Ok("left out: there is no disk here that may be filled (it takes root)".into());
    }
    cluster.run(&["fill"]).await?;
    let refused = write_long(workload, timing.outage / 2).await;
    let sent = uploads::refuse_without_space(&mut workload.idle_client(2)).await;
    let burnt = cluster.sql(BURN).await;
    sleep(timing.outage / 2).await;
    // Whatever went wrong: the drills after this one need space.
    cluster.run(&["free"]).await?;
    let refused = refused?;
    sent?;
    ensure!(refused > 0, "there was space for every long comment");
    ensure!(burnt.is_err(), "there was space for three gigabytes of changes");
    uploads::check_whole(cluster).await?;
    Ok(format!("{refused} long comments found no space and came back, a file was refused; then PostgreSQL ended itself"))
}

/// Writes long comments: short ones find a gap here and there, long ones do not. Returns how many were refused.
async fn write_long(workload: &Workload, span: Duration) -> Result<usize> {
    let (begun, mut refused) = (Instant::now(), 0);
    let (mut client, action) = (workload.idle_client(2), format!("{}/comments", workload.post));
    write_post(workload).await?;
    for n in 0.. {
        if begun.elapsed() >= span {
            break;
        }
        let text = format!("drill disk-full long {n} {}", noise(1_500));
        let page = client.get(&workload.post).await?;
        ensure!(page.status == 200 && page.text.contains("\"/logout\""), "the post answered {}", page.status);
        let Some(key) = form::idempotency_key(&page.text, &action) else { break };
        let began = Instant::now();
        let answer = client.post(&action, &[(form::KEY, &key), ("body", &text)]).await;
        let outcome = form_outcome(&answer, &text);
        workload.recorder.record(Request { began, took: began.elapsed(), outcome, form: true }, || describe(&action, &answer));
        match outcome {
            Outcome::Good => workload.recorder.acknowledge(text),
            _ if answer.is_ok_and(|answer| answer.text.contains(DISK_FULL)) => refused += 1,
            _ => {}
        }
        sleep(THOUGHT).await;
    }
    Ok(refused)
}

/// A post that is longer than all that waits in memory elsewhere: nginx has to take it whole, and the visitor gets it back.
async fn write_post(workload: &Workload) -> Result<()> {
    let (mut client, path) = (workload.idle_client(2), "/community/free/write");
    let key = form::idempotency_key(&client.get(path).await?.text, path).context("no form to write a post with")?;
    let text = noise(20_000);
    let began = Instant::now();
    let answer = client.post(path, &[(form::KEY, &key), ("title", "긴 글"), ("body", &text)]).await;
    let outcome = form_outcome(&answer, &text);
    workload.recorder.record(Request { began, took: began.elapsed(), outcome, form: true }, || describe(path, &answer));
    ensure!(outcome != Outcome::Good, "there was space for a post of 60,000 bytes");
    Ok(())
}

/// Syllables that cannot be compressed.
fn noise(syllables: usize) -> String {
    let random = |n: u64| u32::try_from(RandomState::new().hash_one(n) % 11_172).ok();
    (0..).filter_map(|n| char::from_u32(0xAC00 + random(n)?)).take(syllables).collect()
}
