//! Posts, found and handled many at a time.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use super::layout::{self, AdminShell};
use crate::admin::boards::text as admin_boards_text;
use crate::admin::text as admin_text;
use crate::layout::NavBoard;
use crate::paths::admin as paths;
use crate::text::{Lang, Text, common};
use crate::ui::{self, Choice, Field, FieldError, Moment, State, Table, Tone};
use maud::{Markup, html};

/// The posts found by `q`, `board`, `state`; the form below sends `item` for each ticked box, `task`, `board_to`, `reason`.
#[derive(Clone)]
pub struct PostsPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// What was searched for.
    pub query: &'a str,
    /// It was looked for among the newest alone.
    pub is_cut: bool,
    /// The board's address; empty for all.
    pub board: &'a str,
    /// `shown`, `hidden`, `deleted`; empty for any.
    pub state: &'a str,
    /// The boards to choose from.
    pub boards: &'a [NavBoard],
    /// The posts found.
    pub rows: Vec<PostRow<'a>>,
    /// The open page, from 1.
    pub page: u64,
    /// How many pages there are, at least 1.
    pub total_pages: u64,
    /// The numbers that were ticked, where the form came back.
    pub selected: &'a [i64],
    /// The form's last three fields.
    pub bulk: Bulk<'a>,
    pub once: &'a str,
    /// What was wrong with the form.
    pub errors: &'a [FieldError<'a>],
}

/// What to do with the ticked ones, as typed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bulk<'a> {
    /// `hide`, `restore`, `delete`, `move`; empty where nothing was chosen.
    pub task: &'a str,
    /// The board to move to; empty for none.
    pub board_to: &'a str,
    /// Why.
    pub reason: &'a str,
}

#[derive(Clone, Debug)]
pub struct PostRow<'a> {
    pub id: i64,
    pub title: &'a str,
    /// Its address on the site.
    pub url: String,
    /// Its board's name.
    pub board: &'a str,
    /// Its writer's name.
    pub author: &'a str,
    /// Its writer's number; `None` for a member who has left.
    pub author_id: Option<i64>,
    /// When it was written.
    pub at: Moment,
    /// Shown, hidden or deleted.
    pub state: State,
}

/// Renders them.
pub fn index(p: &PostsPage) -> Markup {
    let lang = p.shell.lang;
    let title = lang.t(admin_text::POSTS);
    let filters = [("q", p.query), ("board", p.board), ("state", p.state)];
    let main = html! {
        h1 tabindex="-1" { (title) }
        form.filters method="get" action=(paths::POSTS) role="search" {
            (ui::field(&Field { lang, name: "q", kind: "search", label: lang.t(t::QUERY_POSTS), value: p.query, ..Field::default() }))
            (ui::select(&Field { lang, name: "board", label: lang.t(admin_boards_text::COL_BOARD), value: p.board, ..Field::default() }, &boards(lang, p.boards, t::BOARD_ANY)))
            (state_filter(lang, p.state))
            button.button { (lang.t(common::SEARCH)) }
        }
        @if p.is_cut { (ui::notice(lang, Tone::Notice, lang.t(t::IS_CUT))) }
        @if p.rows.is_empty() { (ui::empty(lang.t(admin_text::NO_MATCH), lang.t(admin_text::NO_MATCH_TEXT), None)) } @else { (form(p)) }
        (ui::pagination(lang, p.page, p.total_pages, &|n| paths::list(paths::POSTS, &filters, n)))
    };
    layout::form_page(p.shell, title, p.errors, main)
}

/// Narrows a list to a state.
pub fn state_filter(lang: Lang, state: &str) -> Markup {
    let answers = STATES.map(|(value, text)| Choice { value, label: lang.t(text) });
    ui::select(&Field { lang, name: "state", label: lang.t(t::STATE), value: state, ..Field::default() }, &answers)
}

fn boards<'a>(lang: Lang, boards: &'a [NavBoard], none: Text) -> Vec<Choice<'a>> {
    let first = Choice { value: "", label: lang.t(none) };
    std::iter::once(first).chain(boards.iter().map(|b| Choice { value: &b.slug, label: &b.name })).collect()
}

