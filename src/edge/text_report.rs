//! A report as a table of text, for `curl` and for `minschool status`.

use super::report::{LastError, Report, ServerRow, ServerState, TotalRow, WindowRow};
use std::fmt::Write;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Heads of the columns that each window has.
const NUMBERS: [&str; 13] = ["SHARE", "REQ/S", "P50", "P95", "P99", "2XX", "3XX", "4XX", "5XX", "REFUSED", "BROKEN", "TIMEOUT", "RETRIED"];

/// Renders it; in colours only on a terminal.
pub fn render(report: &Report, colours: bool) -> String {
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _ = write_all(&mut out, report, colours);
    out
}

fn write_all(out: &mut String, report: &Report, colours: bool) -> std::fmt::Result {
    writeln!(out, "MinSchool {} at {}, watching for {}\n", report.version, moment(report.at), span(report.watching_seconds))?;
    states(out, report, colours)?;
    for place in 0..3 {
        let (name, total) = report.total.each()[place];
        writeln!(out, "\nlast {name}")?;
        numbers(out, report, place)?;
        writeln!(out, "{}", sum(total))?;
    }
    let log = &report.log;
    let last = log.last_line_seconds_ago.map_or_else(|| "none yet".into(), |ago| format!("{} ago", span(ago)));
    let lag = log.last_lag_ms.map_or_else(|| "?".into(), |ms| format!("{ms} ms"));
    writeln!(out, "\nlog: {} lines, {} bad, last line {last}, lag {lag}", log.lines, log.bad_lines)?;
    writeln!(out, "{}", report.note)
}

