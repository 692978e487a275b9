//! Signing in, signing up, signing out, and signing in again without losing what was written.

use crate::about::About;
use crate::layout::{self, Shell};
use crate::paths;
use crate::text::{Lang, auth as words};
use crate::ui::{self, Fault, Field, Tone};
use maud::{Markup, html};

/// The sign-in form: `email`, `password`, `remember`, `next`, `once`.
#[derive(Clone, Copy)]
pub struct LoginPage<'a> {
    /// The frame.
    pub shell: &'a Shell<'a>,
    /// The e-mail in it.
    pub email: &'a str,
    /// Whether to stay signed in.
    pub remember: bool,
    /// Where to go afterwards.
    pub next: &'a str,
    /// One-time key.
    pub once: &'a str,
    /// What was wrong. A wrong e-mail and a wrong password are one fault, `login.wrong`.
    pub faults: &'a [Fault<'a>],
    /// Why the reader is here.
    pub notice: LoginNotice<'a>,
}

/// Why somebody meets the sign-in form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginNotice<'a> {
    /// By choice.
    None,
    /// Just joined, or had joined before; which of the two is not said.
    Joined,
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

/// The sign-up form: `email`, `name`, `password`, `terms`, `privacy`, `next`, `once`, and both versions.
#[derive(Clone, Copy)]
pub struct SignupPage<'a> {
    /// The frame.
    pub shell: &'a Shell<'a>,
    /// The e-mail in it.
    pub email: &'a str,
    /// The name in it.
    pub name: &'a str,
    /// Agreed to the terms.
    pub terms: bool,
    /// Agreed to the privacy policy.
    pub privacy: bool,
    /// The version of the terms, sent along as `terms_version`.
    pub terms_version: &'a str,
    /// The version of the policy, sent along as `privacy_version`.
    pub privacy_version: &'a str,
    /// Where to go afterwards.
    pub next: &'a str,
    /// One-time key.
    pub once: &'a str,
    /// What was wrong with it.
    pub faults: &'a [Fault<'a>],
    /// Seconds to wait, where too many accounts were opened from the reader's network.
    pub wait: Option<u64>,
}

/// Asks before signing out.
#[derive(Clone, Copy)]
pub struct LogoutPage<'a> {
    /// The frame.
    pub shell: &'a Shell<'a>,
    /// One-time key.
    pub once: &'a str,
}

/// A form arrived after its session had run out: sign in, and it is sent on.
///
/// It posts to the sign-in address with `resume=1`, `next` as the form's own address, and every field of
/// that form under its name with `kept.` before it.
#[derive(Clone, Copy)]
pub struct ReloginPage<'a> {
    /// The frame.
    pub shell: &'a Shell<'a>,
    /// The e-mail in it.
    pub email: &'a str,
    /// The address that the form was sent to.
    pub next: &'a str,
    /// What was sent, in order.
    pub fields: &'a [(String, String)],
    /// One-time key.
    pub once: &'a str,
    /// What was wrong with signing in.
    pub faults: &'a [Fault<'a>],
    /// A wait or a suspension, where there is one.
    pub notice: LoginNotice<'a>,
}

/// What stands before the name of a field that waits for its writer to sign in again.
pub const KEPT_PREFIX: &str = "kept.";

/// Draws the sign-in form.
pub fn login(p: &LoginPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(words::LOGIN_TITLE)) }
            (login_notice(lang, p.notice))
            // Signing in changes the header, so the whole page is asked for.
            form method="post" action=(paths::LOGIN) novalidate hx-boost="false" data-once-only {
                (ui::error_summary(lang, "", p.faults))
                (ui::once(p.once))
                (ui::hidden("next", p.next))
                (credentials(lang, p.email, p.faults))
                (remember(lang, p.remember))
                div.actions { button.button { (lang.t(words::LOGIN_BUTTON)) } }
            }
            p { (lang.t(words::NO_ACCOUNT)) " " a href=(paths::signup_then(p.next)) { (lang.t(words::SIGNUP_TITLE)) } }
        }
    };
    if !p.faults.is_empty() {
        return layout::form_page(p.shell, lang.t(words::LOGIN_TITLE), p.faults, main);
    }
    let about = About { description: lang.t(crate::text::common::SITE_TAGLINE), path: paths::LOGIN, is_article: false };
    layout::public_page(p.shell, lang.t(words::LOGIN_TITLE), &about, main)
}

