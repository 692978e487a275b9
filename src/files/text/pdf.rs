//! PDF, as well as it goes: letters stand at places on a page, and which of them follow each other is guessed. A page that the parser
//! panics on is left out.

use super::child::Text;
use super::writing::Writing;
use super::{CHARACTERS, Outcome};
use pdf_extract::{ConvertToFmt, Document, Error, PlainTextOutput, output_doc_page};
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(super) fn open(bytes: &[u8]) -> Text {
    let mut document = Document::load_mem(bytes).map_err(|err| outcome(&err))?;
    if document.is_encrypted() {
        // Many are encrypted with an empty password, so that they can be read and not changed.
        document.decrypt("").map_err(|_| Outcome::Locked)?;
    }
    let mut writing = Writing::default();
    for number in document.get_pages().into_keys() {
        if writing.is_full() {
            break;
        }
        let mut page = Page::default();
        let read = || output_doc_page(&document, &mut PlainTextOutput::new(&mut page), number);
        // What was read before a fault is text too.
        let _ = catch_unwind(AssertUnwindSafe(read));
        writing.push_plain(&page.0);
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
struct Page(String);

impl Write for &mut Page {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > 4 * CHARACTERS {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

impl<'a> ConvertToFmt for &'a mut Page {
    type Writer = &'a mut Page;

    fn convert(self) -> Self::Writer {
        self
    }
}
