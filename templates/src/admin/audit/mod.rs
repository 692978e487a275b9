//! What staff did: who, what, before and after, from where.

mod names;

pub(crate) mod samples;
pub mod text;

use self::text as t;
use super::layout::{self, AdminShell};
use crate::admin::text as admin_text;
use crate::paths::admin as paths;
use crate::text::Lang;
use crate::ui::{self, Moment, Table};
use maud::{Markup, html};

/// The audit log.
#[derive(Clone)]
pub struct AuditPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// Newest first.
    pub rows: Vec<AuditRow<'a>>,
    /// The open page, from 1.
    pub page: u64,
    /// How many pages there are, at least 1.
    pub total_pages: u64,
}

/// One action.
#[derive(Clone, Debug)]
pub struct AuditRow<'a> {
    pub at: Moment,
    /// Who; empty where the system did it.
    pub staff: &'a str,
    /// What, in words.
    pub action: &'a str,
    /// On what, in words.
    pub target: &'a str,
    /// Why; may be empty.
    pub reason: &'a str,
    /// From which address.
    pub ip: &'a str,
    /// What became different.
    pub changes: Vec<Change<'a>>,
}

/// One thing that became different.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// What it is, in words.
    pub field: &'a str,
    /// What it was; empty where there was nothing.
    pub before: &'a str,
    /// What it is now; empty where there is nothing.
    pub after: &'a str,
}

/// Renders the log.
pub fn page(p: &AuditPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        h1 tabindex="-1" { (lang.t(admin_text::AUDIT)) }
        @if p.rows.is_empty() { (ui::empty(lang.t(admin_text::NONE), "", None)) } @else { (table(lang, &p.rows)) }
        (ui::pagination(lang, p.page, p.total_pages, &|n| paths::list(paths::AUDIT, &[], n)))
    };
    layout::page(p.shell, lang.t(admin_text::AUDIT), main)
}

/// The actions as a table; the dashboard shows the newest of them.
pub fn table(lang: Lang, rows: &[AuditRow]) -> Markup {
    let heads = [t::COL_WHEN, t::COL_WHO, t::COL_WHAT, t::COL_TARGET, t::COL_CHANGES, admin_text::COL_IP];
    let rows = html! { @for row in rows { (entry(lang, row)) } };
    ui::table(&Table { lang, caption: lang.t(admin_text::AUDIT), heads: &heads, id: "", rows: &rows })
}

fn entry(lang: Lang, row: &AuditRow) -> Markup {
    html! {
        tr {
            td.nowrap { (ui::time(&row.at)) }
            td { @if row.staff.is_empty() { span.muted { (lang.t(t::SYSTEM)) } } @else { (row.staff) } }
            th scope="row" { (names::action_name(row.action).map_or(row.action, |name| lang.t(name))) }
            td { (row.target) @if !row.reason.is_empty() { p.reason { (lang.fill(admin_text::SUSPENDED_REASON, &[("reason", &row.reason)])) } } }
            td { (changes(lang, &row.changes)) }
            td.nowrap { (row.ip) }
        }
    }
}

/// Before and after, struck out and underlined by real elements, so that readers say it too.
pub fn changes(lang: Lang, changes: &[Change]) -> Markup {
    html! {
        @if !changes.is_empty() {
            dl.changes {
                @for change in changes {
                    div {
                        dt { (names::field_name(change.field).map_or(change.field, |name| lang.t(name))) }
                        dd {
                            del { span.visually-hidden { (lang.t(t::CHANGE_BEFORE)) ": " } (or_none(lang, change.before)) }
                            span aria-hidden="true" { " → " }
                            ins { span.visually-hidden { (lang.t(t::CHANGE_AFTER)) ": " } (or_none(lang, change.after)) }
                        }
                    }
                }
            }
        }
    }
}

fn or_none(lang: Lang, value: &str) -> &str {
    if value.is_empty() { lang.t(t::CHANGE_EMPTY) } else { names::value_name(value).map_or(value, |name| lang.t(name)) }
}
