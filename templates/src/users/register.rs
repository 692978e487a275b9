//! Signing up.

use super::text as t;
use crate::layout::{self, About, Shell};
use crate::paths;
use crate::sign_ups;
use crate::text::common;
use crate::ui::{self, Field, FieldError, Tone};
use maud::{Markup, html};

/// The sign-up form: `email`, `name`, `password`, `terms`, `privacy`, `next`, `once`, and both versions.
#[derive(Clone, Copy)]
pub struct SignupPage<'a> {
    pub shell: &'a Shell<'a>,
    /// The e-mail in it.
    pub email: &'a str,
    pub name: &'a str,
    /// Agreed to the terms.
    pub terms: bool,
    /// Agreed to the privacy policy.
    pub privacy: bool,
    /// The version of the terms, sent along as `terms_version`.
    pub terms_version: &'a str,
    /// The version of the policy, sent along as `privacy_version`.
    pub privacy_version: &'a str,
    /// Whether the account is made by a button behind a mailed link, and not at once.
    pub confirms: bool,
    /// Where to go afterwards.
    pub next: &'a str,
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
    /// Seconds to wait, where too many accounts were opened from the reader's network.
    pub wait: Option<u64>,
}

/// Renders the sign-up form.
pub fn page(p: &SignupPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::SIGNUP_TITLE)) }
            p.lead { (lang.t(if p.confirms { sign_ups::text::LEAD } else { t::SIGNUP_LEAD })) }
            @if let Some(seconds) = p.wait {
                (ui::notice(lang, Tone::Warning, &lang.fill(t::SIGNUP_WAIT, &[("n", &seconds.div_ceil(60))])))
            }
            form method="post" action=(paths::SIGNUP) novalidate hx-boost="false" data-once-only {
                (ui::error_summary(lang, "", p.errors))
                (ui::once(p.once))
                (ui::hidden("next", p.next))
                (account_fields(p))
                (consents(p))
                div.actions { button.button { (lang.t(t::SIGNUP_BUTTON)) } }
            }
            p { (lang.t(t::HAVE_ACCOUNT)) " " a href=(paths::login_then(p.next)) { (lang.t(t::LOGIN_TITLE)) } }
        }
    };
    if !p.errors.is_empty() {
        return layout::form_page(p.shell, lang.t(t::SIGNUP_TITLE), p.errors, main);
    }
    let about = About { description: lang.t(common::SITE_TAGLINE), path: paths::SIGNUP, is_article: false };
    layout::public_page(p.shell, lang.t(t::SIGNUP_TITLE), &about, main)
}

fn account_fields(p: &SignupPage) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, required: true, errors: p.errors, ..Field::default() };
    html! {
        (ui::field(&Field { name: "email", kind: "email", label: lang.t(t::EMAIL), value: p.email, hint: lang.t(t::EMAIL_HINT), autocomplete: "username", ..base }))
        (ui::field(&Field { name: "name", label: lang.t(t::NAME), value: p.name, hint: lang.t(t::NAME_HINT), autocomplete: "nickname", ..base }))
        (ui::password(&Field { name: "password", kind: "password", label: lang.t(t::PASSWORD), hint: lang.t(t::PASSWORD_HINT), autocomplete: "new-password", ..base }))
    }
}

fn consents(p: &SignupPage) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, required: true, errors: p.errors, ..Field::default() };
    let labelled = |text| format!("{} ({})", lang.t(text), lang.t(t::REQUIRED_CONSENT));
    let (terms, privacy) = (labelled(t::CONSENT_TERMS), labelled(t::CONSENT_PRIVACY));
    html! {
        fieldset {
            legend { (lang.t(t::CONSENTS)) }
            (ui::hidden("terms_version", p.terms_version))
            (ui::hidden("privacy_version", p.privacy_version))
            (ui::check(&Field { name: "terms", label: &terms, ..base }, p.terms))
            p.indented { a href=(paths::TERMS) target="_blank" { (lang.fill(t::READ_TERMS, &[("version", &p.terms_version)])) } }
            (ui::check(&Field { name: "privacy", label: &privacy, ..base }, p.privacy))
            p.indented { a href=(paths::PRIVACY) target="_blank" { (lang.fill(t::READ_PRIVACY, &[("version", &p.privacy_version)])) } }
        }
    }
}
