//! Pages of fixed text: terms of use, privacy policy, accessibility statement.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::layout::{self, About, Shell, head};
use crate::paths;
use crate::text::Text;
use maud::{Markup, html};

/// A page of fixed text.
#[derive(Clone, Copy)]
pub struct TextPage<'a> {
    pub shell: &'a Shell<'a>,
    /// The version of the text, which consents refer to.
    pub version: &'a str,
}

const TERMS: &[(Text, Text)] = &[
    (t::TERMS_1, t::TERMS_1_TEXT),
    (t::TERMS_2, t::TERMS_2_TEXT),
    (t::TERMS_3, t::TERMS_3_TEXT),
    (t::TERMS_4, t::TERMS_4_TEXT),
    (t::TERMS_5, t::TERMS_5_TEXT),
];

const PRIVACY: &[(Text, Text)] = &[
    (t::PRIVACY_1, t::PRIVACY_1_TEXT),
    (t::PRIVACY_2, t::PRIVACY_2_TEXT),
    (t::PRIVACY_3, t::PRIVACY_3_TEXT),
    (t::PRIVACY_4, t::PRIVACY_4_TEXT),
    (t::PRIVACY_5, t::PRIVACY_5_TEXT),
    (t::PRIVACY_6, t::PRIVACY_6_TEXT),
];

const ACCESS: &[(Text, Text)] = &[
    (t::ACCESS_1, t::ACCESS_1_TEXT),
    (t::ACCESS_2, t::ACCESS_2_TEXT),
    (t::ACCESS_3, t::ACCESS_3_TEXT),
    (t::ACCESS_4, t::ACCESS_4_TEXT),
    (t::ACCESS_5, t::ACCESS_5_TEXT),
];

/// Renders the terms of use.
pub fn terms(p: &TextPage) -> Markup {
    render(p, paths::TERMS, t::TERMS_TITLE, TERMS, Markup::default())
}

/// Renders the privacy policy.
pub fn privacy(p: &TextPage) -> Markup {
    render(p, paths::PRIVACY, t::PRIVACY_TITLE, PRIVACY, Markup::default())
}

/// Renders the accessibility statement.
pub fn accessibility(p: &TextPage) -> Markup {
    let link = html! { p { a.button.secondary href=(paths::MY_READING) { (p.shell.lang.t(t::ACCESS_2_LINK)) } } };
    render(p, paths::ACCESSIBILITY, t::ACCESS_TITLE, ACCESS, link)
}

fn render(p: &TextPage, path: &str, title: Text, sections: &[(Text, Text)], end: Markup) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.reading {
            h1 tabindex="-1" { (lang.t(title)) }
            p.muted { (lang.fill(t::VERSION, &[("version", &p.version)])) }
            div.prose {
                @for (head, text) in sections { h2 { (lang.t(*head)) } p { (lang.t(*text)) } }
            }
            (end)
        }
    };
    let description = head::shorten(sections.first().map_or("", |(_, text)| lang.t(*text)));
    layout::public_page(p.shell, lang.t(title), &About { description: &description, path, is_article: false }, main)
}
