//! A report as the plain structs that the page of the servers draws.

use super::report::{Answers, Report, ServerRow, ServerState, UpstreamError, Windows};
use crate::web::present;
use templates::upstreams::{self, Log, Numbers, Server, Total, UpstreamsPage, Window};
use templates::{Lang, Markup};
use time::OffsetDateTime;

/// Draws it.
pub(super) fn render(report: &Report, lang: Lang) -> Markup {
    let of = |at: f64| OffsetDateTime::from_unix_timestamp(at as i64).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let now = of(report.at);
    let server = |row| server(row, |at| present::moment(of(at), now, lang));
    upstreams::page(&UpstreamsPage {
        lang,
        at: present::moment(now, now, lang),
        watched: report.watching_seconds,
        servers: report.servers.iter().map(server).collect(),
        windows: std::array::from_fn(|place| window(report, place)),
        log: Log {
            lines: report.log.lines,
            bad: report.log.bad_lines,
            last: report.log.last_line_seconds_ago,
            lag: report.log.last_lag_ms,
        },
    })
}

/// The servers and what they did within the last minute, for other reports.
pub fn rows(report: &Report, lang: Lang) -> Vec<(Server<'_>, Numbers)> {
    let of = |at: f64| OffsetDateTime::from_unix_timestamp(at as i64).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let numbers = window(report, 0).rows.into_iter().map(|(_, numbers)| numbers);
    let servers = report.servers.iter().map(|row| server(row, |at| present::moment(of(at), of(report.at), lang)));
    servers.zip(numbers).collect()
}

fn server(row: &ServerRow, moment: impl Fn(f64) -> templates::ui::Moment) -> Server<'_> {
    Server {
        name: &row.server,
        state: match row.state {
            ServerState::Up => upstreams::State::Up,
            ServerState::Draining => upstreams::State::Draining,
            ServerState::Down => upstreams::State::Down,
            ServerState::Ejected => upstreams::State::Ejected,
            ServerState::Unknown => upstreams::State::Unknown,
        },
        probed: row.probed,
        since: moment(row.since),
        seconds: row.for_seconds,
        error: row.last_error.as_ref().map(|error| (trouble(error.trouble), error.seconds_ago)),
    }
}

fn trouble(trouble: UpstreamError) -> upstreams::Trouble {
    match trouble {
        UpstreamError::Refused => upstreams::Trouble::Refused,
        UpstreamError::Broken => upstreams::Trouble::Broken,
        UpstreamError::TimedOut => upstreams::Trouble::TimedOut,
        UpstreamError::Failed { status } => upstreams::Trouble::Failed(status),
        UpstreamError::NotReady { status } => upstreams::Trouble::NotReady(status),
        UpstreamError::NobodyListens => upstreams::Trouble::NobodyListens,
        UpstreamError::SaysNothing => upstreams::Trouble::SaysNothing,
        UpstreamError::Nonsense => upstreams::Trouble::Nonsense,
        UpstreamError::BeganAnew => upstreams::Trouble::BeganAnew,
    }
}

fn window(report: &Report, place: usize) -> Window<'_> {
    let total = at(&report.total, place);
    let row = |server: &'_ ServerRow| {
        let row = at(&server.windows, place);
        let shown = |ms: Option<f64>| ms.map(|ms| if ms < 10.0 { format!("{ms:.1}ms") } else { format!("{ms:.0}ms") });
        Numbers {
            share: format!("{:.1}%", row.share),
            rate: format!("{:.1}", row.rate),
            percentiles: [row.p50, row.p95, row.p99].map(shown),
            classes: classes(&row.answers),
            refused: row.connect_errors,
            broken: row.broken,
            timed_out: row.timeouts,
            retried: row.retries,
        }
    };
    Window {
        rows: report.servers.iter().map(|server| (server.server.as_str(), row(server))).collect(),
        total: Total { rate: format!("{:.1}", total.rate), classes: classes(&total.answers), none_live: total.no_live_upstreams },
    }
}

fn at<T>(windows: &Windows<T>, place: usize) -> &T {
    windows.each()[place].1
}

fn classes(answers: &Answers) -> [u32; 4] {
    [answers.ok, answers.moved, answers.refused, answers.failed]
}
