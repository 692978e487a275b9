//! Boards: their order and every setting they have.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use super::layout::{self, AdminShell};
use crate::admin::text as admin_text;
use crate::boards::{Look, text as boards_text};
use crate::paths::admin as paths;
use crate::text::{Lang, Text, common};
use crate::ui::{self, Choice, Field, FieldError, Table};
use maud::{Markup, html};

/// The boards in order. The order form sends `board` (a number) and `to` (`up` or `down`).
#[derive(Clone)]
pub struct BoardsPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// In order.
    pub boards: Vec<BoardRow<'a>>,
    /// One-time key of the order forms.
    pub once: &'a str,
}

/// One board in the list.
#[derive(Clone, Debug)]
pub struct BoardRow<'a> {
    pub id: i64,
    pub slug: &'a str,
    pub name: &'a str,
    /// Who may read.
    pub read: Audience,
    /// Who may write.
    pub write: Audience,
    /// How many posts it has.
    pub posts: u64,
    /// Nothing new is written there.
    pub archived: bool,
}

/// Who may do something in a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Everyone,
    /// Those who are signed in.
    Members,
    Staff,
    /// Administrators.
    Admins,
}

impl Audience {
    /// From the widest to the narrowest.
    pub const ALL: [Audience; 4] = [Audience::Everyone, Audience::Members, Audience::Staff, Audience::Admins];

    /// What is sent and stored.
    pub fn word(self) -> &'static str {
        match self {
            Audience::Everyone => "everyone",
            Audience::Members => "members",
            Audience::Staff => "staff",
            Audience::Admins => "admins",
        }
    }

    /// What is read.
    pub fn text(self) -> Text {
        match self {
            Audience::Everyone => t::EVERYONE,
            Audience::Members => t::MEMBERS,
            Audience::Staff => t::STAFF,
            Audience::Admins => t::ADMINS,
        }
    }
}

/// A board's settings: `name`, `slug`, `description`, `list`, `read`, `write`, `comment`, `revisions`,
/// `look`, `needs_alt`, `comments_on`, `archived`, `once`.
#[derive(Clone, Copy)]
pub struct BoardForm<'a> {
    pub shell: &'a AdminShell<'a>,
    /// Its number; `None` for a new one.
    pub id: Option<i64>,
    pub name: &'a str,
    /// Its name for English readers; may be empty.
    pub name_en: &'a str,
    pub slug: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// The same for English readers; may be empty.
    pub description_en: &'a str,
    /// Who may know of it.
    pub list: Audience,
    /// Who may read.
    pub read: Audience,
    /// Who may write; everyone is no answer here.
    pub write: Audience,
    /// Who may comment; everyone is no answer here.
    pub comment: Audience,
    /// Who may see what was changed.
    pub revisions: Audience,
    pub look: Look,
    /// Pictures must be described.
    pub needs_alt: bool,
    /// Whether there are comments at all.
    pub comments_on: bool,
    /// Nothing new is written there.
    pub archived: bool,
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
}

/// Renders the list.
pub fn index(p: &BoardsPage) -> Markup {
    let lang = p.shell.lang;
    let title = lang.t(admin_text::BOARDS);
    let main = html! {
        div.page-head {
            h1 tabindex="-1" { (title) }
            a.button href=(paths::BOARDS_NEW) { (lang.t(t::BOARD_NEW)) }
        }
        @if p.boards.is_empty() { (ui::empty(lang.t(admin_text::NONE), "", None)) } @else { (table(p)) }
    };
    layout::page(p.shell, title, main)
}

fn table(p: &BoardsPage) -> Markup {
    let lang = p.shell.lang;
    let heads = [t::COL_BOARD, t::COL_SLUG, t::COL_ACCESS, t::COL_POSTS, t::COL_ORDER];
    let rows = html! { @for (i, board) in p.boards.iter().enumerate() { (row(p, board, i > 0, i + 1 < p.boards.len())) } };
    ui::table(&Table { lang, caption: lang.t(t::BOARDS_CAPTION), heads: &heads, id: "", rows: &rows })
}

fn row(p: &BoardsPage, board: &BoardRow, can_rise: bool, can_sink: bool) -> Markup {
    let lang = p.shell.lang;
    html! {
        tr {
            th scope="row" {
                a href=(paths::board_edit(board.id)) { (board.name) }
                @if board.archived { " " (ui::badge("quiet", lang.t(boards_text::ARCHIVED))) }
            }
            td { code { (board.slug) } }
            td { (lang.t(board.read.text())) " / " (lang.t(board.write.text())) }
            td { (ui::number(board.posts)) }
            td {
                form.order method="post" action=(paths::BOARDS_ORDER) novalidate hx-sync="this:drop" {
                    (ui::once(p.once))
                    (ui::hidden("board", &board.id.to_string()))
                    @if can_rise { button.button.small.secondary name="to" value="up" aria-label=(lang.fill(t::UP, &[("name", &board.name)])) { "↑" } }
                    @if can_sink { button.button.small.secondary name="to" value="down" aria-label=(lang.fill(t::DOWN, &[("name", &board.name)])) { "↓" } }
                }
            }
        }
    }
}

