//! The edge's report as OpenMetrics text.

use super::Edge;
use super::histogram::SCALE;
use super::report::ServerState;
use super::server::Server;
use super::upstreams::{CODES, Upstreams};
use crate::metrics::text::{self, Sheet};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use std::fmt::{self, Result};

/// Writes it down.
pub(super) fn text(edge: &Edge) -> String {
    // What time may have brought is concluded first.
    edge.report();
    text::of(Scrape(edge.clone()))
}

struct Scrape(Edge);

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> Result {
        f.write_str("Scrape")
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result {
        let (mut sheet, book) = (Sheet::new(encoder), self.0.book());
        upstreams(&book, &mut sheet)?;
        requests(&book, &mut sheet)?;
        sheet.counter("minschool_edge_log_lines", "Lines of nginx's log that were understood.", book.lines)?;
        sheet.counter("minschool_edge_log_bad_lines", "Messages that were no line of nginx's log.", book.bad_lines)?;
        sheet.info("minschool_edge_build_info", "What is running.", &[("version", env!("CARGO_PKG_VERSION"))])
    }
}

fn upstreams(book: &Upstreams, sheet: &mut Sheet<'_>) -> Result {
    let mut up = sheet.gauges("minschool_edge_upstream_up", "Whether a server is ready and gets requests.")?;
    for (name, server) in &book.servers {
        up.gauge_of(&[("upstream", name)], f64::from(u8::from(server.state == ServerState::Up)))?;
    }
    let asked = |server: &Server| server.totals.requests;
    counters(book, sheet, "minschool_edge_upstream_requests", "How often nginx asked a server.", asked)?;
    let wrong = |server: &Server| server.totals.errors;
    counters(book, sheet, "minschool_edge_upstream_errors", "How often a server failed, or answered with 5xx.", wrong)?;
    let retried = |server: &Server| server.totals.retries;
    counters(book, sheet, "minschool_edge_upstream_retries", "Requests that another server had to answer in its place.", retried)?;
    let mut times = sheet.histograms("minschool_edge_upstream_response_seconds", "How long a server took to answer nginx.")?;
    for (upstream, server) in &book.servers {
        let ends = SCALE.0.iter().map(|end| end / 1000.0).chain([f64::MAX]);
        let buckets: Vec<(f64, u64)> = ends.zip(server.totals.times).collect();
        times.histogram_of(&[("upstream", upstream)], server.totals.seconds, server.totals.times.iter().sum(), &buckets)?;
    }
    Ok(())
}

fn counters(book: &Upstreams, sheet: &mut Sheet<'_>, name: &'static str, help: &str, number: impl Fn(&Server) -> u64) -> Result {
    let mut counters = sheet.counters(name, help)?;
    book.servers.iter().try_for_each(|(upstream, server)| counters.counter_of(&[("upstream", upstream)], number(server)))
}

fn requests(book: &Upstreams, sheet: &mut Sheet<'_>) -> Result {
    let mut codes = sheet.counters("minschool_edge_requests", "Requests that nginx answered, by status.")?;
    for (code, count) in CODES.iter().zip(book.codes).filter(|(_, count)| *count > 0) {
        codes.counter_of(&[("code", &code.to_string())], count)?;
    }
    for (class, count) in book.classes.iter().enumerate().filter(|(_, count)| **count > 0) {
        codes.counter_of(&[("code", &format!("{}xx", class + 1))], *count)?;
    }
    Ok(())
}
