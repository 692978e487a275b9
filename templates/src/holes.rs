//! Fragments with holes: drawn once for many readers, and filled for each with what differs.
//!
//! A view marks a hole with two control characters, which no text can hold: the rules for names, titles and bodies take them
//! out, and so does the sanitiser of HTML.

use maud::{Markup, PreEscaped, Render, html};
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
        Filled { fragment: self, fillings }
    }
}

/// A fragment and what its holes are filled with. It is written into the page that it is a part of without a copy in between.
pub(crate) struct Filled<'a> {
    fragment: &'a Fragment,
    fillings: Vec<(usize, Markup)>,
}

/// Bytes that a page has after its main part, about: with them the page's text grows once.
const FOOTER: usize = 4096;

impl Render for Filled<'_> {
    fn render_to(&self, out: &mut String) {
        let (html, holes) = (&self.fragment.html, &self.fragment.holes);
        let more: usize = self.fillings.iter().map(|(_, markup)| markup.0.len()).sum();
        out.reserve(html.len() + more + FOOTER);
        let mut done = 0;
        for (place, markup) in &self.fillings {
            let Some(hole) = holes.get(*place) else { continue };
            out.push_str(&html[done..hole.start]);
            out.push_str(&markup.0);
            done = hole.end;
        }
        out.push_str(&html[done..]);
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
    fn holes_are_filled_and_nothing_else_changes() {
        let filled = fragment().fill(vec![(0, html! { "라" }), (1, html! { hr; })]).render().0;

        assert_eq!(filled, "<p>라</p>나<hr><b><i>다</i></b>");
        assert_eq!(fragment().fill(vec![(2, Markup::default())]).render().0, "<p>가</p>나<b></b>");
    }
}
