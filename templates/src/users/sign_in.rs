//! Signing in, signing out, and signing in again without losing what was written.

use super::text as t;
use crate::layout::{self, About, Shell};
use crate::password;
use crate::paths;
use crate::sign_ups;
use crate::text::{Lang, common};
use crate::ui::{self, Field, FieldError, Tone};
use maud::{Markup, html};

/// The sign-in form: `email`, `password`, `remember`, `next`, `once`.
#[derive(Clone, Copy)]
pub struct LoginPage<'a> {
    pub shell: &'a Shell<'a>,
    /// The e-mail in it.
    pub email: &'a str,
    /// Whether to stay signed in.
    pub remember: bool,
    /// Where to go afterwards.
    pub next: &'a str,
    pub once: &'a str,
    /// What was wrong. A wrong e-mail and a wrong password are one fault, `login.wrong`.
    pub errors: &'a [FieldError<'a>],
    /// Why the reader is here.
    pub notice: LoginNotice<'a>,
    /// Whether newcomers press a button behind a mailed link before they can sign in.
    pub confirms_sign_ups: bool,
}

/// Why the sign-in form is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginNotice<'a> {
    /// By choice.
    None,
    /// Just joined, or had joined before; which of the two is not shown.
    Registered,
    /// Just pressed the button behind the link of a sign-up.
    Confirmed,
    /// Just signed out.
    SignedOut,
    /// The page needs a member.
    Required,
    /// The session ran out.
    Expired,
    /// The session was ended from elsewhere.
    Ended,
    /// The password was changed.
    PasswordChanged,
    /// The account is suspended.
    Suspended {
        /// Why.
        reason: &'a str,
        /// Until when, as people read it; empty where there is no end.
        until: &'a str,
    },
    /// Too many attempts.
    Wait {
        /// How long to wait.
        seconds: u64,
    },
}

/// Asks before signing out.
#[derive(Clone, Copy)]
pub struct LogoutPage<'a> {
    pub shell: &'a Shell<'a>,
    pub once: &'a str,
}

/// A form arrived after its session had run out: sign in, and it is sent on.
///
/// It posts to the sign-in address with `resume=1`, `next` as the form's own address, and every field of
/// that form under its name with `kept.` before it.
#[derive(Clone, Copy)]
pub struct ReloginPage<'a> {
    pub shell: &'a Shell<'a>,
    /// The e-mail in it.
    pub email: &'a str,
    /// The address that the form was sent to.
    pub next: &'a str,
    /// What was sent, in order.
    pub fields: &'a [(String, String)],
    pub once: &'a str,
    /// What was wrong with signing in.
    pub errors: &'a [FieldError<'a>],
    /// A wait or a suspension, where there is one.
    pub notice: LoginNotice<'a>,
    /// As in [`LoginPage`].
    pub confirms_sign_ups: bool,
}

/// What stands before the name of a field that waits for its writer to sign in again.
pub const KEPT_PREFIX: &str = "kept.";

/// What stands before the name of a field whose file waits for its sender to sign in again; its value is `id/name`, or `/name` of a file
/// that could not be kept.
pub const WAITING_PREFIX: &str = "waiting.";

/// Renders the sign-in form.
pub fn login(p: &LoginPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::LOGIN_TITLE)) }
            (login_notice(lang, p.notice))
            // Signing in changes the header, so the whole page is asked for.
            form method="post" action=(paths::LOGIN) novalidate hx-boost="false" data-once-only {
                (ui::error_summary(lang, "", p.errors))
                (ui::once(p.once))
                (ui::hidden("next", p.next))
                (credentials(lang, p.email, p.errors))
                (remember(lang, p.remember))
                div.actions { button.button { (lang.t(t::LOGIN_BUTTON)) } }
            }
            (newcomer_hint(lang, p.confirms_sign_ups, p.errors))
            p { a href=(password::paths::FORGOT) { (lang.t(password::text::FORGOT)) } }
            p { (lang.t(t::NO_ACCOUNT)) " " a href=(paths::signup_then(p.next)) { (lang.t(t::SIGNUP_TITLE)) } }
        }
    };
    if !p.errors.is_empty() {
        return layout::form_page(p.shell, lang.t(t::LOGIN_TITLE), p.errors, main);
    }
    let about = About { description: lang.t(common::SITE_TAGLINE), path: paths::LOGIN, is_article: false };
    layout::public_page(p.shell, lang.t(t::LOGIN_TITLE), &about, main)
}

/// E-mail and password, as every sign-in asks for them.
pub fn credentials(lang: Lang, email: &str, errors: &[FieldError]) -> Markup {
    let base = Field { lang, required: true, errors, ..Field::default() };
    html! {
        (ui::field(&Field { name: "email", kind: "email", label: lang.t(t::EMAIL), value: email, autocomplete: "username", ..base }))
        (ui::password(&Field { name: "password", kind: "password", label: lang.t(t::PASSWORD), autocomplete: "current-password", ..base }))
    }
}

/// What newcomers may have left to do. Shown for any address, so that it does not show which ones wait.
fn newcomer_hint(lang: Lang, confirms_sign_ups: bool, errors: &[FieldError]) -> Markup {
    let is_wrong = errors.iter().any(|error| error.key == "login.wrong");
    html! { @if confirms_sign_ups && is_wrong { p { (lang.t(sign_ups::text::LOGIN_HINT)) } } }
}

