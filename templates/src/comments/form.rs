//! The forms that write, answer, change and delete a comment.

use super::text as t;
use crate::files::{ACCEPT, Item, text as files};
use crate::layout::{self, Shell};
use crate::paths;
use crate::text::{Lang, common};
use crate::ui::{self, Field, FieldError};
use maud::{Markup, PreEscaped, Render, html};

/// What a form writes.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    /// A comment of the first level.
    New {
        /// The board's address.
        slug: &'a str,
        /// The post's number.
        post: i64,
    },
    /// An answer.
    Reply {
        /// The board's address.
        slug: &'a str,
        /// The post's number.
        post: i64,
        /// The comment that is answered.
        comment: i64,
        /// Its writer's name.
        name: &'a str,
    },
    /// A change.
    Edit {
        /// The comment that is changed.
        comment: i64,
    },
}

/// How long a comment may be, how many files it may have, and how large one may be.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    pub characters: usize,
    pub files: u64,
    pub megabytes: u64,
}

/// Where one file is chosen and described: the names of its fields.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    pub file: &'static str,
    pub alt: &'static str,
}

/// The places for files where pictures must be described. A page without scripts cannot know what is chosen, so each has its field.
pub const SLOTS: [Slot; 5] = [
    Slot { file: "file.1", alt: "description.1" },
    Slot { file: "file.2", alt: "description.2" },
    Slot { file: "file.3", alt: "description.3" },
    Slot { file: "file.4", alt: "description.4" },
    Slot { file: "file.5", alt: "description.5" },
];

/// A form for a comment. It is sent to [`Purpose`]'s address with `body`, `once` and, for an answer, `parent`.
#[derive(Clone, Copy, Debug)]
pub struct CommentForm<'a> {
    pub lang: Lang,
    /// What it writes.
    pub purpose: Purpose<'a>,
    /// What it takes.
    pub most: Most,
    /// The board asks for a description of each picture.
    pub needs_alt: bool,
    /// The text in it.
    pub body: &'a str,
    /// The files of a comment that is changed, as the form has them.
    pub files: &'a [Item<'a>],
    /// Those of them that are to go.
    pub removed: &'a [i64],
    /// Files that were sent and not taken: their names, and why. No file was, then.
    pub refused: &'a [(&'a str, FieldError<'a>)],
    /// How new files are described, by their places.
    pub alts: &'a [&'a str],
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
}

/// A reply or edit form as a page of its own, for readers without scripts.
#[derive(Clone, Copy)]
pub struct FormPage<'a> {
    pub shell: &'a Shell<'a>,
    /// The board's address.
    pub slug: &'a str,
    /// The post's number.
    pub post: i64,
    /// The post's title.
    pub post_title: &'a str,
    /// The comment that is answered, as safe HTML; empty for a change.
    pub quoted_html: &'a str,
    pub form: CommentForm<'a>,
}

/// Asks before a comment is deleted.
#[derive(Clone, Copy)]
pub struct DeletePage<'a> {
    pub shell: &'a Shell<'a>,
    /// The comment's number.
    pub id: i64,
    /// Its text as safe HTML.
    pub body_html: &'a str,
    pub once: &'a str,
}

impl CommentForm<'_> {
    fn is_change(&self) -> bool {
        matches!(self.purpose, Purpose::Edit { .. })
    }

    /// The id of the form, which is also what an answer with errors replaces.
    pub fn id(&self) -> String {
        match self.purpose {
            Purpose::New { .. } => "comment-form".to_owned(),
            Purpose::Reply { comment, .. } => format!("reply-form-{comment}"),
            Purpose::Edit { comment } => format!("edit-form-{comment}"),
        }
    }

    /// The address it is sent to.
    pub fn action(&self) -> String {
        match self.purpose {
            Purpose::New { slug, post } | Purpose::Reply { slug, post, .. } => paths::post_comments(slug, post),
            Purpose::Edit { comment } => paths::comment_edit(comment),
        }
    }

    fn prefix(&self) -> String {
        match self.purpose {
            Purpose::New { .. } => "new-".to_owned(),
            Purpose::Reply { comment, .. } => format!("reply-{comment}-"),
            Purpose::Edit { comment } => format!("edit-{comment}-"),
        }
    }

    fn label(&self) -> String {
        match self.purpose {
            Purpose::New { .. } => self.lang.t(t::NEW_LABEL).to_owned(),
            Purpose::Reply { name, .. } => self.lang.fill(t::REPLY_TO, &[("name", &name)]),
            Purpose::Edit { .. } => self.lang.t(t::EDIT_TITLE).to_owned(),
        }
    }

    /// Where scripts find members to be offered. A change notifies nobody.
    fn names(&self) -> String {
        match self.purpose {
            Purpose::New { post, .. } | Purpose::Reply { post, .. } => paths::member_names(post),
            Purpose::Edit { .. } => String::new(),
        }
    }

    /// How the file of a place is described, counted from 0.
    fn alt(&self, place: usize) -> &str {
        self.alts.get(place).copied().unwrap_or_default()
    }

    fn has_fault(&self, fields: &[&str]) -> bool {
        self.errors.iter().any(|error| fields.contains(&error.field))
    }

    fn button(&self) -> &'static str {
        self.lang.t(match self.purpose {
            Purpose::New { .. } => t::SUBMIT,
            Purpose::Reply { .. } => t::SUBMIT_REPLY,
            Purpose::Edit { .. } => common::SAVE,
        })
    }
}

