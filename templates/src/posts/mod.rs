//! A post: as a card in a list, as a page of its own, and the question before it is deleted.

pub mod form;
pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::comments::{self, Thread};
use crate::layout::{self, About, Shell, head};
use crate::paths;
use crate::text::{Lang, common};
use crate::ui::{self, Author, Moment, State};
use maud::{Markup, PreEscaped, html};

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

/// The page of a post with its comments.
#[derive(Clone)]
pub struct PostPage<'a> {
    pub shell: &'a Shell<'a>,
    pub post: Post<'a>,
    /// The reader may change it.
    pub can_edit: bool,
    /// The reader may delete it.
    pub can_delete: bool,
    /// The reader may hide and restore it.
    pub can_moderate: bool,
    /// The next newer post of the board.
    pub newer: Option<Neighbour<'a>>,
    /// The next older post of the board.
    pub older: Option<Neighbour<'a>>,
    pub comments: Thread<'a>,
    /// One-time key of the hide or restore form.
    pub once: &'a str,
    /// What other nouns offer below the text, drawn.
    pub tools: Vec<Markup>,
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

/// What stands after a title: new, popular.
pub fn fresh(lang: Lang, post: &Card) -> Markup {
    html! {
        @if post.is_new { " " (ui::badge("new", lang.t(common::NEW))) }
        @if post.is_hot { " " (ui::badge("hot", lang.t(common::HOT))) }
    }
}

/// Renders the page of a post.
pub fn page(p: &PostPage) -> Markup {
    let main = html! {
        div.wrap.reading {
            (article(p))
            (neighbours(p))
            (comments::thread(&p.comments))
            @if p.shell.live { (layout::stream(&paths::post_events(p.post.id, p.post.newest_comment))) }
        }
    };
    // Staff see what is hidden or deleted; a description would carry it on.
    if p.post.state != State::Shown {
        return layout::page(p.shell, p.post.title, main);
    }
    let (description, path) = (head::plain_text(p.post.body_html), paths::post(p.post.slug, p.post.id));
    let about = About { description: &description, path: &path, is_article: true };
    layout::public_page(p.shell, p.post.title, &about, main)
}

fn article(p: &PostPage) -> Markup {
    let (lang, post) = (p.shell.lang, &p.post);
    html! {
        article.post {
            header {
                p.crumb { a href=(paths::board(post.slug)) { (post.board) } }
                h1 tabindex="-1" {
                    @if post.is_notice { (ui::badge("notice-mark", lang.t(common::NOTICE_POST))) " " }
                    (post.title)
                }
                (byline(lang, post))
                (standing(lang, post))
            }
            // The writer's own headings begin at the third level; without this one the second would be missing.
            h2.visually-hidden { (lang.t(t::BODY)) }
            div.prose { (PreEscaped(post.body_html)) }
            (actions(p))
        }
    }
}

fn byline(lang: Lang, post: &Post) -> Markup {
    html! {
        div.byline {
            (ui::avatar(post.author.id.unwrap_or_default(), post.author.name, 40))
            p.meta {
                span.who { (ui::author(lang, &post.author)) }
                (ui::time(&post.at))
                @if let Some(edited) = &post.edited {
                    @let text = if post.edited_by_staff { t::EDITED_BY_STAFF } else { t::EDITED };
                    span { (lang.fill(text, &[("when", &edited.shown)])) }
                }
                span { (lang.count(t::VIEWS_ONE, t::VIEWS_MANY, post.views)) }
            }
        }
    }
}

/// Explains to staff, and to the author of a hidden post, why others do not see it.
fn standing(lang: Lang, post: &Post) -> Markup {
    let text = match post.state {
        State::Shown => return Markup::default(),
        State::Hidden => lang.t(t::HIDDEN),
        State::Deleted => lang.t(t::DELETED),
    };
    let reason = match post.state_reason {
        "" => String::new(),
        reason => lang.fill(t::REASON, &[("reason", &reason)]),
    };
    ui::notice(lang, ui::Tone::Warning, format!("{text} {reason}").trim_end())
}

fn actions(p: &PostPage) -> Markup {
    let (lang, post) = (p.shell.lang, &p.post);
    if !(p.can_edit || p.can_delete || p.can_moderate) && p.tools.is_empty() {
        return Markup::default();
    }
    let (turn, label) = match post.state {
        State::Shown => (paths::post_hide(post.id), common::HIDE),
        State::Hidden | State::Deleted => (paths::post_restore(post.id), common::RESTORE),
    };
    html! {
        div.actions role="group" aria-label=(lang.t(t::ACTIONS)) {
            @for tool in &p.tools { (tool) }
            @if p.can_edit { a.button.secondary href=(paths::post_edit(post.slug, post.id)) { (lang.t(common::EDIT)) } }
            @if p.can_delete && post.state != State::Deleted {
                a.button.secondary href=(paths::post_delete(post.slug, post.id)) { (lang.t(common::DELETE)) }
            }
            @if p.can_moderate {
                form method="post" action=(turn) novalidate hx-sync="this:drop" {
                    (ui::once(p.once))
                    button.button.secondary { (lang.t(label)) }
                }
            }
        }
    }
}

fn neighbours(p: &PostPage) -> Markup {
    let lang = p.shell.lang;
    html! {
        nav.neighbours aria-label=(lang.t(t::NEIGHBOURS)) {
            ul {
                @if let Some(post) = &p.newer { (neighbour(lang.t(t::NEWER), p.post.slug, post, "next")) }
                @if let Some(post) = &p.older { (neighbour(lang.t(t::OLDER), p.post.slug, post, "prev")) }
            }
            p { a.button.secondary href=(paths::board(p.post.slug)) { (lang.t(t::TO_LIST)) } }
        }
    }
}

fn neighbour(label: &str, slug: &str, post: &Neighbour, rel: &str) -> Markup {
    html! { li { span.muted { (label) } " " a href=(paths::post(slug, post.id)) rel=(rel) { (post.title) } } }
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