fn remember(lang: Lang, on: bool) -> Markup {
    ui::check(&Field { lang, name: "remember", label: lang.t(t::REMEMBER), hint: lang.t(t::REMEMBER_HINT), ..Field::default() }, on)
}

/// Why the form is shown, in a sentence.
pub fn login_notice(lang: Lang, notice: LoginNotice) -> Markup {
    let (tone, text) = match notice {
        LoginNotice::None => return Markup::default(),
        LoginNotice::Registered => (Tone::Success, lang.t(t::NOTICE_JOINED).to_owned()),
        LoginNotice::Confirmed => (Tone::Success, lang.t(sign_ups::text::NOTICE_CONFIRMED).to_owned()),
        LoginNotice::SignedOut => (Tone::Success, lang.t(t::NOTICE_SIGNED_OUT).to_owned()),
        LoginNotice::Required => (Tone::Notice, lang.t(t::NOTICE_REQUIRED).to_owned()),
        LoginNotice::Expired => (Tone::Notice, lang.t(t::NOTICE_EXPIRED).to_owned()),
        LoginNotice::Ended => (Tone::Warning, lang.t(t::NOTICE_ENDED).to_owned()),
        LoginNotice::PasswordChanged => (Tone::Success, lang.t(t::NOTICE_PASSWORD_CHANGED).to_owned()),
        LoginNotice::Suspended { reason, until: "" } => (Tone::Failure, lang.fill(t::NOTICE_SUSPENDED, &[("reason", &reason)])),
        LoginNotice::Suspended { reason, until } => {
            (Tone::Failure, lang.fill(t::NOTICE_SUSPENDED_UNTIL, &[("reason", &reason), ("until", &until)]))
        }
        LoginNotice::Wait { seconds } if seconds < 60 => (Tone::Warning, lang.fill(t::NOTICE_WAIT_SECONDS, &[("n", &seconds)])),
        LoginNotice::Wait { seconds } => (Tone::Warning, lang.fill(t::NOTICE_WAIT_MINUTES, &[("n", &seconds.div_ceil(60))])),
    };
    ui::notice(lang, tone, &text)
}

/// Renders the question before signing out.
pub fn logout(p: &LogoutPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::LOGOUT_TITLE)) }
            p { (lang.t(t::LOGOUT_TEXT)) }
            form method="post" action=(paths::LOGOUT) novalidate hx-boost="false" data-once-only {
                (ui::once(p.once))
                div.actions {
                    button.button { (lang.t(t::LOGOUT_BUTTON)) }
                    a.button.secondary href=(paths::HOME) { (lang.t(t::STAY)) }
                }
            }
        }
    };
    layout::page(p.shell, lang.t(t::LOGOUT_TITLE), main)
}

/// Renders the sign-in form that keeps what was written.
pub fn relogin(p: &ReloginPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::RELOGIN_TITLE)) }
            (ui::notice(lang, Tone::Notice, lang.t(t::RELOGIN_TEXT)))
            (login_notice(lang, p.notice))
            form method="post" action=(paths::LOGIN) novalidate hx-boost="false" data-once-only {
                (ui::error_summary(lang, "", p.errors))
                (ui::once(p.once))
                (ui::hidden("resume", "1"))
                (ui::hidden("next", p.next))
                @for (name, value) in p.fields { (ui::hidden(&format!("{KEPT_PREFIX}{name}"), value)) }
                (credentials(lang, p.email, p.errors))
                div.actions { button.button { (lang.t(t::RELOGIN_BUTTON)) } }
            }
            (newcomer_hint(lang, p.confirms_sign_ups, p.errors))
            (kept(lang, p.fields))
        }
    };
    layout::form_page(p.shell, lang.t(t::RELOGIN_TITLE), p.errors, main)
}

/// What was written, to read and to copy, and the files that came with it.
pub(crate) fn kept(lang: Lang, fields: &[(String, String)]) -> Markup {
    let shown = fields.iter().filter_map(|(name, value)| match name.as_str() {
        "title" => Some((t::KEPT_TITLE, value)),
        "body" => Some((t::KEPT_BODY, value)),
        _ => None,
    });
    let shown: Vec<_> = shown.filter(|(_, value)| !value.is_empty()).collect();
    let files = fields.iter().filter(|(name, _)| name.starts_with(WAITING_PREFIX)).filter_map(|(_, value)| value.split_once('/'));
    let (lost, waiting): (Vec<_>, Vec<_>) = files.partition(|(id, _)| id.is_empty());
    html! {
        @if !(shown.is_empty() && waiting.is_empty() && lost.is_empty()) {
            section aria-labelledby="kept-title" {
                h2 #kept-title { (lang.t(t::RELOGIN_KEPT)) }
                dl.kept {
                    @for (label, value) in shown { dt { (lang.t(label)) } dd { (value) } }
                    (names(lang.t(t::KEPT_FILES), &waiting))
                    (names(lang.t(t::LOST_FILES), &lost))
                }
                @if !waiting.is_empty() { p.hint { (lang.t(t::KEPT_FILES_UNTIL)) } }
            }
        }
    }
}

fn names(label: &str, files: &[(&str, &str)]) -> Markup {
    html! {
        @if !files.is_empty() {
            dt { (label) }
            @for (_, name) in files { dd { bdi { (name) } } }
        }
    }
}