/// The form for a comment, an answer or a change. With errors it replaces itself.
pub fn form(f: &CommentForm) -> Markup {
    form_with(f, ui::once(f.once))
}

/// The same with this in the place of its one-time key.
pub(super) fn form_with(f: &CommentForm, once: impl Render) -> Markup {
    let (id, action, prefix, label, names) = (f.id(), f.action(), f.prefix(), f.label(), f.names());
    let text = Field {
        lang: f.lang,
        name: "body",
        prefix: &prefix,
        label: &label,
        value: f.body,
        hint: f.lang.t(t::NEW_HINT),
        required: true,
        most: f.most.characters,
        names: &names,
        errors: f.errors,
        ..Field::default()
    };
    html! {
        form.comment-form #(id) method="post" action=(action) enctype="multipart/form-data" novalidate
            hx-post=(action) hx-target="this" hx-select="" hx-swap="outerHTML" hx-sync="this:drop" data-guard {
            (ui::error_summary(f.lang, &prefix, f.errors))
            (once)
            @if let Purpose::Reply { comment, .. } = f.purpose { (ui::hidden("parent", &comment.to_string())) }
            (ui::textarea(&text, 4))
            (described(f))
            (chooser(f))
            div.actions {
                button.button { (f.button()) }
                (dismiss(f))
            }
        }
    }
}

/// The field for files, folded: most comments have none. After the text, which is read first.
fn chooser(f: &CommentForm) -> Markup {
    let lang = f.lang;
    html! {
        details.more-files open[!f.refused.is_empty() || f.has_fault(&["files"]) || SLOTS.iter().any(|slot| f.has_fault(&[slot.alt]))] {
            summary { (lang.t(t::FILES)) }
            @if !f.refused.is_empty() {
                ul.refused { @for (name, why) in f.refused { li { strong { (name) } ": " (why.say(lang)) } } }
            }
            @if f.needs_alt { (slots(f)) } @else { (several(f)) }
        }
    }
}

/// One field for all of them; their pictures are described later.
fn several(f: &CommentForm) -> Markup {
    let (lang, prefix) = (f.lang, f.prefix());
    let hint = if f.is_change() { t::FILES_HINT_CHANGE } else { t::FILES_HINT };
    let hint = lang.fill(hint, &[("n", &f.most.files), ("mb", &f.most.megabytes)]);
    let field =
        Field { lang, name: "files", prefix: &prefix, label: lang.t(files::CHOOSE), hint: &hint, errors: f.errors, ..Field::default() };
    ui::files(&field, ACCEPT)
}

/// A field for each file, with one for its description; those after the first are folded, for most comments have one at most.
fn slots(f: &CommentForm) -> Markup {
    let (lang, last) = (f.lang, SLOTS.len());
    let hint = if f.is_change() { t::FILES_HINT_DESCRIBED_CHANGE } else { t::FILES_HINT_DESCRIBED };
    let is_used = |n: usize| !f.alt(n).is_empty() || f.has_fault(&[SLOTS[n].alt]);
    html! {
        p.hint { (lang.fill(hint, &[("n", &f.most.files), ("mb", &f.most.megabytes)])) }
        (fault_of_all(f))
        (slot(f, 0))
        details.more-files open[(1..last).any(is_used)] {
            summary { (lang.t(t::MORE_FILES)) }
            @for n in 1..last { (slot(f, n)) }
        }
    }
}

