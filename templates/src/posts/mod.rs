//! A post: as a card in a list, as a page of its own, and the question before it is deleted.

mod drawn;
pub mod form;
pub(crate) mod samples;
pub mod text;
mod toolbar;

pub use drawn::{Drawn, ForReader, PostText, draw};

use self::text as t;
use crate::layout::{self, Shell};
use crate::paths;
use crate::text::{Lang, common};
use crate::ui::{self, Author, Moment, State};
use maud::{Markup, html};

/// A post as one entry of a list.
#[derive(Clone, Debug)]
pub struct Card<'a> {
    pub id: i64,
    /// Its board's address.
    pub slug: &'a str,
    /// Its board's name, shown where a list mixes boards; empty otherwise.
    pub board: &'a str,
    pub title: &'a str,
    /// Who wrote it.
    pub author: Author<'a>,
    /// When it was written.
    pub at: Moment,
    /// How often it was read.
    pub views: u64,
    /// How many comments it has.
    pub comments: u64,
    /// Whether it stays at the top of its board.
    pub is_notice: bool,
    /// Written a short while ago.
    pub is_new: bool,
    /// Much read or much answered.
    pub is_hot: bool,
    /// Staff also see hidden and deleted ones.
    pub state: State,
}

/// A post on its page.
#[derive(Clone, Debug)]
pub struct Post<'a> {
    pub id: i64,
    /// Its board's address.
    pub slug: &'a str,
    /// Its board's name.
    pub board: &'a str,
    pub title: &'a str,
    /// Its text as HTML that was made safe.
    pub body_html: &'a str,
    /// Who wrote it.
    pub author: Author<'a>,
    /// When it was written.
    pub at: Moment,
    /// When it was last changed, if ever.
    pub edited: Option<Moment>,
    /// Whether staff changed it last, and not its author.
    pub edited_by_staff: bool,
    /// How often it was read.
    pub views: u64,
    /// The number of its newest comment; 0 where there is none.
    pub newest_comment: i64,
    /// Whether it stays at the top of its board.
    pub is_notice: bool,
    /// Shown, hidden or deleted.
    pub state: State,
    /// Why staff hid or deleted it; empty where no reason was given.
    pub state_reason: &'a str,
}

/// A post before or after the open one.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour<'a> {
    pub id: i64,
    pub title: &'a str,
}

/// Asks before a post is deleted.
#[derive(Clone, Copy)]
pub struct DeletePage<'a> {
    pub shell: &'a Shell<'a>,
    /// The board's address.
    pub slug: &'a str,
    /// The post's number.
    pub id: i64,
    /// The post's title.
    pub title: &'a str,
    /// How many comments go with it.
    pub comments: u64,
    pub once: &'a str,
}

/// Posts as a list of cards.
pub fn cards(lang: Lang, posts: &[Card]) -> Markup {
    html! { ul.cards { @for post in posts { (card(lang, post)) } } }
}

/// One entry of such a list.
pub fn card(lang: Lang, post: &Card) -> Markup {
    html! {
        li.card {
            h3 { (marks(lang, post)) a href=(paths::post(post.slug, post.id)) { (post.title) } (fresh(lang, post)) }
            p.meta {
                @if !post.board.is_empty() { span.board { (post.board) } }
                span { (ui::author(lang, &post.author)) }
                (ui::time(&post.at))
                span { (lang.count(t::VIEWS_ONE, t::VIEWS_MANY, post.views)) }
                @if post.comments > 0 { span.comments { (lang.count(t::COMMENTS_ONE, t::COMMENTS_MANY, post.comments)) } }
            }
        }
    }
}

/// What stands before a title: notice, hidden, deleted.
pub fn marks(lang: Lang, post: &Card) -> Markup {
    html! {
        @if post.is_notice { (ui::badge("notice-mark", lang.t(common::NOTICE_POST))) " " }
        @if post.state != State::Shown { (ui::state(lang, post.state)) " " }
    }
}

/// How many comments a post has, beside its title; nothing where there are none.
pub fn comment_count(lang: Lang, post: &Card) -> Markup {
    html! {
        @if post.comments > 0 {
            " "
            span.comment-count aria-label=(lang.count(t::COMMENTS_ONE, t::COMMENTS_MANY, post.comments)) role="img" { "[" (ui::number(post.comments)) "]" }
        }
    }
}

/// What stands after a title: new, popular.
pub fn fresh(lang: Lang, post: &Card) -> Markup {
    html! {
        @if post.is_new { " " (ui::badge("new", lang.t(common::NEW))) }
        @if post.is_hot { " " (ui::badge("hot", lang.t(common::HOT))) }
    }
}

/// Renders the question before a post is deleted.
pub fn delete(p: &DeletePage) -> Markup {
    let lang = p.shell.lang;
    let back = paths::post(p.slug, p.id);
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::DELETE_TITLE)) }
            blockquote.subject { p { strong { (p.title) } } }
            p { (lang.t(t::DELETE_TEXT)) }
            @if p.comments > 0 { p { (lang.count(t::DELETE_COMMENTS_ONE, t::DELETE_COMMENTS_MANY, p.comments)) } }
            form method="post" action=(paths::post_delete(p.slug, p.id)) novalidate hx-sync="this:drop" {
                (ui::once(p.once))
                div.actions {
                    button.button.danger { (lang.t(t::DELETE_BUTTON)) }
                    a.button.secondary href=(back) { (lang.t(common::CANCEL)) }
                }
            }
        }
    };
    layout::page(p.shell, lang.t(t::DELETE_TITLE), main)
}
