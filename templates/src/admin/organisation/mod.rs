//! What the organisation publishes about itself at the foot of each page of the site.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::admin::layout::{self, AdminShell};
use crate::paths::admin as paths;
use crate::text::{Text, common};
use crate::ui::{self, Field, FieldError};
use maud::{Markup, html};

/// The form: `name`, `representative`, `business_number`, `address`, `phone`, `email`, `links`, `once`.
#[derive(Clone, Copy)]
pub struct OrganisationForm<'a> {
    pub shell: &'a AdminShell<'a>,
    pub name: &'a str,
    pub representative: &'a str,
    pub business_number: &'a str,
    pub address: &'a str,
    pub phone: &'a str,
    pub email: &'a str,
    /// One address a line.
    pub links: &'a str,
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
}

/// Renders the form.
pub fn form(p: &OrganisationForm) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, errors: p.errors, autocomplete: "off", ..Field::default() };
    let line = |name, label: Text, value| ui::field(&Field { name, label: lang.t(label), value, ..base });
    let main = html! {
        h1 tabindex="-1" { (lang.t(t::TITLE)) }
        p.lead { (lang.t(t::LEAD)) }
        form.narrow method="post" action=(paths::ORGANISATION) novalidate hx-sync="this:drop" data-guard {
            (ui::error_summary(lang, "", p.errors))
            (ui::once(p.once))
            (line("name", t::NAME, p.name))
            (line("representative", t::REPRESENTATIVE, p.representative))
            (line("business_number", t::BUSINESS_NUMBER, p.business_number))
            (line("address", t::ADDRESS, p.address))
            (line("phone", t::PHONE, p.phone))
            (ui::field(&Field { name: "email", label: lang.t(t::EMAIL), value: p.email, kind: "email", ..base }))
            (ui::textarea(&Field { name: "links", label: lang.t(t::LINKS), hint: lang.t(t::LINKS_HINT), value: p.links, ..base }, 4))
            div.actions { button.button { (lang.t(common::SAVE)) } }
        }
    };
    layout::form_page(p.shell, lang.t(t::TITLE), p.errors, main)
}
