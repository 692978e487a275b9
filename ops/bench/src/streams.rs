//! Open event streams: what one costs, and how soon something new is on all of them. Beside streams of the bare program, which writes
//! the same bytes to all of them and does nothing else.

use crate::Stage;
use crate::scenarios::{COMMENT, Members};
use crate::servers::{Backends, Server};
use crate::usage;
use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use testkit::connection::{Connection, EventStream};
use testkit::http::Request;

/// How soon half of the streams and the last had what was new, after its form was answered; and the bytes that one got.
struct Spread {
    half: Duration,
    last: Duration,
    bytes: usize,
}

impl Stage {
    /// Streams of an instance of its own, and of the bare program.
    pub async fn streams(&self, backends: &Backends) -> Result<Vec<(String, String)>> {
        let n = self.size.streams.min(usage::file_limit().saturating_sub(200));
        let server = Server::instance(backends).await?;
        let members = Members::sign_in(server.address).await?;
        drop(open(server.address, 50, |n| members.stream("/events", n)).await?);
        let memory = memory_of(&server, n, |n| members.stream("/events", n)).await?;
        let (address, comment) = members.news().await?;
        let streams = open(server.address, n, |n| members.stream(&address, n)).await?;
        let news = spread(streams, COMMENT, server.address, &comment).await?;
        drop(server);
        let bare = Server::baseline(&self.redis.url()).await?;
        let stream = Request::get("/stream").to_bytes();
        drop(open(bare.address, 50, |_| stream.clone()).await?);
        let bare_memory = memory_of(&bare, n, |_| stream.clone()).await?;
        let send = Request::form(&format!("/stream?bytes={}", news.bytes), &[]).to_bytes();
        let bare_news = spread(open(bare.address, n, |_| stream.clone()).await?, "news", bare.address, &send).await?;
        Ok(vec![
            (format!("memory of a stream, with {n} open"), format!("{memory:.1} KiB")),
            ("the same of the bare program".into(), format!("{bare_memory:.1} KiB")),
            (format!("a comment on {n} open pages of its post: half of them / the last after"), times(&news)),
            (format!("the same {} bytes from the bare program", news.bytes), times(&bare_news)),
        ])
    }
}

fn times(news: &Spread) -> String {
    format!("{} / {} ms", news.half.as_millis(), news.last.as_millis())
}

/// KiB that each of so many streams costs its server.
async fn memory_of(server: &Server, n: usize, request: impl Fn(usize) -> Vec<u8>) -> Result<f64> {
    let before = usage::memory(server.process.id());
    let streams = open(server.address, n, request).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok((usage::memory(server.process.id()) - before) * 1024.0 / streams.len() as f64)
}

async fn open(address: SocketAddr, n: usize, request: impl Fn(usize) -> Vec<u8>) -> Result<Vec<EventStream>> {
    let mut open = Vec::with_capacity(n);
    for n in 0..n {
        let mut stream = Connection::to(address).open_stream(&request(n)).await.with_context(|| format!("stream {n}"))?;
        stream.wait_for("hello").await.with_context(|| format!("stream {n}"))?;
        open.push(stream);
    }
    Ok(open)
}

/// Sends a form, and waits until `words` have come on every stream.
async fn spread(streams: Vec<EventStream>, words: &'static str, address: SocketAddr, form: &[u8]) -> Result<Spread> {
    let waits: Vec<_> = streams
        .into_iter()
        .map(|mut stream| {
            tokio::spawn(async move {
                let received = stream.wait_for(words).await?;
                // The stream stays open until all have it.
                anyhow::Ok((Instant::now(), received.len(), stream))
            })
        })
        .collect();
    let answer = Connection::to(address).send(form).await?;
    let answered = Instant::now();
    if answer.status != 303 {
        bail!("what was to be news was answered with {answer}");
    }
    let (mut times, mut bytes, mut open) = (Vec::with_capacity(waits.len()), 0, Vec::new());
    for wait in waits {
        let (at, received, stream) = tokio::time::timeout(Duration::from_secs(60), wait).await???;
        times.push(at.saturating_duration_since(answered));
        bytes = received;
        open.push(stream);
    }
    times.sort();
    Ok(Spread { half: times[times.len() / 2], last: times[times.len() - 1], bytes })
}
