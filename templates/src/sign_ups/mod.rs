//! Signing up where the site sends mail: that a mail is on its way, and the form behind its link.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::layout::{self, Shell};
use crate::password;
use crate::paths as site;
use crate::text::{Lang, Text};
use crate::ui::{self, Field, FieldError};
use crate::users::mail_sent::{self, MailSentPage};
use crate::users::text as users;
use maud::{Markup, html};

/// Addresses.
pub mod paths {
    /// That a mail is on its way, whether the address has an account or not.
    pub const SENT: &str = "/signup/sent";

    /// The same, where signing up again keeps the page to go to afterwards.
    pub fn sent(next: &str) -> String {
        if next == crate::paths::HOME { SENT.to_owned() } else { format!("{SENT}?next={}", crate::paths::query(next)) }
    }

    /// Finishes a sign-up by the link of a mail. The token is in the query, which nginx does not log.
    pub const CONFIRM: &str = "/signup/confirm";

    /// The link with a token.
    pub fn confirm(token: &str) -> String {
        format!("{CONFIRM}?token={}", crate::paths::query(token))
    }
}

/// What is behind a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind<'a> {
    /// A sign-up that waits.
    Waiting {
        email: &'a str,
        /// As typed last.
        name: &'a str,
    },
    /// The address has got an account since.
    HasAccount { email: &'a str },
    /// Nothing any more.
    Nothing,
}

/// The form behind a link: `token`, `once`, `next`, `password`, and `name` where the first one was taken meanwhile.
#[derive(Clone, Copy)]
pub struct ConfirmPage<'a> {
    pub shell: &'a Shell<'a>,
    pub behind: Behind<'a>,
    /// Whether another name is typed, because the first one was taken meanwhile.
    pub renames: bool,
    pub token: &'a str,
    /// The path of the page to go to afterwards.
    pub next: &'a str,
    pub once: &'a str,
    /// What was wrong.
    pub errors: &'a [FieldError<'a>],
}

/// That a mail is on its way.
#[derive(Clone, Copy)]
pub struct SentPage<'a> {
    pub shell: &'a Shell<'a>,
    /// The path of the page to go to after the sign-up.
    pub next: &'a str,
}

/// Renders that a mail is on its way.
pub fn sent(p: &SentPage) -> Markup {
    let again = site::signup_then(p.next);
    mail_sent::page(&MailSentPage {
        shell: p.shell,
        lead: t::SENT_TEXT,
        login: t::SENT_MEMBER,
        hints: &[t::SENT_AGAIN, t::SENT_STAFF],
        again: (&again, t::AGAIN),
    })
}

/// Where to go from here, the likelier way first.
fn ways(lang: Lang, (first, label): (&str, Text), (second, other): (&str, Text)) -> Markup {
    html! { div.actions { a.button href=(first) { (lang.t(label)) } a.button.secondary href=(second) { (lang.t(other)) } } }
}

/// Renders the form behind a link, or why there is none.
pub fn confirm(p: &ConfirmPage) -> Markup {
    match p.behind {
        Behind::Waiting { email, name } => form(p, email, name),
        Behind::HasAccount { email } => has_account(p, email),
        Behind::Nothing => expired(p),
    }
}

fn form(p: &ConfirmPage, email: &str, name: &str) -> Markup {
    let lang = p.shell.lang;
    let field = Field { lang, name: "name", label: lang.t(users::NAME), value: name, hint: lang.t(users::NAME_HINT), ..Field::default() };
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::CONFIRM_TITLE)) }
            p.lead { (lang.t(if p.renames { t::NAME_MEANWHILE } else { t::CONFIRM_LEAD })) }
            form method="post" action=(paths::CONFIRM) novalidate hx-boost="false" data-once-only {
                (ui::error_summary(lang, "", p.errors))
                (ui::once(p.once))
                (ui::hidden("token", p.token))
                (ui::hidden("next", p.next))
                dl.facts {
                    div { dt { (lang.t(users::EMAIL)) } dd { (email) } }
                    @if !p.renames { div { dt { (lang.t(users::NAME)) } dd { (name) } } }
                }
                @if p.renames { (ui::field(&Field { autocomplete: "nickname", required: true, errors: p.errors, ..field })) }
                (ui::account_name(email))
                (ui::password(&Field { name: "password", kind: "password", label: lang.t(users::PASSWORD), hint: lang.t(t::PASSWORD_HINT), value: "", autocomplete: "current-password", required: true, errors: p.errors, ..field }))
                div.actions { button.button { (lang.t(t::CONFIRM_BUTTON)) } }
            }
            p.muted { (lang.t(t::CONFIRM_NOT_YOU)) }
        }
    };
    layout::form_page(p.shell, lang.t(t::CONFIRM_TITLE), p.errors, main)
}

fn has_account(p: &ConfirmPage, email: &str) -> Markup {
    let (lang, login) = (p.shell.lang, site::login_then(p.next));
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::ACCOUNT_TITLE)) }
            p.lead { (lang.fill(t::ACCOUNT_TEXT, &[("email", &email)])) }
            (ways(lang, (&login, t::TO_LOGIN), (password::paths::FORGOT, password::text::FORGOT)))
        }
    };
    layout::page(p.shell, lang.t(t::ACCOUNT_TITLE), main)
}

fn expired(p: &ConfirmPage) -> Markup {
    let (lang, login, again) = (p.shell.lang, site::login_then(p.next), site::signup_then(p.next));
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::EXPIRED_TITLE)) }
            p.lead { (lang.t(t::EXPIRED_TEXT)) }
            p { (lang.t(t::EXPIRED_DONE)) }
            (ways(lang, (&login, t::TO_LOGIN), (&again, t::AGAIN)))
        }
    };
    layout::page(p.shell, lang.t(t::EXPIRED_TITLE), main)
}