/// E-mail and password, as every sign-in asks for them.
pub fn credentials(lang: Lang, email: &str, faults: &[Fault]) -> Markup {
    let base = Field { lang, required: true, faults, ..Field::default() };
    html! {
        (ui::field(&Field { name: "email", kind: "email", label: lang.t(words::EMAIL), value: email, autocomplete: "username", ..base }))
        (ui::password(&Field { name: "password", kind: "password", label: lang.t(words::PASSWORD), autocomplete: "current-password", ..base }))
    }
}

fn remember(lang: Lang, on: bool) -> Markup {
    ui::check(&Field { lang, name: "remember", label: lang.t(words::REMEMBER), hint: lang.t(words::REMEMBER_HINT), ..Field::default() }, on)
}

/// Why somebody meets the form, in a sentence.
pub fn login_notice(lang: Lang, notice: LoginNotice) -> Markup {
    let (tone, text) = match notice {
        LoginNotice::None => return Markup::default(),
        LoginNotice::Joined => (Tone::Success, lang.t(words::NOTICE_JOINED).to_owned()),
        LoginNotice::SignedOut => (Tone::Success, lang.t(words::NOTICE_SIGNED_OUT).to_owned()),
        LoginNotice::Required => (Tone::Notice, lang.t(words::NOTICE_REQUIRED).to_owned()),
        LoginNotice::Expired => (Tone::Notice, lang.t(words::NOTICE_EXPIRED).to_owned()),
        LoginNotice::Ended => (Tone::Warning, lang.t(words::NOTICE_ENDED).to_owned()),
        LoginNotice::PasswordChanged => (Tone::Success, lang.t(words::NOTICE_PASSWORD_CHANGED).to_owned()),
        LoginNotice::Suspended { reason, until: "" } => (Tone::Failure, lang.fill(words::NOTICE_SUSPENDED, &[("reason", &reason)])),
        LoginNotice::Suspended { reason, until } => {
            (Tone::Failure, lang.fill(words::NOTICE_SUSPENDED_UNTIL, &[("reason", &reason), ("until", &until)]))
        }
        LoginNotice::Wait { seconds } if seconds < 60 => (Tone::Warning, lang.fill(words::NOTICE_WAIT_SECONDS, &[("n", &seconds)])),
        LoginNotice::Wait { seconds } => (Tone::Warning, lang.fill(words::NOTICE_WAIT_MINUTES, &[("n", &seconds.div_ceil(60))])),
    };
    ui::notice(lang, tone, &text)
}

/// Draws the sign-up form.
pub fn signup(p: &SignupPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(words::SIGNUP_TITLE)) }
            p.lead { (lang.t(words::SIGNUP_LEAD)) }
            @if let Some(seconds) = p.wait {
                (ui::notice(lang, Tone::Warning, &lang.fill(words::SIGNUP_WAIT, &[("n", &seconds.div_ceil(60))])))
            }
            form method="post" action=(paths::SIGNUP) novalidate hx-boost="false" data-once-only {
                (ui::error_summary(lang, "", p.faults))
                (ui::once(p.once))
                (ui::hidden("next", p.next))
                (account_fields(p))
                (consents(p))
                div.actions { button.button { (lang.t(words::SIGNUP_BUTTON)) } }
            }
            p { (lang.t(words::HAVE_ACCOUNT)) " " a href=(paths::login_then(p.next)) { (lang.t(words::LOGIN_TITLE)) } }
        }
    };
    if !p.faults.is_empty() {
        return layout::form_page(p.shell, lang.t(words::SIGNUP_TITLE), p.faults, main);
    }
    let about = About { description: lang.t(crate::text::common::SITE_TAGLINE), path: paths::SIGNUP, is_article: false };
    layout::public_page(p.shell, lang.t(words::SIGNUP_TITLE), &about, main)
}

