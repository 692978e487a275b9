//! PDF, as well as it goes: letters stand at places on a page, and which of them follow each other is guessed. A page that the parser
//! panics on is left out. Headings are those of the document's structure tree, where it has one; sizes of letters are no evidence.

use super::child::Text;
use super::tagged::{Heading, Tags, meaning};
use super::writing::Writing;
use super::{CHARACTERS, Outcome};
use pdf_extract::{
    ColorSpace, ConvertToFmt, Document, Error, MediaBox, OutputDev, OutputError, Path, PlainTextOutput, Transform, output_doc_page,
};
use std::cell::RefCell;
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(super) fn open(bytes: &[u8]) -> Text {
    let mut document = Document::load_mem(bytes).map_err(|err| outcome(&err))?;
    if document.is_encrypted() {
        // Many are encrypted with an empty password, so that they can be read and not changed.
        document.decrypt("").map_err(|_| Outcome::Locked)?;
    }
    let (tags, mut writing) = (Tags::of(&document), Writing::default());
    for (number, id) in document.get_pages() {
        if writing.is_full() {
            break;
        }
        let page = RefCell::default();
        let read = || {
            tags.draw(&mut document, id);
            output_doc_page(&document, &mut Output::into(&page), number)
        };
        // What was read before a fault is text too.
        let _ = catch_unwind(AssertUnwindSafe(read));
        page.into_inner().write(&mut writing);
    }
    Ok(writing.finish())
}

fn outcome(err: &Error) -> Outcome {
    match err {
        Error::Decryption(_) | Error::InvalidPassword => Outcome::Locked,
        _ => Outcome::Damaged,
    }
}

/// The text of a page, which may draw the same letters again and again.
#[derive(Default)]
struct Page {
    /// Headings, and the texts between them.
    parts: Vec<Part>,
    bytes: usize,
}

#[derive(Default)]
struct Part {
    heading: Option<Heading>,
    text: String,
}

impl Page {
    /// Begins a heading, or ends one. A heading of several lines may end after each of them.
    fn begin(&mut self, heading: Option<Heading>) {
        self.parts.pop_if(|last| last.text.trim().is_empty());
        match self.parts.last_mut() {
            Some(last) if last.heading == heading => last.text.push('\n'),
            _ => self.parts.push(Part { heading, text: String::new() }),
        }
    }

    fn push(&mut self, text: &str) -> fmt::Result {
        self.bytes += text.len();
        if self.bytes > 4 * CHARACTERS {
            return Err(fmt::Error);
        }
        if self.parts.is_empty() {
            self.parts.push(Part::default());
        }
        if let Some(last) = self.parts.last_mut() {
            last.text.push_str(text);
        }
        Ok(())
    }

    fn write(self, writing: &mut Writing) {
        for Part { heading, text } in self.parts {
            match heading {
                // Its lines are those of the page, not of the author.
                Some((_, level)) => {
                    writing.push(&text.split_whitespace().collect::<Vec<_>>().join(" "));
                    writing.set_level(Some(level));
                    writing.end_paragraph();
                }
                None => writing.push_plain(&text),
            }
        }
    }
}

/// Where the parser writes the text of a page.
#[derive(Clone, Copy)]
struct Writer<'a>(&'a RefCell<Page>);

impl Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.borrow_mut().push(text)
    }
}

impl ConvertToFmt for Writer<'_> {
    type Writer = Self;

    fn convert(self) -> Self {
        self
    }
}

/// Plain text, and the rectangles that `tagged` has drawn.
struct Output<'a> {
    text: PlainTextOutput<Writer<'a>>,
    page: &'a RefCell<Page>,
}

impl<'a> Output<'a> {
    fn into(page: &'a RefCell<Page>) -> Self {
        Self { text: PlainTextOutput::new(Writer(page)), page }
    }
}

impl OutputDev for Output<'_> {
    fn begin_page(&mut self, number: u32, media: &MediaBox, art: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        self.text.begin_page(number, media, art)
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        self.text.end_page()
    }

    fn output_character(&mut self, place: &Transform, width: f64, spacing: f64, size: f64, text: &str) -> Result<(), OutputError> {
        self.text.output_character(place, width, spacing, size, text)
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.text.begin_word()
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        self.text.end_word()
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        self.text.end_line()
    }

    fn fill(&mut self, _: &Transform, _: &ColorSpace, _: &[f64], path: &Path) -> Result<(), OutputError> {
        if let Some(heading) = meaning(path) {
            self.page.borrow_mut().begin(heading);
        }
        Ok(())
    }
}
