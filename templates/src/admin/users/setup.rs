//! The first administrator, made once through the link that the first start prints.

use super::sign_in::faulty_title;
use super::text as t;
use crate::admin::layout;
use crate::layout::Aids;
use crate::paths::admin as paths;
use crate::text::Lang;
use crate::ui::{self, Field, FieldError};
use crate::users::text as users_text;
use maud::{Markup, html};

/// The form: `token`, `email`, `name`, `password`, `once`.
#[derive(Clone, Copy)]
pub struct SetupPage<'a> {
    pub lang: Lang,
    /// How the reader wants pages to look.
    pub aids: Aids,
    /// What the printed link carries.
    pub token: &'a str,
    /// The e-mail in it.
    pub email: &'a str,
    pub name: &'a str,
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
}

/// Renders it.
pub fn page(p: &SetupPage) -> Markup {
    let lang = p.lang;
    let base = Field { lang, required: true, errors: p.errors, ..Field::default() };
    let main = html! {
        h1 tabindex="-1" { (lang.t(t::SETUP_TITLE)) }
        p.lead { (lang.t(t::SETUP_TEXT)) }
        form method="post" action=(paths::SETUP) novalidate data-once-only {
            (ui::error_summary(lang, "", p.errors))
            (ui::once(p.once))
            (ui::hidden("token", p.token))
            (ui::field(&Field { name: "email", kind: "email", label: lang.t(users_text::EMAIL), value: p.email, autocomplete: "username", ..base }))
            (ui::field(&Field { name: "name", label: lang.t(users_text::NAME), value: p.name, hint: lang.t(users_text::NAME_HINT), autocomplete: "nickname", ..base }))
            (ui::password(&Field { name: "password", kind: "password", label: lang.t(users_text::PASSWORD), hint: lang.t(users_text::PASSWORD_HINT), autocomplete: "new-password", ..base }))
            div.actions { button.button { (lang.t(t::SETUP_BUTTON)) } }
        }
    };
    layout::outside(lang, &p.aids, &faulty_title(lang, lang.t(t::SETUP_TITLE), p.errors), main)
}
