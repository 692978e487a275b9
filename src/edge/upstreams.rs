//! All that is known of all servers. What time it is comes in with each call: since the beginning for what is counted,
//! since 1970 in the report.

use super::log_entry::{Line, Outcome, Server as Asked};
use super::report::{Change, LogRow, NOTE, Report, ServerState, TotalRow, Windows};
use super::server::{self, Health, Server};
use super::sliding_window::{SlidingWindow, Window};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

/// Servers that have a row each; further ones share one, so that a forged log cannot fill the memory.
const SERVERS: usize = 32;
/// The row of the others.
const OTHERS: &str = "others";
/// So many changes are remembered.
const CHANGES: usize = 50;
/// Statuses that have a number each; the others are counted by their first digit.
pub(super) const CODES: [u16; 24] =
    [200, 204, 206, 301, 302, 303, 304, 307, 400, 401, 403, 404, 405, 408, 409, 413, 422, 429, 431, 499, 500, 502, 503, 504];

#[derive(Debug)]
pub struct Upstreams {
    pub(super) servers: BTreeMap<String, Server>,
    pub(super) codes: [u64; CODES.len()],
    pub(super) classes: [u64; 5],
    pub(super) lines: u64,
    pub(super) bad_lines: u64,
    all: SlidingWindow,
    last_line: Option<(Duration, Option<u32>)>,
    changes: VecDeque<Change>,
}

impl Upstreams {
    /// Knows whom to watch.
    pub fn new(upstreams: &[SocketAddr]) -> Self {
        let server = |address: &SocketAddr| (address.to_string(), Server::new(true, Duration::ZERO));
        Self {
            servers: upstreams.iter().map(server).collect(),
            codes: [0; CODES.len()],
            classes: [0; 5],
            lines: 0,
            bad_lines: 0,
            all: SlidingWindow::new(),
            last_line: None,
            changes: VecDeque::new(),
        }
    }

    /// The servers that are to be asked whether they are ready.
    pub(super) fn probed(&self) -> Vec<String> {
        self.servers.iter().filter(|(_, server)| server.probed).map(|(name, _)| name.clone()).collect()
    }

    /// A request was answered. True where a server failed it, so that it is worth asking that server at once.
    pub fn note(&mut self, line: &Line, now: Duration, wall: f64) -> bool {
        self.lines += 1;
        let lag = line.at.map(|at| ((wall - at).max(0.0) * 1000.0) as u32);
        self.last_line = Some((now, lag));
        match CODES.iter().position(|code| *code == line.status) {
            Some(place) => self.codes[place] += 1,
            None => self.classes[usize::from(line.status / 100 - 1).min(4)] += 1,
        }
        let none_live = line.attempts.iter().any(|attempt| matches!(attempt.server, Asked::NoneLive(_)));
        self.all.note(now, |counts| {
            counts.requests += 1;
            counts.answered(line.status);
            counts.none_live += u32::from(none_live);
            counts.lag_ms = counts.lag_ms.max(lag.unwrap_or(0));
        });
        for attempt in &line.attempts {
            if let Asked::At(name) = &attempt.server {
                self.server(name, now).asked(attempt, line.is_stream, now);
            }
        }
        line.attempts.iter().any(|attempt| attempt.outcome.is_failure() && attempt.outcome != Outcome::TimedOut)
    }

    /// A message came that is not a line of ours.
    pub fn note_bad(&mut self) {
        self.bad_lines += 1;
    }

    /// A server's probe answered, with its process id.
    pub fn probe(&mut self, name: &str, health: Health, run: Option<String>, now: Duration, wall: f64) {
        if let Some(server) = self.servers.get_mut(name) {
            server.probed(health, now);
            if server.began_anew(run, now) {
                self.changed(name.to_owned(), ServerState::Down, ServerState::Up, wall);
            }
        }
        self.settle(now, wall);
    }

    fn changed(&mut self, server: String, from: ServerState, to: ServerState, wall: f64) {
        tracing::info!(%server, "{server} is {}, and was {}", to.word(), from.word());
        self.changes.push_front(Change { at: wall.round(), server, from, to });
        self.changes.truncate(CHANGES);
    }

    fn server(&mut self, name: &str, now: Duration) -> &mut Server {
        let name = if self.servers.contains_key(name) || self.servers.len() < SERVERS { name } else { OTHERS };
        self.servers.entry(name.to_owned()).or_insert_with(|| Server::new(false, now))
    }

    /// Draws what can be concluded by now.
    fn settle(&mut self, now: Duration, wall: f64) {
        let others = self.requests_to_others(now);
        let outcome =
            |((name, server), others): ((&String, &mut Server), u32)| Some((name.clone(), server.settle(others, now)?, server.state));
        let outcome: Vec<_> = self.servers.iter_mut().zip(others).filter_map(outcome).collect();
        for (name, from, to) in outcome {
            self.changed(name, from, to, wall);
        }
    }

    /// For each server that has been silent since an error: how many requests the others had meanwhile.
    fn requests_to_others(&self, now: Duration) -> Vec<u32> {
        let of = |(name, server): (&String, &Server)| {
            let Some(silence) = server.silence(now) else { return 0 };
            let others = self.servers.iter().filter(|(other, _)| *other != name);
            others.map(|(_, other)| other.last_seconds(silence, now)).sum()
        };
        self.servers.iter().map(of).collect()
    }

    pub fn report(&mut self, now: Duration, wall: f64) -> Report {
        self.settle(now, wall);
        let asked = |window| self.servers.values().map(|server| server.within(window, now).requests).sum();
        let all = Windows { minute: asked(Window::Minute), five_minutes: asked(Window::FiveMinutes), hour: asked(Window::Hour) };
        let total = |window| self.total(window, now);
        Report {
            version: env!("CARGO_PKG_VERSION").into(),
            at: (wall * 1000.0).round() / 1000.0,
            watching_seconds: now.as_secs(),
            servers: self.servers.iter().map(|(name, server)| server.row(name, &all, now, wall)).collect(),
            total: Windows { minute: total(Window::Minute), five_minutes: total(Window::FiveMinutes), hour: total(Window::Hour) },
            log: LogRow {
                lines: self.lines,
                bad_lines: self.bad_lines,
                last_line_seconds_ago: self.last_line.map(|(at, _)| now.saturating_sub(at).as_secs()),
                last_lag_ms: self.last_line.and_then(|(_, lag)| lag),
            },
            changes: self.changes.iter().cloned().collect(),
            note: NOTE.into(),
        }
    }

    fn total(&self, window: Window, now: Duration) -> TotalRow {
        let counts = self.all.within(window, now);
        TotalRow {
            requests: counts.requests,
            rate: server::rate(&counts, window, now),
            answers: server::answers(&counts),
            no_live_upstreams: counts.none_live,
            log_lag_ms: counts.lag_ms,
        }
    }
}

#[cfg(test)]
mod tests;