fn states(out: &mut String, report: &Report, colours: bool) -> std::fmt::Result {
    let row = |server: &ServerRow| {
        let error = server.last_error.as_ref().map_or_else(|| "-".into(), error);
        let state = if server.probed { server.state.word().to_owned() } else { format!("{} (log)", server.state.word()) };
        vec![server.server.clone(), state, moment(server.since), span(server.for_seconds), error]
    };
    let rows: Vec<Vec<String>> = report.servers.iter().map(row).collect();
    let lines = align(&["SERVER", "STATE", "SINCE", "FOR", "LAST ERROR"], &rows, &[0, 1, 2, 4]);
    writeln!(out, "{}", lines[0])?;
    for (line, server) in lines[1..].iter().zip(&report.servers) {
        match colour(server.state).filter(|_| colours) {
            Some(code) => writeln!(out, "\x1b[{code}m{line}\x1b[0m")?,
            None => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}

/// The word is always there too: no meaning is carried by colour alone (WCAG 1.4.1).
fn colour(state: ServerState) -> Option<&'static str> {
    match state {
        ServerState::Up => Some("32"),
        ServerState::Draining | ServerState::Ejected => Some("33"),
        ServerState::Down => Some("1;31"),
        ServerState::Unknown => None,
    }
}

fn numbers(out: &mut String, report: &Report, place: usize) -> std::fmt::Result {
    let row = |server: &ServerRow| {
        let mut cells = vec![server.server.clone()];
        cells.extend(cells_of(server.windows.each()[place].1));
        cells
    };
    let rows: Vec<Vec<String>> = report.servers.iter().map(row).collect();
    let heads: Vec<&str> = std::iter::once("SERVER").chain(NUMBERS).collect();
    align(&heads, &rows, &[0]).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn cells_of(row: &WindowRow) -> [String; 13] {
    let ms = |time: Option<f64>| time.map_or_else(|| "-".into(), |ms| if ms < 10.0 { format!("{ms:.1}ms") } else { format!("{ms:.0}ms") });
    let counts = [
        row.answers.ok,
        row.answers.moved,
        row.answers.refused,
        row.answers.failed,
        row.connect_errors,
        row.broken,
        row.timeouts,
        row.retries,
    ];
    let [ok, moved, refused, failed, connect, broken, timeouts, retries] = counts.map(|count| count.to_string());
    let (share, rate) = (format!("{:.1}%", row.share), format!("{:.1}", row.rate));
    [share, rate, ms(row.p50), ms(row.p95), ms(row.p99), ok, moved, refused, failed, connect, broken, timeouts, retries]
}

fn sum(total: &TotalRow) -> String {
    let answers = &total.answers;
    format!(
        "all: {} requests, {:.1}/s, 2xx {}, 3xx {}, 4xx {}, 5xx {}, no live upstreams {}, log lag up to {} ms",
        total.requests, total.rate, answers.ok, answers.moved, answers.refused, answers.failed, total.no_live_upstreams, total.log_lag_ms
    )
}

fn error(error: &LastError) -> String {
    format!("{} ({} ago)", error.text, span(error.seconds_ago))
}

/// Columns as wide as their widest cell; words begin left, numbers end right.
fn align(heads: &[&str], rows: &[Vec<String>], words: &[usize]) -> Vec<String> {
    let all = || std::iter::once(heads.to_vec()).chain(rows.iter().map(|row| row.iter().map(String::as_str).collect()));
    let width = |column: usize| all().filter_map(|row| row.get(column).map(|cell| cell.chars().count())).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let cell = |(column, (text, width)): (usize, (&&str, &usize))| {
        if words.contains(&column) { format!("{text:<width$}") } else { format!("{text:>width$}") }
    };
    all().map(|row| row.iter().zip(&widths).enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()).collect()
}

/// `2026-11-22T18:00:03Z`
pub(super) fn moment(at: f64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(at as i64).ok();
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}

/// `3d 4h`, `12m 5s`: the two largest parts.
pub(super) fn span(seconds: u64) -> String {
    let parts = [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let first = parts.iter().position(|(count, _)| *count > 0).unwrap_or(3);
    let shown = parts.iter().skip(first).take(2).map(|(count, unit)| format!("{count}{unit}"));
    shown.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::upstreams::Upstreams;
    use std::time::Duration;

    fn report() -> Report {
        let mut book = Upstreams::new(&[3000, 3010].map(|port| std::net::SocketAddr::from(([127, 0, 0, 1], port))));
        book.probe("127.0.0.1:3000", crate::edge::server::Health::Ready, None, Duration::from_secs(1), 1_795_370_401.0);
        book.probe(
            "127.0.0.1:3010",
            crate::edge::server::Health::Silent(crate::edge::http_client::HttpClientError::Refused),
            None,
            Duration::from_secs(1),
            1_795_370_401.0,
        );
        book.report(Duration::from_secs(61), 1_795_370_461.0)
    }

    #[test]
    fn a_row_a_server_in_columns() {
        let text = render(&report(), false);

        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].starts_with("SERVER") && lines[2].ends_with("LAST ERROR"), "{text}");
        assert_eq!(lines[3].split_whitespace().take(2).collect::<Vec<_>>(), ["127.0.0.1:3000", "up"]);
        assert!(lines[4].contains("down") && lines[4].contains("nobody listens (1m 0s ago)"), "{text}");
        assert_eq!(lines[3].find("up"), lines[4].find("down"), "columns stand below each other");
        for window in ["last 1m", "last 5m", "last 1h"] {
            assert!(lines.contains(&window), "{text}");
        }
        assert!(text.contains("inferred"), "what is only inferred is said to be");
    }

    #[test]
    fn colours_only_add() {
        let (plain, coloured) = (render(&report(), false), render(&report(), true));

        assert!(!plain.contains('\x1b'));
        assert!(coloured.contains("\x1b[32m") && coloured.contains("\x1b[1;31m"));
        let stripped = ["\x1b[32m", "\x1b[1;31m", "\x1b[0m"].iter().fold(coloured, |text, code| text.replace(code, ""));
        assert_eq!(stripped, plain);
    }

    #[test]
    fn spans_are_short() {
        assert_eq!([0, 59, 60, 3_725, 90_000].map(span), ["0s", "59s", "1m 0s", "1h 2m", "1d 1h"]);
    }
}
