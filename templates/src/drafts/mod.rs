//! Drafts: what the editor shows of them, a member's own list, and two texts side by side.

mod editor;
pub(crate) mod samples;
pub mod text;

pub(crate) use editor::fields;
pub use editor::{Note, Saving, Status, note, refused, saved, saving};

use self::text as t;
use crate::layout::{self, Shell};
use crate::paths as site;
use crate::text::Lang;
use crate::ui::{self, ButtonForm, Moment};
use maud::{Markup, html};

/// Addresses; `:id` is a draft's.
pub mod paths {
    /// A member's drafts.
    pub const INDEX: &str = "/my/drafts";
    /// One of them, and the one with which it conflicts.
    pub const SHOW: &str = "/my/drafts/:id";
    /// Deletes one.
    pub const DESTROY: &str = "/my/drafts/:id/delete";
    /// Saves one of a new post.
    pub const CREATE: &str = "/community/:board/draft";
    /// Saves one of a change.
    pub const UPDATE: &str = "/community/:board/:id/draft";

    /// One of these addresses for a draft.
    pub fn of(template: &str, draft: i64) -> String {
        template.replace(":id", &draft.to_string())
    }

    /// Where the editor saves a new post of a board.
    pub fn create(slug: &str) -> String {
        CREATE.replace(":board", slug)
    }

    /// Where the editor saves a change of a post.
    pub fn update(slug: &str, post: i64) -> String {
        of(UPDATE, post).replace(":board", slug)
    }

    /// An editor that goes on with a draft.
    pub fn go_on(editor: &str, draft: i64) -> String {
        format!("{editor}?draft={draft}")
    }
}

/// Where a draft is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The board's address.
    pub slug: &'a str,
    /// The board's name.
    pub board: &'a str,
    /// The post that is being changed.
    pub post: Option<i64>,
}

impl Place<'_> {
    /// The editor that goes on with a draft.
    pub fn go_on(&self, draft: i64) -> String {
        let editor = self.post.map_or_else(|| site::write(self.slug), |post| site::post_edit(self.slug, post));
        paths::go_on(&editor, draft)
    }
}

/// A member's list.
#[derive(Clone)]
pub struct DraftsPage<'a> {
    pub shell: &'a Shell<'a>,
    /// Newest first.
    pub items: Vec<Item<'a>>,
    pub once: &'a str,
}

/// A draft in the list.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    pub id: i64,
    /// Empty where none was typed yet.
    pub title: &'a str,
    /// How the text begins.
    pub start: &'a str,
    /// `None` where its member may not write now.
    pub place: Option<Place<'a>>,
    pub is_edit: bool,
    /// Stored beside the draft of another window.
    pub is_apart: bool,
    pub at: Moment,
}

/// Renders the list.
pub fn page(p: &DraftsPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.reading {
            h1 tabindex="-1" { (lang.t(t::TITLE)) }
            @if p.items.is_empty() { (ui::empty(lang.t(t::EMPTY), lang.t(t::EMPTY_TEXT), None)) }
            @else { ul.cards { @for item in &p.items { (entry(p, item)) } } }
        }
    };
    layout::page(p.shell, lang.t(t::TITLE), main)
}

fn entry(p: &DraftsPage, item: &Item) -> Markup {
    let lang = p.shell.lang;
    let title = [item.title, item.start.trim()].into_iter().find(|text| !text.is_empty()).unwrap_or(lang.t(t::UNTITLED));
    html! {
        li.card {
            h2 { a href=(paths::of(paths::SHOW, item.id)) { (title) } }
            p.meta {
                @if let Some(place) = &item.place { span.board { (place.board) } } @else { span { (lang.t(t::NO_PLACE)) } }
                @if item.is_edit { span { (lang.t(t::OF_EDIT)) } }
                @if item.is_apart { span { (lang.t(t::APART)) } }
                (ui::time(&item.at))
            }
            div.actions {
                @if let Some(place) = &item.place {
                    a.button.quiet.small href=(place.go_on(item.id)) aria-label=(lang.fill(t::CONTINUE_OF, &[("title", &title)])) {
                        (lang.t(t::CONTINUE))
                    }
                }
                (remove(lang, item.id, title, p.once))
            }
        }
    }
}

fn remove(lang: Lang, id: i64, title: &str, once: &str) -> Markup {
    let (action, label) = (paths::of(paths::DESTROY, id), lang.fill(t::REMOVE_OF, &[("title", &title)]));
    ui::button_form(&ButtonForm { label: &label, class: "quiet small", ..ButtonForm::new(&action, once, lang.t(t::REMOVE)) })
}

/// A draft, and beside it the one of another window where there is one.
#[derive(Clone)]
pub struct DraftPage<'a> {
    pub shell: &'a Shell<'a>,
    /// `None` where its member may not write now.
    pub place: Option<Place<'a>>,
    pub own: Version<'a>,
    pub other: Option<Version<'a>>,
}

/// A text.
#[derive(Clone, Debug)]
pub struct Version<'a> {
    pub id: i64,
    pub title: &'a str,
    pub body: &'a str,
    pub at: Moment,
}

/// Renders both, side by side where there is room.
pub fn show(p: &DraftPage) -> Markup {
    let lang = p.shell.lang;
    let title = lang.t(if p.other.is_some() { t::BOTH_TITLE } else { t::TITLE });
    let main = html! {
        div.wrap.reading[p.other.is_none()] {
            h1 tabindex="-1" { (title) }
            @if p.other.is_some() { p { (lang.t(t::BOTH_TEXT)) } }
            div.versions {
                (version(p, &p.own, lang.t(if p.other.is_some() { t::THIS_WINDOW } else { t::TITLE }), p.other.is_some()))
                @if let Some(other) = &p.other { (version(p, other, lang.t(t::OTHER_WINDOW), true)) }
            }
            p { a href=(paths::INDEX) { (lang.t(t::TO_ALL)) } }
        }
    };
    layout::page(p.shell, title, main)
}

fn version(p: &DraftPage, v: &Version, label: &str, is_one_of_two: bool) -> Markup {
    let lang = p.shell.lang;
    let title = if v.title.is_empty() { lang.t(t::UNTITLED) } else { v.title };
    html! {
        section.version aria-label=(label) {
            @if is_one_of_two { h2 { (label) } }
            p.meta { @if let Some(place) = &p.place { span.board { (place.board) } } (ui::time(&v.at)) }
            @if let Some(place) = &p.place {
                p { a.button href=(place.go_on(v.id)) { (lang.t(if is_one_of_two { t::CHOOSE } else { t::CONTINUE })) } }
            }
            div.typed {
                p { strong { (title) } }
                p { (v.body) }
            }
        }
    }
}
