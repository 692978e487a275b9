//! The state of one server: the answers to probes, and its requests in nginx's log.

use super::histogram::{self, BUCKETS, Counts};
use super::http_client::HttpClientError;
use super::log_entry::{Attempt, Outcome};
use super::report::{Answers, LastError, ServerRow, ServerState, UpstreamError, WindowRow, Windows};
use super::sliding_window::{SlidingWindow, Window};
use std::time::Duration;

/// After an error, so long nothing is concluded from silence.
const HUSH: Duration = Duration::from_secs(2);
/// An error is forgotten after this; nginx's own `fail_timeout` is shorter.
const FORGET: Duration = Duration::from_secs(60);
/// So many requests to others while there were none to it are no accident: of three servers one misses twenty in a
/// row once in three thousand times.
const NO_ACCIDENT: u32 = 20;

/// What a server answered when it was asked whether it is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Yes.
    Ready,
    /// It is about to end.
    Draining,
    /// No, with this status.
    NotReady(u16),
    /// Nothing, and why.
    Silent(HttpClientError),
}

/// What is counted for ever, for Prometheus.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub requests: u64,
    pub errors: u64,
    pub retries: u64,
    pub times: [u64; BUCKETS],
    pub seconds: f64,
}

#[derive(Debug)]
pub(super) struct Server {
    pub probed: bool,
    pub state: ServerState,
    pub totals: Totals,
    since: Duration,
    health: Option<Health>,
    /// The process that answered last.
    run: Option<String>,
    ring: SlidingWindow,
    last_error: Option<(Duration, UpstreamError)>,
    /// When nginx last counted a failure against it.
    failed: Option<Duration>,
    /// When the request that began last began.
    begun: Option<Duration>,
    answered: Option<Duration>,
}

impl Server {
    pub(super) fn new(probed: bool, now: Duration) -> Self {
        Self {
            probed,
            state: ServerState::Unknown,
            totals: Totals::default(),
            since: now,
            health: None,
            run: None,
            ring: SlidingWindow::new(),
            last_error: None,
            failed: None,
            begun: None,
            answered: None,
        }
    }

    /// nginx asked it.
    pub(super) fn asked(&mut self, attempt: &Attempt, is_stream: bool, now: Duration) {
        let (outcome, seconds) = (attempt.outcome, attempt.seconds.unwrap_or(0.0));
        let timed = matches!(outcome, Outcome::Answered(_)) && !is_stream;
        self.ring.note(now, |counts| {
            counts.requests += 1;
            counts.retried += u32::from(attempt.retried);
            counts.ended(outcome);
            if timed {
                counts.took(seconds);
            }
        });
        self.totals.requests += 1;
        self.totals.retries += u64::from(attempt.retried);
        if timed {
            self.totals.times[histogram::bucket(seconds)] += 1;
            self.totals.seconds += seconds;
        }
        let begun = now.saturating_sub(Duration::try_from_secs_f64(seconds).unwrap_or(now));
        self.begun = self.begun.max(Some(begun));
        match outcome {
            Outcome::Answered(status) if status >= 500 => self.went_wrong(now, UpstreamError::Failed { status }),
            Outcome::Refused => self.went_wrong(now, UpstreamError::Refused),
            Outcome::Broken => self.went_wrong(now, UpstreamError::Broken),
            Outcome::TimedOut => self.went_wrong(now, UpstreamError::TimedOut),
            Outcome::Answered(_) => self.answered = Some(now),
            Outcome::Left => {}
        }
        if outcome.is_failure() {
            self.failed = Some(now);
        }
    }

    fn went_wrong(&mut self, now: Duration, trouble: UpstreamError) {
        self.totals.errors += 1;
        self.last_error = Some((now, trouble));
    }

    /// It was asked whether it is ready.
    pub(super) fn probed(&mut self, health: Health, now: Duration) {
        let trouble = match health {
            Health::Ready | Health::Draining => None,
            Health::NotReady(status) => Some(UpstreamError::NotReady { status }),
            Health::Silent(HttpClientError::Refused) => Some(UpstreamError::NobodyListens),
            Health::Silent(HttpClientError::TimedOut) => Some(UpstreamError::SaysNothing),
            Health::Silent(HttpClientError::Broken) => Some(UpstreamError::Nonsense),
        };
        self.last_error = trouble.map(|trouble| (now, trouble)).or(self.last_error);
        self.health = Some(health);
    }

