//! A query: words that must all be found.

use super::fold::{Folded, is_initial};
use super::grams::Gram;
use unicode_normalization::UnicodeNormalization;

/// Characters of a query that are looked at; what follows them is not.
pub const LONGEST: usize = 100;
/// Words of a query that are looked at.
const WORDS: usize = 8;
/// Numbers that the index is asked for; each further one costs, and what is found is compared with the whole query anyway.
const GRAMS: usize = 24;

/// One word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    chars: Vec<char>,
}

impl Term {
    /// Two or more consonants: the initials of a title or name (초성).
    fn is_initials(&self) -> bool {
        self.chars.len() >= 2 && self.chars.iter().all(|c| is_initial(*c))
    }

    fn grams(&self, pair: Gram, single: Gram) -> Vec<i32> {
        match self.chars.len() {
            1 => vec![single.number(&self.chars)],
            _ => self.chars.windows(2).map(|chars| pair.number(chars)).collect(),
        }
    }

    fn grams_of_initials(&self) -> Vec<i32> {
        match self.chars.len() {
            2 => vec![Gram::InitialPair.number(&self.chars)],
            _ => self.chars.windows(3).map(|triple| Gram::InitialTriple.number(triple)).collect(),
        }
    }

    fn is_in(&self, text: &Folded) -> bool {
        text.find(&self.chars, 0).is_some()
    }
}

/// The words of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(Vec<Term>);

