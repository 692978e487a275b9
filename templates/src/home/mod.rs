//! The first page: notices, what each board has that is new, what is talked about.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::boards::covers;
use crate::files::{Item, text as files_text};
use crate::layout::{self, About, MemberBadge, Shell, Viewer};
use crate::once::{Kept, PerLang};
use crate::text::{Lang, common};
use crate::ui::{self, Avatar};
use crate::{paths, posts};
use maud::{Markup, PreEscaped, html};

/// The first page around lists that may have been rendered before.
#[derive(Clone)]
pub struct HomePage<'a> {
    pub shell: &'a Shell<'a>,
    /// What [`overview`] rendered in the reader's language.
    pub overview: &'a str,
    /// Some of the others who are here now.
    pub here: Vec<Avatar<'a>>,
}

/// The lists of the first page. They hold nothing of the reader's, so one rendering serves all readers with the same language. No
/// post is in two of them.
#[derive(Clone, Debug)]
pub struct Overview<'a> {
    pub lang: Lang,
    /// Newest first.
    pub notices: Vec<posts::Card<'a>>,
    /// In the order of the menu; those without posts are left out.
    pub boards: Vec<Column<'a>>,
    /// Boards that show pictures, each with posts that have some, and these.
    pub galleries: Vec<Gallery<'a>>,
    /// Posts of the last days with the most comments, the most first.
    pub talked: Vec<posts::Card<'a>>,
}

/// The newest posts of one board.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    /// The board's address.
    pub slug: &'a str,
    /// The board's name.
    pub name: &'a str,
    /// Newest first.
    pub posts: Vec<posts::Card<'a>>,
}

/// The newest posts of a board that shows pictures.
#[derive(Clone, Debug)]
pub struct Gallery<'a> {
    /// The board's address.
    pub slug: &'a str,
    /// The board's name.
    pub name: &'a str,
    /// Newest first.
    pub posts: Vec<(posts::Card<'a>, Vec<Item<'a>>)>,
}

/// Renders the first page.
pub fn page(p: &HomePage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.home {
            @match &p.shell.viewer {
                Viewer::Guest => (introduction(lang)),
                Viewer::Member(badge) => (greeting(lang, badge)),
            }
            (Kept(p.overview))
            @if !p.here.is_empty() { (here(lang, &p.here)) }
            @if let Viewer::Guest = p.shell.viewer { (invitation(lang)) }
        }
    };
    let about = About { description: lang.t(t::HERO_TEXT), path: paths::HOME, is_article: false };
    layout::public_page(p.shell, lang.t(common::HOME), &about, main)
}

fn introduction(lang: Lang) -> PreEscaped<&'static str> {
    static INTRODUCTION: PerLang = PerLang::new();
    INTRODUCTION.get(lang, || {
        html! {
            div.intro {
                h1 tabindex="-1" { (lang.t(t::HERO_TITLE)) }
                p { (lang.t(t::HERO_TEXT)) }
                p.actions {
                    a.button href=(paths::SIGNUP) { (lang.t(common::SIGN_UP)) }
                    a.button.secondary href=(paths::COMMUNITY) { (lang.t(t::ALL_BOARDS)) }
                }
            }
        }
    })
}

fn greeting(lang: Lang, badge: &MemberBadge) -> Markup {
    html! {
        div.greeting {
            h1 tabindex="-1" { (lang.fill(t::HERO_MEMBER, &[("name", &badge.name)])) }
            @if badge.unread > 0 {
                p { a href=(paths::NOTIFICATIONS) { (lang.count(t::UNREAD_ONE, t::UNREAD_MANY, badge.unread.into())) } }
            }
        }
    }
}

/// Who is here, for members.
fn here(lang: Lang, members: &[Avatar]) -> Markup {
    html! {
        section.here aria-labelledby="here-title" {
            h2 #here-title { (lang.t(t::HERE)) }
            ul {
                @for who in members { li { a href=(paths::profile(who.member)) { (ui::avatar(who, ui::AvatarSize::Small)) span { (who.name) } } } }
                li { a href=(paths::WHO) { (lang.t(t::HERE_ALL)) } }
            }
        }
    }
}

/// How to take part, for visitors who have read so far.
fn invitation(lang: Lang) -> PreEscaped<&'static str> {
    static INVITATION: PerLang = PerLang::new();
    INVITATION.get(lang, || {
        html! {
            section.invitation aria-labelledby="join-title" {
                h2 #join-title { (lang.t(t::JOIN_TITLE)) }
                p { (lang.t(t::JOIN_TEXT)) }
                p.actions { a.button href=(paths::SIGNUP) { (lang.t(common::SIGN_UP)) } }
            }
        }
    })
}

/// Renders the lists.
pub fn overview(o: &Overview) -> Markup {
    let lang = o.lang;
    if o.notices.is_empty() && o.boards.is_empty() && o.galleries.is_empty() {
        return ui::empty(lang.t(t::RECENT_EMPTY), lang.t(t::RECENT_EMPTY_TEXT), Some((paths::COMMUNITY, lang.t(t::ALL_BOARDS))));
    }
    html! {
        @if !o.notices.is_empty() {
            section.notices aria-labelledby="notices-title" {
                h2 #notices-title { (lang.t(t::NOTICES)) }
                (lines(lang, &o.notices))
            }
        }
        @if !o.boards.is_empty() {
            section aria-labelledby="recent-title" {
                h2 #recent-title { (lang.t(t::RECENT)) }
                div.columns-of-posts { @for board in &o.boards { (column(lang, board)) } }
            }
        }
        @if !o.galleries.is_empty() {
            section.pictures-of-boards aria-labelledby="pictures-title" {
                h2 #pictures-title { (lang.t(files_text::PICTURES)) }
                @for board in &o.galleries { h3 { a href=(paths::board(board.slug)) { (board.name) } } (covers(lang, &board.posts)) }
            }
        }
        @if !o.talked.is_empty() {
            section aria-labelledby="talked-title" {
                h2 #talked-title { (lang.t(t::TALKED)) }
                (lines(lang, &o.talked))
            }
        }
    }
}

fn column(lang: Lang, board: &Column) -> Markup {
    html! {
        div.column {
            h3 { a href=(paths::board(board.slug)) { (board.name) } }
            (lines(lang, &board.posts))
        }
    }
}

/// Posts, a line each: the title, how many comments it has, when it was written.
fn lines(lang: Lang, posts: &[posts::Card]) -> Markup {
    html! {
        ul.lines {
            @for post in posts {
                li {
                    span.title {
                        a href=(paths::post(post.slug, post.id)) { (post.title) }
                        (posts::comment_count(lang, post))
                        (posts::fresh(lang, post))
                    }
                    @if !post.board.is_empty() { span.board { (post.board) } }
                    (ui::time(&post.at))
                }
            }
        }
    }
}
