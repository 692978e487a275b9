//! The first page: a welcome and what was written last.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::layout::{self, About, Shell, Viewer};
use crate::text::{Lang, common};
use crate::{paths, posts, ui};
use maud::{Markup, PreEscaped, html};

/// The first page around a list that may have been rendered before.
#[derive(Clone, Copy)]
pub struct HomePage<'a> {
    pub shell: &'a Shell<'a>,
    /// What [`recent`] rendered in the reader's language.
    pub recent: &'a str,
}

/// The newest posts. It holds nothing of the reader's, so one rendering serves all readers with the same language.
#[derive(Clone, Debug)]
pub struct Recent<'a> {
    pub lang: Lang,
    /// Newest first.
    pub posts: Vec<posts::Card<'a>>,
}

/// Renders the first page.
pub fn page(p: &HomePage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        (hero(p.shell))
        div.wrap { (PreEscaped(p.recent)) }
    };
    let about = About { description: lang.t(t::HERO_TEXT), path: paths::HOME, is_article: false };
    layout::public_page(p.shell, lang.t(common::HOME), &about, main)
}

fn hero(shell: &Shell) -> Markup {
    let lang = shell.lang;
    html! {
        section.hero {
            div.wrap {
                @match &shell.viewer {
                    Viewer::Guest => {
                        h1 tabindex="-1" { (lang.t(t::HERO_TITLE)) }
                        p { (lang.t(t::HERO_TEXT)) }
                        p.actions {
                            a.button href=(paths::SIGNUP) { (lang.t(common::SIGN_UP)) }
                            a.button.secondary href=(paths::COMMUNITY) { (lang.t(t::ALL_BOARDS)) }
                        }
                    },
                    Viewer::Member(badge) => {
                        h1 tabindex="-1" { (lang.fill(t::HERO_MEMBER, &[("name", &badge.name)])) }
                        p { (lang.t(t::HERO_MEMBER_TEXT)) }
                        p.actions { a.button.secondary href=(paths::COMMUNITY) { (lang.t(t::ALL_BOARDS)) } }
                    },
                }
            }
        }
    }
}

/// Renders the newest posts.
pub fn recent(r: &Recent) -> Markup {
    let lang = r.lang;
    html! {
        section #recent aria-labelledby="recent-title" {
            h2 #recent-title { (lang.t(t::RECENT)) }
            @if r.posts.is_empty() {
                (ui::empty(lang.t(t::RECENT_EMPTY), lang.t(t::RECENT_EMPTY_TEXT), Some((paths::COMMUNITY, lang.t(t::ALL_BOARDS)))))
            } @else {
                (posts::cards(lang, &r.posts))
            }
        }
    }
}
