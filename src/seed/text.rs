//! Composes the words of seeded posts and comments. The same seed and number give the same words, in
//! whatever order they are asked for.

use super::words::{ANSWERS, COMMENTS, NOTICES, QUESTIONS, SLOTS, TALK, Topic};
use crate::domain::markdown;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;
use std::sync::Arc;

/// What a post is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostKind {
    /// Everyday talk.
    Talk,
    Question,
    Notice,
}

/// A text as typed and as shown.
pub struct Written {
    /// Markdown.
    pub body: String,
    /// Its sanitised HTML.
    pub html: String,
}

/// Drawn paragraphs that are kept for the next text that has them.
const KEPT: usize = 50_000;

/// Writes texts, drawing each paragraph once as long as it repeats.
pub struct Writer {
    seed: u64,
    drawn: HashMap<String, Arc<str>>,
}

impl Writer {
    /// A writer for a random seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: HashMap::new() }
    }

    /// The title and text of the post with this number.
    pub fn post(&mut self, kind: PostKind, number: u64) -> (String, Written) {
        let rng = &mut stream(self.seed, 1, number);
        let topic = match kind {
            PostKind::Talk => pick(rng, TALK),
            PostKind::Question => pick(rng, QUESTIONS),
            PostKind::Notice => pick(rng, NOTICES),
        };
        let title = say(rng, topic.titles);
        let paragraphs = paragraphs(rng, &topic);
        (title, self.draw(paragraphs))
    }

    /// The text of the comment with this number. `to` is the name of a member who is called by it.
    pub fn comment(&mut self, answers: bool, to: Option<&str>, number: u64) -> Written {
        let rng = &mut stream(self.seed, 2, number);
        let said = say(rng, if answers { ANSWERS } else { COMMENTS });
        let call = to.map(|name| format!("@{name} 님도 보시면 좋겠어요."));
        self.draw([said].into_iter().chain(call).collect())
    }

    fn draw(&mut self, paragraphs: Vec<String>) -> Written {
        let html = paragraphs.iter().map(|text| self.drawn(text)).collect::<Vec<_>>().concat();
        Written { body: paragraphs.join("\n\n"), html }
    }

    fn drawn(&mut self, text: &str) -> Arc<str> {
        if let Some(html) = self.drawn.get(text) {
            return html.clone();
        }
        if self.drawn.len() >= KEPT {
            self.drawn.clear();
        }
        let html: Arc<str> = markdown::render(text).into();
        self.drawn.insert(text.to_owned(), html.clone());
        html
    }
}

/// Random numbers for one thing, whatever was drawn for others before it.
pub fn stream(seed: u64, what: u64, number: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ what.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    rng.set_stream(number);
    rng
}

fn pick<T: Copy>(rng: &mut ChaCha8Rng, from: &[T]) -> T {
    from[rng.random_range(0..from.len())]
}

/// An opening, one to three middles in their order, an ending. Paragraphs are drawn apart, so no two lists
/// may meet; a plain sentence stands between them.
fn paragraphs(rng: &mut ChaCha8Rng, topic: &Topic) -> Vec<String> {
    let first = rng.random_range(0..topic.middle.len());
    let more = rng.random_range(1..=3).min(topic.middle.len());
    let mut all = vec![say(rng, topic.opening)];
    for n in 0..more {
        let next = fill(rng, topic.middle[(first + n) % topic.middle.len()]);
        if !is_plain(&next) && all.last().is_some_and(|before| !is_plain(before)) {
            all.push("자세한 것은 아래와 같습니다.".into());
        }
        all.push(next);
    }
    all.push(say(rng, topic.ending));
    all
}

fn is_plain(paragraph: &str) -> bool {
    !paragraph.starts_with(['-', '|', '1'])
}

/// One of these templates, filled.
fn say(rng: &mut ChaCha8Rng, templates: &[&str]) -> String {
    let template = pick(rng, templates);
    fill(rng, template)
}

/// Fills the places in braces, each with a word of its own.
fn fill(rng: &mut ChaCha8Rng, template: &str) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').map_or(rest.len(), |n| open + n + 1);
        out.push_str(&rest[..open]);
        let words = SLOTS.iter().find(|(slot, _)| *slot == &rest[open..close]).map_or(&[""][..], |(_, words)| words);
        let word = pick(rng, words);
        rest = agree(word, &rest[close..], &mut out);
    }
    out.push_str(rest);
    out
}

/// Writes a word and the particle after it that its last sound asks for; gives what follows.
fn agree<'a>(word: &str, rest: &'a str, out: &mut String) -> &'a str {
    out.push_str(word);
    let ends_in_consonant = word.chars().last().is_some_and(|c| ('가'..='힣').contains(&c) && !(c as u32 - '가' as u32).is_multiple_of(28));
    for (both, closed, open) in [("을(를)", "을", "를"), ("이(가)", "이", "가"), ("을 ", "을 ", "를 ")] {
        if let Some(after) = rest.strip_prefix(both) {
            out.push_str(if ends_in_consonant { closed } else { open });
            return after;
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_filled_and_every_title_fits() {
        let mut writer = Writer::new(7);
        for number in 0..500 {
            for kind in [PostKind::Talk, PostKind::Question, PostKind::Notice] {
                let (title, text) = writer.post(kind, number);
                assert!(!title.contains(['{', '(']) && title.chars().count() <= 100, "{title}");
                assert!(!text.body.contains('{') && !text.body.contains("(를)"), "{}", text.body);
            }
        }
    }

    #[test]
    fn paragraphs_drawn_apart_are_the_text_drawn_whole() {
        let mut writer = Writer::new(1);
        for number in 0..300 {
            let (_, text) = writer.post(PostKind::Talk, number);
            assert_eq!(text.html, markdown::render(&text.body), "{}", text.body);
        }
    }

    #[test]
    fn a_number_has_the_same_words_whatever_came_before_it() {
        let (mut one, mut other) = (Writer::new(1), Writer::new(1));
        other.comment(false, None, 3);

        assert_eq!(one.post(PostKind::Talk, 9).1.body, other.post(PostKind::Talk, 9).1.body);
        assert_ne!(one.post(PostKind::Talk, 9).1.body, Writer::new(2).post(PostKind::Talk, 9).1.body);
    }

    #[test]
    fn particles_agree_with_the_word_before_them() {
        let mut out = String::new();
        let rest = agree("보청기", "을(를) 새로", &mut out);
        assert_eq!((out.as_str(), rest), ("보청기를", " 새로"));
    }
}
