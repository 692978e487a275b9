//! The forms that write, answer, change and delete a comment.

use super::text as t;
use crate::files::{ACCEPT, Item, text as files};
use crate::layout::{self, Shell};
use crate::paths;
use crate::text::{Lang, common};
use crate::ui::{self, Field, FieldError};
use maud::{Markup, PreEscaped, html};

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

/// A form for a comment. It is sent to [`Purpose`]'s address with `body`, `once` and, for an answer, `parent`.
#[derive(Clone, Copy, Debug)]
pub struct CommentForm<'a> {
    pub lang: Lang,
    /// What it writes.
    pub purpose: Purpose<'a>,
    /// What it takes.
    pub most: Most,
    /// The text in it.
    pub body: &'a str,
    /// The files of a comment that is changed, as the form has them.
    pub files: &'a [Item<'a>],
    /// Files that were sent and not taken: their names, and why. No file was, then.
    pub refused: &'a [(&'a str, FieldError<'a>)],
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
        // A change takes no files, so it is sent as other forms are.
        form.comment-form #(id) method="post" action=(action) enctype=[(!f.is_change()).then_some("multipart/form-data")] novalidate
            hx-post=(action) hx-target="this" hx-select="" hx-swap="outerHTML" hx-sync="this:drop" data-guard {
            (ui::error_summary(f.lang, &prefix, f.errors))
            (ui::once(f.once))
            @if let Purpose::Reply { comment, .. } = f.purpose { (ui::hidden("parent", &comment.to_string())) }
            (ui::textarea(&text, 4))
            @if f.is_change() { (described(f)) } @else { (chooser(f)) }
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
    let prefix = f.prefix();
    let hint = lang.fill(t::FILES_HINT, &[("n", &f.most.files), ("mb", &f.most.megabytes)]);
    let field =
        Field { lang, name: "files", prefix: &prefix, label: lang.t(files::CHOOSE), hint: &hint, errors: f.errors, ..Field::default() };
    html! {
        details.more-files open[!f.refused.is_empty() || f.errors.iter().any(|error| error.field == "files")] {
            summary { (lang.t(t::FILES)) }
            @if !f.refused.is_empty() {
                ul.refused { @for (name, why) in f.refused { li { strong { (name) } ": " (why.say(lang)) } } }
            }
            (ui::files(&field, ACCEPT))
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
                ul.files { @for file in f.files { li { (one_of(lang, &prefix, file)) } } }
            }
        }
    }
}

fn one_of(lang: Lang, prefix: &str, file: &Item) -> Markup {
    let (alt, remove) = (format!("alt.{}", file.id), format!("remove.{}", file.id));
    let base = Field { lang, prefix, ..Field::default() };
    let (label, of) = (lang.fill(files::ALT_OF, &[("name", &file.name)]), lang.fill(files::REMOVE_OF, &[("name", &file.name)]));
    html! {
        (crate::files::link(file))
        @if file.picture.is_some() { (ui::field(&Field { name: &alt, label: &label, value: file.alt, hint: lang.t(t::ALT_HINT), ..base })) }
        (ui::check(&Field { name: &remove, label: &of, ..base }, false))
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
