//! A member's address: whether it is verified, changing it, and the buttons behind the links of mails.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::layout::{self, Shell};
use crate::paths as site;
use crate::text::Text;
use crate::ui::{self, ButtonForm, Field, FieldError, Tone};
use crate::users::{settings, text as users};
use maud::{Markup, html};

/// Addresses.
pub mod paths {
    /// A member's address.
    pub const INDEX: &str = "/my/email";
    /// Asks for another mail with a link.
    pub const SEND: &str = "/my/email/send";
    /// Proves an address by the link of a mail.
    pub const VERIFY: &str = "/email/verify";
    /// Takes another address by the link of a mail.
    pub const CHANGE: &str = "/email/change";

    /// That an address is proved.
    pub const VERIFIED: &str = "/email/verified";
    /// That another address was taken.
    pub const CHANGED: &str = "/email/changed";

    /// One of these addresses with the token of a link.
    pub fn with_token(path: &str, token: &str) -> String {
        format!("{path}?token={}", crate::paths::query(token))
    }
}

/// What is known of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its member reads what is sent there.
    Verified,
    /// Nothing.
    Unverified,
    /// Another server refuses it.
    Refused,
}

/// The address, and the form for another one: `email`, `current`, `once`.
#[derive(Clone, Copy)]
pub struct EmailPage<'a> {
    pub shell: &'a Shell<'a>,
    /// The address.
    pub email: &'a str,
    pub state: State,
    /// Whether the site sends mail at all.
    pub sends_mail: bool,
    /// The new address as typed.
    pub wanted: &'a str,
    /// The key of the form for another address.
    pub once: &'a str,
    /// The key of the button that asks for a link.
    pub once_send: &'a str,
    /// What was wrong.
    pub errors: &'a [FieldError<'a>],
    /// Seconds to wait, where too many mails were asked for.
    pub wait: Option<u64>,
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Proving an address.
    Verify,
    /// Taking another address.
    Change,
}

/// The button behind a link: `token`, `once`.
#[derive(Clone, Copy)]
pub struct LinkPage<'a> {
    pub shell: &'a Shell<'a>,
    pub purpose: Purpose,
    /// The address that it is about; none: the link is not good any more.
    pub email: Option<&'a str>,
    pub token: &'a str,
    pub once: &'a str,
    /// What was wrong.
    pub errors: &'a [FieldError<'a>],
}

/// Renders the address and the form for another one.
pub fn page(p: &EmailPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::TITLE)) }
            (settings::tabs(p.shell))
            @if let Some(seconds) = p.wait {
                (ui::notice(lang, Tone::Warning, &lang.fill(t::WAIT, &[("n", &seconds.div_ceil(60))])))
            }
            (state(p))
            section aria-labelledby="change-title" {
                h2 #change-title { (lang.t(t::CHANGE_TITLE)) }
                @if p.sends_mail { (change(p)) }
                @else { p { (lang.t(t::NO_MAIL)) } }
            }
        }
    };
    layout::form_page(p.shell, lang.t(t::TITLE), p.errors, main)
}

fn state(p: &EmailPage) -> Markup {
    let lang = p.shell.lang;
    let (badge, text) = match p.state {
        State::Verified => (ui::badge("success", lang.t(t::VERIFIED)), t::VERIFIED_TEXT),
        State::Unverified => (ui::badge("warning", lang.t(t::UNVERIFIED)), t::UNVERIFIED_TEXT),
        State::Refused => (ui::badge("failure", lang.t(t::REFUSED)), t::REFUSED_TEXT),
    };
    html! {
        dl.facts { div { dt { (lang.t(users::EMAIL_NOW)) } dd { (p.email) " " (badge) } } }
        p { (lang.t(text)) }
        @if p.state != State::Verified && p.sends_mail {
            @let form = ButtonForm::new(paths::SEND, p.once_send, lang.t(t::SEND));
            (ui::button_form(&ButtonForm { class: "secondary", changes_header: true, ..form }))
        }
    }
}

fn change(p: &EmailPage) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, required: true, errors: p.errors, ..Field::default() };
    html! {
        p { (lang.t(t::CHANGE_LEAD)) }
        form method="post" action=(paths::INDEX) novalidate hx-boost="false" data-once-only {
            (ui::error_summary(lang, "", p.errors))
            (ui::once(p.once))
            (ui::field(&Field { name: "email", kind: "email", label: lang.t(t::NEW), value: p.wanted, autocomplete: "email", ..base }))
            (ui::password(&Field { name: "current", kind: "password", label: lang.t(users::PASSWORD_CURRENT), autocomplete: "current-password", ..base }))
            div.actions { button.button { (lang.t(t::CHANGE_BUTTON)) } }
        }
    }
}

/// Renders the button behind a link, or that the link is not good any more.
pub fn link(p: &LinkPage) -> Markup {
    let lang = p.shell.lang;
    let Some(email) = p.email else { return expired(p) };
    let (title, lead, button, action) = match p.purpose {
        Purpose::Verify => (t::VERIFY_TITLE, t::VERIFY_LEAD, t::VERIFY_BUTTON, paths::VERIFY),
        Purpose::Change => (t::TAKE_TITLE, t::TAKE_LEAD, t::TAKE_BUTTON, paths::CHANGE),
    };
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(title)) }
            p.lead { (lang.fill(lead, &[("email", &email)])) }
            form method="post" action=(action) novalidate hx-boost="false" data-once-only {
                (ui::error_summary(lang, "", p.errors))
                (ui::once(p.once))
                (ui::hidden("token", p.token))
                div.actions { button.button { (lang.t(button)) } a.button.secondary href=(site::HOME) { (lang.t(t::NOT_NOW)) } }
            }
        }
    };
    layout::form_page(p.shell, lang.t(title), p.errors, main)
}

fn expired(p: &LinkPage) -> Markup {
    let lang = p.shell.lang;
    message(p.shell, t::EXPIRED_TITLE, lang.t(t::EXPIRED_TEXT), (paths::INDEX, t::EXPIRED_LINK))
}

/// Renders that a link did what it was for.
pub fn done(shell: &Shell, purpose: Purpose) -> Markup {
    let (title, text) = match purpose {
        Purpose::Verify => (t::DONE_VERIFY, t::DONE_VERIFY_TEXT),
        Purpose::Change => (t::DONE_CHANGE, t::DONE_CHANGE_TEXT),
    };
    message(shell, title, shell.lang.t(text), (site::HOME, t::TO_HOME))
}

fn message(shell: &Shell, title: Text, text: &str, (href, label): (&str, Text)) -> Markup {
    let lang = shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(title)) }
            p.lead { (text) }
            p { a.button href=(href) { (lang.t(label)) } }
        }
    };
    layout::page(shell, lang.t(title), main)
}
