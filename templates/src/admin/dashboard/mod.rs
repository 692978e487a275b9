//! How MinSchool is doing.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use super::audit::{self, AuditRow};
use super::layout::{self, AdminShell};
use crate::admin::text as admin_text;
use crate::paths::admin as paths;
use crate::text::Lang;
use crate::ui::{self, Avatar, Moment};
use maud::{Markup, html};

/// The first page of the staff's side.
#[derive(Clone)]
pub struct DashboardPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// Numbers of now.
    pub tiles: Vec<Tile<'a>>,
    /// The newest actions of staff.
    pub audit: Vec<AuditRow<'a>>,
    /// Who joined last.
    pub signups: Vec<Signup<'a>>,
}

/// One number.
#[derive(Clone, Debug)]
pub struct Tile<'a> {
    /// What is counted.
    pub label: &'a str,
    /// The number, as people read it.
    pub value: String,
    /// More about it; may be empty.
    pub hint: String,
}

/// A new member.
#[derive(Clone, Debug)]
pub struct Signup<'a> {
    /// The member's number.
    pub id: i64,
    /// The member's name.
    pub name: &'a str,
    /// What names the member's picture.
    pub picture: Option<&'a str>,
    /// The member's e-mail.
    pub email: &'a str,
    pub at: Moment,
}

/// Renders it.
pub fn page(p: &DashboardPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        h1 tabindex="-1" { (lang.t(admin_text::DASHBOARD)) }
        section aria-labelledby="tiles-title" {
            h2 #tiles-title.visually-hidden { (lang.t(t::TILES)) }
            dl.tiles { @for tile in &p.tiles { (stat(tile)) } }
        }
        @if p.shell.may.audit { (recent_audit(p)) }
        @if p.shell.may.users { (recent_signups(lang, &p.signups)) }
    };
    layout::page(p.shell, lang.t(admin_text::DASHBOARD), main)
}

pub(super) fn stat(tile: &Tile) -> Markup {
    html! {
        div.tile {
            dt { (tile.label) }
            dd { span.value { (tile.value) } @if !tile.hint.is_empty() { span.hint { (tile.hint) } } }
        }
    }
}

fn recent_audit(p: &DashboardPage) -> Markup {
    let lang = p.shell.lang;
    html! {
        section aria-labelledby="audit-title" {
            h2 #audit-title { (lang.t(t::RECENT_AUDIT)) }
            @if p.audit.is_empty() { p.muted { (lang.t(admin_text::NONE)) } } @else { (audit::table(lang, &p.audit)) }
            p { a href=(paths::AUDIT) { (lang.t(t::ALL_AUDIT)) } }
        }
    }
}

fn recent_signups(lang: Lang, signups: &[Signup]) -> Markup {
    html! {
        section aria-labelledby="signups-title" {
            h2 #signups-title { (lang.t(t::RECENT_SIGNUPS)) }
            @if signups.is_empty() { p.muted { (lang.t(admin_text::NONE)) } }
            @else {
                ul.people-rows {
                    @for person in signups {
                        li { (ui::avatar(&Avatar { member: person.id, name: person.name, picture: person.picture }, ui::AvatarSize::Small)) a href=(paths::user(person.id)) { (person.name) } span.muted { (person.email) } (ui::time(&person.at)) }
                    }
                }
            }
            p { a href=(paths::USERS) { (lang.t(t::ALL_USERS)) } }
        }
    }
}
