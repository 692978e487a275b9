//! What a visitor sees when something went wrong.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::layout::{self, Shell};
use crate::paths;
use crate::text::{Lang, Text, common};
use crate::ui::{self, Field};
use crate::users::{sign_in, text as users_text};
use maud::{DOCTYPE, Markup, html};

/// An error inside the usual frame.
#[derive(Clone, Copy)]
pub struct ErrorPage<'a> {
    pub shell: &'a Shell<'a>,
    /// What went wrong.
    pub problem: Problem<'a>,
}

/// An error where not even the frame could be prepared.
#[derive(Clone, Copy)]
pub struct BarePage<'a> {
    pub lang: Lang,
    /// What went wrong.
    pub problem: Problem<'a>,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Problem<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The request came from another site (a 403 that wants its own words).
    pub cross_site: bool,
    /// Seconds until it is worth trying again; 0 where that is not known.
    pub retry_after: u64,
    /// A number by which staff find it in the log; empty for none.
    pub request_id: &'a str,
    /// Nothing can be stored now; what is there can be read.
    pub reading_only: bool,
    /// The reason is that the disk is full.
    pub full: bool,
    /// A form that was sent and not stored.
    pub again: Option<Again<'a>>,
}

/// A form that was sent and not stored, to be sent once more as it is.
#[derive(Clone, Copy, Debug)]
pub struct Again<'a> {
    /// Where it was sent.
    pub action: &'a str,
    /// All that was sent.
    pub fields: &'a [(String, String)],
}

/// Fields that are typed anew: what is secret is not sent back.
const SECRET: [&str; 2] = ["password", "current"];

/// Renders an error inside the frame.
pub fn page(p: &ErrorPage) -> Markup {
    let lang = p.shell.lang;
    layout::page(p.shell, title(lang, &p.problem), html! { div.wrap.narrow { (body(lang, &p.problem, paths::HOME)) } })
}

/// Renders an error that depends on nothing but the language.
pub fn bare(p: &BarePage) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(p.lang.tag()) {
            (layout::head(&p.lang.fill(common::PAGE_TITLE, &[("title", &title(p.lang, &p.problem))])))
            body { main #main tabindex="-1" { div.wrap.narrow { (body(p.lang, &p.problem, paths::HOME)) } } }
        }
    }
}

/// The explanation of a problem, shared with the panel's error page.
pub fn body(lang: Lang, problem: &Problem, home: &str) -> Markup {
    let (title, text) = texts(problem);
    html! {
        p.status-code aria-hidden="true" { (problem.status) }
        h1 tabindex="-1" { (lang.t(title)) }
        p.lead { (lang.t(text)) }
        @if problem.retry_after > 0 { p { (lang.fill(t::RETRY_AFTER, &[("n", &problem.retry_after)])) } }
        @if let Some(form) = &problem.again { (again(lang, form)) }
        div.actions { a.button href=(home) { (lang.t(t::TO_HOME)) } }
        @if !problem.request_id.is_empty() { p.muted { (lang.fill(t::REQUEST_ID, &[("id", &problem.request_id)])) } }
    }
}

/// What was typed, to read and to copy, and a button that sends it once more. Its one-time key comes with it, so it
/// is stored once however often it is sent.
fn again(lang: Lang, form: &Again) -> Markup {
    let (secret, plain): (Vec<_>, Vec<_>) = form.fields.iter().partition(|(name, _)| SECRET.contains(&name.as_str()));
    html! {
        form method="post" action=(form.action) {
            (sign_in::kept(lang, form.fields))
            @for (name, value) in plain { (ui::hidden(name, value)) }
            @for (name, _) in secret {
                (ui::password(&Field { lang, name, label: lang.t(if name == "current" { users_text::PASSWORD_CURRENT } else { users_text::PASSWORD }), kind: "password", ..Field::default() }))
            }
            p { (lang.t(t::AGAIN_TEXT)) }
            div.actions { button.button { (lang.t(t::AGAIN)) } }
        }
    }
}

/// A page as it was `minutes` ago, with a notice about that. None where the page is not one of ours.
pub fn as_it_was(lang: Lang, page: &str, minutes: u64) -> Option<String> {
    let start = page.find(MAIN)? + MAIN.len();
    let when = if minutes == 0 { lang.t(t::JUST_NOW).to_owned() } else { lang.count(t::MINUTES_ONE, t::MINUTES_MANY, minutes) };
    let notice = ui::notice(lang, ui::Tone::Warning, &lang.fill(t::AS_IT_WAS, &[("when", &when)])).into_string();
    Some([&page[..start], "<div class=\"wrap\">", &notice, "</div>", &page[start..]].concat())
}

/// How a page's own part begins (see `layout::page`).
const MAIN: &str = "<main id=\"main\" tabindex=\"-1\">";

/// The problem in a few words, for the window's title.
pub fn title(lang: Lang, problem: &Problem) -> &'static str {
    lang.t(texts(problem).0)
}

fn texts(problem: &Problem) -> (Text, Text) {
    match problem.status {
        403 if problem.cross_site => (t::CROSS_SITE, t::CROSS_SITE_TEXT),
        401 | 403 => (t::FORBIDDEN, t::FORBIDDEN_TEXT),
        404 | 410 => (t::NOT_FOUND, t::NOT_FOUND_TEXT),
        405 => (t::METHOD, t::METHOD_TEXT),
        409 => (t::CONFLICT, t::CONFLICT_TEXT),
        413 => (t::TOO_LARGE, t::TOO_LARGE_TEXT),
        422 => (t::UNPROCESSABLE, t::UNPROCESSABLE_TEXT),
        429 => (t::TOO_MANY, t::TOO_MANY_TEXT),
        503 if problem.full => (t::READING_ONLY, t::FULL_TEXT),
        503 if problem.reading_only => (t::READING_ONLY, t::READING_ONLY_TEXT),
        503 => (t::UNAVAILABLE, t::UNAVAILABLE_TEXT),
        408 | 504 => (t::TIMEOUT, t::UNAVAILABLE_TEXT),
        400..500 => (t::BAD_REQUEST, t::BAD_REQUEST_TEXT),
        _ => (t::INTERNAL, t::INTERNAL_TEXT),
    }
}
