//! Current numbers: first what needs attention, then the numbers. Every state is a word and a shape; colour only underlines it.

use super::chart::{Unit, shown};
use super::text as t;
use crate::admin::dashboard::{Tile, stat};
use crate::paths::admin as paths;
use crate::text::{Lang, Text};
use crate::ui::{self, Moment};
use crate::upstreams::text as upstreams_text;
use crate::upstreams::{self, Numbers, Server};
use maud::{Markup, html};

/// The current numbers.
pub struct Live<'a> {
    pub lang: Lang,
    /// When they were taken.
    pub at: Moment,
    /// What needs attention, and its anchor in the runbook.
    pub concerns: Vec<(String, &'static str)>,
    /// The first numbers.
    pub tiles: Vec<Tile<'a>>,
    pub instances: Vec<InstanceRow>,
    /// Whether every instance could be asked.
    pub is_complete: bool,
    pub redis: Redis<'a>,
    /// The servers behind nginx.
    pub edge: Edge<'a>,
    /// The slowest routes.
    pub routes: Vec<Route>,
    /// What happened, the newest first.
    pub events: Vec<Event>,
}

/// The status of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as the words that are shown")]
pub enum InstanceStatus {
    Ready,
    Starting,
    ReadOnly,
    Draining,
    Stopped,
    Missing,
    Unknown,
    Other,
}

#[derive(Clone, Debug)]
pub struct InstanceRow {
    pub name: String,
    pub status: InstanceStatus,
    /// Its last heartbeat; none where it sends none.
    pub report: Option<InstanceReport>,
}

/// What an instance reports in its heartbeat.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as the columns that are shown")]
pub struct InstanceReport {
    pub seconds: u64,
    pub cpu: f64,
    pub memory: f64,
    pub rate: f64,
    pub errors: f64,
    pub times: [Option<f64>; 3],
    pub in_flight: u64,
    pub streams: u64,
    pub db: (u64, u64),
    pub redis: Text,
    pub version: String,
}

/// What is known of Redis.
pub enum Redis<'a> {
    /// There is none.
    Alone,
    /// It does not answer.
    Unknown,
    /// This, and how full its memory is (0 to 1) where there is a limit.
    Known(Vec<Tile<'a>>, Option<f64>),
}

