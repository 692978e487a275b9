//! The page behind the link that ends notices: a button, what it did, or that the link is none of ours.

use super::{Kind, Pace, paths, text as t};
use crate::layout::{self, Shell};
use crate::paths as site;
use crate::ui;
use maud::{Markup, html};

/// What a link ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ends<'a> {
    Kinds(Vec<Kind>),
    /// The name of the board, where its member may read it still.
    Board(Option<&'a str>),
    Day,
    Week,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopState<'a> {
    /// The button was not pressed yet.
    Asks { ends: Ends<'a>, token: &'a str },
    /// It was.
    Done {
        ends: Ends<'a>,
        /// The key of the form that puts it back, and its fields: for the member alone, signed in.
        back: Option<(&'a str, Vec<(String, &'static str)>)>,
    },
    /// The link is none of ours, or its member is gone.
    Wrong,
}

/// The page behind the link: the token rides in the address.
#[derive(Clone)]
pub struct StopPage<'a> {
    pub shell: &'a Shell<'a>,
    pub state: StopState<'a>,
}

/// Renders it.
pub fn stop(p: &StopPage) -> Markup {
    let lang = p.shell.lang;
    let (title, body) = match &p.state {
        StopState::Asks { ends, token } => (t::STOP_TITLE, asks(p, ends, token)),
        StopState::Done { ends, back } => (t::DONE_TITLE, done(p, ends, back.as_ref())),
        StopState::Wrong => (t::WRONG_TITLE, html! { p.lead { (lang.t(t::WRONG_TEXT)) } (to_settings(p)) }),
    };
    let main = html! { div.wrap.narrow { h1 tabindex="-1" { (lang.t(title)) } (body) } };
    layout::page(p.shell, lang.t(title), main)
}

fn asks(p: &StopPage, ends: &Ends, token: &str) -> Markup {
    let lang = p.shell.lang;
    html! {
        p.lead { (lang.t(t::STOP_LEAD)) }
        (list(p, ends))
        form method="post" action=(paths::stop(token)) novalidate hx-boost="false" {
            div.actions { button.button { (lang.t(t::STOP_BUTTON)) } a.button.secondary href=(site::HOME) { (lang.t(t::STOP_NOT)) } }
        }
    }
}

fn done(p: &StopPage, ends: &Ends, back: Option<&(&str, Vec<(String, &'static str)>)>) -> Markup {
    let lang = p.shell.lang;
    html! {
        p.lead { (lang.t(t::DONE_TEXT)) }
        (list(p, ends))
        @if let Some((once, fields)) = back {
            form method="post" action=(paths::INDEX) novalidate hx-boost="false" {
                (ui::once(once))
                @for (name, value) in fields { (ui::hidden(name, value)) }
                div.actions { button.button.secondary { (lang.t(t::BACK_BUTTON)) } }
            }
        }
        (to_settings(p))
    }
}

fn list(p: &StopPage, ends: &Ends) -> Markup {
    let lang = p.shell.lang;
    let lines: Vec<String> = match ends {
        Ends::Kinds(kinds) => kinds.iter().map(|kind| lang.t(kind.label()).to_owned()).collect(),
        Ends::Board(Some(name)) => vec![lang.fill(t::ENDS_BOARD, &[("board", name)])],
        Ends::Board(None) => vec![lang.t(t::ENDS_SOME_BOARD).to_owned()],
        Ends::Day => vec![lang.t(t::ENDS_DAY).to_owned()],
        Ends::Week => vec![lang.t(t::ENDS_WEEK).to_owned()],
    };
    html! { ul { @for line in lines { li { (line) } } } }
}

fn to_settings(p: &StopPage) -> Markup {
    html! { p { a href=(paths::INDEX) { (p.shell.lang.t(t::TO_SETTINGS)) } } }
}

impl Pace {
    /// What a form that puts it back sends.
    pub fn sent(pace: Option<Self>) -> &'static str {
        pace.map_or(super::SAME, Self::word)
    }
}
