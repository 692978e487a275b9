//! The monitoring page. Current numbers are fetched again every few seconds, charts every minute; without scripts the page
//! shows the same, once.
//!
//! `live` current numbers · `chart` a chart and its table · `runbook` the operators' instructions

pub mod chart;
pub mod live;
pub mod runbook;
pub(crate) mod samples;
pub mod text;

use self::text as t;
use super::layout::{self, AdminShell};
use crate::layout::Motion;
use crate::paths::admin as paths;
use crate::text::Lang;
use chart::Chart;
use live::Live;
use maud::{Markup, html};

/// How far back the curves go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    #[default]
    Hour,
    Day,
}

impl Range {
    /// The word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Reads it back; anything unknown is an hour.
    pub fn of(word: &str) -> Self {
        if word == "day" { Self::Day } else { Self::Hour }
    }
}

pub struct SystemPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// What is of now.
    pub live: Live<'a>,
    /// What was.
    pub charts: Vec<Chart>,
    /// How far back.
    pub range: Range,
    /// Whether the reader stopped the page from updating itself.
    pub paused: bool,
}

/// Renders it.
pub fn page(p: &SystemPage) -> Markup {
    let lang = p.shell.lang;
    // Reduced motion: the page updates only when asked.
    let still = p.shell.aids.motion == Motion::Reduced;
    let moves = !still && !p.paused;
    let (every, each_minute) = (moves.then_some("every 5s"), moves.then_some("every 60s"));
    let part = |path: &str| moves.then(|| path.to_owned());
    let main = html! {
        div.title-row {
            h1 tabindex="-1" { (lang.t(t::TITLE)) }
            a href=(paths::RUNBOOK) { (lang.t(t::RUNBOOK)) }
        }
        p.meta {
            span { (lang.t(if moves { t::UPDATES } else { t::STILL })) }
            @if !still {
                a href=(paths::system(p.range.word(), moves)) { (lang.t(if moves { t::PAUSE } else { t::RESUME })) }
            }
            a href=(paths::system(p.range.word(), p.paused)) { (lang.t(t::AGAIN)) }
        }
        p.stale role="status" data-stale-note hidden { (lang.t(t::STALE)) }
        div #live hx-get=[part(paths::SYSTEM_LIVE)] hx-trigger=[every] hx-target="this" hx-select="" hx-swap="innerMorph" data-quiet {
            (live::part(&p.live))
        }
        div #history hx-get=[part(&paths::system_history(p.range.word()))] hx-trigger=[each_minute] hx-target="this" hx-select=""
            hx-swap="innerMorph" data-quiet {
            (history(lang, p.range, p.paused, &p.charts))
        }
    };
    layout::page(p.shell, lang.t(t::TITLE), main)
}

/// The curves, and the choice of how far back they go.
pub fn history(lang: Lang, range: Range, paused: bool, charts: &[Chart]) -> Markup {
    let choices = [(Range::Hour, t::HOUR), (Range::Day, t::DAY)];
    html! {
        section aria-labelledby="history-title" {
            h2 #history-title { (lang.t(t::HISTORY)) }
            nav.tabs aria-label=(lang.t(t::RANGE)) {
                ul {
                    @for (choice, name) in choices {
                        li { a href=(paths::system(choice.word(), paused)) aria-current=[(choice == range).then_some("true")] { (lang.t(name)) } }
                    }
                }
            }
            p.muted { (lang.t(match range { Range::Hour => t::HOUR_NOTE, Range::Day => t::DAY_NOTE })) }
            div.charts { @for chart in charts { (chart::render(lang, chart)) } }
        }
    }
}
