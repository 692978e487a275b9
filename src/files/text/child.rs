//! What runs in the child: bytes from stdin, an outcome and a text to stdout.

use super::{Outcome, hwp, package, pdf, plain};
use crate::files::content::{self, ContentKind};
use crate::files::limits;
use sea_orm::ActiveEnum;
use std::io::Write;
use std::process::ExitCode;

/// Why there is no text, or the text.
pub(super) type Text = Result<String, Outcome>;

/// Reads a document, and answers. A fault of the machine, or of a parser, is an exit without an answer.
pub fn run() -> ExitCode {
    let Ok(bytes) = limits::read_bounded() else { return ExitCode::FAILURE };
    let (outcome, text) = match open(&bytes) {
        Ok(text) if text.is_empty() => (Outcome::NoText, text),
        Ok(text) => (Outcome::Text, text),
        Err(outcome) => (outcome, String::new()),
    };
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{}", outcome.to_value()).and_then(|()| out.write_all(text.as_bytes())).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn open(bytes: &[u8]) -> Text {
    let start = &bytes[..bytes.len().min(content::LOOKED_AT)];
    match content::kind(start, start.len() == bytes.len()) {
        ContentKind::Zip => package::open(bytes),
        ContentKind::Compound => hwp::open(bytes),
        ContentKind::Pdf => pdf::open(bytes),
        ContentKind::Text | ContentKind::Other => plain::open(bytes),
        _ => Err(Outcome::NoText),
    }
}
