//! Fragments with holes: drawn once for many readers, and filled for each with what differs.
//!
//! A view marks a hole with two control characters, which no text can hold: the rules for names, titles and bodies take them
//! out, and so does the sanitiser of HTML.

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
    html: Box<str>,
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
        Filled { fragment: self, fillings, breaks: Vec::new(), kept: RefCell::default() }
    }

    /// The same; with the holes of `breaks`, which have to be among them, it remembers where the HTML between these was written
    /// as it is.
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
    kept: RefCell<Vec<WholePart>>,
}

/// A part of a page that is as it was drawn for all: which one of those between the breaks, and where it stands in the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholePart {
    pub part: usize,
    pub place: Range<usize>,
}

impl Filled<'_> {
    /// The parts that were written whole.
    pub(crate) fn into_kept(self) -> Vec<WholePart> {
        self.kept.into_inner()
    }
}

/// Bytes that a page has after its main part, about: with them the page's text grows once.
const FOOTER: usize = 4096;

impl Render for Filled<'_> {
    fn render_to(&self, out: &mut String) {
        let (html, holes) = (&self.fragment.html, &self.fragment.holes);
        let more: usize = self.fillings.iter().map(|(_, markup)| markup.0.len()).sum();
        out.reserve(html.len() + more + FOOTER);
        let mut kept = self.kept.borrow_mut();
        let (mut done, mut part, mut is_whole) = (0, 0, true);
        let mut push = |out: &mut String, text: &str, at_break: bool| {
            if is_whole && at_break {
                kept.push(WholePart { part, place: out.len()..out.len() + text.len() });
            }
            out.push_str(text);
            is_whole = at_break;
            part += usize::from(at_break);
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
    fn the_parts_between_breaks_are_found_in_the_page_where_they_are_whole() {
        let fragment = Fragment::of(html! { "가" (hole(html! {})) "나" (hole(html! { "x" })) "다" (hole(html! {})) "라" });
        let parts = fragment.between(&[0, 2]);
        assert_eq!(parts, ["가", "나x다", "라"]);
        let kept = |fillings: Vec<(usize, &str)>| {
            let fillings = fillings.into_iter().map(|(place, text)| (place, html! { (text) })).collect();
            let filled = fragment.fill_between(vec![0, 2], fillings);
            let page = html! { "begin " (&filled) " end" }.0;
            let kept = filled.into_kept();
            assert!(kept.iter().all(|kept| page[kept.place.clone()] == *parts[kept.part]), "{page} {kept:?}");
            kept.into_iter().map(|kept| kept.part).collect::<Vec<_>>()
        };

        assert_eq!(kept(vec![(0, "1"), (2, "")]), [0, 1, 2]);
        assert_eq!(kept(vec![(0, ""), (1, "2"), (2, "3")]), [0, 2], "the middle one has a hole filled");
    }

    #[test]
    fn holes_are_filled_and_nothing_else_changes() {
        let filled = fragment().fill(vec![(0, html! { "라" }), (1, html! { hr; })]).render().0;

        assert_eq!(filled, "<p>라</p>나<hr><b><i>다</i></b>");
        assert_eq!(fragment().fill(vec![(2, Markup::default())]).render().0, "<p>가</p>나<b></b>");
    }
}
