//! That a mail with a link is on its way, and what to do where none comes: after signing up, and after asking for a new password.

use super::text as t;
use crate::layout::{self, Shell};
use crate::paths;
use crate::sign_ups::text::TO_LOGIN;
use crate::text::Text;
use maud::{Markup, html};

/// The page after a form that sends a link. It is the same whether the address has an account or not.
#[derive(Clone, Copy)]
pub struct MailSentPage<'a> {
    pub shell: &'a Shell<'a>,
    /// What the mail is for, and how long its link is good.
    pub lead: Text,
    /// Who can sign in without it.
    pub login: Text,
    /// What to do where no mail comes, after looking into the folder for spam.
    pub hints: &'a [Text],
    /// The form that sends another mail, and the words of the button that leads there.
    pub again: (&'a str, Text),
}

/// Renders it.
pub fn page(p: &MailSentPage) -> Markup {
    let lang = p.shell.lang;
    let (form, again) = p.again;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::MAIL_SENT)) }
            p.lead { (lang.t(p.lead)) }
            p { (lang.t(p.login)) " " a href=(paths::LOGIN) { (lang.t(TO_LOGIN)) } }
            section aria-labelledby="nothing-title" {
                h2 #nothing-title { (lang.t(t::MAIL_MISSING)) }
                p { (lang.t(t::MAIL_IN_SPAM)) }
                @for hint in p.hints { p { (lang.t(*hint)) } }
                div.actions { a.button.secondary href=(form) { (lang.t(again)) } }
            }
        }
    };
    layout::page(p.shell, lang.t(t::MAIL_SENT), main)
}
