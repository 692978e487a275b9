//! The text of the XML in documents: which elements are paragraphs, which hold letters. No document type, no entities of its own.

use super::Outcome;
use super::headings::{Level, Styles, attribute, outline};
use super::writing::Writing;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::io::BufRead;

/// Elements within each other at most.
const DEPTH: usize = 64;

/// What elements are, by their names without prefix.
pub(super) struct Shape {
    /// Paragraphs.
    pub paragraphs: &'static [&'static str],
    /// Elements whose letters are text; empty: those of paragraphs, with all that is in them.
    pub texts: &'static [&'static str],
    /// Elements that are left out, with all that is in them.
    pub without: &'static [&'static str],
}

/// How a format says that a paragraph is a heading.
#[derive(Clone, Copy)]
pub(super) enum Headings<'a> {
    /// It does not.
    None,
    /// OpenDocument: by an element of its own.
    Elements,
    /// DOCX: the paragraph names a style, or says it itself.
    Word(&'a Styles),
    /// HWPX: the paragraph refers to its properties and its style.
    Hwpx(&'a Styles),
}

/// Elements that stand for a character, in all formats.
const BREAKS: [&str; 4] = ["br", "cr", "lineBreak", "line-break"];
const BLANKS: [&str; 5] = ["tab", "s", "nbSpace", "fwSpace", "ptab"];

/// Adds the text of a document to a writing. What refers to nothing that XML itself defines is a fault.
pub(super) fn read(xml: impl BufRead, shape: &Shape, headings: Headings<'_>, writing: &mut Writing) -> Result<(), Outcome> {
    let mut reader = Reader::from_reader(xml);
    let (mut buffer, mut place) = (Vec::new(), Place { shape, headings, open: Vec::new(), writing });
    while !place.writing.is_full() {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| Outcome::Damaged)? {
            Event::Start(element) => place.begin(&element)?,
            Event::Empty(element) => {
                place.begin(&element)?;
                place.end();
            }
            Event::End(_) => place.end(),
            Event::Text(text) => place.push(&text.xml10_content()),
            Event::CData(text) => place.push(&text.xml10_content()),
            Event::GeneralRef(name) => place.push(referred(&name)?.encode_utf8(&mut [0; 4])),
            Event::DocType(_) => return Err(Outcome::Damaged),
            Event::Eof if place.open.is_empty() => break,
            Event::Eof => return Err(Outcome::Damaged),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    place.writing.end_paragraph();
    Ok(())
}

/// One of the five names that XML defines, or a number.
fn referred(name: &BytesRef<'_>) -> Result<char, Outcome> {
    if let Some(c) = name.resolve_char_ref().map_err(|_| Outcome::Damaged)? {
        return Ok(c);
    }
    match &*name.xml10_content() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err(Outcome::Damaged),
    }
}

/// What an open element is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Paragraph,
    Text,
    Without,
    Other,
}

struct Place<'a> {
    shape: &'a Shape,
    headings: Headings<'a>,
    open: Vec<Element>,
    writing: &'a mut Writing,
}

impl Place<'_> {
    fn begin(&mut self, element: &BytesStart<'_>) -> Result<(), Outcome> {
        if self.open.len() >= DEPTH {
            return Err(Outcome::Damaged);
        }
        let name = element.local_name();
        let name = name.as_ref();
        let is_one_of = |names: &[&str]| names.contains(&name);
        let kind = match () {
            () if is_one_of(self.shape.without) => Element::Without,
            () if is_one_of(self.shape.paragraphs) => Element::Paragraph,
            () if is_one_of(self.shape.texts) => Element::Text,
            () => Element::Other,
        };
        if kind == Element::Paragraph {
            // A table stands within a paragraph, and has paragraphs of its own.
            self.writing.end_paragraph();
        } else if is_one_of(&BREAKS) && self.is_in_paragraph() {
            self.writing.push("\n");
        } else if is_one_of(&BLANKS) && self.is_in_paragraph() {
            self.writing.push(" ");
        }
        self.open.push(kind);
        self.look_for_heading(name, element);
        Ok(())
    }

    /// What an element says of the paragraph that it begins, or stands in.
    fn look_for_heading(&mut self, name: &str, element: &BytesStart<'_>) {
        let value = |name| attribute(element, name).unwrap_or_default();
        match (self.headings, name) {
            (Headings::Elements, "h") => {
                let level = value("outline-level").parse().unwrap_or(1);
                self.writing.set_level(Level::new(level));
            }
            (Headings::Hwpx(styles), "p") => self.writing.set_level(styles.of_paragraph(&value("paraPrIDRef"), &value("styleIDRef"))),
            (Headings::Word(styles), "pStyle") if self.is_in_paragraph() => self.writing.set_level(styles.of_style(&value("val"))),
            (Headings::Word(_), "outlineLvl") if self.is_in_paragraph() => self.writing.set_level(outline(&value("val"))),
            _ => {}
        }
    }

    fn end(&mut self) {
        if self.open.pop() == Some(Element::Paragraph) {
            self.writing.end_paragraph();
        }
    }

    fn is_in_paragraph(&self) -> bool {
        self.open.contains(&Element::Paragraph) && !self.open.contains(&Element::Without)
    }

    fn push(&mut self, text: &str) {
        let is_text = self.shape.texts.is_empty() || self.open.contains(&Element::Text);
        if is_text && self.is_in_paragraph() {
            // A line that ends in the source is a blank.
            self.writing.push(&text.replace(['\n', '\r'], " "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { paragraphs: &["p"], texts: &["t"], without: &["Fallback"] };

    fn text(xml: &str) -> Result<String, Outcome> {
        let mut writing = Writing::default();
        read(xml.as_bytes(), &SHAPE, Headings::None, &mut writing)?;
        Ok(writing.finish())
    }

    #[test]
    fn paragraphs_hold_the_letters_of_their_texts() {
        let xml = "<?xml version=\"1.0\"?><w:d xmlns:w=\"x\"><w:p><w:t>가 &amp; &#45208;</w:t><w:br/><w:t>다</w:t><x>no</x>\
            <tbl><p><t>칸</t></p></tbl><Fallback><p><t>두 번</t></p></Fallback><t>뒤</t></w:p><t>밖</t></w:d>";

        assert_eq!(text(xml), Ok("가 & 나\n다\n\n칸\n\n뒤".into()));
    }

    #[test]
    fn what_defines_or_nests_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(65), "</a>".repeat(65));
        let bomb = "<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><d><p><t>&b;</t></p></d>";

        for xml in [deep.as_str(), bomb, "<d><p><t>&b;</t></p></d>", "<d><p>", "<d></e>", "<d><p><t>&#0;</t></p></d>"] {
            assert_eq!(text(xml), Err(Outcome::Damaged), "{xml}");
        }
        assert_eq!(text(&format!("{}<p><t>x</t></p>{}", "<a>".repeat(62), "</a>".repeat(62))), Ok("x".into()));
    }
}
