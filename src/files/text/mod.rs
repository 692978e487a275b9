//! The text of documents, read by a child process of the same program: a parser that panics, loops or eats memory ends the child and
//! nothing else. What comes back is plain text: no part of a document that runs, refers or decorates.
//!
//! `child` what runs in the process · `package` documents that are zip files (HWPX, DOCX, ODT …), whose `xml` is read · `hwp` HWP 5 ·
//! `pdf`, and `tagged` which of its texts are headings · `plain` texts in UTF-8, UTF-16 and CP949 · `headings` which paragraphs are some ·
//! `writing` text as it is kept · `pages` how it is divided · this file asks the child.

pub mod child;
mod headings;
mod hwp;
mod package;
mod pages;
mod pdf;
mod plain;
mod tagged;
mod writing;
mod xml;

use super::child::{LONGEST, Running, turn, used_its_time, was_stopped};
use super::content::ContentKind;
use crate::db::Database;
use crate::entity::blob::BlobId;
use sea_orm::{ActiveEnum, DbErr};
use std::io;
use std::path::Path;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

pub use crate::entity::file_text::Outcome;
pub use headings::{Paragraph, paragraphs, without_marks};
pub use pages::{PAGES_MAX, pages};

/// The name of the command that the child runs.
pub const COMMAND: &str = "open-text";
/// Characters of a document that are kept.
pub const CHARACTERS: usize = 1_000_000;
/// Bytes that these may be, and the word before them.
const MOST: u64 = 4 * CHARACTERS as u64 + 64;

/// Endings of names of documents whose text is read, and of older ones that may be locked or hold none.
pub const DOCUMENTS: [&str; 12] = ["hwp", "hwpx", "docx", "odt", "ods", "odp", "pptx", "xlsx", "pdf", "doc", "xls", "ppt"];
/// Endings of names of plain texts.
pub const TEXTS: [&str; 8] = ["txt", "text", "md", "csv", "tsv", "srt", "vtt", "log"];

/// What is to be done with a file, by its content and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// It is a document.
    Read,
    /// It calls itself a document and is none.
    Lies,
    /// It is no document.
    Nothing,
}

/// What is to be done with a file of this kind and name.
pub fn plan(kind: ContentKind, name: &str) -> Plan {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let is_one_of = |endings: &[&str]| endings.contains(&ending.as_str());
    match kind {
        ContentKind::Pdf => Plan::Read,
        ContentKind::Zip | ContentKind::Compound if is_one_of(&DOCUMENTS) => Plan::Read,
        ContentKind::Text | ContentKind::Other if is_one_of(&TEXTS) => Plan::Read,
        _ if is_one_of(&DOCUMENTS) => Plan::Lies,
        _ => Plan::Nothing,
    }
}

/// What was read of a document; text where the outcome is [`Outcome::Text`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as they are named")]
pub struct Reading {
    pub outcome: Outcome,
    pub text: String,
}

impl From<Outcome> for Reading {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, text: String::new() }
    }
}

/// Why a document was not looked at.
#[derive(Debug)]
pub enum Failure {
    /// The database's.
    Db(DbErr),
    /// No child could be started.
    Machine(io::Error),
}

impl From<DbErr> for Failure {
    fn from(err: DbErr) -> Self {
        Self::Db(err)
    }
}

/// Reads the text of a content.
///
/// # Errors
/// See [`Failure`]; what is the document's fault is an [`Outcome`].
pub async fn read(db: &Database, program: &Path, content: BlobId, size: u64) -> Result<Reading, Failure> {
    let _turn = turn().await.map_err(|err| Failure::Machine(io::Error::other(err)))?;
    match timeout(LONGEST, exchange(db, program, content, size)).await {
        Ok(read) => read,
        Err(_) => Ok(Outcome::TooSlow.into()),
    }
}

async fn exchange(db: &Database, program: &Path, content: BlobId, size: u64) -> Result<Reading, Failure> {
    let mut child = Running::start(program, &[COMMAND]).map_err(Failure::Machine)?;
    child.feed(db, content, size).await?;
    let mut answer = Vec::new();
    let received = (&mut child.stdout).take(MOST).read_to_end(&mut answer).await;
    let status = child.ended().await.map_err(Failure::Machine)?;
    if used_its_time(status) {
        return Ok(Outcome::TooSlow.into());
    }
    if was_stopped(status) {
        return Err(Failure::Machine(io::Error::other("was stopped with its instance")));
    }
    // One that was ended for its memory or its stack has sent nothing.
    let is_whole = received.is_ok() && status.success();
    Ok(is_whole.then(|| parsed(answer)).flatten().unwrap_or(Outcome::Damaged.into()))
}

/// The first line is the outcome, the rest is the text. The child has read hostile bytes, so its answer is not taken for text unseen.
fn parsed(answer: Vec<u8>) -> Option<Reading> {
    let mut text = String::from_utf8(answer).ok()?;
    let first = text.find('\n')?;
    let outcome = Outcome::try_from_value(&text[..first].to_owned()).ok()?;
    text.drain(..=first);
    let words =
        |paragraph: &str| paragraph.strip_prefix(headings::is_mark).unwrap_or(paragraph).chars().any(|c| c.is_control() && c != '\n');
    let is_clean = !text.split("\n\n").any(words);
    (is_clean && text.is_empty() == (outcome != Outcome::Text)).then_some(Reading { outcome, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_decides_only_together_with_the_content() {
        for (kind, name, is) in [
            (ContentKind::Zip, "회의록.HWPX", Plan::Read),
            (ContentKind::Compound, "a.hwp", Plan::Read),
            (ContentKind::Compound, "locked.docx", Plan::Read),
            (ContentKind::Pdf, "scan", Plan::Read),
            (ContentKind::Text, "a.pdf", Plan::Lies),
            (ContentKind::Text, "a.txt", Plan::Read),
            (ContentKind::Other, "cp949.TXT", Plan::Read),
            (ContentKind::Other, "a.bin", Plan::Nothing),
            (ContentKind::Zip, "a.zip", Plan::Nothing),
            (ContentKind::Jpeg, "a.jpg", Plan::Nothing),
        ] {
            assert_eq!(plan(kind, name), is, "{name}");
        }
    }

    #[test]
    fn an_answer_that_is_no_text_is_not_taken() {
        let read = |answer: &str| parsed(answer.as_bytes().to_vec());

        assert_eq!(read("text\n가\n\n나"), Some(Reading { outcome: Outcome::Text, text: "가\n\n나".into() }));
        assert_eq!(read("locked\n"), Some(Outcome::Locked.into()));
        assert!(read("text\n\u{1}가\n\n\u{6}나").is_some(), "marks of headings");
        assert_eq!((read("text\n가\u{1}"), read("text\n가\n\u{1}나"), read("text\n\u{1}\u{1}가")), (None, None, None));
        assert_eq!((read("text\n\u{7}"), read("text\n"), read("locked\nx"), read("other\n"), read("")), (None, None, None, None, None));
    }
}
