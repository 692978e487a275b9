//! The state of the servers behind nginx. The page has no script and needs nothing from those servers but its style sheet.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::text::{Lang, Text, common};
use crate::ui::{self, Moment};
use crate::{layout, paths};
use maud::{DOCTYPE, Markup, html};

#[derive(Clone, Debug)]
pub struct UpstreamsPage<'a> {
    pub lang: Lang,
    /// When it was so.
    pub at: Moment,
    /// Seconds since the monitor started.
    pub watched: u64,
    pub servers: Vec<Server<'a>>,
    /// The numbers of each window.
    pub windows: [Window<'a>; 3],
    /// How nginx's log arrives.
    pub log: Log,
}

#[derive(Clone, Debug)]
pub struct Server<'a> {
    pub name: &'a str,
    /// How it is.
    pub state: State,
    /// Whether it is probed; otherwise its state is read from the log alone.
    pub probed: bool,
    pub since: Moment,
    /// For how many seconds.
    pub seconds: u64,
    /// What went wrong last, and how many seconds ago.
    pub error: Option<(Trouble, u64)>,
}

/// What can be wrong with a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It took no connection.
    Refused,
    /// It broke the connection.
    Broken,
    /// It took too long.
    TimedOut,
    /// It answered so.
    Failed(u16),
    /// It answers that it is not ready.
    NotReady(u16),
    /// No process listens there.
    NobodyListens,
    /// It does not say whether it is ready.
    SaysNothing,
    /// Its answer cannot be understood.
    Nonsense,
    /// It ended and was started again.
    BeganAnew,
}

/// How a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Ready.
    Up,
    /// About to end.
    Draining,
    /// It does not answer.
    Down,
    /// nginx seems to send it nothing.
    Ejected,
    /// Not probed yet.
    Unknown,
}

/// What the servers did within a window.
#[derive(Clone, Debug)]
pub struct Window<'a> {
    /// One a server: its name and its numbers.
    pub rows: Vec<(&'a str, Numbers)>,
    /// What visitors got.
    pub total: Total,
}

/// What a server did, as it is shown.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "named as their columns")]
pub struct Numbers {
    pub share: String,
    pub rate: String,
    pub percentiles: [Option<String>; 3],
    pub classes: [u32; 4],
    pub refused: u32,
    pub broken: u32,
    pub timed_out: u32,
    pub retried: u32,
}

/// What visitors got.
#[derive(Clone, Debug, Default)]
pub struct Total {
    /// Requests a second.
    pub rate: String,
    /// Answers by the first digit of their status, from 2xx.
    pub classes: [u32; 4],
    /// Requests for which no server was live.
    pub none_live: u32,
}

/// How nginx's log arrives.
#[derive(Clone, Debug)]
pub struct Log {
    /// Lines that were understood.
    pub lines: u64,
    /// Lines that were not.
    pub bad: u64,
    /// How many seconds ago the last one came.
    pub last: Option<u64>,
    /// How many milliseconds it took.
    pub lag: Option<u32>,
}

/// Renders it.
pub fn page(p: &UpstreamsPage) -> Markup {
    let (lang, title) = (p.lang, p.lang.t(t::TITLE));
    let windows = [t::MINUTE, t::FIVE_MINUTES, t::HOUR];
    html! {
        (DOCTYPE)
        html.admin lang=(lang.tag()) {
            (layout::plain_head(&lang.fill(common::PAGE_TITLE, &[("title", &title)])))
            body {
                main #main tabindex="-1" {
                    div.wrap {
                        h1 { (title) }
                        p { (lang.fill(t::AS_OF, &[("at", &p.at.shown), ("span", &span(lang, p.watched))])) " " a href=(paths::UPSTREAM_STATUS) { (lang.t(t::AGAIN)) } }
                        (section("servers", lang.t(t::SERVERS), &states(p)))
                        @for (n, (window, name)) in p.windows.iter().zip(windows).enumerate() {
                            (section(&format!("window-{n}"), &lang.fill(t::LAST, &[("window", &lang.t(name))]), &numbers(lang, window)))
                        }
                        (section("log", lang.t(t::LOG), &log(lang, &p.log)))
                        p.muted { (lang.t(t::NOTE)) }
                    }
                }
            }
        }
    }
}

fn section(id: &str, title: &str, inner: &Markup) -> Markup {
    html! {
        section aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title) }
            // A table may be wider than the window; it must be scrollable by keyboard.
            div.scroller tabindex="0" role="region" aria-labelledby={ (id) "-title" } { (inner) }
        }
    }
}

fn states(p: &UpstreamsPage) -> Markup {
    let lang = p.lang;
    html! {
        table.data {
            thead { tr { @for head in [t::COL_SERVER, t::COL_STATE, t::COL_SINCE, t::COL_ERROR] { th scope="col" { (lang.t(head)) } } } }
            tbody {
                @for server in &p.servers {
                    tr {
                        th scope="row" { (server.name) }
                        td { (state(lang, server.state)) @if !server.probed { " " span.muted { (lang.t(t::FROM_LOG)) } } }
                        td { (ui::time(&server.since)) " " span.muted { (lang.fill(t::FOR, &[("span", &span(lang, server.seconds))])) } }
                        td { (last_error(lang, server)) }
                    }
                }
            }
        }
    }
}

