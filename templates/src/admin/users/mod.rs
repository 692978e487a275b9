//! Members: finding them, giving them a role, suspending them, ending their sessions.

pub(crate) mod samples;
pub mod setup;
pub mod sign_in;
pub mod text;

use self::text as t;
use super::layout::{self, AdminShell};
use super::sessions::{self, SessionRow};
use super::sign_ups::{self, Waiting};
use crate::admin::text as admin_text;
use crate::avatars;
use crate::paths::admin as paths;
use crate::text::{Lang, common};
use crate::ui::{self, Avatar, ButtonForm, Choice, Field, FieldError, Moment, Table};
use maud::{Markup, html};

/// The list of members; searched by `q`.
#[derive(Clone)]
pub struct UsersPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// What was searched for.
    pub query: &'a str,
    /// The members found.
    pub users: Vec<UserRow<'a>>,
    /// The open page, from 1.
    pub page: u64,
    /// How many pages there are, at least 1.
    pub total_pages: u64,
    /// Sign-ups that wait; empty on other pages than the first, and for those who may not decide.
    pub waiting: Waiting<'a>,
    /// What was wrong with one of its forms.
    pub errors: &'a [FieldError<'a>],
}

/// One member in the list.
#[derive(Clone, Debug)]
pub struct UserRow<'a> {
    /// The member's number.
    pub id: i64,
    /// The member's name.
    pub name: &'a str,
    /// What names the member's picture.
    pub picture: Option<&'a str>,
    /// The member's e-mail.
    pub email: &'a str,
    /// The role's name.
    pub role: &'a str,
    /// When the member joined.
    pub joined: Moment,
    /// When the member was last here, if ever.
    pub last_seen: Option<Moment>,
    /// Whether the member is suspended.
    pub suspended: bool,
}

impl<'a> UserRow<'a> {
    fn avatar(&self) -> Avatar<'a> {
        Avatar { member: self.id, name: self.name, picture: self.picture }
    }
}

/// One member with everything that staff may do: forms `role`, and `reason` + `until` (a date).
#[derive(Clone)]
pub struct UserPage<'a> {
    pub shell: &'a AdminShell<'a>,
    pub user: UserRow<'a>,
    /// The roles to choose from: what is sent, what is read.
    pub roles: Vec<Choice<'a>>,
    /// The role that the member has, as it is sent.
    pub role: &'a str,
    /// The suspension in force.
    pub suspension: Option<Suspension<'a>>,
    /// Where the member is signed in.
    pub sessions: Vec<SessionRow<'a>>,
    /// Staff may change the role.
    pub may_change_role: bool,
    /// Staff may suspend.
    pub may_suspend: bool,
    /// Staff may take the picture away.
    pub may_remove_picture: bool,
    /// Staff may end sessions.
    pub may_end_sessions: bool,
    /// It is the reader's own account.
    pub is_self: bool,
    /// The reason in the form.
    pub reason: &'a str,
    /// The date in the form, `2026-12-31`; empty for none.
    pub until: &'a str,
    /// One-time key, shared by the forms: only one of them can be sent from a page.
    pub once: &'a str,
    /// What was wrong with the form that came back.
    pub errors: &'a [FieldError<'a>],
}

/// A suspension in force.
#[derive(Clone, Debug)]
pub struct Suspension<'a> {
    /// Why.
    pub reason: &'a str,
    /// Who did it.
    pub by: &'a str,
    /// Since when.
    pub at: Moment,
    /// Until when; `None` until it is lifted.
    pub until: Option<Moment>,
}

/// Renders the list.
pub fn index(p: &UsersPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        h1 tabindex="-1" { (lang.t(admin_text::USERS)) }
        (ui::error_summary(lang, "", p.errors))
        (sign_ups::count(lang, &p.waiting))
        form.filters method="get" action=(paths::USERS) role="search" {
            (ui::field(&Field { lang, name: "q", kind: "search", label: lang.t(t::USERS_SEARCH), value: p.query, ..Field::default() }))
            button.button { (lang.t(common::SEARCH)) }
        }
        @if p.users.is_empty() { (ui::empty(lang.t(admin_text::NO_MATCH), lang.t(admin_text::NO_MATCH_TEXT), None)) } @else { (table(lang, &p.users)) }
        (ui::pagination(lang, p.page, p.total_pages, &|n| paths::list(paths::USERS, &[("q", p.query)], n)))
        (sign_ups::list(lang, &p.waiting))
    };
    layout::form_page(p.shell, lang.t(admin_text::USERS), p.errors, main)
}

fn table(lang: Lang, users: &[UserRow]) -> Markup {
    let heads = [
        admin_text::COL_NAME,
        admin_text::COL_EMAIL,
        admin_text::COL_ROLE,
        admin_text::COL_STATE,
        t::COL_JOINED,
        admin_text::COL_LAST_SEEN,
    ];
    let rows = html! { @for user in users { (row(lang, user)) } };
    ui::table(&Table { lang, caption: lang.t(admin_text::USERS), heads: &heads, id: "", rows: &rows })
}

fn row(lang: Lang, user: &UserRow) -> Markup {
    html! {
        tr {
            th scope="row" { span.person { (ui::avatar(&user.avatar(), ui::AvatarSize::Small)) a href=(paths::user(user.id)) { (user.name) } } }
            td { (user.email) }
            td { (user.role) }
            td { (standing(lang, user.suspended)) }
            td.nowrap { (ui::time(&user.joined)) }
            td.nowrap { (seen(lang, user)) }
        }
    }
}

fn standing(lang: Lang, suspended: bool) -> Markup {
    if suspended { ui::badge("failure", lang.t(t::STATE_SUSPENDED)) } else { ui::badge("quiet", lang.t(t::STATE_ACTIVE)) }
}

