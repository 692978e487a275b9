//! Headings of documents: which paragraphs are some, by the styles that a document defines beside its text, and the mark that keeps it in
//! the text. What cannot be understood of the styles is left out: no document is spoilt by them.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::BufRead;

/// Levels that are distinguished.
const LEVELS: u8 = 6;
/// Deepest heading of a page of text; the name of the file is the first.
const DEEPEST: usize = 4;
/// A longer paragraph, in characters, is none: it only looks like one.
pub(super) const LONGEST: usize = 200;
/// Styles of a document at most.
const STYLES: usize = 4_096;
/// Styles of which one is based on the other, at most.
const BASES: usize = 10;
/// Attributes of an element that are looked at.
const ATTRIBUTES: usize = 64;

/// How deep a heading is in its document, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level(u8);

impl Level {
    /// From 1; the deepest ones are the same.
    pub fn new(number: usize) -> Option<Self> {
        let level = u8::try_from(number).unwrap_or(LEVELS).min(LEVELS);
        (level > 0).then_some(Self(level))
    }

    /// From 0, as attributes count.
    pub fn from_zero(number: &str) -> Option<Self> {
        Self::new(number.trim().parse::<usize>().ok()?.checked_add(1)?)
    }

    /// By the name of a style: "heading 2", "개요 2".
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        let number = ["heading", "outline", "개요"].iter().find_map(|kind| name.strip_prefix(kind))?;
        Self::new(number.trim().parse().ok()?)
    }

    /// From 1.
    pub fn number(self) -> u8 {
        self.0
    }

    /// What stands before the words: a control character, for no text that is kept has one.
    pub fn mark(self) -> char {
        char::from(self.0)
    }

    fn of_mark(c: char) -> Option<Self> {
        u8::try_from(c).ok().filter(|mark| (1..=LEVELS).contains(mark)).map(Self)
    }
}

/// Whether it marks a heading.
pub(super) fn is_mark(c: char) -> bool {
    Level::of_mark(c).is_some()
}

/// A paragraph of a text that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paragraph<'a> {
    /// A heading, 2 to 4 deep on its page; no level is left out above it.
    Heading(usize, &'a str),
    /// Anything else.
    Text(&'a str),
}

/// The paragraphs of a page of text.
pub fn paragraphs(text: &str) -> Vec<Paragraph<'_>> {
    let mut above: Vec<u8> = Vec::new();
    let mut depth = |level: u8| {
        above.retain(|other| *other < level);
        above.push(level);
        (above.len() + 1).min(DEEPEST)
    };
    let read = text.split("\n\n").map(|text| match (text.bytes().next(), text.strip_prefix(is_mark)) {
        (Some(level), Some(words)) => Paragraph::Heading(depth(level), words),
        _ => Paragraph::Text(text),
    });
    read.collect()
}

/// The words of a text alone.
pub fn without_marks(text: &str) -> String {
    text.replace(is_mark, "")
}

/// What the styles of a document say.
#[derive(Default)]
pub(super) struct Styles {
    /// By the ids of styles; those of text have no level.
    styles: HashMap<String, Option<Level>>,
    /// By the ids of properties that paragraphs refer to beside their style.
    properties: HashMap<String, Option<Level>>,
}

impl Styles {
    /// `word/styles.xml`: a style has a level, a name that says one, or that of the style that it is based on.
    pub fn of_word(xml: impl BufRead) -> Self {
        let mut read: Vec<WordStyle> = Vec::new();
        each(xml, |name, element| {
            let value = |name| attribute(element, name).unwrap_or_default();
            if name == "style" && read.len() < STYLES {
                read.push(WordStyle { id: value("styleId").into_owned(), ..WordStyle::default() });
            }
            let Some(style) = read.last_mut() else { return };
            match name {
                "name" if style.own.is_none() => style.own = Level::named(&value("val")).map(Some),
                "basedOn" => style.based_on = value("val").into_owned(),
                "outlineLvl" => style.own = Some(outline(&value("val"))),
                _ => {}
            }
        });
        let by_id: HashMap<&str, &WordStyle> = read.iter().map(|style| (style.id.as_str(), style)).collect();
        let level = |style: &WordStyle| {
            let chain = std::iter::successors(Some(style), |style| by_id.get(style.based_on.as_str()).copied());
            chain.take(BASES).find_map(|style| style.own).flatten()
        };
        Self { styles: read.iter().map(|style| (style.id.clone(), level(style))).collect(), ..Self::default() }
    }

