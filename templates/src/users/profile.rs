//! A member's public page.

use super::text as t;
use crate::layout::{self, About, Shell};
use crate::paths;
use crate::posts;
use crate::ui::{self, Avatar, Moment};
use maud::{Markup, html};

/// The public page of a member.
#[derive(Clone)]
pub struct ProfilePage<'a> {
    pub shell: &'a Shell<'a>,
    /// The member's number.
    pub id: i64,
    /// The member's name.
    pub name: &'a str,
    /// What names the member's picture.
    pub picture: Option<&'a str>,
    /// Whether the member belongs to the staff.
    pub is_staff: bool,
    /// When the member joined.
    pub joined: Moment,
    /// How many posts the member wrote.
    pub posts: u64,
    /// How many comments the member wrote.
    pub comments: u64,
    /// The newest posts that the reader may read.
    pub recent: Vec<posts::Card<'a>>,
    /// The reader's own page.
    pub is_own: bool,
}

/// Renders it.
pub fn page(p: &ProfilePage) -> Markup {
    let lang = p.shell.lang;
    let title = lang.fill(t::PROFILE_TITLE, &[("name", &p.name)]);
    let empty = if p.is_own { t::RECENT_EMPTY_OWN } else { t::RECENT_EMPTY_OTHER };
    let main = html! {
        div.wrap.reading {
            (who(p, &title))
            section aria-labelledby="recent-title" {
                h2 #recent-title { (lang.t(t::RECENT)) }
                @if p.recent.is_empty() { (ui::empty(lang.t(t::RECENT_EMPTY), lang.t(empty), None)) }
                @else { (posts::cards(lang, &p.recent)) }
            }
        }
    };
    let about = About { description: &title, path: &paths::profile(p.id), is_article: false };
    layout::public_page(p.shell, &title, &about, main)
}

fn who(p: &ProfilePage, title: &str) -> Markup {
    let lang = p.shell.lang;
    html! {
        div.profile {
            (ui::avatar(&Avatar { member: p.id, name: p.name, picture: p.picture }, ui::AvatarSize::Large))
            div {
                h1 tabindex="-1" { (title) @if p.is_staff { " " (ui::badge("notice-mark", lang.t(t::STAFF))) } }
                dl.facts {
                    div { dt { (lang.t(t::JOINED)) } dd { (ui::time(&p.joined)) } }
                    div { dt { (lang.t(t::POSTS)) } dd { (ui::number(p.posts)) } }
                    div { dt { (lang.t(t::COMMENTS)) } dd { (ui::number(p.comments)) } }
                }
                @if p.is_own { p { a.button.secondary href=(paths::MY_PROFILE) { (lang.t(t::EDIT_OWN)) } } }
            }
        }
    }
}
