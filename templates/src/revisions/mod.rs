//! Earlier texts of a post or a comment: the list of its versions, and what one of them changed.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::layout::{self, Shell};
pub use crate::paths::revisions as paths;
use crate::text::Lang;
use crate::ui::{self, Author, ButtonForm, Moment};
use maud::{Markup, html};

/// What the history is of.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its kind and number.
    pub of: paths::Of<'a>,
    /// The title of its post.
    pub title: &'a str,
}

impl Subject<'_> {
    fn is_comment(&self) -> bool {
        matches!(self.of, paths::Of::Comment(_))
    }
}

/// One version of a text.
#[derive(Clone, Debug)]
pub struct Version<'a> {
    /// Counted from 0, the text as it was first written.
    pub number: i64,
    /// Who wrote it.
    pub editor: Author<'a>,
    /// When it was written.
    pub at: Moment,
    /// The one that is shown to readers.
    pub in_force: bool,
}

/// All versions.
#[derive(Clone)]
pub struct HistoryPage<'a> {
    pub shell: &'a Shell<'a>,
    pub subject: Subject<'a>,
    /// Newest first.
    pub versions: Vec<Version<'a>>,
}

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Kept,
    Removed,
    Added,
    /// Unchanged text that is left out.
    Skipped,
}

/// A piece of a text that was compared.
#[derive(Clone, Debug)]
pub struct Piece {
    pub change: Change,
    pub text: String,
}

/// One version, compared with the one before it.
#[derive(Clone)]
pub struct VersionPage<'a> {
    pub shell: &'a Shell<'a>,
    pub subject: Subject<'a>,
    pub version: Version<'a>,
    /// The first one that is kept has nothing to be compared with.
    pub is_first: bool,
    /// Of a comment: empty.
    pub title: Vec<Piece>,
    pub body: Vec<Piece>,
    /// The reader may go back to it.
    pub may_restore: bool,
    /// The reader may erase it for good.
    pub may_erase: bool,
    pub once: &'a str,
}

/// The link to the history of a post.
pub fn link(lang: Lang, of: paths::Of) -> Markup {
    html! { a.button.secondary href=(paths::index(of)) { (lang.t(t::HISTORY)) } }
}

/// Renders the list.
pub fn index(p: &HistoryPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.reading {
            (heading(lang, &p.subject, lang.t(t::HISTORY)))
            @if p.versions.len() < 2 {
                (ui::empty(lang.t(t::NONE), lang.t(t::NONE_TEXT), None))
            } @else {
                ol.versions reversed { @for version in &p.versions { (row(lang, &p.subject, version)) } }
            }
        }
    };
    layout::page(p.shell, lang.t(t::HISTORY), main)
}

fn heading(lang: Lang, subject: &Subject, title: &str) -> Markup {
    let back = if subject.is_comment() { t::TO_COMMENT } else { t::TO_POST };
    html! {
        p.crumb { a href=(paths::back(subject.of)) { (lang.t(back)) } }
        h1 tabindex="-1" { (title) }
        p.lead { (subject.title) }
    }
}

fn row(lang: Lang, subject: &Subject, version: &Version) -> Markup {
    html! {
        li.version {
            a href=(paths::show(subject.of, version.number)) { (name(lang, version.number)) }
            @if version.in_force { " " (ui::badge("quiet", lang.t(t::IN_FORCE))) }
            (byline(lang, version))
        }
    }
}

fn byline(lang: Lang, version: &Version) -> Markup {
    html! { p.meta { span { (ui::author(lang, &version.editor)) } (ui::time(&version.at)) } }
}

/// What a version is called.
fn name(lang: Lang, number: i64) -> String {
    match number {
        0 => lang.t(t::FIRST).to_owned(),
        _ => lang.fill(t::NTH, &[("n", &number)]),
    }
}

/// Renders one version.
pub fn show(p: &VersionPage) -> Markup {
    let lang = p.shell.lang;
    let title = name(lang, p.version.number);
    let main = html! {
        div.wrap.reading {
            (heading(lang, &p.subject, &title))
            (byline(lang, &p.version))
            p.muted { (lang.t(if p.is_first { t::FIRST_TEXT } else { t::COMPARED })) }
            div.compared {
                @if !p.subject.is_comment() { h2 { (pieces(lang, &p.title)) } }
                div.text { (pieces(lang, &p.body)) }
            }
            (actions(p))
            p { a href=(paths::index(p.subject.of)) { (lang.t(t::ALL_VERSIONS)) } }
        }
    };
    layout::page(p.shell, &title, main)
}

/// Words that were added or removed are named for those who do not see how they are drawn.
fn pieces(lang: Lang, pieces: &[Piece]) -> Markup {
    let named = |word| html! { span.visually-hidden { "[" (lang.t(word)) " " } };
    let end = html! { span.visually-hidden { "]" } };
    html! {
        @for piece in pieces {
            @match piece.change {
                Change::Kept => (piece.text),
                Change::Removed => del { (named(t::REMOVED)) (piece.text) (end) },
                Change::Added => ins { (named(t::ADDED)) (piece.text) (end) },
                Change::Skipped => span.skipped { " " (lang.t(t::SKIPPED)) " " },
            }
        }
    }
}

fn actions(p: &VersionPage) -> Markup {
    let lang = p.shell.lang;
    if p.version.in_force || !(p.may_restore || p.may_erase) {
        return Markup::default();
    }
    html! {
        div.actions {
            @if p.may_restore { (action(p, paths::restore(p.subject.of, p.version.number), "secondary", lang.t(t::GO_BACK))) }
            @if p.may_erase { (action(p, paths::erase(p.subject.of, p.version.number), "danger", lang.t(t::ERASE))) }
        }
        @if p.may_erase { p.hint { (lang.t(t::ERASE_HINT)) } }
    }
}

fn action(p: &VersionPage, to: String, kind: &str, label: &str) -> Markup {
    ui::button_form(&ButtonForm { class: kind, ..ButtonForm::new(&to, p.once, label) })
}

/// The link in the controls of a comment.
pub(crate) fn comment_link(lang: Lang, id: i64) -> Markup {
    html! { a href=(paths::index(paths::Of::Comment(id))) aria-label=(lang.t(t::OF_COMMENT)) { (lang.t(t::SHORT)) } }
}