    /// `Contents/header.xml` of HWPX: properties of paragraphs are an outline, styles are named as one.
    pub fn of_hwpx(xml: impl BufRead) -> Self {
        let (mut found, mut properties) = (Self::default(), String::new());
        each(xml, |name, element| {
            let value = |name| attribute(element, name).unwrap_or_default();
            match name {
                "paraPr" => properties = value("id").into_owned(),
                "heading" if value("type") == "OUTLINE" && found.properties.len() < STYLES => {
                    found.properties.insert(properties.clone(), Level::from_zero(&value("level")));
                }
                "style" if found.styles.len() < STYLES => {
                    let level = Level::named(&value("name")).or_else(|| Level::named(&value("engName")));
                    found.styles.insert(value("id").into_owned(), level);
                }
                _ => {}
            }
        });
        found
    }

    /// Of a paragraph of Word with this style. One that is not defined may still be named for a level.
    pub fn of_style(&self, id: &str) -> Option<Level> {
        self.styles.get(id).copied().unwrap_or_else(|| Level::named(id))
    }

    /// Of a paragraph of HWPX with these properties and this style.
    pub fn of_paragraph(&self, properties: &str, style: &str) -> Option<Level> {
        let by_id = |levels: &HashMap<String, Option<Level>>, id| levels.get(id).copied().flatten();
        by_id(&self.properties, properties).or_else(|| by_id(&self.styles, style))
    }
}

#[derive(Default)]
struct WordStyle {
    id: String,
    /// `Some(None)`: it says that it is text.
    own: Option<Option<Level>>,
    based_on: String,
}

/// Of Word's `outlineLvl`: 0 to 8, and 9 for text.
pub(super) fn outline(value: &str) -> Option<Level> {
    Level::from_zero(value).filter(|_| value.trim() != "9")
}

/// The value of an attribute, by its name without prefix.
pub(super) fn attribute<'a>(element: &'a BytesStart<'_>, name: &str) -> Option<Cow<'a, str>> {
    let mut attributes = element.attributes();
    // The check for duplicates compares each with each.
    let mut known = attributes.with_checks(false).take(ATTRIBUTES).flatten();
    known.find(|attribute| attribute.key.local_name().as_ref() == name).map(|attribute| attribute.value)
}

/// Visits elements in their order, up to the first fault.
fn each(xml: impl BufRead, mut visit: impl FnMut(&str, &BytesStart<'_>)) {
    let (mut reader, mut buffer) = (Reader::from_reader(xml), Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) => visit(element.local_name().as_ref(), &element),
            Ok(Event::Eof | Event::DocType(_)) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_as_deep_as_it_says_or_the_one_below_it() {
        let xml = "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"1\"><w:name w:val=\"heading 1\"/></w:style>\
            <w:style w:styleId=\"a\"><w:name w:val=\"My own\"/><w:basedOn w:val=\"1\"/></w:style>\
            <w:style w:styleId=\"b\"><w:basedOn w:val=\"a\"/><w:pPr><w:outlineLvl w:val=\"9\"/></w:pPr></w:style>\
            <w:style w:styleId=\"c\"><w:basedOn w:val=\"c\"/></w:style>\
            <w:style w:styleId=\"d\"><w:name w:val=\"heading 2\"/><w:pPr><w:outlineLvl w:val=\"7\"/></w:pPr></w:style>";
        let styles = Styles::of_word(xml.as_bytes());
        let level = |id| styles.of_style(id).map(|level| level.0);

        assert_eq!((level("1"), level("a"), level("b"), level("c"), level("d")), (Some(1), Some(1), None, None, Some(6)));
        assert_eq!((level("Heading3"), level("Normal"), level("Heading0"), level("")), (Some(3), None, None, None));
        assert_eq!(Styles::of_word(&b"<a><!DOCTYPE x>"[..]).styles.len() + Styles::of_hwpx(&b"\xff<<"[..]).styles.len(), 0);
    }

    #[test]
    fn headings_of_a_page_leave_no_level_out() {
        let text = "\u{3}다\n\n글\n\n\u{5}마\n\n\u{6}바\n\n\u{6}바2\n\n\u{3}다2\n\n\u{1}가";

        let depths: Vec<_> = paragraphs(text)
            .into_iter()
            .map(|paragraph| match paragraph {
                Paragraph::Heading(depth, words) => (depth, words),
                Paragraph::Text(words) => (0, words),
            })
            .collect();

        assert_eq!(depths, [(2, "다"), (0, "글"), (3, "마"), (4, "바"), (4, "바2"), (2, "다2"), (2, "가")]);
        assert_eq!(without_marks(text), "다\n\n글\n\n마\n\n바\n\n바2\n\n다2\n\n가");
    }
}