fn seen(lang: Lang, user: &UserRow) -> Markup {
    html! { @match &user.last_seen { Some(at) => (ui::time(at)), None => span.muted { (lang.t(t::NEVER)) } } }
}

/// Renders one member.
pub fn show(p: &UserPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        p.crumb { a href=(paths::USERS) { (lang.t(admin_text::USERS)) } }
        h1 tabindex="-1" { (p.user.name) }
        (ui::error_summary(lang, "", p.errors))
        (facts(lang, &p.user))
        @if p.is_self { (ui::notice(lang, ui::Tone::Notice, lang.t(t::SELF_NOTE))) }
        @if p.user.picture.is_some() { (portrait(p)) }
        @if p.may_change_role && !p.is_self { (role_form(p)) }
        @if p.may_suspend && !p.is_self { (suspension(p)) }
        (their_sessions(p))
    };
    layout::form_page(p.shell, p.user.name, p.errors, main)
}

fn facts(lang: Lang, user: &UserRow) -> Markup {
    html! {
        section aria-labelledby="facts-title" {
            h2 #facts-title { (lang.t(t::USER_FACTS)) }
            dl.facts {
                div { dt { (lang.t(admin_text::COL_EMAIL)) } dd { (user.email) } }
                div { dt { (lang.t(admin_text::COL_ROLE)) } dd { (user.role) } }
                div { dt { (lang.t(admin_text::COL_STATE)) } dd { (standing(lang, user.suspended)) } }
                div { dt { (lang.t(t::COL_JOINED)) } dd { (ui::time(&user.joined)) } }
                div { dt { (lang.t(admin_text::COL_LAST_SEEN)) } dd { (seen(lang, user)) } }
            }
        }
    }
}

fn portrait(p: &UserPage) -> Markup {
    let lang = p.shell.lang;
    html! {
        section aria-labelledby="portrait-title" {
            h2 #portrait-title { (lang.t(avatars::text::TITLE)) }
            div.profile {
                (ui::avatar(&p.user.avatar(), ui::AvatarSize::Large))
                @if p.may_remove_picture && !p.is_self {
                    div {
                        p { (lang.t(avatars::text::STAFF_REMOVE_TEXT)) }
                        (avatars::remove(lang, &paths::user_picture_delete(p.user.id), p.once))
                    }
                }
            }
        }
    }
}

fn role_form(p: &UserPage) -> Markup {
    let lang = p.shell.lang;
    html! {
        section aria-labelledby="role-title" {
            h2 #role-title { (lang.t(t::ROLE_FORM)) }
            form method="post" action=(paths::user_role(p.user.id)) novalidate hx-sync="this:drop" {
                (ui::once(p.once))
                (ui::select(&Field { lang, name: "role", label: lang.t(admin_text::COL_ROLE), value: p.role, errors: p.errors, ..Field::default() }, &p.roles))
                button.button { (lang.t(t::ROLE_SAVE)) }
            }
        }
    }
}

fn suspension(p: &UserPage) -> Markup {
    let lang = p.shell.lang;
    html! {
        section aria-labelledby="suspend-title" {
            h2 #suspend-title { (lang.t(t::SUSPEND_FORM)) }
            @match &p.suspension {
                Some(s) => (lift_form(p, s)),
                None => (suspend_form(p)),
            }
        }
    }
}

fn lift_form(p: &UserPage, s: &Suspension) -> Markup {
    let lang = p.shell.lang;
    html! {
        p { (lang.fill(t::SUSPENDED_NOW, &[("when", &s.at.shown), ("by", &s.by)])) }
        p { (lang.fill(admin_text::SUSPENDED_REASON, &[("reason", &s.reason)])) }
        p {
            @match &s.until {
                Some(until) => (lang.fill(t::SUSPENDED_UNTIL, &[("until", &until.shown)])),
                None => (lang.t(t::SUSPENDED_FOREVER)),
            }
        }
        (ui::button_form(&ButtonForm::new(&paths::user_lift(p.user.id), p.once, lang.t(t::LIFT_BUTTON))))
    }
}

fn suspend_form(p: &UserPage) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, errors: p.errors, ..Field::default() };
    html! {
        form method="post" action=(paths::user_suspend(p.user.id)) novalidate hx-sync="this:drop" {
            (ui::once(p.once))
            (ui::textarea(&Field { name: "reason", label: lang.t(t::SUSPEND_REASON), value: p.reason, hint: lang.t(t::SUSPEND_REASON_HINT), required: true, ..base }, 2))
            (ui::field(&Field { name: "until", kind: "date", label: lang.t(t::SUSPEND_UNTIL), value: p.until, hint: lang.t(t::SUSPEND_UNTIL_HINT), ..base }))
            button.button.danger { (lang.t(t::SUSPEND_BUTTON)) }
        }
    }
}

fn their_sessions(p: &UserPage) -> Markup {
    let lang = p.shell.lang;
    let caption = lang.fill(admin_text::SESSIONS_OF, &[("name", &p.user.name)]);
    html! {
        section {
            h2 { (caption) }
            @if p.sessions.is_empty() { p.muted { (lang.t(admin_text::NONE)) } }
            @else {
                (sessions::table(lang, &caption, &p.sessions, p.once))
                @if p.may_end_sessions {
                    @let action = paths::user_end_sessions(p.user.id);
                    @let form = ButtonForm::new(&action, p.once, lang.t(t::END_SESSIONS_BUTTON));
                    (ui::button_form(&ButtonForm { class: "danger", ..form }))
                }
            }
        }
    }
}
