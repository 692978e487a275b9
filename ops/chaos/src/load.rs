//! Drills that bring a load of their own: too many at once, too slow, too many listeners.

use crate::Timing;
use crate::client::Client;
use crate::cluster::Cluster;
use crate::workload::Workload;
use anyhow::{Context, Result, ensure};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use testkit::form;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

const LORIS: usize = 300;
/// An open stream holds no more than this, in KiB.
const STREAM_KIB: usize = 20;
/// Within this time each of them is gone.
const CUT: Duration = Duration::from_secs(30);

/// Guesses passwords while Redis is away, until a limit stops it.
pub async fn limits_hold(cluster: &Cluster, workload: &Workload) -> Result<String> {
    let (_, port) = cluster.instances()?.into_iter().next().context("no instance")?;
    let mut guesser = workload.guest().moved_to(&format!("http://127.0.0.1:{port}"))?;
    for guess in 1..=40 {
        let key = form::idempotency_key(&guesser.get("/login").await?.text, "/login").context("no form to sign in with")?;
        let (email, password) = (format!("victim{}@example.com", guess % 3), format!("guess {guess}"));
        let answer = guesser.post_from("203.0.113.66", "/login", &[(form::KEY, &key), ("email", &email), ("password", &password)]).await?;
        if answer.status == 429 {
            return Ok(format!("a guesser was stopped at guess {guess}"));
        }
    }
    anyhow::bail!("forty guesses from one address were all taken")
}

/// How the requests of an overload ended.
#[derive(Default)]
struct Counts {
    accepted: Mutex<Vec<Duration>>,
    refused: AtomicUsize,
    other: AtomicUsize,
}

/// Far more readers than can be answered.
pub async fn overload(cluster: &Cluster, workload: &Workload, timing: Timing) -> Result<String> {
    let (before, counts) = (memory(cluster)?, Arc::new(Counts::default()));
    let mut reader = workload.idle_client(2);
    // One of its own: how long the post is that all drills comment on depends on how many there were before.
    let post = reader.write_post("모두가 읽는 글").await?;
    let mut tasks = JoinSet::new();
    let end = Instant::now() + timing.overload;
    for n in 0..timing.readers {
        // They do not all begin in the same millisecond.
        let delay = Duration::from_millis(n as u64);
        tasks.spawn(read_until(end, delay, reader.clone(), post.clone(), counts.clone()));
    }
    while tasks.join_next().await.is_some() {}
    let mut times = std::mem::take(&mut *counts.accepted.lock());
    times.sort();
    let p99 = times.get(times.len() * 99 / 100).copied().context("nothing was accepted")?;
    let (refused, other, after) = (counts.refused.load(Ordering::Relaxed), counts.other.load(Ordering::Relaxed), memory(cluster)?);
    let words = format!("{} accepted, p99 {p99:.0?}; {refused} refused; memory {before} → {after} MiB", times.len());
    ensure!(other == 0, "{other} failed; {words}");
    ensure!(p99 < Duration::from_secs(1) * timing.slack, "accepted requests waited too long: {words}");
    ensure!(after < before * 2 + 100, "memory grew: {words}");
    Ok(words)
}

async fn read_until(end: Instant, delay: Duration, mut reader: Client, post: String, counts: Arc<Counts>) {
    sleep(delay).await;
    while Instant::now() < end {
        let began = Instant::now();
        match reader.get(&post).await {
            Ok(answer) if answer.status == 200 => {
                counts.accepted.lock().push(began.elapsed());
            }
            Ok(answer) if answer.status == 503 && answer.retry_after => {
                counts.refused.fetch_add(1, Ordering::Relaxed);
                // "Retry-After" is heeded, if impatiently.
                sleep(Duration::from_millis(200)).await;
            }
            _ => {
                counts.other.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Resident memory of all instances, in MiB.
fn memory(cluster: &Cluster) -> Result<usize> {
    let mut sum = 0;
    for (name, _) in cluster.instances()? {
        let status = std::fs::read_to_string(format!("/proc/{}/status", cluster.pid(&name)?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        sum += line.trim().trim_end_matches(" kB").trim().parse::<usize>()? / 1024;
    }
    Ok(sum)
}

/// Connections that send almost nothing, bodies that never end, and noise.
pub async fn loris(cluster: &Cluster) -> Result<String> {
    let port: u16 = cluster.setting("nginx_port").parse()?;
    let mut tasks = JoinSet::new();
    for n in 0..LORIS {
        tasks.spawn(async move {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
            let begun = Instant::now();
            let endless = n % 3 == 1;
            let opening: &[u8] = match n % 3 {
                0 => b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
                1 => b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n",
                _ => b"\x16\x03\x01\xff\x00garbage\x00\xff",
            };
            stream.write_all(opening).await?;
            let mut buffer = [0; 512];
            // A byte every six seconds keeps no connection open; nor do as many as go through.
            let (pause, more) = if endless { (10, [b"400\r\n".as_slice(), &[b'a'; 1024], b"\r\n"].concat()) } else { (6_000, vec![b'a']) };
            loop {
                match timeout(Duration::from_millis(pause), stream.read(&mut buffer)).await {
                    Ok(Ok(0) | Err(_)) => return Ok(begun.elapsed()),
                    Ok(Ok(_)) => {}
                    Err(_) if stream.write_all(&more).await.is_err() => return Ok(begun.elapsed()),
                    Err(_) => ensure!(begun.elapsed() < CUT, "a connection that sends nothing was still open after {CUT:?}"),
                }
            }
        });
    }
    let mut longest = Duration::ZERO;
    while let Some(done) = tasks.join_next().await {
        let held: Result<Duration> = done?;
        longest = longest.max(held?);
    }
    Ok(format!("{LORIS} were cut, the last after {longest:.0?}"))
}

/// As many listeners as an instance should carry; half of them come back at the same moment.
pub async fn streams(cluster: &Cluster, workload: &Workload, timing: Timing) -> Result<String> {
    let before = memory(cluster)?;
    let instances = cluster.instances()?;
    let mut open = Vec::new();
    for (_, port) in &instances {
        let listener = workload.idle_client(2).moved_to(&format!("http://127.0.0.1:{port}"))?;
        for _ in 0..timing.streams {
            open.push((listener.clone(), listener.stream("/events").await?));
        }
    }
    sleep(Duration::from_secs(1)).await;
    let size = memory(cluster)?.saturating_sub(before) * 1024 / open.len();
    ensure!(size <= STREAM_KIB * timing.slack as usize, "{size} KiB each");
    let again = Instant::now();
    let mut tasks = JoinSet::new();
    for (listener, stream) in open.drain(..open.len() / 2) {
        drop(stream);
        tasks.spawn(async move { listener.stream("/events").await });
    }
    let mut back = Vec::new();
    while let Some(done) = tasks.join_next().await {
        back.push(done??);
    }
    let took = again.elapsed();
    let words = format!("{} streams, {size} KiB each; half came back within {took:.1?}", open.len() + back.len());
    ensure!(took < Duration::from_secs(10), "too slow: {words}");
    Ok(words)
}
