//! Pictures: below a post, in its text, and small in the editor. Each has its width and height, so that nothing moves when it comes.

use super::{Item, PAGE, SMALL, STILL, paths, text as t};
use crate::text::Lang;
use maud::{Markup, PreEscaped, html};
use std::borrow::Cow;

/// How a picture is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    pub width: u64,
    pub height: u64,
    /// There is a still one of it for people who want no motion.
    pub moves: bool,
}

/// Longest sides of the smaller ones.
const SMALL_SIDE: u64 = 320;
const PAGE_SIDE: u64 = 1_280;

/// How a link begins that stands where a picture is to be seen (`domain::markdown`).
const MARK: &str = "<a title=\"file:";

impl Picture {
    /// Its sides when the longer one is at most so long.
    fn within(self, side: u64) -> (u64, u64) {
        let longer = self.width.max(self.height).max(1);
        let scaled = |n: u64| if longer <= side { n } else { (n * side + longer / 2) / longer }.max(1);
        (scaled(self.width), scaled(self.height))
    }

    fn has(self, side: u64) -> bool {
        self.width.max(self.height) > side
    }
}

/// Those that stand nowhere in the text.
pub(super) fn gallery(lang: Lang, pictures: &[&Item]) -> Markup {
    html! {
        @if !pictures.is_empty() {
            ul.pictures aria-label=(lang.t(t::PICTURES)) { @for file in pictures { li { (picture(file, &escaped(file.alt))) } } }
        }
    }
}

/// A square one.
pub(super) fn thumbnail(file: &Item) -> Markup {
    let address = paths::sized(file.id, file.name, SMALL);
    html! { @if file.picture.is_some() { img src=(address) width="64" height="64" alt="" loading="lazy"; } }
}

/// How it looks in a list, where its words stand beside it. Nothing moves there.
pub(crate) fn cover(file: &Item) -> Markup {
    let Some(picture) = file.picture else { return Markup::default() };
    let (width, height) = picture.within(SMALL_SIDE);
    let size = if picture.moves { STILL } else { SMALL };
    html! { img src=(paths::sized(file.id, file.name, size)) width=(width) height=(height) alt="" loading="lazy" decoding="async"; }
}

/// A small picture that leads to the whole one.
pub(super) fn small(file: &Item) -> Markup {
    let Some(picture) = file.picture else { return Markup::default() };
    let (width, height) = picture.within(SMALL_SIDE);
    let whole = paths::show(file.id, file.name);
    let size = if picture.moves { Some(STILL) } else { picture.has(SMALL_SIDE).then_some(SMALL) };
    let address = size.map_or_else(|| whole.clone(), |size| paths::sized(file.id, file.name, size));
    html! {
        a.picture href=(whole) hx-boost="false" {
            img src=(address) width=(width) height=(height) alt=(if file.alt.is_empty() { file.name } else { file.alt }) loading="lazy" decoding="async";
        }
    }
}

/// A picture that leads to itself. `alt` is escaped; where it is empty the link is named for the file.
fn picture(file: &Item, alt: &str) -> Markup {
    let Some(picture) = file.picture else { return Markup::default() };
    let alt = PreEscaped(if alt.is_empty() { escaped(file.name) } else { alt.to_owned() });
    let (width, height) = picture.within(PAGE_SIDE);
    let (whole, sized) = (paths::show(file.id, file.name), |size| paths::sized(file.id, file.name, size));
    html! {
        a.picture href=(whole) hx-boost="false" {
            @if picture.moves {
                img.moving src=(whole) width=(picture.width) height=(picture.height) alt=(alt) loading="lazy";
                img.still src=(sized(STILL)) width=(width) height=(height) alt=(alt) loading="lazy";
            } @else {
                img src=(if picture.has(PAGE_SIDE) { sized(PAGE) } else { whole.clone() }) srcset=[sources(file, picture, width)]
                    sizes="(max-width: 20rem) 20rem, 45rem" width=(width) height=(height) alt=(alt) loading="lazy" decoding="async";
            }
        }
    }
}

fn sources(file: &Item, picture: Picture, width: u64) -> Option<String> {
    let page = if picture.has(PAGE_SIDE) { paths::sized(file.id, file.name, PAGE) } else { paths::show(file.id, file.name) };
    let (small, _) = picture.within(SMALL_SIDE);
    picture.has(SMALL_SIDE).then(|| format!("{} {small}w, {page} {width}w", paths::sized(file.id, file.name, SMALL)))
}

fn escaped(text: &str) -> String {
    html! { (text) }.into_string()
}

/// Puts the pictures of a post where its text wants them, and gives back the files that stand nowhere in it. Only its own: `files` are
/// those of the post. `html` is safe.
pub fn place<'a>(html: Cow<'a, str>, files: Vec<Item<'a>>) -> (Cow<'a, str>, Vec<Item<'a>>) {
    if !html.contains(MARK) {
        return (html, files);
    }
    let (mut out, mut rest, mut placed) = (String::with_capacity(html.len()), html.as_ref(), Vec::new());
    while let Some((before, after)) = rest.split_once(MARK) {
        out.push_str(before);
        rest = after;
        let Some((id, words, after)) = marked(after) else {
            out.push_str(MARK);
            continue;
        };
        rest = after;
        match files.iter().find(|file| file.id == id && file.picture.is_some()) {
            Some(file) => {
                let words = without_tags(words);
                let alt = if words.is_empty() { escaped(file.alt) } else { words };
                out.push_str(&picture(file, &alt).0);
                placed.push(file.id);
            }
            // A link that leads nowhere; its words stay.
            None => out.push_str(words),
        }
    }
    out.push_str(rest);
    (Cow::Owned(out), files.into_iter().filter(|file| !placed.contains(&file.id)).collect())
}

/// The number of the file that is meant, the words for it, and what follows.
fn marked(html: &str) -> Option<(i64, &str, &str)> {
    let (id, rest) = html.split_once('"')?;
    let (id, (_, rest)) = (id.parse().ok()?, rest.split_once('>')?);
    let (words, after) = rest.split_once("</a>")?;
    Some((id, words, after))
}

/// Safe HTML as the value of an attribute.
fn without_tags(html: &str) -> String {
    let parts = html.split('<').enumerate().map(|(n, part)| if n == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) });
    parts.collect::<String>().replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_keeps_its_proportions() {
        let picture = |width, height| Picture { width, height, moves: false };

        assert_eq!(picture(4_000, 3_000).within(1_280), (1_280, 960));
        assert_eq!(picture(100, 50).within(320), (100, 50));
        assert_eq!(picture(1, 16_000).within(320), (1, 320));
    }

    #[test]
    fn only_pictures_of_the_post_are_put_into_its_text() {
        let own = Item {
            id: 7,
            name: "a.jpg",
            alt: "",
            bytes: 1,
            picture: Some(Picture { width: 10, height: 10, moves: false }),
            reading: crate::files::Reading::Nothing,
        };
        let html = "<p><a title=\"file:7\" rel=\"x\">a <em>\"b\"</em> &lt;</a><a title=\"file:8\" rel=\"x\">c</a><a title=\"file:7";

        let (placed, rest) = place(html.into(), vec![own]);

        assert!(placed.contains("alt=\"a &quot;b&quot; &lt;\"") && placed.contains(">c<a title"), "{placed}");
        assert!(placed.ends_with("<a title=\"file:7") && rest.is_empty(), "{placed}");
    }
}
