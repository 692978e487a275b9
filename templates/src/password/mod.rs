//! A forgotten password: asking for a link, that it was sent, and a new password by the link.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::layout::{self, Shell};
use crate::paths as site;
use crate::ui::{self, Field, FieldError, Tone};
use crate::users::mail_sent::{self, MailSentPage};
use crate::users::text as users;
use maud::{Markup, html};

/// Addresses.
pub mod paths {
    /// Asks for a link.
    pub const FORGOT: &str = "/password/forgot";
    /// That a link was sent, if there is an account.
    pub const SENT: &str = "/password/sent";
    /// Sets a new password by a link. The token is in the query, which nginx does not log.
    pub const RESET: &str = "/password/reset";

    /// The link with a token.
    pub fn reset(token: &str) -> String {
        format!("{RESET}?token={}", crate::paths::query(token))
    }
}

/// The form that asks for a link: `email`, `once`.
#[derive(Clone, Copy)]
pub struct ForgotPage<'a> {
    pub shell: &'a Shell<'a>,
    /// The e-mail in it.
    pub email: &'a str,
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
    /// Seconds to wait, where too many links were asked for.
    pub wait: Option<u64>,
    /// Whether the site sends mail at all.
    pub sends_mail: bool,
}

/// The form for a new password: `password`, `token`, `once`.
#[derive(Clone, Copy)]
pub struct ResetPage<'a> {
    pub shell: &'a Shell<'a>,
    /// The address of the account, for the browser's password store; none: the link is not good any more.
    pub email: Option<&'a str>,
    pub token: &'a str,
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
}

/// Renders the form that asks for a link.
pub fn forgot(p: &ForgotPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::FORGOT_TITLE)) }
            @if p.sends_mail {
                p.lead { (lang.t(t::FORGOT_LEAD)) }
                @if let Some(seconds) = p.wait {
                    (ui::notice(lang, Tone::Warning, &lang.fill(t::FORGOT_WAIT, &[("n", &seconds.div_ceil(60))])))
                }
                form method="post" action=(paths::FORGOT) novalidate hx-boost="false" data-once-only {
                    (ui::error_summary(lang, "", p.errors))
                    (ui::once(p.once))
                    (ui::field(&Field { lang, name: "email", kind: "email", label: lang.t(users::EMAIL), value: p.email, hint: lang.t(t::FORGOT_HINT), autocomplete: "username", required: true, errors: p.errors, ..Field::default() }))
                    div.actions { button.button { (lang.t(t::FORGOT_BUTTON)) } }
                }
            } @else {
                (ui::notice(lang, Tone::Notice, lang.t(t::NO_MAIL)))
            }
            (back(p.shell))
        }
    };
    layout::form_page(p.shell, lang.t(t::FORGOT_TITLE), p.errors, main)
}

fn back(shell: &Shell) -> Markup {
    html! { p { a href=(site::LOGIN) { (shell.lang.t(t::TO_LOGIN)) } } }
}

/// Renders that a link was sent, whether there is an account or not.
pub fn sent(shell: &Shell) -> Markup {
    mail_sent::page(&MailSentPage {
        shell,
        lead: t::SENT_TEXT,
        login: t::SENT_REMEMBERED,
        hints: &[t::SENT_AGAIN],
        again: (paths::FORGOT, t::SEND_AGAIN),
    })
}

/// Renders the form for a new password, or that the link is not good any more.
pub fn reset(p: &ResetPage) -> Markup {
    let lang = p.shell.lang;
    let Some(email) = p.email else { return expired(p.shell) };
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::RESET_TITLE)) }
            p.lead { (lang.fill(t::RESET_LEAD, &[("email", &email)])) }
            form method="post" action=(paths::RESET) novalidate hx-boost="false" data-once-only {
                (ui::error_summary(lang, "", p.errors))
                (ui::once(p.once))
                (ui::hidden("token", p.token))
                (ui::account_name(email))
                (ui::password(&Field { lang, name: "password", kind: "password", label: lang.t(users::PASSWORD_NEW), hint: lang.t(users::PASSWORD_HINT), autocomplete: "new-password", required: true, errors: p.errors, ..Field::default() }))
                div.actions { button.button { (lang.t(t::RESET_BUTTON)) } }
            }
            p.muted { (lang.t(t::RESET_NOTE)) }
        }
    };
    layout::form_page(p.shell, lang.t(t::RESET_TITLE), p.errors, main)
}

fn expired(shell: &Shell) -> Markup {
    let lang = shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::EXPIRED_TITLE)) }
            p.lead { (lang.t(t::EXPIRED_TEXT)) }
            p { a.button href=(paths::FORGOT) { (lang.t(t::SEND_AGAIN)) } }
            (back(shell))
        }
    };
    layout::page(shell, lang.t(t::EXPIRED_TITLE), main)
}
