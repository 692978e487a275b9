//! Fragments with holes: drawn once for many readers, and filled for each with what differs.
//!
//! A view marks a hole with two control characters, which no text can hold: the rules for names, titles and bodies take them
//! out, and so does the sanitiser of HTML.

use bytestring::ByteString;
use maud::{Markup, PreEscaped, Render, html};
use std::cell::RefCell;
use std::ops::Range;

const BEGIN: char = '\u{1}';
const END: char = '\u{2}';

/// A hole. What is within stays where nothing is filled in.
pub(crate) fn hole(within: Markup) -> Markup {
    html! { (PreEscaped("\u{1}")) (within) (PreEscaped("\u{2}")) }
}

/// HTML with holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// Counted, because many answers may be sent from it at once.
    html: ByteString,
    holes: Box<[Range<usize>]>,
}

impl Fragment {
    /// Takes the marks out of what was drawn.
    pub(crate) fn of(drawn: Markup) -> Self {
        let drawn = drawn.into_string();
        let (mut html, mut holes, mut begin) = (String::with_capacity(drawn.len()), Vec::new(), 0);
        for part in drawn.split_inclusive([BEGIN, END]) {
            html.push_str(part.trim_end_matches([BEGIN, END]));
            if part.ends_with(BEGIN) {
                begin = html.len();
            } else if part.ends_with(END) {
                holes.push(begin..html.len());
            }
        }
        Self { html: html.into(), holes: holes.into() }
    }

    /// Bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        self.html.len() + size_of_val(&*self.holes)
    }

    /// How many holes there are.
    pub(crate) fn holes(&self) -> usize {
        self.holes.len()
    }

    /// The HTML with these holes filled, which are in order.
    pub(crate) fn fill(&self, fillings: Vec<(usize, Markup)>) -> Filled<'_> {
        Filled { fragment: self, fillings, breaks: Vec::new(), whole: RefCell::default() }
    }

    /// The same; HTML between the holes of `breaks`, which have to be among them, is left out where no other hole in it is filled, and
    /// found in [`Filled::into_page`].
    pub(crate) fn fill_between(&self, breaks: Vec<usize>, fillings: Vec<(usize, Markup)>) -> Filled<'_> {
        Filled { breaks, ..self.fill(fillings) }
    }

    /// The HTML between these holes.
    pub(crate) fn between(&self, breaks: &[usize]) -> Vec<&str> {
        let ends = breaks.iter().map(|place| self.holes[*place].clone()).chain(std::iter::once(self.html.len()..self.html.len()));
        let mut done = 0;
        ends.map(|hole| &self.html[std::mem::replace(&mut done, hole.end)..hole.start]).collect()
    }
}

/// A fragment and what its holes are filled with. It is written into the page that it is a part of without a copy in between.
pub(crate) struct Filled<'a> {
    fragment: &'a Fragment,
    fillings: Vec<(usize, Markup)>,
    breaks: Vec<usize>,
    whole: RefCell<Vec<WholePart>>,
}

/// A part that is the same for all readers and belongs at this place of a page.
struct WholePart {
    number: usize,
    html: ByteString,
    place: usize,
}

/// A page made of a text of its own and of parts that it shares with other answers, which are not copied.
pub struct Page {
    own: ByteString,
    whole: Vec<WholePart>,
}

/// Some HTML of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub html: ByteString,
    /// Which of the shared parts it is, from 0; `None` for the page's own text.
    pub part: Option<usize>,
}

impl Page {
    /// Its pieces in order.
    pub fn into_pieces(self) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(2 * self.whole.len() + 1);
        let mut done = 0;
        for part in self.whole {
            pieces.push(Piece { html: self.own.slice_ref(&self.own[done..part.place]), part: None });
            pieces.push(Piece { html: part.html, part: Some(part.number) });
            done = part.place;
        }
        pieces.push(Piece { html: self.own.slice_ref(&self.own[done..]), part: None });
        pieces.retain(|piece| !piece.html.is_empty());
        pieces
    }

    /// The whole of it.
    pub fn into_markup(self) -> Markup {
        PreEscaped(self.into_pieces().iter().map(|piece| &*piece.html).collect())
    }
}

