//! The text of a file in place of the file, for people whose programs cannot open it: the link beside it, or why there is none, and the
//! page of the text.

use super::text as t;
use super::{Item, paths};
use crate::layout::{self, Shell};
use crate::text::{Lang, Text};
use crate::ui::{self, Tone};
use maud::{Markup, html};

/// What can be read of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the sentences of those that have none say what they are")]
pub enum Reading {
    /// It is no document.
    #[default]
    Nothing,
    /// It waits for its turn.
    Waiting,
    /// Its text.
    Text,
    NoText,
    Locked,
    Damaged,
    TooLarge,
    TooSlow,
}

impl Reading {
    /// Why there is nothing to be read.
    fn why(self) -> Option<Text> {
        match self {
            Self::Nothing | Self::Text => None,
            Self::Waiting => Some(t::TEXT_WAITS),
            Self::NoText => Some(t::TEXT_NONE),
            Self::Locked => Some(t::TEXT_LOCKED),
            Self::Damaged => Some(t::TEXT_DAMAGED),
            Self::TooLarge => Some(t::TEXT_TOO_LARGE),
            Self::TooSlow => Some(t::TEXT_TOO_SLOW),
        }
    }
}

/// What stands beside a file in the list.
pub(super) fn beside(lang: Lang, file: &Item) -> Markup {
    html! {
        @if file.reading == Reading::Text {
            " "
            a.button.secondary.small href=(paths::text(file.id, file.name))
                aria-label=(lang.fill(t::TEXT_OF, &[("name", &file.name)])) { (lang.t(t::TEXT)) }
        } @else if let Some(why) = file.reading.why() {
            " " (ui::badge("quiet", lang.t(why)))
        }
    }
}

/// Where a file stands: below a post, or below a comment on it.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    pub address: &'a str,
    /// Of the post.
    pub title: &'a str,
    pub is_comment: bool,
}

/// A paragraph of a document.
#[derive(Clone, Copy, Debug)]
pub enum Paragraph<'a> {
    /// A heading: 2, 3 or 4 deep, below the name of the file.
    Heading(usize, &'a str),
    Text(&'a str),
}

/// A page of the text of a file.
#[derive(Clone)]
pub struct TextPage<'a> {
    pub shell: &'a Shell<'a>,
    pub id: i64,
    pub name: &'a str,
    pub bytes: u64,
    pub reading: Reading,
    /// None for a file of a draft.
    pub origin: Option<Origin<'a>>,
    pub paragraphs: &'a [Paragraph<'a>],
    /// From 1 to `pages`.
    pub number: u64,
    pub pages: u64,
}

/// Renders it.
pub fn page(p: &TextPage) -> Markup {
    let lang = p.shell.lang;
    let link = |number| paths::text_page(p.id, p.name, number);
    let main = html! {
        div.wrap.reading {
            @if let Some(origin) = p.origin { p.crumb { (back(lang, origin)) } }
            h1 tabindex="-1" { (p.name) }
            p.actions {
                a.button.secondary href=(paths::show(p.id, p.name)) hx-boost="false" { (lang.t(t::TEXT_FILE)) " (" (super::size(p.bytes)) ")" }
            }
            @match p.reading.why() {
                Some(why) => (ui::notice(lang, Tone::Notice, lang.t(why))),
                None => section aria-labelledby="text-title" {
                    (title(p))
                    p.muted { (lang.t(t::TEXT_HINT)) }
                    div.prose.document { @for paragraph in p.paragraphs { (drawn(*paragraph)) } }
                    @if p.number < p.pages { p.actions { a.button.secondary rel="next" href=(link(p.number + 1)) { (lang.t(t::TEXT_MORE)) } } }
                    (ui::pagination(lang, p.number, p.pages, &link))
                },
            }
        }
    };
    layout::page(p.shell, &lang.fill(t::TEXT_OF, &[("name", &p.name)]), main)
}

fn back(lang: Lang, origin: Origin) -> Markup {
    let text = if origin.is_comment { t::TEXT_TO_COMMENT } else { t::TEXT_TO_POST };
    html! { a href=(origin.address) { (lang.fill(text, &[("title", &origin.title)])) } }
}

/// What the text is: a heading, unless the text has headings of its own, which come right below the name of the file then.
fn title(p: &TextPage) -> Markup {
    let lang = p.shell.lang;
    let title = if p.pages < 2 { lang.t(t::TEXT_TITLE).to_owned() } else { lang.fill(t::TEXT_PAGE, &[("n", &p.number), ("of", &p.pages)]) };
    let has_headings = p.paragraphs.iter().any(|paragraph| matches!(paragraph, Paragraph::Heading(..)));
    html! { @if has_headings { p.part #text-title { (title) } } @else { h2 #text-title { (title) } } }
}

fn drawn(paragraph: Paragraph) -> Markup {
    html! {
        @match paragraph {
            Paragraph::Heading(2, words) => h2 { (words) },
            Paragraph::Heading(3, words) => h3 { (words) },
            Paragraph::Heading(_, words) => h4 { (words) },
            Paragraph::Text(words) => p { (words) },
        }
    }
}
