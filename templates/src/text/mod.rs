//! Sentences in two languages. Each noun keeps its own in its `text.rs`; what every page shares is in [`common`].
//!
//! Korean comes first: it is what is written, English is its translation.

use std::fmt::{Display, Write};

/// One sentence in both languages. `{name}` marks a place that [`Lang::fill`] fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Korean.
    pub ko: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The sentence that a page left for the next one, by the name from [`Self::flash_name`]. Only a `FLASH_…` is one.
    pub fn flash(wanted: &str) -> Option<Self> {
        flashes().find(|(noun, name, _)| cookie_word(noun, name) == wanted).map(|(.., text)| text)
    }

    /// How a cookie names this sentence: the noun, a dot, its name in the noun's list. Empty for one that is in no list.
    pub fn flash_name(self) -> String {
        flashes().find(|(.., text)| *text == self).map_or_else(String::new, |(noun, name, _)| cookie_word(noun, name))
    }
}

/// Dots for the colons of a noun in the panel: colons are escaped in cookies, and what is escaped is not read back.
fn cookie_word(noun: &str, name: &str) -> String {
    format!("{}.{name}", noun.replace("::", "."))
}

fn flashes() -> impl Iterator<Item = (&'static str, &'static str, Text)> {
    crate::sentences().filter(|(_, name, _)| name.starts_with("FLASH_"))
}

/// The language of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Korean, the site's first language.
    #[default]
    Ko,
    /// English.
    En,
}

impl Lang {
    /// The tag that HTML and cookies use.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Ko => "ko",
            Lang::En => "en",
        }
    }

    /// Reads the tag back; anything unknown is `None`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag {
            "ko" => Some(Lang::Ko),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// The other language, which the footer offers.
    pub fn other(self) -> Self {
        match self {
            Lang::Ko => Lang::En,
            Lang::En => Lang::Ko,
        }
    }

    /// The language's name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Lang::Ko => "한국어",
            Lang::En => "English",
        }
    }

    /// The sentence in this language.
    pub fn t(self, text: Text) -> &'static str {
        match self {
            Lang::Ko => text.ko,
            Lang::En => text.en,
        }
    }

    /// The sentence with its places filled. A place that is not given stays visible, so that a test sees it.
    pub fn fill(self, text: Text, values: &[(&str, &dyn Display)]) -> String {
        let mut rest = self.t(text);
        let mut out = String::with_capacity(rest.len() + 16);
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((place, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            match values.iter().find(|(name, _)| *name == place) {
                // Writing into a String cannot fail.
                Some((_, value)) => drop(write!(out, "{value}")),
                None => drop(write!(out, "{{{place}}}")),
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// A sentence about `n` things: English needs another one for a single thing.
    pub fn count(self, one: Text, many: Text, n: u64) -> String {
        let text = if n == 1 { one } else { many };
        self.fill(text, &[("n", &crate::ui::number(n))])
    }
}

/// Declares the sentences of one noun, and `ALL` with their names.
macro_rules! catalogue {
    ($($name:ident = $ko:literal, $en:literal;)*) => {
        $(#[doc = concat!("`", $ko, "`")] pub const $name: $crate::text::Text = $crate::text::Text { ko: $ko, en: $en };)*
        /// Every sentence of this file with its name.
        pub const ALL: &[(&str, $crate::text::Text)] = &[$((stringify!($name), $name)),*];
    };
}

pub(crate) use catalogue;

pub mod common;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::text as errors;
    use std::collections::BTreeSet;

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(place, _)| place).collect()
    }

    fn is_hangul(c: char) -> bool {
        matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{AC00}'..='\u{D7A3}')
    }

    #[test]
    fn every_sentence_is_whole_in_both_languages() {
        let nouns = crate::NOUNS.iter().map(|noun| (noun.name, noun.texts));
        for (file, entries) in nouns.chain([("common", common::ALL)]) {
            let mut names = BTreeSet::new();
            for (name, text) in entries {
                assert!(names.insert(*name), "{file}::{name} is there twice");
                assert!(!text.ko.trim().is_empty() && !text.en.trim().is_empty(), "{file}::{name} is empty");
                assert_eq!(places(text.ko), places(text.en), "{file}::{name} has other places");
                assert!(!text.en.chars().any(is_hangul), "{file}::{name} is Korean in English");
            }
        }
    }

    #[test]
    fn a_validation_key_is_the_name_of_its_sentence() {
        assert_eq!(errors::message("name.taken"), Some(errors::NAME_TAKEN));
        assert!(errors::message("no.such.key").is_none());
    }

    #[test]
    fn every_sentence_for_the_next_page_is_found_by_its_name() {
        assert!(flashes().count() > 10);
        for (.., text) in flashes() {
            let name = text.flash_name();
            assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)), "a cookie would escape {name}");
            assert_eq!(Text::flash(&name), Some(text));
        }
        assert_eq!(Text::flash("errors.NOT_FOUND"), None);
    }

    #[test]
    fn places_are_filled_and_unknown_ones_stay_visible() {
        let text = Text { ko: "{name}님, {n}개", en: "{name}, {n}" };

        assert_eq!(Lang::Ko.fill(text, &[("name", &"하나"), ("n", &3)]), "하나님, 3개");
        assert_eq!(Lang::En.fill(text, &[("n", &3)]), "{name}, 3");
    }
}
