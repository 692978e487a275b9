//! Where something was found, to be shown: the text around the first place, with every place marked.

use super::fold::Folded;
use super::terms::Terms;

/// Characters that are shown on either side of the first place.
const AROUND: usize = 60;

/// A piece of a text; what was looked for is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The letters.
    pub text: String,
    /// Whether it was looked for.
    pub is_hit: bool,
}

/// The text around the first place, or its beginning where the words stand elsewhere.
pub fn excerpt(terms: &Terms, text: &str) -> Vec<Part> {
    let folded = Folded::of(text);
    let places = terms.places(&folded);
    let first = places.first().map_or(0, |place| place.0);
    let begin = text[..first].char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
    let after = places.first().map_or(AROUND, |_| AROUND + 20);
    let end = text[first..].char_indices().nth(after).map_or(text.len(), |(at, _)| first + at);
    let mut parts = marked(text, begin, end, &places);
    if begin > 0
        && let Some(part) = parts.first_mut()
    {
        part.text.insert(0, '…');
    }
    if end < text.len()
        && let Some(part) = parts.last_mut()
    {
        part.text.push('…');
    }
    parts
}

/// A whole text with every place marked.
pub fn mark(terms: &Terms, text: &str) -> Vec<Part> {
    marked(text, 0, text.len(), &terms.places(&Folded::of(text)))
}

fn marked(text: &str, begin: usize, end: usize, places: &[(usize, usize)]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut push = |from: usize, to: usize, is_hit: bool| {
        if from < to {
            parts.push(Part { text: text[from..to].to_owned(), is_hit });
        }
    };
    let mut at = begin;
    for (from, to) in places.iter().filter(|(from, to)| *to > begin && *from < end) {
        let (from, to) = ((*from).max(at), (*to).min(end));
        push(at, from, false);
        push(from, to, true);
        at = at.max(to);
    }
    push(at, end, false);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parts: &[Part]) -> String {
        parts.iter().map(|part| if part.is_hit { format!("[{}]", part.text) } else { part.text.clone() }).collect()
    }

    #[test]
    fn places_are_marked_in_the_letters_as_written() {
        let terms = Terms::parse("활동지원 hello");
        assert_eq!(shown(&mark(&terms, "활동 지원은 Ｈｅｌｌｏ, 활동지원")), "[활동 지원]은 [Ｈｅｌｌｏ], [활동지원]");
        assert_eq!(shown(&mark(&Terms::parse("ㅈㅇ"), "주일 단합")), "[주일] 단합");
        assert_eq!(shown(&mark(&Terms::parse("없음"), "주일 단합")), "주일 단합");
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_place() {
        let text = format!("{} 보물 {}", "가 ".repeat(200), "나 ".repeat(200));
        let parts = excerpt(&Terms::parse("보물"), &text);
        let shown = shown(&parts);

        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("[보물]"));
        assert!(shown.chars().count() < 170);
        assert!(excerpt(&Terms::parse("보물"), &"가".repeat(500))[0].text.chars().count() < 70);
    }

    #[test]
    fn places_that_touch_are_one_mark() {
        assert_eq!(shown(&mark(&Terms::parse("가나 나다"), "가나다라")), "[가나다]라");
    }
}
