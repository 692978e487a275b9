//! Pages of fixed text: terms of use, privacy policy, accessibility statement.

use crate::about::About;
use crate::layout::{self, Shell};
use crate::paths;
use crate::text::{Text, legal as words};
use maud::{Markup, html};

/// A page of fixed text.
#[derive(Clone, Copy)]
pub struct TextPage<'a> {
    /// The frame.
    pub shell: &'a Shell<'a>,
    /// The version of the text, which consents refer to.
    pub version: &'a str,
}

const TERMS: &[(Text, Text)] = &[
    (words::TERMS_1, words::TERMS_1_TEXT),
    (words::TERMS_2, words::TERMS_2_TEXT),
    (words::TERMS_3, words::TERMS_3_TEXT),
    (words::TERMS_4, words::TERMS_4_TEXT),
    (words::TERMS_5, words::TERMS_5_TEXT),
];

const PRIVACY: &[(Text, Text)] = &[
    (words::PRIVACY_1, words::PRIVACY_1_TEXT),
    (words::PRIVACY_2, words::PRIVACY_2_TEXT),
    (words::PRIVACY_3, words::PRIVACY_3_TEXT),
    (words::PRIVACY_4, words::PRIVACY_4_TEXT),
    (words::PRIVACY_5, words::PRIVACY_5_TEXT),
    (words::PRIVACY_6, words::PRIVACY_6_TEXT),
];

const ACCESS: &[(Text, Text)] = &[
    (words::ACCESS_1, words::ACCESS_1_TEXT),
    (words::ACCESS_2, words::ACCESS_2_TEXT),
    (words::ACCESS_3, words::ACCESS_3_TEXT),
    (words::ACCESS_4, words::ACCESS_4_TEXT),
    (words::ACCESS_5, words::ACCESS_5_TEXT),
];

/// Draws the terms of use.
pub fn terms(p: &TextPage) -> Markup {
    draw(p, paths::TERMS, words::TERMS_TITLE, TERMS, Markup::default())
}

/// Draws the privacy policy.
pub fn privacy(p: &TextPage) -> Markup {
    draw(p, paths::PRIVACY, words::PRIVACY_TITLE, PRIVACY, Markup::default())
}

/// Draws the accessibility statement.
pub fn accessibility(p: &TextPage) -> Markup {
    let link = html! { p { a.button.secondary href=(paths::MY_READING) { (p.shell.lang.t(words::ACCESS_2_LINK)) } } };
    draw(p, paths::ACCESSIBILITY, words::ACCESS_TITLE, ACCESS, link)
}

fn draw(p: &TextPage, path: &str, title: Text, sections: &[(Text, Text)], end: Markup) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.reading {
            h1 tabindex="-1" { (lang.t(title)) }
            p.muted { (lang.fill(words::VERSION, &[("version", &p.version)])) }
            div.prose {
                @for (head, text) in sections { h2 { (lang.t(*head)) } p { (lang.t(*text)) } }
            }
            (end)
        }
    };
    let first = sections.first().map_or("", |(_, text)| lang.t(*text));
    layout::public_page(p.shell, lang.t(title), &About { description: first, path, is_article: false }, main)
}