/// Bytes that a page has after its main part, about: with them the page's text grows once.
const FOOTER: usize = 4096;

impl Filled<'_> {
    /// The page into which it was written.
    pub(crate) fn into_page(self, written: Markup) -> Page {
        Page { own: written.into_string().into(), whole: self.whole.into_inner() }
    }
}

impl Render for Filled<'_> {
    fn render_to(&self, out: &mut String) {
        let (html, holes) = (&self.fragment.html, &self.fragment.holes);
        let more: usize = self.fillings.iter().map(|(_, markup)| markup.0.len()).sum();
        out.reserve(if self.breaks.is_empty() { html.len() } else { 0 } + more + FOOTER);
        let mut whole = self.whole.borrow_mut();
        let (mut done, mut number, mut is_whole) = (0, 0, true);
        let mut push = |out: &mut String, text: &str, at_break: bool| {
            match is_whole && at_break {
                true => whole.push(WholePart { number, html: html.slice_ref(text), place: out.len() }),
                false => out.push_str(text),
            }
            is_whole = at_break;
            number += usize::from(at_break);
        };
        for (place, markup) in &self.fillings {
            let Some(hole) = holes.get(*place) else { continue };
            push(out, &html[done..hole.start], self.breaks.contains(place));
            out.push_str(&markup.0);
            done = hole.end;
        }
        push(out, &html[done..], !self.breaks.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment() -> Fragment {
        Fragment::of(html! { p { (hole(html! { "가" })) } "나" (hole(Markup::default())) b { (hole(html! { i { "다" } })) } })
    }

    #[test]
    fn a_hole_that_is_not_filled_keeps_what_is_within() {
        let fragment = fragment();

        assert_eq!(fragment.fill(Vec::new()).render().0, "<p>가</p>나<b><i>다</i></b>");
        assert_eq!(fragment.holes(), 3);
    }

    #[test]
    fn the_parts_between_breaks_are_shared_where_they_are_whole() {
        let fragment = Fragment::of(html! { "가" (hole(html! {})) "나" (hole(html! { "x" })) "다" (hole(html! {})) "라" });
        assert_eq!(fragment.between(&[0, 2]), ["가", "나x다", "라"]);
        let pieces = |fillings: Vec<(usize, &str)>| {
            let fillings = fillings.into_iter().map(|(place, text)| (place, html! { (text) })).collect();
            let filled = fragment.fill_between(vec![0, 2], fillings);
            let written = html! { "begin " (&filled) " end" };
            let pieces = filled.into_page(written).into_pieces();
            pieces.into_iter().map(|piece| (piece.html.to_string(), piece.part)).collect::<Vec<_>>()
        };
        let own = |text: &str| (text.to_owned(), None);
        let part = |number, text: &str| (text.to_owned(), Some(number));

        let all = pieces(vec![(0, "1"), (2, "")]);
        assert_eq!(all, [own("begin "), part(0, "가"), own("1"), part(1, "나x다"), part(2, "라"), own(" end")]);
        let with_a_hole_filled = pieces(vec![(0, ""), (1, "2"), (2, "3")]);
        assert_eq!(with_a_hole_filled, [own("begin "), part(0, "가"), own("나2다3"), part(2, "라"), own(" end")]);
    }

    #[test]
    fn holes_are_filled_and_nothing_else_changes() {
        let filled = fragment().fill(vec![(0, html! { "라" }), (1, html! { hr; })]).render().0;

        assert_eq!(filled, "<p>라</p>나<hr><b><i>다</i></b>");
        assert_eq!(fragment().fill(vec![(2, Markup::default())]).render().0, "<p>가</p>나<b></b>");
    }
}
