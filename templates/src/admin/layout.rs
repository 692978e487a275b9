//! The frame around each page of the staff's side. Its colours differ, so that staff know where they are.

use super::text as t;
use crate::admin::jobs::text as jobs_text;
use crate::admin::mail::text as mail_text;
use crate::admin::monitor::text as monitor_text;
use crate::admin::organisation::text as organisation_text;
use crate::layout::{Aids, Flash, head, mark, regions, sign_out};
use crate::paths::admin as paths;
use crate::text::{Lang, Text, common};
use crate::ui::{self, Avatar, FieldError};
use maud::{DOCTYPE, Markup, html};

/// What the frame shows besides the page itself.
#[derive(Clone, Copy)]
pub struct AdminShell<'a> {
    pub lang: Lang,
    /// The page's own address.
    pub path: &'a str,
    /// The name of the staff member.
    pub staff: &'a str,
    /// The staff member's number.
    pub staff_id: i64,
    /// What names their picture.
    pub staff_picture: Option<&'a str>,
    /// Which parts of the menu are open.
    pub may: Permissions,
    /// How the reader wants pages to look.
    pub aids: Aids,
    /// What the last action came to.
    pub flash: Option<Flash<'a>>,
    /// The address of the site.
    pub site_url: &'a str,
}

/// The parts of the menu that a role opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// Members.
    pub users: bool,
    pub roles: bool,
    pub boards: bool,
    pub posts: bool,
    pub comments: bool,
    pub sessions: bool,
    /// Audit log.
    pub audit: bool,
}

/// A whole page of the staff's side.
pub fn page(shell: &AdminShell, title: &str, main: Markup) -> Markup {
    let lang = shell.lang;
    html! {
        (DOCTYPE)
        html.admin lang=(lang.tag()) data-theme=(shell.aids.theme.word()) data-size=(shell.aids.size.word())
            data-motion=(shell.aids.motion.word()) data-spacing=(shell.aids.spacing.word()) {
            (head(&lang.fill(t::PAGE_TITLE, &[("title", &title)])))
            body "hx-boost:inherited"="true" "hx-target:inherited"="#main" "hx-select:inherited"="#main"
                "hx-swap:inherited"="outerHTML" "hx-status:5xx:inherited"="swap:none push:false" {
                a.skip href="#main" { (lang.t(common::SKIP)) }
                (header(shell))
                (regions(lang))
                div.admin-body {
                    (menu(shell))
                    main #main tabindex="-1" {
                        @if let Some(flash) = &shell.flash { div data-flash { (ui::notice(lang, flash.tone, flash.text)) } }
                        (main)
                    }
                }
            }
        }
    }
}

/// A page that holds a form: "오류:" opens the title when it came back with errors.
pub fn form_page(shell: &AdminShell, title: &str, errors: &[FieldError], main: Markup) -> Markup {
    if errors.is_empty() {
        return page(shell, title, main);
    }
    page(shell, &shell.lang.fill(common::ERROR_TITLE, &[("title", &title)]), main)
}

/// A page shown before signing in: no menu, one narrow column.
pub fn outside(lang: Lang, aids: &Aids, title: &str, main: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html.admin lang=(lang.tag()) data-theme=(aids.theme.word()) data-size=(aids.size.word())
            data-motion=(aids.motion.word()) data-spacing=(aids.spacing.word()) {
            (head(&lang.fill(t::PAGE_TITLE, &[("title", &title)])))
            body {
                (regions(lang))
                header.site-header { div.wrap.bar { span.brand { (mark()) span { (lang.t(t::SITE_NAME)) } } } }
                main #main tabindex="-1" { div.wrap.narrow { (main) } }
            }
        }
    }
}

fn header(shell: &AdminShell) -> Markup {
    let lang = shell.lang;
    html! {
        header.site-header {
            div.wrap.bar {
                a.brand href=(paths::DASHBOARD) { (mark()) span { (lang.t(t::SITE_NAME)) } }
                div.member-nav {
                    a.online href=(shell.site_url) hx-boost="false" { (lang.t(t::TO_SITE)) }
                    span.staff { (ui::avatar(&Avatar { member: shell.staff_id, name: shell.staff, picture: shell.staff_picture }, ui::AvatarSize::Small)) span.name { (lang.fill(t::SIGNED_IN_AS, &[("name", &shell.staff)])) } }
                    (sign_out(lang, "button quiet"))
                }
            }
        }
    }
}

fn menu(shell: &AdminShell) -> Markup {
    let may = &shell.may;
    let entries: [(bool, &str, Text); 12] = [
        (true, paths::DASHBOARD, t::DASHBOARD),
        (may.users, paths::USERS, t::USERS),
        (may.roles, paths::ROLES, t::ROLES),
        (may.boards, paths::BOARDS, t::BOARDS),
        (may.boards, paths::ORGANISATION, organisation_text::TITLE),
        (may.posts, paths::POSTS, t::POSTS),
        (may.comments, paths::COMMENTS, t::COMMENTS),
        (may.sessions, paths::SESSIONS, t::SESSIONS),
        (may.audit, paths::AUDIT, t::AUDIT),
        // Who may read what staff did may read what the machines did.
        (may.audit, paths::JOBS, jobs_text::TITLE),
        (may.audit, paths::MAIL, mail_text::TITLE),
        (may.audit, paths::SYSTEM, monitor_text::TITLE),
    ];
    html! {
        nav.side-nav aria-label=(shell.lang.t(t::MENU)) {
            ul {
                @for (_, href, label) in entries.iter().filter(|entry| entry.0) {
                    li { a href=(href) aria-current=[current(shell.path, href)] { (shell.lang.t(*label)) } }
                }
            }
        }
    }
}

fn current(path: &str, href: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or(path);
    if path == href {
        return Some("page");
    }
    let below = href != paths::DASHBOARD && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
    below.then_some("true")
}
