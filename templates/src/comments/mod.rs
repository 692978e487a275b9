//! Comments in threads with one visible level of nesting, and the forms that write, change and delete them.
//!
//! Each fragment owns its id: `#comments` the thread, `#comment-count` its number, `#comment-list` the first
//! level, `#comment-{id}` a comment with its answers, `#comment-body-{id}` the comment alone, `#slot-{id}` the place
//! where its reply or edit form opens, `#replies-{root}` the answers, `#comment-form` the form for a new one.

pub mod form;
pub(crate) mod samples;
pub mod text;

pub use form::{CommentForm, DeletePage, FormPage, Most, Purpose, SLOTS, delete, form, form_page};

use self::text as t;
use crate::text::{Lang, common};
use crate::ui::{self, Author, Moment, State};
use crate::{files, holes, live, paths, revisions};
use maud::{Markup, PreEscaped, html};

#[derive(Clone, Debug)]
pub struct Comment<'a> {
    pub id: i64,
    /// The comment at the head of its branch; its own number where it is that one.
    pub root: i64,
    /// Who wrote it.
    pub author: Author<'a>,
    /// The writer of the post wrote it too.
    pub by_post_author: bool,
    /// When it was written.
    pub at: Moment,
    /// It was changed later.
    pub edited: bool,
    /// Its text as HTML that was made safe.
    pub body_html: &'a str,
    /// Its files, where the reader may see its words.
    pub files: Vec<files::Item<'a>>,
    /// Shown, hidden or deleted.
    pub state: State,
    /// Staff hid or deleted it, and not its author.
    pub removed_by_staff: bool,
    /// Whom it answers, where that is another answer.
    pub reply_to: Option<ReplyTo<'a>>,
    /// The reader may answer.
    pub can_reply: bool,
    /// The reader may change it.
    pub can_edit: bool,
    /// The reader may delete it.
    pub can_delete: bool,
    /// It was changed, and the reader may see how.
    pub has_history: bool,
}

/// The answer that a comment answers.
#[derive(Clone, Copy, Debug)]
pub struct ReplyTo<'a> {
    pub id: i64,
    /// Its writer's name.
    pub name: &'a str,
}

/// A comment of the first level with its answers, oldest first.
#[derive(Clone, Debug)]
pub struct Branch<'a> {
    pub comment: Comment<'a>,
    /// Its answers.
    pub replies: Vec<Comment<'a>>,
}

/// The comments of a post.
#[derive(Clone, Debug)]
pub struct Thread<'a> {
    pub lang: Lang,
    /// The board's address.
    pub slug: &'a str,
    /// The post's number.
    pub post: i64,
    /// How many comments there are on all pages.
    pub count: u64,
    /// The branches of this page.
    pub branches: Vec<Branch<'a>>,
    /// The open page, from 1.
    pub page: u64,
    /// How many pages there are, at least 1.
    pub total_pages: u64,
    /// What stands below them. The one-time key of a form is filled in for each reader.
    pub entry: Entry<'a>,
}

/// What a reader finds below the comments.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'a> {
    /// The form for a new one.
    Form(CommentForm<'a>),
    /// A hint to sign in first.
    SignIn,
    /// Writing is closed.
    Closed,
}

/// The answer to a comment that was written by script: the comment, its form emptied, the number, a sentence.
#[derive(Clone, Debug)]
pub struct Created<'a> {
    pub lang: Lang,
    /// The new comment, as its writer sees it.
    pub comment: Comment<'a>,
    /// How many there are now.
    pub count: u64,
    /// An empty form for the next one.
    pub form: CommentForm<'a>,
}

/// The number of comments.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    pub lang: Lang,
    /// How many there are.
    pub count: u64,
}

/// Renders the comments of a post, with a hole for the controls of each comment and one for the one-time key of the form.
pub fn thread(p: &Thread) -> Markup {
    let link = |n| paths::post_page(p.slug, p.post, n);
    html! {
        section #comments aria-labelledby="comments-title" {
            h2 #comments-title { (p.lang.t(t::TITLE)) " " (count(&Count { lang: p.lang, count: p.count })) }
            ol #comment-list.last[p.page >= p.total_pages] { @for branch in &p.branches { (branch_with(p.lang, branch, holes::hole)) } }
            p.no-comments.muted { (p.lang.t(t::EMPTY)) }
            (ui::pagination(p.lang, p.page, p.total_pages, &link))
            (entry(p))
        }
    }
}

/// What a reader finds below the comments; it has one hole.
fn entry(p: &Thread) -> Markup {
    let hole = holes::hole(Markup::default());
    html! {
        @match &p.entry {
            Entry::Form(f) => (form::form_with(f, hole)),
            Entry::SignIn => p.sign-in-hint { a href=(paths::login_then(&paths::post(p.slug, p.post))) { (p.lang.t(t::SIGN_IN)) } (hole) },
            Entry::Closed => p.muted { (p.lang.t(t::CLOSED)) (hole) },
        }
    }
}

