//! Saved searches: the button on the page of a search, and a member's own list.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::layout::{self, Shell};
use crate::notices;
use crate::search::{self, Asked};
use crate::text::Lang;
use crate::ui::{self, ButtonForm, FieldError, Moment};
use maud::{Markup, html};

/// Addresses.
pub mod paths {
    /// A member's saved searches: POST saves one.
    pub const INDEX: &str = "/my/searches";
    /// What one finds, the newest first.
    pub const SHOW: &str = "/my/searches/:id";
    /// Removes one.
    pub const DESTROY: &str = "/my/searches/:id/delete";

    /// What one finds, the newest first.
    pub fn show(id: i64) -> String {
        SHOW.replace(":id", &id.to_string())
    }

    /// Removes one.
    pub fn destroy(id: i64) -> String {
        DESTROY.replace(":id", &id.to_string())
    }
}

/// What the page of a search needs for the button.
#[derive(Clone, Copy, Debug)]
pub struct Watch<'a> {
    pub once: &'a str,
    /// The number of the saved search; none: it is not saved.
    pub kept: Option<i64>,
}

/// A member's list.
#[derive(Clone)]
pub struct SavedSearchesPage<'a> {
    pub shell: &'a Shell<'a>,
    /// Newest first.
    pub items: Vec<Item<'a>>,
    /// How many a member may have.
    pub most: u64,
    pub once: &'a str,
    pub errors: &'a [FieldError<'a>],
}

/// One saved search.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    pub id: i64,
    pub words: &'a str,
    pub kind: Option<Kind>,
    pub board: Board<'a>,
    /// The member whose texts alone are looked for; empty: anybody.
    pub author: &'a str,
    pub at: Moment,
}

/// What alone is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Posts,
    Comments,
}

/// Where it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Board<'a> {
    Any,
    Named(&'a str),
    /// One that its member may not see now.
    Gone,
}

/// The button: saves the search, or removes it. Both lead back to the search, the first by what is asked for, the other by `next`.
pub fn toggle(lang: Lang, asked: &Asked, watch: &Watch) -> Markup {
    html! {
        form.watch method="post" action=(watch.kept.map_or_else(|| paths::INDEX.to_owned(), paths::destroy)) novalidate hx-sync="this:drop" {
            (ui::once(watch.once))
            @if watch.kept.is_some() {
                (ui::hidden("next", &search::paths::page(asked, "")))
                p { (lang.t(t::WATCHED)) " " a href=(paths::INDEX) { (lang.t(t::TO_LIST)) } }
                button.button.secondary.small { (lang.t(t::UNWATCH)) }
            } @else {
                @for (name, value) in [("q", asked.text), ("kind", asked.kind), ("board", asked.board), ("by", asked.by)] {
                    (ui::hidden(name, value))
                }
                button.button.secondary { (lang.t(t::WATCH)) }
            }
        }
    }
}

/// Renders the list.
pub fn page(p: &SavedSearchesPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.reading {
            h1 tabindex="-1" { (lang.t(t::TITLE)) }
            (ui::error_summary(lang, "", p.errors))
            p { (lang.fill(t::LEAD, &[("most", &p.most)])) }
            @if p.items.is_empty() {
                (ui::empty(lang.t(t::EMPTY), lang.t(t::EMPTY_TEXT), Some((search::paths::INDEX, lang.t(t::TO_SEARCH)))))
            } @else {
                ul.cards { @for item in &p.items { (entry(p, item)) } }
            }
            p { a href=(notices::paths::INDEX) { (lang.t(t::TO_NOTICES)) } }
        }
    };
    layout::form_page(p.shell, lang.t(t::TITLE), p.errors, main)
}

fn entry(p: &SavedSearchesPage, item: &Item) -> Markup {
    let lang = p.shell.lang;
    html! {
        li.card.saved-search {
            h2 { a href=(paths::show(item.id)) { (item.words) } }
            p.meta {
                @match item.board {
                    Board::Any => {}
                    Board::Named(name) => span { (lang.fill(t::ON_BOARD, &[("board", &name)])) },
                    Board::Gone => span { (lang.t(t::GONE_BOARD)) },
                }
                @if !item.author.is_empty() { span { (lang.fill(t::BY, &[("name", &item.author)])) } }
                @match item.kind {
                    None => {}
                    Some(Kind::Posts) => span { (lang.t(t::POSTS_ONLY)) },
                    Some(Kind::Comments) => span { (lang.t(t::COMMENTS_ONLY)) },
                }
                (ui::time(&item.at))
            }
            div.actions { (remove(p, item)) }
        }
    }
}

fn remove(p: &SavedSearchesPage, item: &Item) -> Markup {
    let (action, label) = (paths::destroy(item.id), p.shell.lang.fill(t::REMOVE_OF, &[("words", &item.words)]));
    ui::button_form(&ButtonForm { label: &label, class: "quiet small", ..ButtonForm::new(&action, p.once, p.shell.lang.t(t::REMOVE)) })
}
