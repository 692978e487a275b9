//! Searching a large database on both engines: whole pages of the first twenty hits, one after the other on one connection.

use crate::scenarios::Members;
use crate::servers::{Backends, Server, comments};
use crate::usage;
use anyhow::{Result, ensure};
use std::fmt::Write;
use std::time::{Duration, Instant};
use testkit::connection::Connection;
use testkit::form::encode;
use testkit::http::Request;

/// What is looked for, and what it is an example of.
const QUERIES: [(&str, &str); 7] = [
    ("이", "one syllable"),
    ("엘리베이터", "a frequent word"),
    ("호박죽", "a less frequent word"),
    ("장애인 콜택시", "two words"),
    (RARE, "a word of one post"),
    ("ㅈㅇㄷㅅㄱ", "initials"),
    ("없는낱말이다", "a word that is nowhere"),
];
/// Written into one post before the run.
const RARE: &str = "초록이구아나";
const ORDERS: [(&str, &str); 2] = [("new", "newest"), ("best", "best")];
/// Pages of each query and order.
const TIMES: usize = 40;

/// What one database gave.
pub struct Measured {
    engine: &'static str,
    posts: usize,
    index_mib: f64,
    filling: Duration,
    /// CPU time of the program and of PostgreSQL to index a document, in microseconds: about what a post's transaction spends on it.
    document_us: f64,
    /// The times of each query in each order, sorted.
    times: Vec<Vec<Duration>>,
}

/// Indexes a seeded database, and searches it.
pub async fn measure(
    engine: &'static str,
    posts: usize,
    backends: &Backends,
    size: impl Fn() -> Result<u64>,
    store: Option<u32>,
) -> Result<Measured> {
    let before = size()?;
    // The program is a child of this one, which waits for it.
    let spent = || usage::cpu_of(std::process::id()) + store.map_or(0.0, usage::cpu);
    let spent_before = spent();
    let filling = backends.reindex()?;
    let document_us = (spent() - spent_before) / (posts + comments(posts)) as f64;
    let index_mib = (size()? - before) as f64 / f64::from(1 << 20);
    let server = Server::instance(backends).await?;
    let members = Members::sign_in(server.address).await?;
    members.write_post(&format!("{RARE}와 산책한 이야기")).await?;
    let (mut connection, mut times) = (Connection::to(server.address), Vec::new());
    for (query, sort) in QUERIES.iter().flat_map(|(query, _)| ORDERS.iter().map(move |(sort, _)| (*query, *sort))) {
        let request = Request::get(&format!("/search?{}", encode(&[("q", query), ("sort", sort)]))).cookie(&members.cookies[0]).to_bytes();
        // The first one fills what is kept in memory.
        ensure!(connection.status(&request).await? == 200, "a search for {query} failed");
        let mut of_query = Vec::new();
        for _ in 0..TIMES {
            let began = Instant::now();
            ensure!(connection.status(&request).await? == 200, "a search for {query} failed");
            of_query.push(began.elapsed());
        }
        of_query.sort();
        eprintln!("{engine}: {query}, {sort}: p95 {:.1?}", of_query[TIMES * 95 / 100]);
        times.push(of_query);
    }
    Ok(Measured { engine, posts, index_mib, filling, document_us, times })
}

/// The table: a line for each query and order, with p50 and p95 of each database.
pub fn table(measured: &[Measured]) -> String {
    let mut out = String::from("| search | order |");
    for one in measured {
        let _ = write!(out, " {}, {} posts: p50 / p95 (ms) |", one.engine, one.posts);
    }
    let _ = writeln!(out, "\n|---|---|{}", "---:|".repeat(measured.len()));
    let lines = QUERIES.iter().flat_map(|query| ORDERS.iter().map(move |order| (query, order)));
    for (n, ((query, what), (_, order))) in lines.enumerate() {
        let _ = write!(out, "| {query} ({what}) | {order} |");
        for one in measured {
            let ms = |part: usize| one.times[n][TIMES * part / 100].as_secs_f64() * 1_000.0;
            let _ = write!(out, " {:.1} / {:.1} |", ms(50), ms(95));
        }
        out.push('\n');
    }
    let _ = write!(out, "| the index | MiB, seconds to fill, CPU a document |");
    for one in measured {
        let _ = write!(out, " {:.0} MiB, {:.0} s, {:.0} µs |", one.index_mib, one.filling.as_secs_f64(), one.document_us);
    }
    out + "\n"
}
