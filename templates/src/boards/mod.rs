//! The list of boards, and one board with its posts.

mod look;
pub(crate) mod samples;
pub mod text;

pub use look::Look;
pub(crate) use look::covers;

use self::text as t;
use crate::files::Item;
use crate::layout::{self, About, Shell, head};
use crate::once::Kept;
use crate::paths;
use crate::posts::{self, Card};
use crate::text::Lang;
use crate::ui::{self, Moment, Tone};
use maud::{Markup, html};

/// Every board the reader may know of.
#[derive(Clone)]
pub struct BoardsPage<'a> {
    pub shell: &'a Shell<'a>,
    /// In the order that staff chose.
    pub boards: Vec<BoardCard<'a>>,
}

/// A board in that list.
#[derive(Clone, Debug)]
pub struct BoardCard<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    /// What it is for; may be empty.
    pub description: &'a str,
    /// How many posts it has.
    pub posts: u64,
    /// Its newest post, where the reader may read and there is one.
    pub latest: Option<Latest<'a>>,
    /// The reader may read its posts.
    pub readable: bool,
    /// Nothing new is written there.
    pub archived: bool,
}

/// The newest post of a board.
#[derive(Clone, Debug)]
pub struct Latest<'a> {
    pub id: i64,
    pub title: &'a str,
    /// When it was written.
    pub at: Moment,
}

/// Whether the reader may write in the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// Yes.
    Allowed,
    /// After signing in.
    SignIn,
    /// No.
    Closed,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Newest post first.
    #[default]
    New,
    /// Latest comment first.
    Active,
}

/// One board around a list that may have been rendered before.
#[derive(Clone, Copy)]
pub struct BoardPage<'a> {
    pub shell: &'a Shell<'a>,
    pub slug: &'a str,
    pub name: &'a str,
    /// What it is for; may be empty.
    pub description: &'a str,
    /// Nothing new is written there.
    pub archived: bool,
    /// Whether the reader may write.
    pub write: Write,
    /// The open page, from 1.
    pub page: u64,
    /// What [`list`] rendered in the reader's language.
    pub list: &'a str,
}

/// The posts of one page of a board. It holds nothing of the reader's.
#[derive(Clone, Debug)]
pub struct BoardList<'a> {
    pub lang: Lang,
    /// The board's address.
    pub slug: &'a str,
    /// The board's name.
    pub name: &'a str,
    /// Notices, first on every page.
    pub notices: Vec<Card<'a>>,
    /// The posts of this page.
    pub posts: Vec<Card<'a>>,
    pub look: Look,
    /// The files of posts, by post, where the look shows any.
    pub files: Vec<(i64, Vec<Item<'a>>)>,
    /// Their order.
    pub sort: Sort,
    /// The newest comments, on the first page; none for those who may not read the posts.
    pub comments: Vec<NewComment<'a>>,
    /// The open page, from 1.
    pub page: u64,
    /// How many pages there are, at least 1.
    pub total_pages: u64,
}

/// The newest comment of a post, beside the list.
#[derive(Clone, Debug)]
pub struct NewComment<'a> {
    pub id: i64,
    /// The name of who wrote it.
    pub author: &'a str,
    /// The beginning of its text; may be empty.
    pub excerpt: &'a str,
    /// The title of its post.
    pub post: &'a str,
    /// When it was written.
    pub at: Moment,
}

/// Renders the list of boards.
pub fn index(p: &BoardsPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap {
            h1 tabindex="-1" { (lang.t(t::INDEX_TITLE)) }
            p.lead { (lang.t(t::INDEX_LEAD)) }
            @if p.boards.is_empty() {
                (ui::empty(lang.t(t::INDEX_EMPTY), lang.t(t::INDEX_EMPTY_TEXT), None))
            } @else {
                ul.boards { @for board in &p.boards { (board_card(lang, board)) } }
            }
        }
    };
    let about = About { description: lang.t(t::INDEX_LEAD), path: paths::COMMUNITY, is_article: false };
    layout::public_page(p.shell, lang.t(t::INDEX_TITLE), &about, main)
}

fn board_card(lang: Lang, board: &BoardCard) -> Markup {
    html! {
        li.board-card {
            h2 {
                a href=(paths::board(board.slug)) { (board.name) }
                @if board.archived { " " (ui::badge("quiet", lang.t(t::ARCHIVED))) }
            }
            @if !board.description.is_empty() { p { (board.description) } }
            p.meta {
                span { (lang.count(t::POSTS_ONE, t::POSTS_MANY, board.posts)) }
                @if !board.readable { span { (lang.t(t::MEMBERS_ONLY)) } }
            }
            @if let Some(latest) = &board.latest {
                p.latest { span.muted { (lang.t(t::LATEST)) } " " a href=(paths::post(board.slug, latest.id)) { (latest.title) } " " (ui::time(&latest.at)) }
            }
        }
    }
}

