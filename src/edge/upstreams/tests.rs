//! What is concluded from the log and from the probes, at times that the tests choose.

use super::super::report::{ServerState, UpstreamError};
use crate::edge::http_client::HttpClientError;
use crate::edge::upstreams::*;

const A: &str = "127.0.0.1:3000";
const B: &str = "127.0.0.1:3010";
const WALL: f64 = 1_795_370_400.0;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn book() -> Upstreams {
    Upstreams::new(&[A, B].map(|address| address.parse().expect("an address")))
}

fn line(status: &str, up: &str, us: &str, ut: &str, uc: &str) -> Line {
    let json = format!(r#"{{"t":"{WALL}","p":"/","s":"{status}","up":"{up}","us":"{us}","ut":"{ut}","uc":"{uc}"}}"#);
    Line::read(json.as_bytes()).expect("a line")
}

fn answer(server: &str) -> Line {
    line("200", server, "200", "0.010", "0.000")
}

fn state(book: &mut Upstreams, server: &str, now: u64) -> ServerState {
    let report = book.report(at(now), WALL);
    report.servers.iter().find(|row| row.server == server).expect("a row").state
}

#[test]
fn a_server_is_what_it_says_it_is() {
    let mut book = book();
    assert_eq!(state(&mut book, A, 0), ServerState::Unknown);

    for (health, expected) in [
        (Health::Ready, ServerState::Up),
        (Health::Draining, ServerState::Draining),
        (Health::NotReady(503), ServerState::Down),
        (Health::Ready, ServerState::Up),
        (Health::Silent(HttpClientError::Refused), ServerState::Down),
    ] {
        book.probe(A, health, None, at(1), WALL);
        assert_eq!(state(&mut book, A, 1), expected);
    }
    assert_eq!(state(&mut book, B, 1), ServerState::Unknown, "what one says is not about the other");
}

#[test]
fn a_restart_that_no_probe_saw_shows_in_the_number_of_the_process() {
    let (mut book, run) = (book(), |number: &str| Some(number.to_owned()));
    book.probe(A, Health::Ready, run("1"), at(10), WALL + 10.0);
    book.probe(A, Health::Ready, run("1"), at(12), WALL + 12.0);
    assert_eq!(book.report(at(12), WALL + 12.0).changes.len(), 1);

    book.probe(A, Health::Ready, run("2"), at(14), WALL + 14.0);

    let report = book.report(at(15), WALL + 15.0);
    let change = &report.changes[0];
    assert_eq!((change.from, change.to, change.at), (ServerState::Down, ServerState::Up, WALL + 14.0));
    let row = &report.servers[0];
    assert_eq!((row.state, row.for_seconds), (ServerState::Up, 1));
    assert_eq!(row.last_error.as_ref().map(|error| error.trouble), Some(UpstreamError::BeganAnew));

    // A planned one says that it drains first; that it begins anew is no trouble then.
    book.probe(A, Health::Draining, run("2"), at(20), WALL + 20.0);
    book.probe(A, Health::Ready, run("3"), at(22), WALL + 22.0);
    assert_eq!(book.report(at(23), WALL + 23.0).changes.len(), 4);
}

#[test]
fn a_state_has_a_beginning_and_every_change_is_remembered() {
    let mut book = book();
    book.probe(A, Health::Ready, None, at(10), WALL + 10.0);
    book.probe(A, Health::Ready, None, at(20), WALL + 20.0);
    book.probe(A, Health::Silent(HttpClientError::Refused), None, at(30), WALL + 30.0);

    let report = book.report(at(42), WALL + 42.0);

    let row = &report.servers[0];
    assert_eq!((row.for_seconds, row.since), (12, WALL + 30.0));
    let error = row.last_error.as_ref().expect("an error");
    assert_eq!((error.trouble, error.seconds_ago), (UpstreamError::NobodyListens, 12));
    let changes: Vec<_> = report.changes.iter().map(|change| (change.from, change.to)).collect();
    assert_eq!(changes, [(ServerState::Up, ServerState::Down), (ServerState::Unknown, ServerState::Up)]);
}

#[test]
fn a_ready_server_that_failed_and_gets_nothing_any_more_may_be_ejected() {
    let mut book = book();
    book.probe(A, Health::Ready, None, at(0), WALL);
    book.probe(B, Health::Ready, None, at(0), WALL);
    book.note(&line("200", &format!("{A}, {B}"), "504, 200", "1.000, 0.010", "0.000, 0.000"), at(10), WALL);
    for _ in 0..19 {
        book.note(&answer(B), at(11), WALL);
    }
    assert_eq!(state(&mut book, A, 13), ServerState::Up, "nineteen may be an accident");

    book.note(&answer(B), at(13), WALL);
    assert_eq!(state(&mut book, A, 14), ServerState::Ejected);

    book.note(&answer(A), at(20), WALL);
    assert_eq!(state(&mut book, A, 20), ServerState::Up, "it is asked again");
}

#[test]
fn silence_without_an_error_is_no_ejection() {
    let mut book = book();
    book.probe(A, Health::Ready, None, at(0), WALL);
    for _ in 0..100 {
        book.note(&answer(B), at(5), WALL);
    }

    assert_eq!(state(&mut book, A, 10), ServerState::Up);
}

#[test]
fn an_answer_to_what_was_asked_before_the_error_does_not_hide_an_ejection() {
    let mut book = book();
    book.probe(A, Health::Ready, None, at(0), WALL);
    book.note(&line("502", A, "502", "0.000", "-"), at(10), WALL);
    book.note(&line("200", A, "200", "5.000", "0.000"), at(11), WALL);
    for _ in 0..50 {
        book.note(&answer(B), at(12), WALL);
    }

    assert_eq!(state(&mut book, A, 14), ServerState::Ejected);
}

#[test]
fn shares_errors_and_retries_belong_to_the_server_that_had_them() {
    let mut book = book();
    for _ in 0..3 {
        book.note(&answer(A), at(30), WALL);
    }
    book.note(&line("200", &format!("{A}, {B}"), "502, 200", "0.000, 0.020", "-, 0.000"), at(30), WALL);

    let report = book.report(at(31), WALL);

    let (a, b) = (&report.servers[0].windows.minute, &report.servers[1].windows.minute);
    assert_eq!((a.requests, a.share, a.answers.ok, a.connect_errors, a.retries), (4, 80.0, 3, 1, 1));
    assert_eq!((b.requests, b.share, b.answers.ok, b.connect_errors, b.retries), (1, 20.0, 1, 0, 0));
    assert_eq!(report.total.minute.requests, 4, "a retry is not one more visitor");
    assert!(a.p50.is_some_and(|ms| (7.0..=10.0).contains(&ms)), "{:?}", a.p50);
}

#[test]
fn windows_forget_and_totals_do_not() {
    let mut book = book();
    book.note(&answer(A), at(0), WALL);

    let report = book.report(at(100), WALL);

    let windows = report.servers[0].windows.each().map(|(_, row)| row.requests);
    assert_eq!(windows, [0, 1, 1]);
    assert_eq!(report.servers[0].windows.minute.p50, None);
    assert_eq!(book.servers[A].totals.requests, 1);
}

#[test]
fn requests_without_a_live_server_are_counted_apart() {
    let mut book = book();
    book.note(&line("502", "minschool_site", "502", "0.000", "-"), at(1), WALL);
    book.note(&line("200", "-", "-", "-", "-"), at(1), WALL);

    let report = book.report(at(2), WALL);

    assert_eq!((report.total.minute.requests, report.total.minute.no_live_upstreams), (2, 1));
    assert_eq!(report.servers.len(), 2, "a group is not a server");
}

#[test]
fn nobody_can_make_up_servers_without_end() {
    let mut book = book();
    for port in 1..5_000 {
        book.note(&answer(&format!("10.0.0.1:{port}")), at(1), WALL);
    }

    let report = book.report(at(2), WALL);

    assert_eq!(report.servers.len(), SERVERS + 1);
    let others = report.servers.iter().find(|row| row.server == OTHERS).expect("a row for the rest");
    assert_eq!(others.windows.minute.requests as usize, 4_999 - (SERVERS - 2));
}

#[test]
fn a_server_that_only_the_log_knows_is_what_the_log_says() {
    let mut book = book();
    book.note(&answer("10.0.0.1:3000"), at(1), WALL);
    assert_eq!(state(&mut book, "10.0.0.1:3000", 2), ServerState::Up);

    book.note(&line("502", "10.0.0.1:3000", "502", "0.000", "-"), at(3), WALL);
    assert_eq!(state(&mut book, "10.0.0.1:3000", 4), ServerState::Down);
    assert_eq!(state(&mut book, "10.0.0.1:3000", 100), ServerState::Unknown);
}

#[test]
fn a_stream_does_not_make_a_server_look_slow() {
    let mut book = book();
    let events = templates::paths::EVENTS;
    let json = format!(r#"{{"p":"{events}","s":"200","up":"{A}","us":"200","ut":"1800.000","uc":"0.000"}}"#);
    book.note(&Line::read(json.as_bytes()).expect("a line"), at(1), WALL);

    let report = book.report(at(2), WALL);

    assert_eq!((report.servers[0].windows.minute.requests, report.servers[0].windows.minute.p99), (1, None));
}

#[test]
fn how_late_the_log_is_is_reported() {
    let mut book = book();
    book.note(&answer(A), at(1), WALL + 2.5);
    book.note(&answer(A), at(2), WALL - 10.0);
    book.note_bad();

    let report = book.report(at(5), WALL);

    assert_eq!((report.log.lines, report.log.bad_lines, report.log.last_line_seconds_ago), (2, 1, Some(3)));
    assert_eq!((report.total.minute.log_lag_ms, report.log.last_lag_ms), (2_500, Some(0)), "a clock that is behind is no lag");
}