/// What went wrong with a server last.
pub(crate) fn last_error(lang: Lang, server: &Server) -> Markup {
    html! {
        @match &server.error {
            Some((what, ago)) => (lang.fill(t::AGO, &[("text", &trouble(lang, *what)), ("span", &span(lang, *ago))])),
            None => span.muted { (lang.t(t::NO_ERROR)) },
        }
    }
}

fn trouble(lang: Lang, trouble: Trouble) -> String {
    let plain = |text| lang.t(text).to_owned();
    match trouble {
        Trouble::Refused => plain(t::REFUSED),
        Trouble::Broken => plain(t::BROKEN),
        Trouble::TimedOut => plain(t::TIMED_OUT),
        Trouble::Failed(status) => lang.fill(t::FAILED, &[("status", &status)]),
        Trouble::NotReady(status) => lang.fill(t::NOT_READY, &[("status", &status)]),
        Trouble::NobodyListens => plain(t::NOBODY_LISTENS),
        Trouble::SaysNothing => plain(t::SAYS_NOTHING),
        Trouble::Nonsense => plain(t::NONSENSE),
        Trouble::BeganAnew => plain(t::BEGAN_ANEW),
    }
}

/// The two largest parts of a time: "3분 12초".
pub fn span(lang: Lang, seconds: u64) -> String {
    let parts = [(seconds / 86_400, t::DAYS), (seconds / 3600 % 24, t::HOURS), (seconds / 60 % 60, t::MINUTES), (seconds % 60, t::SECONDS)];
    let first = parts.iter().position(|(count, _)| *count > 0).unwrap_or(3);
    let shown = parts.iter().skip(first).take(2).map(|(count, unit)| lang.fill(*unit, &[("n", count)]));
    shown.collect::<Vec<_>>().join(" ")
}

/// A word, on a colour that only underlines it.
fn state(lang: Lang, state: State) -> Markup {
    let class = match state {
        State::Up => "success",
        State::Draining | State::Ejected => "warning",
        State::Down => "failure",
        State::Unknown => "info",
    };
    ui::badge(class, lang.t(state_word(state)))
}

/// The word for it.
pub(crate) fn state_word(state: State) -> Text {
    match state {
        State::Up => t::UP,
        State::Draining => t::DRAINING,
        State::Down => t::DOWN,
        State::Ejected => t::EJECTED,
        State::Unknown => t::UNKNOWN,
    }
}

fn numbers(lang: Lang, window: &Window) -> Markup {
    let labels = |texts: &[Text]| texts.iter().map(|text| lang.t(*text)).collect::<Vec<_>>();
    let mut heads = labels(&[t::COL_SERVER, t::COL_SHARE, t::COL_RATE, t::COL_P50, t::COL_P95, t::COL_P99]);
    heads.extend(["2xx", "3xx", "4xx", "5xx"]);
    heads.extend(labels(&[t::COL_REFUSED, t::COL_BROKEN, t::COL_TIMEOUT, t::COL_RETRIED]));
    let total = &window.total;
    html! {
        table.data {
            thead { tr { @for head in &heads { th scope="col" { (head) } } } }
            tbody { @for (name, row) in &window.rows { (entry(name, row)) } }
            tfoot {
                tr {
                    th scope="row" { (lang.t(t::ALL_SERVERS)) }
                    td {} td { (total.rate) } td {} td {} td {}
                    @for count in total.classes { td { (ui::number(count.into())) } }
                    td {} td {} td {} td {}
                }
            }
        }
        p { (lang.t(t::NO_LIVE)) ": " strong { (ui::number(total.none_live.into())) } }
    }
}

fn entry(name: &str, row: &Numbers) -> Markup {
    html! {
        tr {
            th scope="row" { (name) }
            td { (row.share) }
            td { (row.rate) }
            @for time in &row.percentiles { td { (time.as_deref().unwrap_or("-")) } }
            @for count in row.classes.iter().chain([&row.refused, &row.broken, &row.timed_out, &row.retried]) {
                td { (ui::number((*count).into())) }
            }
        }
    }
}

fn log(lang: Lang, log: &Log) -> Markup {
    let last = log.last.map(|ago| lang.fill(t::BEFORE, &[("span", &span(lang, ago))]));
    let lag = log.lag.map(|ms| lang.fill(t::MS, &[("n", &ms)]));
    html! {
        dl.tiles {
            (tile(lang.t(t::LOG_LINES), &ui::number(log.lines)))
            (tile(lang.t(t::LOG_BAD), &ui::number(log.bad)))
            (tile(lang.t(t::LOG_LAST), last.as_deref().unwrap_or(lang.t(t::NEVER))))
            (tile(lang.t(t::LOG_LAG), lag.as_deref().unwrap_or("?")))
        }
    }
}

fn tile(label: &str, value: &str) -> Markup {
    html! { div.tile { dt { (label) } dd { span.value { (value) } } } }
}