/// What is known of the edge.
pub enum Edge<'a> {
    /// No answer from this address.
    Unreachable(String),
    /// The servers, and the requests of the last minute that found none.
    Known(Vec<(Server<'a>, Numbers)>, u32),
}

#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as the columns that are shown")]
pub struct Route {
    pub label: String,
    pub count: u64,
    pub mean: f64,
    pub times: [Option<f64>; 3],
    pub errors: u64,
    pub statements: f64,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    pub at: Moment,
    pub instance: String,
    pub what: Text,
    /// Whether it is good news, bad news, or neither.
    pub good: Option<bool>,
}

/// Renders it.
pub fn part(l: &Live) -> Markup {
    let lang = l.lang;
    html! {
        (verdict(l))
        section aria-labelledby="now-title" {
            h2 #now-title.visually-hidden { (lang.t(t::NOW)) }
            dl.tiles.four { @for tile in &l.tiles { (stat(tile)) } }
        }
        (section(lang, "instances", t::INSTANCES, None, &instances(lang, &l.instances)))
        @if !l.is_complete { p.muted { (lang.t(t::INCOMPLETE_NOTE)) } }
        (redis(lang, &l.redis))
        (edge(lang, &l.edge))
        (routes(lang, &l.routes))
        (events(lang, &l.events))
    }
}

/// The summary; a screen reader announces it only when it changes.
fn verdict(l: &Live) -> Markup {
    let lang = l.lang;
    let count = l.concerns.len() as u64;
    let (class, sign) = if count == 0 { ("success", "✓") } else { ("warning", "!") };
    html! {
        div.notice.(class).verdict {
            span.sign aria-hidden="true" { (sign) }
            div {
                p role="status" { strong { @if count == 0 { (lang.t(t::ALL_WELL)) } @else { (lang.count(t::CONCERNS_ONE, t::CONCERNS_MANY, count)) } } }
                @if count > 0 {
                    ul { @for (text, anchor) in &l.concerns { li { (text) " " a href=(paths::runbook(anchor)) { (lang.t(t::WHAT_TO_DO)) span.visually-hidden { ": " (text) } } } } }
                }
                p.muted { (lang.fill(t::AS_OF, &[("at", &l.at.shown)])) }
            }
        }
    }
}

fn section(lang: Lang, id: &str, title: Text, note: Option<String>, table: &Markup) -> Markup {
    html! {
        // The table below is the landmark; two of one name would be one too many.
        section {
            h2 #{ (id) "-title" } { (lang.t(title)) }
            @if let Some(note) = note { p.muted { (note) } }
            // A table may be wider than the window; it must be scrollable by keyboard.
            div.scroller #{ (id) "-table" } tabindex="0" role="region" aria-labelledby={ (id) "-title" } { (table) }
        }
    }
}

fn heads(lang: Lang, heads: &[Text]) -> Markup {
    html! { thead { tr { @for head in heads { th scope="col" { (lang.t(*head)) } } } } }
}

fn times(times: &[Option<f64>; 3]) -> String {
    if times.iter().all(Option::is_none) { time(None) } else { times.map(time).join(" · ") }
}

fn time(ms: Option<f64>) -> String {
    ms.map_or_else(|| "-".to_owned(), |ms| shown(Unit::Millis, ms))
}

/// A word and a shape for it: a full circle, a ring, a triangle, a cross, a dash, a question.
fn status(lang: Lang, status: InstanceStatus) -> Markup {
    let (class, word, shape) = match status {
        InstanceStatus::Ready => ("good", t::READY, "M6 1a5 5 0 1 1 0 10A5 5 0 1 1 6 1z"),
        InstanceStatus::Starting => {
            ("calm", t::STARTING, "M6 1a5 5 0 1 1 0 10A5 5 0 1 1 6 1zm0 2.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 1 0 0-5z")
        }
        InstanceStatus::ReadOnly => ("care", t::READ_ONLY, "M6 .5 11.800 11H.2z"),
        InstanceStatus::Draining => ("care", t::DRAINING, "M.2 1h11.600L6 11.500z"),
        InstanceStatus::Stopped => ("calm", t::STOPPED, "M1 4.800h10v2.400H1z"),
        InstanceStatus::Missing => {
            ("bad", t::MISSING, "m2.500 1 3.500 3.500L9.500 1 11 2.500 7.500 6 11 9.500 9.500 11 6 7.500 2.500 11 1 9.500 4.500 6 1 2.500z")
        }
        InstanceStatus::Unknown => ("calm", t::UNKNOWN, "M6 1 11 6 6 11 1 6zm0 2.800L3.800 6 6 8.200 8.200 6z"),
        InstanceStatus::Other => ("calm", t::OTHER, "M6 1 11 6 6 11 1 6z"),
    };
    signed(class, lang.t(word), shape)
}

fn signed(class: &str, word: &str, shape: &str) -> Markup {
    html! { span.state.(class) { svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" focusable="false" { path d=(shape) fill-rule="evenodd" {} } (word) } }
}

/// A share as a bar, beside its number.
fn bar(share: f64) -> Markup {
    let width = (share.clamp(0.0, 1.0) * 60.0).round();
    html! { svg.gauge width="60" height="8" viewBox="0 0 60 8" aria-hidden="true" focusable="false" { rect.ground width="60" height="8" rx="4" {} rect.fill width=(width) height="8" rx="4" {} } }
}

fn instances(lang: Lang, rows: &[InstanceRow]) -> Markup {
    let columns = [
        t::COL_NAME,
        t::COL_STATE,
        t::COL_CPU,
        t::COL_MEMORY,
        t::COL_RATE,
        t::COL_TIMES,
        t::COL_ERRORS,
        t::COL_FLIGHT,
        t::COL_STREAMS,
        t::COL_DB,
        t::COL_REDIS,
        t::COL_UPTIME,
        t::COL_VERSION,
    ];
    html! {
        table.data.figures {
            (heads(lang, &columns))
            tbody {
                @for row in rows {
                    tr {
                        th scope="row" { (row.name) }
                        td { (status(lang, row.status)) }
                        @match &row.report { Some(report) => (report_cells(lang, report)), None => @for _ in 2..columns.len() { td.muted { "-" } } }
                    }
                }
            }
        }
    }
}

fn report_cells(lang: Lang, report: &InstanceReport) -> Markup {
    html! {
        td { (bar(report.cpu / 100.0)) " " (shown(Unit::Percent, report.cpu)) }
        td { (shown(Unit::Bytes, report.memory)) }
        td { (shown(Unit::Rate, report.rate)) }
        td { (times(&report.times)) }
        td { (shown(Unit::Rate, report.errors)) }
        td { (ui::number(report.in_flight)) }
        td { (ui::number(report.streams)) }
        td { (bar(report.db.0 as f64 / report.db.1.max(1) as f64)) " " (report.db.0) "/" (report.db.1) }
        td { (lang.t(report.redis)) }
        td { (upstreams::span(lang, report.seconds)) }
        td { (report.version) }
    }
}

fn redis(lang: Lang, redis: &Redis) -> Markup {
    html! {
        section aria-labelledby="redis-title" {
            h2 #redis-title { (lang.t(t::REDIS)) }
            @match redis {
                Redis::Alone => p.muted { (lang.t(t::REDIS_ALONE)) },
                Redis::Unknown => p { (signed("care", lang.t(t::REDIS_AWAY), "M6 .5 11.800 11H.2z")) " " (lang.t(t::REDIS_UNKNOWN)) },
                Redis::Known(tiles, full) => {
                    dl.tiles { @for tile in tiles { (stat(tile)) } }
                    @if let Some(full) = full { p.muted { (lang.t(t::REDIS_MEMORY)) " " (bar(*full)) " " (shown(Unit::Percent, full * 100.0)) } }
                },
            }
        }
    }
}

fn edge(lang: Lang, edge: &Edge) -> Markup {
    match edge {
        Edge::Unreachable(url) => html! {
            section aria-labelledby="edge-title" {
                h2 #edge-title { (lang.t(t::EDGE)) }
                p.muted { (lang.t(t::EDGE_UNREACHABLE)) " " (lang.fill(t::EDGE_ASKED, &[("url", url)])) }
            }
        },
        Edge::Known(rows, none_live) => {
            let note = lang.fill(t::EDGE_NOTE, &[("n", none_live)]);
            section(lang, "edge", t::EDGE, Some(note), &servers(lang, rows))
        }
    }
}

fn servers(lang: Lang, rows: &[(Server, Numbers)]) -> Markup {
    let columns = [
        upstreams_text::COL_SERVER,
        upstreams_text::COL_STATE,
        upstreams_text::COL_SHARE,
        upstreams_text::COL_RATE,
        t::COL_TIMES,
        t::COL_5XX,
        upstreams_text::COL_RETRIED,
        upstreams_text::COL_SINCE,
        upstreams_text::COL_ERROR,
    ];
    html! {
        table.data.figures {
            (heads(lang, &columns))
            tbody {
                @for (server, numbers) in rows {
                    tr {
                        th scope="row" { (server.name) }
                        td { (upstream(lang, server.state)) }
                        td { (bar(numbers.share.trim_end_matches('%').parse().unwrap_or(0.0) / 100.0)) " " (numbers.share) }
                        td { (numbers.rate) }
                        td { (numbers.percentiles.each_ref().map(|p| p.as_deref().unwrap_or("-")).join(" · ")) }
                        td { (ui::number(numbers.classes[3].into())) }
                        td { (ui::number(numbers.retried.into())) }
                        td { (upstreams::span(lang, server.seconds)) }
                        td { (upstreams::last_error(lang, server)) }
                    }
                }
            }
        }
    }
}

fn upstream(lang: Lang, state: upstreams::State) -> Markup {
    let (class, shape) = match state {
        upstreams::State::Up => ("good", "M6 1a5 5 0 1 1 0 10A5 5 0 1 1 6 1z"),
        upstreams::State::Draining => ("care", "M.2 1h11.600L6 11.500z"),
        upstreams::State::Ejected => ("care", "M6 .5 11.800 11H.2z"),
        upstreams::State::Down => {
            ("bad", "m2.500 1 3.500 3.500L9.500 1 11 2.500 7.500 6 11 9.500 9.500 11 6 7.500 2.500 11 1 9.500 4.500 6 1 2.500z")
        }
        upstreams::State::Unknown => ("calm", "M6 1 11 6 6 11 1 6z"),
    };
    signed(class, lang.t(upstreams::state_word(state)), shape)
}

fn routes(lang: Lang, rows: &[Route]) -> Markup {
    let columns = [t::COL_ROUTE, t::COL_COUNT, t::COL_P50, t::COL_P95, t::COL_P99, t::COL_MEAN, t::COL_SQL, t::COL_5XX];
    if rows.is_empty() {
        return html! { section aria-labelledby="routes-title" { h2 #routes-title { (lang.t(t::SLOWEST)) } p.muted { (lang.t(t::SLOWEST_NONE)) } } };
    }
    let table = html! {
        table.data.figures {
            (heads(lang, &columns))
            tbody {
                @for row in rows {
                    tr {
                        th scope="row" { code { (row.label) } }
                        td { (ui::number(row.count)) }
                        @for ms in row.times { td { (time(ms)) } }
                        td { (time(Some(row.mean))) }
                        td { (shown(Unit::Rate, row.statements)) }
                        td { (ui::number(row.errors)) }
                    }
                }
            }
        }
    };
    section(lang, "routes", t::SLOWEST, Some(lang.t(t::SLOWEST_NOTE).to_owned()), &table)
}

fn events(lang: Lang, events: &[Event]) -> Markup {
    html! {
        section aria-labelledby="events-title" {
            h2 #events-title { (lang.t(t::EVENTS)) }
            @if events.is_empty() { p.muted { (lang.t(t::EVENTS_NONE)) } }
            @else { ol.events { @for event in events { (happened(lang, event)) } } }
        }
    }
}

fn happened(lang: Lang, event: &Event) -> Markup {
    let (class, shape) = match event.good {
        Some(true) => ("good", "M6 1a5 5 0 1 1 0 10A5 5 0 1 1 6 1z"),
        Some(false) => ("bad", "m2.500 1 3.500 3.500L9.500 1 11 2.500 7.500 6 11 9.500 9.500 11 6 7.500 2.500 11 1 9.500 4.500 6 1 2.500z"),
        None => ("calm", "M1 4.800h10v2.400H1z"),
    };
    html! {
        li {
            (ui::time(&event.at))
            span { span.muted { (lang.fill(t::EV_INSTANCE, &[("name", &event.instance)])) } " " (signed(class, lang.t(event.what), shape)) }
        }
    }
}
