//! Staff sign in and out.

use super::text as t;
use crate::admin::layout::{self, AdminShell};
use crate::layout::Aids;
use crate::paths::admin as paths;
use crate::text::{Lang, common};
use crate::ui::{self, FieldError};
use crate::users::sign_in::{self, LoginNotice};
use crate::users::text as users_text;
use maud::{Markup, html};

/// The sign-in form: `email`, `password`, `next`, `once`.
#[derive(Clone, Copy)]
pub struct LoginPage<'a> {
    pub lang: Lang,
    /// How the reader wants pages to look.
    pub aids: Aids,
    /// The e-mail in it.
    pub email: &'a str,
    /// Where to go afterwards.
    pub next: &'a str,
    /// The fields of a form that waits for this, in order; mostly none.
    pub fields: &'a [(String, String)],
    pub once: &'a str,
    pub errors: &'a [FieldError<'a>],
    /// Why the reader is here.
    pub notice: LoginNotice<'a>,
    /// The account is right, but not one of the staff's.
    pub not_staff: bool,
}

/// Asks before signing out.
#[derive(Clone, Copy)]
pub struct LogoutPage<'a> {
    pub shell: &'a AdminShell<'a>,
    pub once: &'a str,
}

/// Renders the sign-in form.
pub fn page(p: &LoginPage) -> Markup {
    let lang = p.lang;
    let main = html! {
        h1 tabindex="-1" { (lang.t(t::LOGIN_TITLE)) }
        p.lead { (lang.t(t::LOGIN_TEXT)) }
        (sign_in::login_notice(lang, p.notice))
        @if p.not_staff { (ui::notice(lang, ui::Tone::Failure, lang.t(t::LOGIN_NOT_STAFF))) }
        form method="post" action=(paths::LOGIN) novalidate data-once-only {
            (ui::error_summary(lang, "", p.errors))
            (ui::once(p.once))
            (ui::hidden("next", p.next))
            @for (name, value) in p.fields { (ui::hidden(&format!("{}{name}", sign_in::KEPT_PREFIX), value)) }
            (sign_in::credentials(lang, p.email, p.errors))
            div.actions { button.button { (lang.t(users_text::LOGIN_BUTTON)) } }
        }
    };
    layout::outside(lang, &p.aids, &faulty_title(lang, lang.t(t::LOGIN_TITLE), p.errors), main)
}

/// "오류:" opens the title when a form came back with errors.
pub fn faulty_title(lang: Lang, title: &str, errors: &[FieldError]) -> String {
    if errors.is_empty() { title.to_owned() } else { lang.fill(common::ERROR_TITLE, &[("title", &title)]) }
}

/// Renders the question before signing out.
pub fn logout(p: &LogoutPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        h1 tabindex="-1" { (lang.t(users_text::LOGOUT_TITLE)) }
        p { (lang.t(users_text::LOGOUT_TEXT)) }
        form method="post" action=(paths::LOGOUT) novalidate hx-boost="false" data-once-only {
            (ui::once(p.once))
            div.actions {
                button.button { (lang.t(users_text::LOGOUT_BUTTON)) }
                a.button.secondary href=(paths::DASHBOARD) { (lang.t(common::CANCEL)) }
            }
        }
    };
    layout::page(p.shell, lang.t(users_text::LOGOUT_TITLE), main)
}
