//! Files: the list below a post, and the part of the editor in which they are sent, described and removed.

mod picture;
mod reading;
pub(crate) mod samples;
pub mod text;

pub(crate) use picture::cover;
pub use picture::{Picture, place};
pub use reading::{Origin, Paragraph, Reading, TextPage, page};

use self::text as t;
use crate::text::{Lang, common};
use crate::ui::{self, Field, FieldError};
use maud::{Markup, html};

/// Addresses.
pub mod paths {
    use crate::paths::query;

    /// A file: its id, and its name for people.
    pub const SHOW: &str = "/files/:id/:name";
    /// The text of a file.
    pub const TEXT: &str = "/files/:id/:name/text";
    /// Attaches files to a new post of a board, or removes one.
    pub const CREATE: &str = "/community/:board/files";
    /// The same of a post that is being changed.
    pub const UPDATE: &str = "/community/:board/:id/files";

    /// One file.
    pub fn show(id: i64, name: &str) -> String {
        SHOW.replace(":id", &id.to_string()).replace(":name", &query(name))
    }

    /// A smaller one of a picture.
    pub fn sized(id: i64, name: &str, size: &str) -> String {
        format!("{}?size={size}", show(id, name))
    }

    /// The text of a file.
    pub fn text(id: i64, name: &str) -> String {
        TEXT.replace(":id", &id.to_string()).replace(":name", &query(name))
    }

    /// A page of it, counted from 1.
    pub fn text_page(id: i64, name: &str, page: u64) -> String {
        if page == 1 { text(id, name) } else { format!("{}?page={page}", text(id, name)) }
    }

    /// Where the editor sends the files of a new post of a board.
    pub fn create(slug: &str) -> String {
        CREATE.replace(":board", slug)
    }

    /// Where the editor sends the files of a post.
    pub fn update(slug: &str, post: i64) -> String {
        UPDATE.replace(":id", &post.to_string()).replace(":board", slug)
    }
}

/// The part of the editor that lists the files.
const PLACE: &str = "files";
/// What browsers offer first. A phone that keeps its pictures as HEIC makes a JPEG of one when it sees this list.
pub(crate) const ACCEPT: &str = "image/jpeg,image/png,image/gif,image/webp,audio/*,video/*,.hwp,.hwpx,.pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.odt,.ods,.odp,.rtf,.csv,.txt,.md,.brf,.srt,.vtt,.ics,.vcf,.epub,.zip,.7z";

/// A file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub id: i64,
    pub name: &'a str,
    /// What can be seen in it; empty where nothing was written.
    pub alt: &'a str,
    pub bytes: u64,
    /// How it is to be seen, where it is a picture.
    pub picture: Option<Picture>,
    /// What can be read of it.
    pub reading: Reading,
}

/// The words by which smaller ones of a picture are asked for.
pub const SMALL: &str = "small";
pub const PAGE: &str = "page";
pub const STILL: &str = "still";

/// The editor's address with a draft, at the list of its files.
pub fn listed(editor: &str, draft: i64) -> String {
    format!("{}#{PLACE}", crate::drafts::paths::go_on(editor, draft))
}

/// The files of a post; nothing where it has none.
pub fn list(lang: Lang, files: &[Item]) -> Markup {
    let (pictures, files): (Vec<&Item>, Vec<&Item>) = files.iter().partition(|file| file.picture.is_some());
    html! {
        (picture::gallery(lang, &pictures))
        @if !files.is_empty() { (attached(lang, &files)) }
    }
}

/// The files of a comment: its pictures small, then a list of the others. Nothing where it has none.
pub(crate) fn of_comment(lang: Lang, files: &[Item]) -> Markup {
    let (pictures, others): (Vec<&Item>, Vec<&Item>) = files.iter().partition(|file| file.picture.is_some());
    html! {
        @if !pictures.is_empty() {
            ul.pictures.small aria-label=(lang.t(t::PICTURES)) { @for file in pictures { li { (picture::small(file)) } } }
        }
        @if !others.is_empty() {
            ul.files aria-label=(lang.t(t::TITLE)) { @for file in others { li { (link(file)) (reading::beside(lang, file)) } } }
        }
    }
}

fn attached(lang: Lang, files: &[&Item]) -> Markup {
    html! {
        section.attached aria-labelledby="attached-title" {
            h2 #attached-title { (lang.count(t::COUNT_ONE, t::COUNT_MANY, files.len() as u64)) }
            ul.files { @for file in files { li { (link(file)) (reading::beside(lang, file)) } } }
        }
    }
}

/// A file's link, with its size.
pub(crate) fn link(file: &Item) -> Markup {
    html! { a href=(paths::show(file.id, file.name)) hx-boost="false" { (file.name) } " " span.muted { "(" (size(file.bytes)) ")" } }
}

/// 1,234 bytes are 1.2 KB, as file managers say it.
pub fn size(bytes: u64) -> String {
    let tenths = |unit: u64| (bytes * 10).div_ceil(unit);
    match bytes {
        0..=1023 => format!("{bytes} B"),
        1024..=1_048_575 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MB", ui::number(tenths(1_048_576) / 10), tenths(1_048_576) % 10),
    }
}