/// Renders one board.
pub fn page(p: &BoardPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap {
            div.page-head {
                div {
                    h1 tabindex="-1" { (p.name) }
                    @if !p.description.is_empty() { p.lead { (p.description) } }
                }
                (write_button(p))
            }
            @if p.archived { (ui::notice(lang, Tone::Notice, lang.t(t::ARCHIVED_TEXT))) }
            (Kept(p.list))
            // Again where a reader of the list arrives; on a phone it stays in sight.
            @if p.write == Write::Allowed { p.write-again { (write_button(p)) } }
        }
    };
    let caption = lang.fill(t::CAPTION, &[("name", &p.name)]);
    let description = head::shorten(if p.description.is_empty() { &caption } else { p.description });
    let about = About { description: &description, path: &paths::board_page(p.slug, p.page, false), is_article: false };
    layout::public_page(p.shell, p.name, &about, main)
}

fn write_button(p: &BoardPage) -> Markup {
    let (lang, write) = (p.shell.lang, paths::write(p.slug));
    html! {
        @match p.write {
            Write::Allowed => a.button href=(write) { (lang.t(t::WRITE)) },
            Write::SignIn => a.button.secondary href=(paths::login_then(&write)) { (lang.t(t::WRITE_SIGN_IN)) },
            Write::Closed => {},
        }
    }
}

/// Renders the posts of one page: a table that folds into a list on a phone.
pub fn list(l: &BoardList) -> Markup {
    let link = |n| paths::board_page(l.slug, n, l.sort == Sort::Active);
    let posts = html! {
        section #list {
            @if l.notices.is_empty() && l.posts.is_empty() {
                (nothing(l))
            } @else {
                (sorting(l))
                (posts_of(l))
                @if l.posts.is_empty() && l.page > 1 { (nothing(l)) }
            }
            (ui::pagination(l.lang, l.page, l.total_pages, &link))
        }
    };
    if l.comments.is_empty() {
        posts
    } else {
        html! { div.with-aside { (posts) (new_comments(l)) } }
    }
}

/// The text of each comment is its link; the name is none, so that each comment is one stop of the keyboard.
fn new_comments(l: &BoardList) -> Markup {
    html! {
        aside.new-comments aria-labelledby="new-comments-title" {
            h2 #new-comments-title { (l.lang.t(t::NEW_COMMENTS)) }
            ul {
                @for comment in &l.comments {
                    li {
                        a href=(paths::comment(comment.id)) { (if comment.excerpt.is_empty() { comment.post } else { comment.excerpt }) }
                        @if !comment.excerpt.is_empty() {
                            p.on-post { span.visually-hidden { (l.lang.t(t::ON_POST)) " " } (comment.post) }
                        }
                        p.meta { span { (comment.author) } (ui::time(&comment.at)) }
                    }
                }
            }
        }
    }
}

fn posts_of(l: &BoardList) -> Markup {
    if l.look == Look::List {
        return table(l, &[&l.notices, &l.posts]);
    }
    html! {
        @if !l.notices.is_empty() { (table(l, &[&l.notices])) }
        @if l.look == Look::Cards { (look::cards(l)) } @else { (look::gallery(l)) }
    }
}

fn nothing(l: &BoardList) -> Markup {
    let first = paths::board(l.slug);
    if l.page > 1 {
        return ui::empty(l.lang.t(t::EMPTY_PAGE), l.lang.t(t::EMPTY_PAGE_TEXT), Some((&first, l.lang.t(t::TO_FIRST))));
    }
    let write = paths::write(l.slug);
    ui::empty(l.lang.t(t::EMPTY), l.lang.t(t::EMPTY_TEXT), Some((&write, l.lang.t(t::WRITE))))
}

fn sorting(l: &BoardList) -> Markup {
    html! {
        nav.tabs aria-label=(l.lang.t(t::SORT)) {
            ul {
                li { a href=(paths::board_page(l.slug, 1, false)) aria-current=[(l.sort == Sort::New).then_some("true")] { (l.lang.t(t::SORT_NEW)) } }
                li { a href=(paths::board_page(l.slug, 1, true)) aria-current=[(l.sort == Sort::Active).then_some("true")] { (l.lang.t(t::SORT_ACTIVE)) } }
            }
        }
    }
}

/// Roles instead of `table`: on a phone rows fold into lines, and `display: block` takes a table's meaning away in some
/// browsers; saying it again with roles is not valid on `tr` and `td` (ARIA in HTML, section 4).
fn table(l: &BoardList, parts: &[&[Card]]) -> Markup {
    let lang = l.lang;
    html! {
        div.posts role="table" aria-label=(lang.fill(t::CAPTION, &[("name", &l.name)])) {
            div.heads role="rowgroup" {
                div role="row" {
                    @for (class, label) in [("title", t::COL_TITLE), ("by", t::COL_AUTHOR), ("at", t::COL_DATE), ("num", t::COL_VIEWS)] {
                        div.(class) role="columnheader" { (lang.t(label)) }
                    }
                }
            }
            div role="rowgroup" {
                @for post in parts.iter().copied().flatten() { (row(lang, post)) }
            }
        }
    }
}

fn row(lang: Lang, post: &Card) -> Markup {
    html! {
        div.is-notice[post.is_notice] role="row" {
            div.title role="cell" {
                (posts::marks(lang, post))
                a href=(paths::post(post.slug, post.id)) { (post.title) }
                (posts::comment_count(lang, post))
                (posts::fresh(lang, post))
            }
            div.by role="cell" { (ui::author(lang, &post.author)) }
            div.at role="cell" { (ui::time(&post.at)) }
            div.num role="cell" { span.label { (lang.t(t::COL_VIEWS)) " " } (ui::number(post.views)) }
        }
    }
}
