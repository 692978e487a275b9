//! The posts of a board that shows more of each than a line: its files, or a picture.

use super::{BoardList, text as t};
use crate::files::{self, Item};
use crate::paths;
use crate::posts::{self, Card};
use crate::text::Lang;
use crate::ui;
use maud::{Markup, html};

/// How a board lists its posts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// Line by line.
    #[default]
    List,
    /// Each with its files.
    Cards,
    /// Each with its first picture.
    Gallery,
}

impl Look {
    pub const ALL: [Self; 3] = [Self::List, Self::Cards, Self::Gallery];

    /// What is sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Cards => "cards",
            Self::Gallery => "gallery",
        }
    }
}

/// So many files of a post are named; the others are counted.
const NAMED: usize = 5;

/// Each post with its files.
pub(super) fn cards(l: &BoardList) -> Markup {
    html! { ul.materials { @for post in &l.posts { (card(l.lang, post, of_post(l, post))) } } }
}

fn of_post<'a>(l: &'a BoardList, post: &Card) -> &'a [Item<'a>] {
    l.files.iter().find(|(id, _)| *id == post.id).map_or(&[], |(_, files)| files)
}

fn card(lang: Lang, post: &Card, files: &[Item]) -> Markup {
    let more = files.len().saturating_sub(NAMED);
    html! {
        li {
            h2 { (title(lang, post)) (posts::fresh(lang, post)) }
            (facts(lang, post))
            @if !files.is_empty() { ul.files { @for file in &files[..files.len() - more] { li { (files::link(file)) } } } }
            @if more > 0 { p.muted { (lang.count(t::MORE_FILES_ONE, t::MORE_FILES_MANY, more as u64)) } }
        }
    }
}

fn title(lang: Lang, post: &Card) -> Markup {
    html! {
        (posts::marks(lang, post))
        a href=(paths::post(post.slug, post.id)) { (post.title) }
        (posts::comment_count(lang, post))
    }
}

fn facts(lang: Lang, post: &Card) -> Markup {
    html! { p.meta { (ui::author(lang, &post.author)) (ui::time(&post.at)) } }
}

/// Each post with its first picture; one is drawn for a post without any.
pub(super) fn gallery(l: &BoardList) -> Markup {
    html! { ul.gallery { @for post in &l.posts { li { (tile(l.lang, post, of_post(l, post), html! { h2 { (title(l.lang, post)) } })) } } } }
}

/// The same where the list is a part of a page.
pub(crate) fn covers(lang: Lang, posts: &[(Card, Vec<Item>)]) -> Markup {
    html! { ul.gallery { @for (post, files) in posts { li { (tile(lang, post, files, html! { h4 { (title(lang, post)) } })) } } } }
}

fn tile(lang: Lang, post: &Card, files: &[Item], heading: Markup) -> Markup {
    let pictures: Vec<&Item> = files.iter().filter(|file| file.picture.is_some()).collect();
    html! {

            // The title below leads there as well: by keyboard and for screen readers once is enough.
            a.cover href=(paths::post(post.slug, post.id)) tabindex="-1" aria-hidden="true" {
                @if let Some(first) = pictures.first() { (files::cover(first)) } @else { (ui::drawn_cover(post.id, post.title)) }
                @if pictures.len() > 1 { span.pictures-count { (ui::number(pictures.len() as u64)) } }
            }
            (heading)
            @if let Some(first) = pictures.first().filter(|first| !first.alt.is_empty()) { p.visually-hidden { (first.alt) } }
            (facts(lang, post))
    }
}