/// The number of comments, replaced when it changes.
pub fn count(c: &Count) -> Markup {
    html! { span #comment-count aria-label=(c.lang.count(t::COUNT_ONE, t::COUNT_MANY, c.count)) role="img" { (ui::number(c.count)) } }
}

/// A comment without answers.
pub fn comment(lang: Lang, c: &Comment) -> Markup {
    item(lang, c, &[], |controls| controls)
}

/// What becomes of the controls of a comment: they stay, or they become a hole.
type Wrap = fn(Markup) -> Markup;

fn branch_with(lang: Lang, branch: &Branch, wrap: Wrap) -> Markup {
    item(lang, &branch.comment, &branch.replies, wrap)
}

fn item(lang: Lang, c: &Comment, replies: &[Comment], wrap: Wrap) -> Markup {
    html! {
        li.comment id={ "comment-" (c.id) } {
            (body_with(lang, c, wrap))
            div id={ "slot-" (c.id) } {}
            @if c.root == c.id {
                ol.replies id={ "replies-" (c.id) } aria-label=(lang.fill(t::REPLIES, &[("name", &c.author.name)])) {
                    @for reply in replies { (item(lang, reply, &[], wrap)) }
                }
            }
        }
    }
}

/// A comment alone.
pub fn body(lang: Lang, c: &Comment) -> Markup {
    body_with(lang, c, |controls| controls)
}

fn body_with(lang: Lang, c: &Comment, wrap: Wrap) -> Markup {
    html! {
        article.comment-body id={ "comment-body-" (c.id) } aria-labelledby={ "by-" (c.id) } {
            @match c.state {
                State::Deleted => p.gone.muted id={ "by-" (c.id) } tabindex="-1" {
                    (lang.t(if c.removed_by_staff { t::DELETED_BY_STAFF } else { t::DELETED }))
                },
                State::Hidden if c.body_html.is_empty() => p.gone.muted id={ "by-" (c.id) } tabindex="-1" { (lang.t(t::HIDDEN)) },
                State::Hidden | State::Shown => (content(lang, c)),
            }
            (wrap(controls(lang, c)))
        }
    }
}

fn content(lang: Lang, c: &Comment) -> Markup {
    let by = if c.root == c.id { t::BY } else { t::REPLY_BY };
    let name = if c.author.id.is_some() { c.author.name } else { lang.t(common::SOMEONE_GONE) };
    html! {
        header.byline {
            (ui::avatar(&c.author.avatar(), ui::AvatarSize::Small))
            h3.visually-hidden id={ "by-" (c.id) } tabindex="-1" { (lang.fill(by, &[("name", &name)])) }
            p.meta {
                span.who { (ui::author(lang, &c.author)) }
                @if c.by_post_author { (ui::badge("quiet", lang.t(t::AUTHOR_MARK))) }
                a.permalink href=(paths::comment_anchor(c.id)) { (ui::time(&c.at)) }
                @if c.edited { span { (lang.t(t::EDITED)) } }
                (ui::state(lang, c.state))
            }
        }
        div.prose {
            @if let Some(to) = &c.reply_to { p.reply-to { a href=(paths::comment_anchor(to.id)) { "@" (to.name) } } }
            (PreEscaped(c.body_html))
        }
        (files::of_comment(lang, &c.files))
    }
}

/// What a reader may do with a comment.
pub fn controls(lang: Lang, c: &Comment) -> Markup {
    html! {
        @if c.can_reply || c.can_edit || c.can_delete || c.has_history {
            p.controls {
                @if c.can_reply { (inline_form_link(c.id, &paths::comment_reply(c.id), lang.t(t::REPLY), &lang.fill(t::REPLY_TO, &[("name", &c.author.name)]))) }
                @if c.can_edit { (inline_form_link(c.id, &paths::comment_edit(c.id), lang.t(common::EDIT), lang.t(t::EDIT_OF))) }
                @if c.can_delete { a href=(paths::comment_delete(c.id)) aria-label=(lang.t(t::DELETE_OF)) { (lang.t(common::DELETE)) } }
                @if c.has_history { (revisions::comment_link(lang, c.id)) }
            }
        }
    }
}

/// A link that opens a form in the comment's slot; without scripts it leads to the form's own page.
fn inline_form_link(id: i64, href: &str, text: &str, label: &str) -> Markup {
    html! {
        a href=(href) hx-get=(href) hx-target={ "#slot-" (id) } hx-select="" hx-swap="innerHTML" aria-label=(label) { (text) }
    }
}

/// The answer to a new comment or answer written by script.
pub fn created(c: &Created) -> Markup {
    let text = c.lang.fill(t::ANNOUNCE_CREATED, &[("n", &ui::number(c.count))]);
    html! {
        @match c.form.purpose {
            // The form for a new comment stays, emptied; one that was opened in a slot goes.
            Purpose::New { .. } => (live::partial("#comment-form", "outerHTML", &form(&c.form))),
            Purpose::Reply { comment, .. } | Purpose::Edit { comment } => (live::partial(&format!("#slot-{comment}"), "innerHTML", &Markup::default())),
        }
        // Its writer sees it on whatever page it was written.
        (live::added(c.lang, &c.comment, "#comment-list"))
        (live::partial("#comment-count", "outerHTML", &count(&Count { lang: c.lang, count: c.count })))
        (live::say(&text))
        (live::focus(&format!("by-{}", c.comment.id)))
    }
}

/// The answer to a change made by script.
pub fn saved(lang: Lang, c: &Comment) -> Markup {
    html! {
        (live::partial(&format!("#comment-body-{}", c.id), "outerHTML", &body(lang, c)))
        (live::partial(&format!("#slot-{}", c.id), "innerHTML", &Markup::default()))
        (live::say(lang.t(t::ANNOUNCE_SAVED)))
        (live::focus(&format!("by-{}", c.id)))
    }
}
