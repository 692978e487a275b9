//! What is pushed to an open page: partials, each saying where it goes and how.
//!
//! A partial whose element is on the page already is dropped by the script, so a comment that its writer
//! got as an answer does not come a second time through the stream.

use crate::comments::text as comments_text;
use crate::comments::{self, Comment, Count};
use crate::notifications::{self, Bell};
use crate::text::Lang;
use maud::{Markup, html};

/// The bell rings.
#[derive(Clone, Copy, Debug)]
pub struct BellUpdate<'a> {
    pub lang: Lang,
    /// How many notifications are unread now.
    pub unread: u32,
    /// What happened, in one sentence; empty where nothing is to be announced (after a reconnect).
    pub sentence: &'a str,
}

/// A new comment on the open post.
#[derive(Clone, Debug)]
pub struct NewComment<'a> {
    pub lang: Lang,
    /// The comment, as any member sees it.
    pub comment: Comment<'a>,
    /// How many there are now.
    pub count: u64,
    /// The reader wrote it: it is shown (there may be a second window), but the answer to the form has announced it.
    pub own: bool,
}

/// The bell's new number and the sentence for it.
pub fn bell(b: &BellUpdate) -> Markup {
    html! {
        (partial("#bell", "outerHTML", &notifications::bell(&Bell { lang: b.lang, unread: b.unread })))
        @if !b.sentence.is_empty() { (say(b.sentence)) }
    }
}

/// A new comment: added where it belongs and announced in one sentence; focus and scroll position stay.
pub fn new_comment(n: &NewComment) -> Markup {
    html! {
        // On an earlier page the end of the list is not the end of the talk: there only the number changes.
        (added(n.lang, &n.comment, "#comment-list.last"))
        (partial("#comment-count", "outerHTML", &comments::count(&Count { lang: n.lang, count: n.count })))
        @if !n.own { (say(&n.lang.fill(comments_text::ANNOUNCE_NEW, &[("name", &n.comment.author.name)]))) }
    }
}

/// A comment at the end of `list`, or of the answers that it belongs to.
pub fn added(lang: Lang, c: &Comment, list: &str) -> Markup {
    let list = if c.root == c.id { list.to_owned() } else { format!("#replies-{}", c.root) };
    partial(&list, "beforeend", &comments::comment(lang, c))
}

/// Markup for a place on the open page.
pub fn partial(target: &str, swap: &str, inner: &Markup) -> Markup {
    html! { hx-partial hx-target=(target) hx-swap=(swap) { (inner) } }
}

/// One sentence for the polite live region.
pub fn say(text: &str) -> Markup {
    partial("#polite", "innerHTML", &html! { p { (text) } })
}

/// Moves the focus to an element after the swap.
pub fn focus(id: &str) -> Markup {
    partial("#polite", "beforeend", &html! { span hidden data-focus-on=(id) {} })
}
