//! The edge's report about the servers, for people, programs and `minschool status`.

use serde::{Deserialize, Serialize};

/// How things are at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Of the edge.
    pub version: String,
    /// When, in seconds since 1970.
    pub at: f64,
    /// For how long the edge has been watching; longer windows are not full before.
    pub watching_seconds: u64,
    /// One a server, in the order of their addresses.
    pub servers: Vec<ServerRow>,
    /// All requests, those too that nginx answered by itself.
    pub total: Windows<TotalRow>,
    /// How nginx's log arrives.
    pub log: LogRow,
    /// What changed, the newest first.
    pub changes: Vec<Change>,
    /// What to know before believing it.
    pub note: String,
}

/// What has to be known to read a report rightly.
pub const NOTE: &str = "nginx's free edition does not report whom it has ejected: \"ejected?\" is inferred (errors, then no \
     requests while others had some). The other states are what /readyz answered.";

/// How a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerState {
    /// It is ready.
    #[serde(rename = "up")]
    Up,
    /// It is about to end and asks for no more requests.
    #[serde(rename = "draining")]
    Draining,
    /// It does not answer, or answers that it cannot serve.
    #[serde(rename = "down")]
    Down,
    /// It is ready, but nginx seems to send it nothing. Inferred.
    #[serde(rename = "ejected?")]
    Ejected,
    /// Nobody asked it yet.
    #[serde(rename = "unknown")]
    Unknown,
}

impl ServerState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Draining => "draining",
            Self::Down => "down",
            Self::Ejected => "ejected?",
            Self::Unknown => "unknown",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerRow {
    /// Its address, as in nginx's log.
    pub server: String,
    /// How it is.
    pub state: ServerState,
    /// Whether its /readyz is asked; other servers are known by the log alone.
    pub probed: bool,
    /// Since when, in seconds since 1970.
    pub since: f64,
    /// For how long.
    pub for_seconds: u64,
    /// What went wrong last, if anything did.
    pub last_error: Option<LastError>,
    /// What it did.
    #[serde(flatten)]
    pub windows: Windows<WindowRow>,
}

/// What can be wrong with a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UpstreamError {
    /// It took no connection from nginx.
    Refused,
    /// It broke the connection before its answer.
    Broken,
    /// nginx waited in vain.
    TimedOut,
    /// It answered that it does not work.
    Failed {
        /// With this status, from 500 on.
        status: u16,
    },
    /// It answers that it is not ready.
    NotReady {
        /// With this status.
        status: u16,
    },
    /// It was asked whether it is ready, and nobody listens there.
    NobodyListens,
    /// It was asked whether it is ready, and did not answer in time.
    SaysNothing,
    /// It was asked whether it is ready, and what came was no answer.
    Nonsense,
    /// It answers as another process than before: it ended and was started again in between.
    BeganAnew,
}

impl std::fmt::Display for UpstreamError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused => f.write_str("took no connection"),
            Self::Broken => f.write_str("broke the connection before its answer"),
            Self::TimedOut => f.write_str("took too long"),
            Self::Failed { status } => write!(f, "answered {status}"),
            Self::NotReady { status } => write!(f, "is not ready ({status})"),
            Self::NobodyListens => f.write_str("/readyz: nobody listens"),
            Self::SaysNothing => f.write_str("/readyz: no answer within a second"),
            Self::Nonsense => f.write_str("/readyz: the connection broke"),
            Self::BeganAnew => f.write_str("ended and was started again"),
        }
    }
}

/// What went wrong last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastError {
    /// In words.
    pub text: String,
    /// For programs.
    #[serde(flatten)]
    pub trouble: UpstreamError,
    /// When, in seconds since 1970.
    pub at: f64,
    /// How long ago.
    pub seconds_ago: u64,
}

/// The same for each window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Windows<T> {
    /// The last minute.
    #[serde(rename = "1m")]
    pub minute: T,
    /// The last five minutes.
    #[serde(rename = "5m")]
    pub five_minutes: T,
    /// The last hour.
    #[serde(rename = "1h")]
    pub hour: T,
}

impl<T> Windows<T> {
    /// Each with its name.
    pub fn each(&self) -> [(&'static str, &T); 3] {
        [("1m", &self.minute), ("5m", &self.five_minutes), ("1h", &self.hour)]
    }
}

/// What a server did within a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowRow {
    /// How often it was asked.
    pub requests: u32,
    /// That of all servers, in percent.
    pub share: f64,
    /// Requests a second.
    pub rate: f64,
    /// Milliseconds within which half of the answers came. None: there were none.
    pub p50: Option<f64>,
    /// The same for 95 in 100.
    pub p95: Option<f64>,
    /// The same for 99 in 100.
    pub p99: Option<f64>,
    /// Answers by the first digit of their status.
    #[serde(flatten)]
    pub answers: Answers,
    /// It took no connection.
    pub connect_errors: u32,
    /// The connection broke before the answer.
    pub broken: u32,
    /// It took too long.
    pub timeouts: u32,
    /// Requests that another server had to answer in its place.
    pub retries: u32,
}

/// Answers by the first digit of their status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// It worked.
    #[serde(rename = "2xx")]
    pub ok: u32,
    /// See there.
    #[serde(rename = "3xx")]
    pub moved: u32,
    /// It was asked for what it does not give.
    #[serde(rename = "4xx")]
    pub refused: u32,
    /// It did not work.
    #[serde(rename = "5xx")]
    pub failed: u32,
}

/// What visitors got within a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TotalRow {
    /// How many asked.
    pub requests: u32,
    /// How many a second.
    pub rate: f64,
    /// Answers by the first digit of their status.
    #[serde(flatten)]
    pub answers: Answers,
    /// Requests for which no server was live.
    pub no_live_upstreams: u32,
    /// The longest that a line of the log took to arrive, in milliseconds.
    pub log_lag_ms: u32,
}

/// How nginx's log arrives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogRow {
    /// Lines that were understood.
    pub lines: u64,
    /// Messages that were not.
    pub bad_lines: u64,
    /// How long ago the last line came. None: there was none.
    pub last_line_seconds_ago: Option<u64>,
    /// How long the last line took to arrive, in milliseconds.
    pub last_lag_ms: Option<u32>,
}

/// A server that became something else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// When, in seconds since 1970.
    pub at: f64,
    pub server: String,
    /// What it was.
    pub from: ServerState,
    /// What it is since.
    pub to: ServerState,
}