/// Renders a board's settings.
pub fn form(p: &BoardForm) -> Markup {
    let lang = p.shell.lang;
    let (title, action) = match p.id {
        None => (lang.t(t::BOARD_NEW).to_owned(), paths::BOARDS_NEW.to_owned()),
        Some(id) => (lang.fill(t::BOARD_EDIT, &[("name", &p.name)]), paths::board_edit(id)),
    };
    let main = html! {
        p.crumb { a href=(paths::BOARDS) { (lang.t(admin_text::BOARDS)) } }
        h1 tabindex="-1" { (title) }
        form.narrow method="post" action=(action) novalidate hx-sync="this:drop" data-guard {
            (ui::error_summary(lang, "", p.errors))
            (ui::once(p.once))
            (identity(p))
            (audiences(p))
            (options(p))
            div.actions {
                button.button { (lang.t(common::SAVE)) }
                a.button.secondary href=(paths::BOARDS) { (lang.t(common::CANCEL)) }
            }
        }
    };
    layout::form_page(p.shell, &title, p.errors, main)
}

fn identity(p: &BoardForm) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, required: true, errors: p.errors, autocomplete: "off", ..Field::default() };
    html! {
        (ui::field(&Field { name: "name", label: lang.t(t::NAME), value: p.name, ..base }))
        (ui::field(&Field { name: "name_en", label: lang.t(t::NAME_EN), value: p.name_en, hint: lang.t(t::NAME_EN_HINT), required: false, ..base }))
        (ui::field(&Field { name: "slug", label: lang.t(t::SLUG), value: p.slug, hint: lang.t(t::SLUG_HINT), ..base }))
        (ui::textarea(&Field { name: "description", label: lang.t(t::DESCRIPTION), value: p.description, required: false, ..base }, 2))
        (ui::textarea(&Field { name: "description_en", label: lang.t(t::DESCRIPTION_EN), value: p.description_en, required: false, ..base }, 2))
    }
}

fn audiences(p: &BoardForm) -> Markup {
    let lang = p.shell.lang;
    html! {
        fieldset.columns {
            legend { (lang.t(t::WHO)) }
            (audience(p, "list", lang.t(t::WHO_LIST), p.list, &Audience::ALL))
            (audience(p, "read", lang.t(t::WHO_READ), p.read, &Audience::ALL))
            (audience(p, "write", lang.t(t::WHO_WRITE), p.write, &Audience::ALL[1..]))
            (audience(p, "comment", lang.t(t::WHO_COMMENT), p.comment, &Audience::ALL[1..]))
            (audience(p, "revisions", lang.t(t::WHO_REVISIONS), p.revisions, &Audience::ALL))
        }
    }
}

fn audience(p: &BoardForm, name: &str, label: &str, chosen: Audience, offered: &[Audience]) -> Markup {
    let lang: Lang = p.shell.lang;
    let answers: Vec<Choice> = offered.iter().map(|a| Choice { value: a.word(), label: lang.t(a.text()) }).collect();
    ui::select(&Field { lang, name, label, value: chosen.word(), errors: p.errors, ..Field::default() }, &answers)
}

fn options(p: &BoardForm) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, errors: p.errors, ..Field::default() };
    let label = |look| match look {
        Look::List => t::LOOK_LIST,
        Look::Cards => t::LOOK_CARDS,
        Look::Gallery => t::LOOK_GALLERY,
    };
    let looks = Look::ALL.map(|look| Choice { value: look.word(), label: lang.t(label(look)) });
    html! {
        fieldset {
            legend { (lang.t(t::OPTIONS)) }
            (ui::select(&Field { name: "look", label: lang.t(t::LOOK), value: p.look.word(), ..base }, &looks))
            (ui::check(&Field { name: "comments_on", label: lang.t(t::COMMENTS_ON), ..base }, p.comments_on))
            (ui::check(&Field { name: "needs_alt", label: lang.t(t::NEEDS_ALT), hint: lang.t(t::NEEDS_ALT_HINT), ..base }, p.needs_alt))
            (ui::check(&Field { name: "archived", label: lang.t(t::ARCHIVED), hint: lang.t(t::ARCHIVED_HINT), ..base }, p.archived))
        }
    }
}