fn account_fields(p: &SignupPage) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, required: true, faults: p.faults, ..Field::default() };
    html! {
        (ui::field(&Field { name: "email", kind: "email", label: lang.t(words::EMAIL), value: p.email, hint: lang.t(words::EMAIL_HINT), autocomplete: "username", ..base }))
        (ui::field(&Field { name: "name", label: lang.t(words::NAME), value: p.name, hint: lang.t(words::NAME_HINT), autocomplete: "nickname", ..base }))
        (ui::password(&Field { name: "password", kind: "password", label: lang.t(words::PASSWORD), hint: lang.t(words::PASSWORD_HINT), autocomplete: "new-password", ..base }))
    }
}

fn consents(p: &SignupPage) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, required: true, faults: p.faults, ..Field::default() };
    let labelled = |text| format!("{} ({})", lang.t(text), lang.t(words::REQUIRED_CONSENT));
    let (terms, privacy) = (labelled(words::CONSENT_TERMS), labelled(words::CONSENT_PRIVACY));
    html! {
        fieldset {
            legend { (lang.t(words::CONSENTS)) }
            (ui::hidden("terms_version", p.terms_version))
            (ui::hidden("privacy_version", p.privacy_version))
            (ui::check(&Field { name: "terms", label: &terms, ..base }, p.terms))
            p.indented { a href=(paths::TERMS) target="_blank" { (lang.fill(words::READ_TERMS, &[("version", &p.terms_version)])) } }
            (ui::check(&Field { name: "privacy", label: &privacy, ..base }, p.privacy))
            p.indented { a href=(paths::PRIVACY) target="_blank" { (lang.fill(words::READ_PRIVACY, &[("version", &p.privacy_version)])) } }
        }
    }
}

/// Draws the question before signing out.
pub fn logout(p: &LogoutPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(words::LOGOUT_TITLE)) }
            p { (lang.t(words::LOGOUT_TEXT)) }
            form method="post" action=(paths::LOGOUT) novalidate hx-boost="false" data-once-only {
                (ui::once(p.once))
                div.actions {
                    button.button { (lang.t(words::LOGOUT_BUTTON)) }
                    a.button.secondary href=(paths::HOME) { (lang.t(words::STAY)) }
                }
            }
        }
    };
    layout::page(p.shell, lang.t(words::LOGOUT_TITLE), main)
}

/// Draws the sign-in form that keeps what was written.
pub fn relogin(p: &ReloginPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(words::RELOGIN_TITLE)) }
            (ui::notice(lang, Tone::Notice, lang.t(words::RELOGIN_TEXT)))
            (login_notice(lang, p.notice))
            form method="post" action=(paths::LOGIN) novalidate hx-boost="false" data-once-only {
                (ui::error_summary(lang, "", p.faults))
                (ui::once(p.once))
                (ui::hidden("resume", "1"))
                (ui::hidden("next", p.next))
                @for (name, value) in p.fields { (ui::hidden(&format!("{KEPT_PREFIX}{name}"), value)) }
                (credentials(lang, p.email, p.faults))
                div.actions { button.button { (lang.t(words::RELOGIN_BUTTON)) } }
            }
            (kept(lang, p.fields))
        }
    };
    layout::form_page(p.shell, lang.t(words::RELOGIN_TITLE), p.faults, main)
}

/// What was written, to read and to copy.
pub(crate) fn kept(lang: Lang, fields: &[(String, String)]) -> Markup {
    let shown = fields.iter().filter_map(|(name, value)| match name.as_str() {
        "title" => Some((words::KEPT_TITLE, value)),
        "body" => Some((words::KEPT_BODY, value)),
        _ => None,
    });
    let shown: Vec<_> = shown.filter(|(_, value)| !value.is_empty()).collect();
    html! {
        @if !shown.is_empty() {
            section aria-labelledby="kept-title" {
                h2 #kept-title { (lang.t(words::RELOGIN_KEPT)) }
                dl.kept { @for (label, value) in shown { dt { (lang.t(label)) } dd { (value) } } }
            }
        }
    }
}