/// What is wrong with the files together; the summary above the form leads here.
fn fault_of_all(f: &CommentForm) -> Markup {
    html! {
        @if let Some(fault) = f.errors.iter().find(|error| error.field == "files") {
            p.fault id={ (f.prefix()) "files" } tabindex="-1" { (fault.say(f.lang)) }
        }
    }
}

fn slot(f: &CommentForm, n: usize) -> Markup {
    let (lang, prefix, number) = (f.lang, f.prefix(), n + 1);
    let base = Field { lang, prefix: &prefix, errors: f.errors, ..Field::default() };
    let (file, alt) = (lang.fill(t::FILE_N, &[("n", &number)]), lang.fill(t::FILE_N_ALT, &[("n", &number)]));
    html! {
        div.slot {
            (ui::file(&Field { name: SLOTS[n].file, label: &file, ..base }, ACCEPT))
            (ui::field(&Field { name: SLOTS[n].alt, label: &alt, value: f.alt(n), ..base }))
        }
    }
}

/// The files of a comment that is changed: what is to be seen in its pictures, and which are to go.
fn described(f: &CommentForm) -> Markup {
    let (lang, prefix) = (f.lang, f.prefix());
    html! {
        @if !f.files.is_empty() {
            fieldset.field {
                legend { (lang.t(files::TITLE)) }
                ul.files { @for file in f.files { li { (one_of(f, &prefix, file)) } } }
            }
        }
    }
}

fn one_of(f: &CommentForm, prefix: &str, file: &Item) -> Markup {
    let (lang, is_removed) = (f.lang, f.removed.contains(&file.id));
    let (alt, remove) = (format!("alt.{}", file.id), format!("remove.{}", file.id));
    let base = Field { lang, prefix, errors: f.errors, ..Field::default() };
    let (label, of) = (lang.fill(files::ALT_OF, &[("name", &file.name)]), lang.fill(files::REMOVE_OF, &[("name", &file.name)]));
    html! {
        (crate::files::link(file))
        @if file.picture.is_some() { (ui::field(&Field { name: &alt, label: &label, value: file.alt, required: f.needs_alt, hint: lang.t(t::ALT_HINT), ..base })) }
        (ui::check(&Field { name: &remove, label: &of, ..base }, is_removed))
    }
}

/// A way back out of a form that was opened in a slot.
fn dismiss(f: &CommentForm) -> Markup {
    let (Purpose::Reply { comment, .. } | Purpose::Edit { comment }) = f.purpose else {
        return Markup::default();
    };
    html! { a.button.quiet href=(paths::comment(comment)) data-dismiss={ "slot-" (comment) } { (f.lang.t(common::CANCEL)) } }
}

/// Renders a reply or edit form as a page.
pub fn form_page(p: &FormPage) -> Markup {
    let lang = p.shell.lang;
    let title = lang.t(if matches!(p.form.purpose, Purpose::Edit { .. }) { t::EDIT_TITLE } else { t::REPLY_TITLE });
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (title) }
            p { a href=(paths::post(p.slug, p.post)) { (lang.fill(t::ON_POST, &[("title", &p.post_title)])) } }
            @if !p.quoted_html.is_empty() {
                h2 { (lang.t(t::ANSWERING)) }
                blockquote.subject { div.prose { (PreEscaped(p.quoted_html)) } }
            }
            (form(&p.form))
        }
    };
    layout::form_page(p.shell, title, p.form.errors, main)
}

/// Renders the question before a comment is deleted.
pub fn delete(p: &DeletePage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::DELETE_TITLE)) }
            blockquote.subject { div.prose { (PreEscaped(p.body_html)) } }
            p { (lang.t(t::DELETE_TEXT)) }
            form method="post" action=(paths::comment_delete(p.id)) novalidate hx-sync="this:drop" {
                (ui::once(p.once))
                div.actions {
                    button.button.danger { (lang.t(t::DELETE_BUTTON)) }
                    a.button.secondary href=(paths::comment(p.id)) { (lang.t(common::CANCEL)) }
                }
            }
        }
    };
    layout::page(p.shell, lang.t(t::DELETE_TITLE), main)
}