fn form(p: &PostsPage) -> Markup {
    let lang = p.shell.lang;
    let heads = [t::COL_SELECT, t::COL_TITLE, admin_boards_text::COL_BOARD, t::COL_AUTHOR, t::COL_DATE, t::STATE];
    let rows = html! { @for row in &p.rows { (entry(p, row)) } };
    html! {
        form method="post" action=(p.shell.path) novalidate hx-sync="this:drop" {
            (ui::error_summary(lang, "", p.errors))
            (ui::once(p.once))
            (ui::table(&Table { lang, caption: lang.t(t::POSTS_CAPTION), heads: &heads, id: "item", rows: &rows }))
            (bulk(lang, &p.bulk, Some(p.boards), p.errors))
        }
    }
}

fn entry(p: &PostsPage, row: &PostRow) -> Markup {
    let lang = p.shell.lang;
    html! {
        tr {
            td { (tick(lang, row.id, row.title, p.selected.contains(&row.id))) }
            th scope="row" { a href=(row.url) hx-boost="false" { (row.title) } }
            td { (row.board) }
            td { (writer(lang, row.author_id, row.author)) }
            td.nowrap { (ui::time(&row.at)) }
            td { (standing(lang, row.state)) }
        }
    }
}

/// A box to tick, named after what it ticks.
pub fn tick(lang: Lang, id: i64, title: &str, selected: bool) -> Markup {
    html! { input.tick type="checkbox" name="item" value=(id) checked[selected] aria-label=(lang.fill(t::SELECT_ONE, &[("title", &title)])); }
}

/// A writer's name, leading to the member.
pub fn writer(lang: Lang, id: Option<i64>, name: &str) -> Markup {
    html! { @match id { Some(id) => a href=(paths::user(id)) { (name) }, None => span.muted { (lang.t(common::SOMEONE_GONE)) } } }
}

/// The state in a word.
pub fn standing(lang: Lang, state: State) -> Markup {
    let kind = match state {
        State::Shown => "quiet",
        State::Hidden => "warning",
        State::Deleted => "failure",
    };
    ui::badge(kind, lang.t(state_name(state)))
}

/// What to do with the ticked ones, and why. Only posts can be moved.
pub fn bulk(lang: Lang, bulk: &Bulk, move_to: Option<&[NavBoard]>, errors: &[FieldError]) -> Markup {
    let base = Field { lang, errors, ..Field::default() };
    let choice = |value, text| Choice { value, label: lang.t(text) };
    let mut actions = vec![
        choice("", t::ACTION_CHOOSE),
        choice("hide", t::ACTION_HIDE),
        choice("restore", t::ACTION_RESTORE),
        choice("delete", t::ACTION_DELETE),
    ];
    if move_to.is_some() {
        actions.push(choice("move", t::ACTION_MOVE));
    }
    html! {
        fieldset.bulk {
            legend { (lang.t(t::BULK)) }
            (ui::select(&Field { name: "task", label: lang.t(t::ACTION), value: bulk.task, ..base }, &actions))
            @if let Some(list) = move_to {
                (ui::select(&Field { name: "board_to", label: lang.t(t::MOVE_TO), value: bulk.board_to, hint: lang.t(t::MOVE_HINT), ..base }, &boards(lang, list, t::ACTION_CHOOSE)))
            }
            (ui::field(&Field { name: "reason", label: lang.t(t::REASON), value: bulk.reason, hint: lang.t(t::REASON_HINT), autocomplete: "off", ..base }))
            button.button { (lang.t(t::APPLY)) }
        }
    }
}

/// The states that the lists of posts and comments can be narrowed to: what is sent, what is read.
pub const STATES: [(&str, Text); 4] =
    [("", t::STATE_ANY), ("shown", t::STATE_SHOWN), ("hidden", t::STATE_HIDDEN), ("deleted", t::STATE_DELETED)];

/// The word for a state.
pub fn state_name(state: State) -> Text {
    match state {
        State::Shown => t::STATE_SHOWN,
        State::Hidden => t::STATE_HIDDEN,
        State::Deleted => t::STATE_DELETED,
    }
}