    /// Whether it answers as another process than before, though nobody saw it down: a start behind a socket that systemd
    /// holds takes less time than passes between two questions.
    pub(super) fn began_anew(&mut self, run: Option<String>, now: Duration) -> bool {
        let Some(run) = run else { return false };
        let before = self.run.replace(run);
        let anew = self.state == ServerState::Up && self.health == Some(Health::Ready) && before.is_some() && before != self.run;
        if anew {
            self.since = now;
            self.last_error = Some((now, UpstreamError::BeganAnew));
        }
        anew
    }

    /// Seconds of silence in which something may be concluded from what the others had. None: nothing to conclude.
    pub(super) fn silence(&self, now: Duration) -> Option<u64> {
        let failed = self.failed?;
        let silent = now.saturating_sub(failed);
        let nothing_since = self.begun.is_none_or(|begun| begun <= failed);
        (nothing_since && silent >= HUSH && silent < FORGET).then_some(silent.as_secs())
    }

    /// Draws the conclusion, and returns the earlier one if it changed.
    pub(super) fn settle(&mut self, others: u32, now: Duration) -> Option<ServerState> {
        let state = match self.health {
            Some(Health::Ready) if self.silence(now).is_some() && others >= NO_ACCIDENT => ServerState::Ejected,
            Some(Health::Ready) => ServerState::Up,
            Some(Health::Draining) => ServerState::Draining,
            Some(Health::NotReady(_) | Health::Silent(_)) => ServerState::Down,
            None => self.by_hearsay(now),
        };
        if state == self.state {
            return None;
        }
        self.since = now;
        Some(std::mem::replace(&mut self.state, state))
    }

    /// A server that is not probed is known by the log alone.
    fn by_hearsay(&self, now: Duration) -> ServerState {
        let recent = |at: Option<Duration>| at.filter(|at| now.saturating_sub(*at) < FORGET);
        match (recent(self.answered), recent(self.failed)) {
            (None, None) => ServerState::Unknown,
            (answered, failed) if answered >= failed => ServerState::Up,
            _ => ServerState::Down,
        }
    }

    pub(super) fn within(&self, window: Window, now: Duration) -> Counts {
        self.ring.within(window, now)
    }

    pub(super) fn last_seconds(&self, seconds: u64, now: Duration) -> u32 {
        self.ring.last_seconds(seconds, now).requests
    }

    /// `all`: how often any server was asked, for each window.
    pub(super) fn row(&self, name: &str, all: &Windows<u32>, now: Duration, wall: f64) -> ServerRow {
        let before = |at: Duration| now.saturating_sub(at);
        let row = |window, all: u32| window_row(&self.within(window, now), all, window, now);
        ServerRow {
            server: name.to_owned(),
            state: self.state,
            probed: self.probed,
            since: (wall - before(self.since).as_secs_f64()).round(),
            for_seconds: before(self.since).as_secs(),
            last_error: self.last_error.map(|(at, trouble)| LastError {
                text: trouble.to_string(),
                trouble,
                at: (wall - before(at).as_secs_f64()).round(),
                seconds_ago: before(at).as_secs(),
            }),
            windows: Windows {
                minute: row(Window::Minute, all.minute),
                five_minutes: row(Window::FiveMinutes, all.five_minutes),
                hour: row(Window::Hour, all.hour),
            },
        }
    }
}

fn window_row(counts: &Counts, all: u32, window: Window, now: Duration) -> WindowRow {
    let percentile = |share| counts.percentile(share).map(tenth);
    WindowRow {
        requests: counts.requests,
        share: if all == 0 { 0.0 } else { tenth(f64::from(counts.requests) * 100.0 / f64::from(all)) },
        rate: rate(counts, window, now),
        p50: percentile(0.5),
        p95: percentile(0.95),
        p99: percentile(0.99),
        answers: answers(counts),
        connect_errors: counts.refused,
        broken: counts.broken,
        timeouts: counts.timed_out,
        retries: counts.retried,
    }
}

/// A second; while the edge is younger than the window, of the time that it has seen.
pub(super) fn rate(counts: &Counts, window: Window, now: Duration) -> f64 {
    tenth(f64::from(counts.requests) / window.seconds().min(now.as_secs().max(1)) as f64)
}

pub(super) fn answers(counts: &Counts) -> Answers {
    let [_, ok, moved, refused, failed] = counts.classes;
    Answers { ok, moved, refused, failed }
}

fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
