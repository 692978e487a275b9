//! What stands in the editor: the fields by which its draft is found, the line that says when it was saved, and notes above it.

use super::paths;
use super::text as t;
use crate::errors::text::message;
use crate::text::Lang;
use crate::ui::{self, Moment};
use maud::{Markup, html};

/// The element that says when the draft was saved.
const STATUS: &str = "saved";

/// What the editor knows of its draft.
#[derive(Clone, Copy, Debug)]
pub struct Saving<'a> {
    /// Names the form.
    pub form: &'a str,
    pub draft: Option<i64>,
    pub version: i64,
    /// When what the editor shows was saved.
    pub at: Option<&'a Moment>,
}

/// The hidden fields.
pub(crate) fn fields(p: &Saving) -> Markup {
    html! {
        // Not "form": htmx reads that property of the element, which a field of this name hides.
        (ui::hidden("editor", p.form))
        (ui::hidden("draft", &p.draft.map(|id| id.to_string()).unwrap_or_default()))
        (ui::hidden("version", &p.version.to_string()))
    }
}

/// The line that says how it went; scripts put each answer into it. It can take the focus, for it is where a browser without scripts
/// lands after saving.
pub fn saving(lang: Lang, p: &Saving) -> Markup {
    html! {
        div.saved #(STATUS) role="status" tabindex="-1" data-failed=(lang.t(t::FAILED)) data-signed-out=(lang.t(t::SIGNED_OUT)) {
            @if let Some(at) = p.at { p { (lang.fill(t::SAVED, &[("time", &at.shown)])) } }
        }
    }
}

/// The editor's address with the draft that was saved, at the line that says so.
pub fn saved(editor: &str, draft: i64) -> String {
    format!("{}#{STATUS}", paths::go_on(editor, draft))
}

/// The answer to a save.
#[derive(Clone, Copy, Debug)]
pub struct Status<'a> {
    pub lang: Lang,
    pub draft: i64,
    pub version: i64,
    /// Hours and minutes.
    pub time: &'a str,
    /// Another window had saved before: this text is stored beside that one.
    pub is_apart: bool,
}

impl Status<'_> {
    /// What goes into the line.
    pub fn line(&self) -> Markup {
        let lang = self.lang;
        html! {
            p data-draft=(self.draft) data-version=(self.version) {
                @if self.is_apart {
                    (lang.t(t::SAVED_APART)) " " a href=(paths::of(paths::SHOW, self.draft)) { (lang.t(t::COMPARE)) }
                } @else { (lang.fill(t::SAVED, &[("time", &self.time)])) }
            }
        }
    }
}

/// The line where nothing was saved; `key` names the reason.
pub fn refused(lang: Lang, key: &str) -> Markup {
    html! { p { (message(key).map_or("", |text| lang.t(text))) "." } }
}

/// What stands above the editor.
#[derive(Clone, Debug, Default)]
pub enum Note {
    #[default]
    None,
    /// There is a draft to go on with.
    Offer { href: String, at: Moment },
    /// The post was changed after the draft had been begun.
    Outdated { post: String },
}

/// Renders the note.
pub fn note(lang: Lang, note: &Note) -> Markup {
    let line = |text: &str, href: &str, label: &str| html! { p.draft-note { (text) " " a href=(href) { (label) } } };
    match note {
        Note::None => Markup::default(),
        Note::Offer { href, at } => line(&lang.fill(t::OFFER, &[("time", &at.shown)]), href, lang.t(t::CONTINUE)),
        Note::Outdated { post } => line(lang.t(t::OUTDATED), post, lang.t(t::SEE_POST)),
    }
}
