//! Who is signed in where, and ending it.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use super::layout::{self, AdminShell};
use crate::admin::text as admin_text;
use crate::paths::admin as paths;
use crate::sessions::text as sessions_text;
use crate::text::Lang;
use crate::ui::{self, ButtonForm, Moment, Table};
use maud::{Markup, html};

/// Open sessions, of everybody or of one member.
#[derive(Clone)]
pub struct SessionsPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// Last used first.
    pub rows: Vec<SessionRow<'a>>,
    /// The member whose sessions these are: number and name; `None` for everybody's.
    pub user: Option<(i64, &'a str)>,
    /// How many there are on all pages.
    pub total: u64,
    /// The open page, from 1.
    pub page: u64,
    /// How many pages there are, at least 1.
    pub total_pages: u64,
    /// One-time key; each form ends a session, so they may share it.
    pub once: &'a str,
}

#[derive(Clone, Debug)]
pub struct SessionRow<'a> {
    pub id: i64,
    /// The member's number.
    pub user_id: i64,
    /// The member's name.
    pub name: &'a str,
    /// The device in words.
    pub device: &'a str,
    /// Its IP address.
    pub ip: &'a str,
    /// It is signed in to the staff's side.
    pub in_admin: bool,
    /// When it signed in.
    pub created: Moment,
    /// When it was last used.
    pub last_seen: Moment,
    /// The one that asks.
    pub is_current: bool,
}

/// Renders them.
pub fn index(p: &SessionsPage) -> Markup {
    let lang = p.shell.lang;
    let title = match p.user {
        Some((_, name)) => lang.fill(admin_text::SESSIONS_OF, &[("name", &name)]),
        None => lang.t(admin_text::SESSIONS).to_owned(),
    };
    let user = p.user.map(|(id, _)| id.to_string()).unwrap_or_default();
    let main = html! {
        h1 tabindex="-1" { (title) }
        p { (lang.count(t::SESSIONS_TOTAL_ONE, t::SESSIONS_TOTAL_MANY, p.total)) }
        @if p.user.is_some() { p { a href=(paths::SESSIONS) { (lang.t(t::SESSIONS_ALL)) } } }
        @if p.rows.is_empty() { (ui::empty(lang.t(admin_text::NONE), "", None)) } @else { (table(lang, &title, &p.rows, p.once)) }
        (ui::pagination(lang, p.page, p.total_pages, &|n| paths::list(paths::SESSIONS, &[("user", &user)], n)))
    };
    layout::page(p.shell, &title, main)
}

/// The sessions as a table; a member's page shows them too.
pub fn table(lang: Lang, caption: &str, rows: &[SessionRow], once: &str) -> Markup {
    let heads = [
        admin_text::COL_NAME,
        t::COL_DEVICE,
        t::COL_AREA,
        admin_text::COL_IP,
        t::COL_STARTED,
        admin_text::COL_LAST_SEEN,
        admin_text::COL_ACTIONS,
    ];
    let rows = html! { @for row in rows { (entry(lang, row, once)) } };
    ui::table(&Table { lang, caption, heads: &heads, id: "", rows: &rows })
}

fn entry(lang: Lang, row: &SessionRow, once: &str) -> Markup {
    html! {
        tr {
            th scope="row" { a href=(paths::sessions_of(row.user_id)) { (row.name) } }
            td { (row.device) @if row.is_current { " " (ui::badge("new", lang.t(sessions_text::THIS_DEVICE))) } }
            td { (lang.t(if row.in_admin { t::AREA_ADMIN } else { t::AREA_SITE })) }
            td.nowrap { (row.ip) }
            td.nowrap { (ui::time(&row.created)) }
            td.nowrap { (ui::time(&row.last_seen)) }
            td {
                @if !row.is_current {
                    @let action = paths::session_end(row.id);
                    @let label = lang.fill(t::END_LABEL, &[("name", &row.name), ("device", &row.device)]);
                    @let form = ButtonForm::new(&action, once, lang.t(t::END));
                    (ui::button_form(&ButtonForm { label: &label, class: "small secondary", ..form }))
                }
            }
        }
    }
}
