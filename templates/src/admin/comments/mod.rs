//! Comments, found and handled many at a time.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use super::layout::{self, AdminShell};
use super::posts::{Bulk, bulk, standing, state_filter, tick, writer};
use crate::admin::posts::text as admin_posts_text;
use crate::admin::text as admin_text;
use crate::paths::admin as paths;
use crate::text::common;
use crate::ui::{self, Field, FieldError, Moment, State, Table, Tone};
use maud::{Markup, html};

/// The comments found by `q` and `state`; the form below sends `item` for each ticked box, `task`, `reason`.
#[derive(Clone)]
pub struct CommentsPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// What was searched for.
    pub query: &'a str,
    /// It was looked for among the newest alone.
    pub is_cut: bool,
    /// `shown`, `hidden`, `deleted`; empty for any.
    pub state: &'a str,
    /// The comments found.
    pub rows: Vec<CommentRow<'a>>,
    /// The open page, from 1.
    pub page: u64,
    /// How many pages there are, at least 1.
    pub total_pages: u64,
    /// The numbers that were ticked, where the form came back.
    pub selected: &'a [i64],
    /// The form's last fields.
    pub bulk: Bulk<'a>,
    pub once: &'a str,
    /// What was wrong with the form.
    pub errors: &'a [FieldError<'a>],
}

#[derive(Clone, Debug)]
pub struct CommentRow<'a> {
    pub id: i64,
    /// Its beginning, as plain text.
    pub excerpt: &'a str,
    /// Its address on the site.
    pub url: String,
    /// The post it stands under.
    pub post_title: &'a str,
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
pub fn index(p: &CommentsPage) -> Markup {
    let lang = p.shell.lang;
    let title = lang.t(admin_text::COMMENTS);
    let filters = [("q", p.query), ("state", p.state)];
    let main = html! {
        h1 tabindex="-1" { (title) }
        form.filters method="get" action=(paths::COMMENTS) role="search" {
            (ui::field(&Field { lang, name: "q", kind: "search", label: lang.t(t::QUERY_COMMENTS), value: p.query, ..Field::default() }))
            (state_filter(lang, p.state))
            button.button { (lang.t(common::SEARCH)) }
        }
        @if p.is_cut { (ui::notice(lang, Tone::Notice, lang.t(admin_posts_text::IS_CUT))) }
        @if p.rows.is_empty() { (ui::empty(lang.t(admin_text::NO_MATCH), lang.t(admin_text::NO_MATCH_TEXT), None)) } @else { (form(p)) }
        (ui::pagination(lang, p.page, p.total_pages, &|n| paths::list(paths::COMMENTS, &filters, n)))
    };
    layout::form_page(p.shell, title, p.errors, main)
}

fn form(p: &CommentsPage) -> Markup {
    let lang = p.shell.lang;
    let heads =
        [admin_posts_text::COL_SELECT, t::COL_TEXT, admin_posts_text::COL_AUTHOR, admin_posts_text::COL_DATE, admin_posts_text::STATE];
    let rows = html! { @for row in &p.rows { (entry(p, row)) } };
    html! {
        form method="post" action=(p.shell.path) novalidate hx-sync="this:drop" {
            (ui::error_summary(lang, "", p.errors))
            (ui::once(p.once))
            (ui::table(&Table { lang, caption: lang.t(t::COMMENTS_CAPTION), heads: &heads, id: "item", rows: &rows }))
            (bulk(lang, &p.bulk, None, p.errors))
        }
    }
}

fn entry(p: &CommentsPage, row: &CommentRow) -> Markup {
    let lang = p.shell.lang;
    html! {
        tr {
            td { (tick(lang, row.id, row.excerpt, p.selected.contains(&row.id))) }
            th scope="row" {
                a href=(row.url) hx-boost="false" { (row.excerpt) }
                p.muted { (lang.fill(t::ON_POST, &[("title", &row.post_title)])) }
            }
            td { (writer(lang, row.author_id, row.author)) }
            td.nowrap { (ui::time(&row.at)) }
            td { (standing(lang, row.state)) }
        }
    }
}