/// The files in an editor.
#[derive(Clone, Copy)]
pub struct Files<'a> {
    pub lang: Lang,
    /// Where they are sent.
    pub action: &'a str,
    /// Those that are attached.
    pub items: &'a [Item<'a>],
    /// Those that were not attached: their names, and why.
    pub refused: &'a [(&'a str, FieldError<'a>)],
    pub errors: &'a [FieldError<'a>],
    /// The board asks for a description of each picture.
    pub needs_alt: bool,
}

/// Renders it. The button beside the field sends text and files together, so that neither is lost without scripts; with them
/// (static/upload.js) each file is sent as soon as it is chosen.
pub fn editor(f: &Files) -> Markup {
    let lang = f.lang;
    html! {
        section.attach #(PLACE) tabindex="-1" aria-labelledby="files-title" {
            h2 #files-title { (lang.t(t::TITLE)) }
            (attached_to(f, None))
            div.choose {
                (chooser(f))
                button.button.secondary formaction=(f.action) formenctype="multipart/form-data" data-plain { (lang.t(t::SEND)) }
            }
            ul.uploads data-stop=(lang.t(t::STOP)) data-stop-of=(lang.t(t::STOP_OF)) data-unsent=(lang.t(t::FAILED))
                data-retry=(lang.t(common::RETRY)) data-retry-of=(lang.t(t::RETRY_OF)) data-done=(lang.t(t::DONE))
                data-wait=(lang.t(t::UPLOADING)) {}
            p.muted role="status" {}
            script type="module" src=(crate::paths::upload()) {}
        }
    }
}

/// What an editor's script puts in the place of the list: the files of the draft, and why some were not attached.
pub fn part(f: &Files, draft: &Saved) -> Markup {
    attached_to(f, Some(draft))
}

/// The draft to which files were attached.
#[derive(Clone, Copy, Debug)]
pub struct Saved {
    pub draft: i64,
    /// None: its text was not sent.
    pub version: Option<i64>,
}

fn attached_to(f: &Files, draft: Option<&Saved>) -> Markup {
    html! {
        div #attached data-draft=[draft.map(|saved| saved.draft)] data-version=[draft.and_then(|saved| saved.version)] {
            @if !f.refused.is_empty() {
                ul.refused { @for (name, why) in f.refused { li { strong { (name) } ": " (why.say(f.lang)) } } }
            }
            @if !f.items.is_empty() { ul.files { @for file in f.items { (entry(f, file)) } } }
        }
    }
}

fn chooser(f: &Files) -> Markup {
    let lang = f.lang;
    let fault = f.errors.iter().find(|error| error.field == "files").map(|error| error.say(lang));
    html! {
        div.field.faulty[fault.is_some()] {
            label for="files-field" { (lang.t(t::CHOOSE)) }
            p.hint #files-hint { (lang.t(t::HINT)) span data-scripted hidden { " " (lang.t(t::HINT_DROP)) } }
            @if let Some(fault) = &fault { p.fault #files-error { (fault) } }
            input #files-field type="file" name="files" multiple accept=(ACCEPT)
                aria-describedby=(if fault.is_some() { "files-hint files-error" } else { "files-hint" });
        }
    }
}

fn entry(f: &Files, file: &Item) -> Markup {
    let (lang, field, hint) = (f.lang, format!("alt.{}", file.id), f.lang.fill(t::ALT_HINT, &[("id", &file.id)]));
    let alt = Field {
        lang,
        required: f.needs_alt,
        errors: f.errors,
        name: &field,
        label: lang.t(t::ALT),
        hint: &hint,
        value: file.alt,
        ..Field::default()
    };
    html! {
        li {
            div.file {
                (picture::thumbnail(file))
                span { (link(file)) }
                button.button.quiet.small formaction=(f.action) name="remove" value=(file.id)
                    aria-label=(lang.fill(t::REMOVE_OF, &[("name", &file.name)])) { (lang.t(t::REMOVE)) }
            }
            @if file.picture.is_some() {
                (ui::field(&alt))
                p data-tools="body" hidden {
                    button.tool type="button" data-before="![" data-after=(format!("](file:{})", file.id)) data-sample=(lang.t(t::ALT_SAMPLE)) data-line=""
                        aria-label=(lang.fill(t::PLACE_OF, &[("name", &file.name)])) { (lang.t(t::PLACE)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_as_file_managers_say_them() {
        let sizes = [0, 1023, 1024, 1_500, 1_048_575, 1_048_576, 26_214_400].map(size);

        assert_eq!(sizes, ["0 B", "1023 B", "1 KB", "2 KB", "1024 KB", "1.0 MB", "25.0 MB"]);
        assert_eq!(paths::show(7, "신청 1.hwp"), "/files/7/%EC%8B%A0%EC%B2%AD%201.hwp");
    }
}