impl Terms {
    /// The words of what was typed. White space and punctuation end a word; where nothing else was typed there are none.
    pub fn parse(typed: &str) -> Self {
        let typed: String = typed.nfc().take(LONGEST).collect();
        let mut terms: Vec<Term> = Vec::new();
        for word in typed.split_whitespace() {
            for run in Folded::of(word).runs() {
                let term = Term { chars: run.to_vec() };
                if terms.len() < WORDS && !terms.contains(&term) {
                    terms.push(term);
                }
            }
        }
        Self(terms)
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same for queries of the same words, in whatever order and spelling.
    pub fn key(&self) -> String {
        let mut words: Vec<String> = self.0.iter().map(|term| term.chars.iter().collect()).collect();
        words.sort_unstable();
        words.join(" ")
    }

    /// Whether a word may be meant as initials.
    pub fn has_initials(&self) -> bool {
        self.0.iter().any(Term::is_initials)
    }

    /// The numbers that a document's index must hold for a hit in its title; beside initials the other words may stand anywhere.
    pub fn grams_in_title(&self) -> Vec<i32> {
        let has_initials = self.has_initials();
        at_most(self.0.iter().flat_map(|term| match (term.is_initials(), has_initials) {
            (true, _) => term.grams_of_initials(),
            (false, true) => term.grams(Gram::Pair, Gram::Single),
            (false, false) => term.grams(Gram::TitlePair, Gram::TitleSingle),
        }))
    }

    /// The numbers that a document's index must hold for a hit anywhere, letter by letter.
    pub fn grams_anywhere(&self) -> Vec<i32> {
        at_most(self.0.iter().flat_map(|term| term.grams(Gram::Pair, Gram::Single)))
    }

    /// Whether it is a hit in the title.
    pub fn are_in_title(&self, title: &str, body: &str) -> bool {
        let (title, has_initials) = (Folded::of(title), self.has_initials());
        let (initials, body) = if has_initials { (title.initials(), Folded::of(body)) } else { Default::default() };
        let found = |term: &Term| match term.is_initials() {
            true => term.is_in(&initials) || term.is_in(&title),
            false => term.is_in(&title) || (has_initials && term.is_in(&body)),
        };
        !self.is_empty() && self.0.iter().all(found)
    }

    /// Whether each word stands in the title or in the text, letter by letter.
    pub fn are_in(&self, title: &str, body: &str) -> bool {
        let (title, body) = (Folded::of(title), Folded::of(body));
        !self.is_empty() && self.0.iter().all(|term| term.is_in(&title) || term.is_in(&body))
    }

    /// Where words stand in a text: bytes of the text, in order, none over another.
    pub(super) fn places(&self, text: &Folded) -> Vec<(usize, usize)> {
        let initials = text.initials();
        let mut places = Vec::new();
        for term in &self.0 {
            let in_text = term.is_in(text);
            let searched = if !in_text && term.is_initials() { &initials } else { text };
            let mut from = 0;
            while let Some(at) = searched.find(&term.chars, from) {
                from = at + term.chars.len();
                places.push((text.from[at].0 as usize, text.from[from - 1].1 as usize));
            }
        }
        places.sort_unstable();
        let mut apart: Vec<(usize, usize)> = Vec::new();
        for (begin, end) in places {
            match apart.last_mut() {
                Some(last) if begin <= last.1 => last.1 = last.1.max(end),
                _ => apart.push((begin, end)),
            }
        }
        apart
    }
}

/// Numbers, each once. Where there are too many some are left out evenly, so that every word keeps some.
fn at_most(grams: impl Iterator<Item = i32>) -> Vec<i32> {
    let mut grams: Vec<i32> = grams.collect();
    grams.sort_unstable();
    grams.dedup();
    let step = grams.len().div_ceil(GRAMS).max(1);
    grams.into_iter().step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::super::of_document;
    use super::*;

    /// Found by the index and by comparing, as a search does both, first in titles and then anywhere.
    fn finds(query: &str, title: &str, body: &str) -> bool {
        let (terms, grams) = (Terms::parse(query), of_document(title, body));
        let ways = [(terms.grams_in_title(), terms.are_in_title(title, body)), (terms.grams_anywhere(), terms.are_in(title, body))];
        ways.into_iter().any(|(wanted, found)| {
            let indexed = wanted.iter().all(|gram| grams.contains(gram));
            assert!(indexed || !found, "what is there must be in the index: {query} in {title} / {body}");
            indexed && found
        })
    }

    #[test]
    fn any_part_of_a_word_is_found_whatever_the_spacing() {
        assert!(finds("이", "", "고양이가"));
        assert!(finds("메뉴에서", "", "왼쪽 메뉴에서 고릅니다"));
        assert!(finds("뉴에", "", "왼쪽 메뉴에서 고릅니다"));
        assert!(finds("활동지원", "", "활동 지원 신청"));
        assert!(finds("활동 지원", "", "활동지원 신청"));
        assert!(finds("신청 활동", "", "활동지원 신청"));
        assert!(finds("HELLO", "hello", ""));
        assert!(!finds("지활", "", "활동 지원"));
        assert!(!finds("활동 없음", "", "활동 지원"));
    }

    #[test]
    fn a_pair_here_and_a_pair_there_are_no_word() {
        let (query, body) = ("메뉴에서", "메뉴 / 뉴에 / 에서");
        let grams = of_document("", body);
        assert!(Terms::parse(query).grams_anywhere().iter().all(|gram| grams.contains(gram)));
        assert!(!finds(query, "", body));
    }

    #[test]
    fn initials_find_titles_and_not_texts() {
        assert!(finds("ㅈㅇㄷ", "주일 단합", ""));
        assert!(finds("ㅇㄷ", "주일 단합", ""));
        assert!(!finds("ㅈㅇㄷ", "", "주일 단합"));
        assert!(finds("ㅋㅋ", "쿵쾅", "그냥"));
        assert!(finds("ㅋㅋ", "", "그래ㅋㅋㅋ"), "letter by letter");
        assert!(finds("ㅋ", "", "그래ㅋ"));
        assert!(finds("ㅈㅇㄷ 안내", "주일 단합", "안내합니다"));
    }

    #[test]
    fn nothing_but_signs_is_nothing() {
        for typed in ["", "   ", "\0", "%_*\"'(", "😀"] {
            assert!(Terms::parse(typed).is_empty(), "{typed:?}");
        }
        assert_eq!(Terms::parse("%_*\"' OR NEAR(").0.len(), 2, "words like all others");
        assert!(Terms::parse(&"가나 ".repeat(5_000)).0.len() <= 2, "the last is cut");
    }

    #[test]
    fn a_long_query_asks_for_few_numbers_of_all_its_words() {
        let long: String = ('가'..='힣').step_by(101).take(90).collect();
        let terms = Terms::parse(&long);
        assert!(terms.grams_anywhere().len() <= GRAMS);
        assert!(finds(&long, "", &format!("앞 {long} 뒤")));
    }
}
