//! Writing and changing a post, with a preview of how it will look.

use super::{text as t, toolbar};
use crate::drafts::{self, Note, Saving, text as drafts_text};
use crate::files::{self, Files, Item};
use crate::layout::{self, Shell};
use crate::paths;
use crate::text::{Lang, common};
use crate::ui::{self, Field, FieldError};
use maud::{Markup, PreEscaped, html};

/// The editor. Its fields are `title`, `body`, `notice`, `once` and those of its draft; `intent=preview` asks for a look only.
#[derive(Clone)]
pub struct PostForm<'a> {
    pub shell: &'a Shell<'a>,
    /// The board's address.
    pub slug: &'a str,
    /// The board's name.
    pub board: &'a str,
    /// What it writes.
    pub purpose: Purpose,
    pub title: &'a str,
    /// The text in it, as Markdown.
    pub body: &'a str,
    /// Characters that the title and the text may have.
    pub most: (usize, usize),
    /// Whether the writer may make it a notice.
    pub can_notice: bool,
    /// Whether it is to be one.
    pub notice: bool,
    /// The revision of the post that it shows; none for a new post.
    pub revision: Option<i64>,
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
    /// How the text looks, as safe HTML; empty where nothing was written yet.
    pub preview_html: &'a str,
    pub saving: Saving<'a>,
    /// What stands above it.
    pub note: &'a Note,
    /// The board asks for a description of each picture.
    pub needs_alt: bool,
    /// The files that are attached.
    pub files: Vec<Item<'a>>,
    /// Files that were not attached: their names, and why.
    pub refused: Vec<(&'a str, FieldError<'a>)>,
}

/// Whether a post is begun or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A new post.
    New,
    /// A post that is there.
    Edit { id: i64 },
}

/// How a text will look.
#[derive(Clone, Copy, Debug)]
pub struct Preview<'a> {
    pub lang: Lang,
    /// Safe HTML; empty where nothing was written yet.
    pub html: &'a str,
}

/// Renders the editor.
pub fn page(p: &PostForm) -> Markup {
    let lang = p.shell.lang;
    let title = match p.purpose {
        Purpose::New => lang.fill(t::NEW_TITLE, &[("board", &p.board)]),
        Purpose::Edit { .. } => lang.t(t::EDIT_TITLE).to_owned(),
    };
    let main = html! {
        div.wrap.reading.writing {
            p.crumb { a href=(paths::board(p.slug)) { (p.board) } }
            h1 tabindex="-1" { (title) }
            (drafts::note(lang, p.note))
            (form(p))
            (preview(&Preview { lang, html: p.preview_html }))
        }
    };
    layout::form_page(p.shell, &title, p.errors, main)
}

fn form(p: &PostForm) -> Markup {
    let lang = p.shell.lang;
    let (action, back, submit) = match p.purpose {
        Purpose::New => (paths::write(p.slug), paths::board(p.slug), t::PUBLISH),
        Purpose::Edit { id } => (paths::post_edit(p.slug, id), paths::post(p.slug, id), t::SAVE_CHANGES),
    };
    let draft = match p.purpose {
        Purpose::New => drafts::paths::create(p.slug),
        Purpose::Edit { id } => drafts::paths::update(p.slug, id),
    };
    let attach = match p.purpose {
        Purpose::New => files::paths::create(p.slug),
        Purpose::Edit { id } => files::paths::update(p.slug, id),
    };
    let attached = Files { lang, action: &attach, items: &p.files, refused: &p.refused, errors: p.errors, needs_alt: p.needs_alt };
    html! {
        form #editor method="post" action=(action) novalidate hx-sync="this:drop" data-guard data-drafts=(draft) {
            // The button that Enter in a field presses is the first one of a form, and that must not be one of a file.
            button.visually-hidden tabindex="-1" aria-hidden="true" { (lang.t(submit)) }
            (ui::error_summary(lang, "", p.errors))
            (ui::once(p.once))
            (drafts::fields(&p.saving))
            @if let Some(revision) = p.revision { input type="hidden" name="revision" value=(revision); }
            (fields(p))
            (files::editor(&attached))
            div.actions {
                button.button { (lang.t(submit)) }
                button.button.secondary name="intent" value="preview" { (lang.t(t::PREVIEW)) }
                button.button.secondary formaction=(draft) data-save { (lang.t(drafts_text::SAVE)) }
                a.button.quiet href=(back) { (lang.t(common::CANCEL)) }
            }
            (drafts::saving(lang, &p.saving))
        }
    }
}

fn fields(p: &PostForm) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, required: true, errors: p.errors, ..Field::default() };
    let notice = Field { name: "notice", label: lang.t(t::IS_NOTICE), hint: lang.t(t::IS_NOTICE_HINT), required: false, ..base };
    html! {
        (ui::field(&Field { name: "title", label: lang.t(t::TITLE), value: p.title, autocomplete: "off", most: p.most.0, ..base }))
        // Only the preview is swapped: a field in which Korean is being composed must never be replaced.
        div hx-post=(paths::PREVIEW) hx-trigger="input delay:600ms" hx-target="#preview" hx-select=""
            hx-swap="outerHTML" hx-sync="this:replace" {
            (ui::textarea_below(&Field { name: "body", label: lang.t(t::BODY), value: p.body, most: p.most.1, ..base }, 14, &toolbar::buttons(lang, "body")))
        }
        (toolbar::help(lang))
        @if p.can_notice { (ui::check(&notice, p.notice)) }
    }
}

/// How the text will look; replaced while it is written.
pub fn preview(p: &Preview) -> Markup {
    html! {
        section.preview #preview aria-labelledby="preview-title" {
            h2 #preview-title { (p.lang.t(t::PREVIEW)) }
            @if p.html.is_empty() { p.muted { (p.lang.t(t::PREVIEW_EMPTY)) } }
            @else { div.prose { (PreEscaped(p.html)) } }
        }
    }
}
