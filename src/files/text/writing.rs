//! Text as it is kept: composed (NFC), without control characters and marks that turn the direction of writing, in paragraphs with an
//! empty line between two of them. A heading has its mark before it.

use super::CHARACTERS;
use super::headings::{LONGEST, Level, is_mark};
use unicode_normalization::UnicodeNormalization;

/// A text that is being written.
#[derive(Default)]
pub(super) struct Writing {
    text: String,
    characters: usize,
    paragraph: String,
    /// Of the paragraph, where it is a heading.
    level: Option<Level>,
}

impl Writing {
    /// Adds to the paragraph.
    pub fn push(&mut self, text: &str) {
        if !self.is_full() {
            self.paragraph.push_str(text);
        }
    }

    /// Says what the paragraph is.
    pub fn set_level(&mut self, level: Option<Level>) {
        self.level = level;
    }

    /// Whether as much is kept as may be, or waits to be; nothing more needs to be read.
    pub fn is_full(&self) -> bool {
        self.characters >= CHARACTERS || self.paragraph.len() > 4 * CHARACTERS
    }

    /// Ends the paragraph.
    pub fn end_paragraph(&mut self) {
        let (paragraph, level) = (std::mem::take(&mut self.paragraph), self.level.take());
        let mut lines = paragraph.lines().map(line).filter(|line| !line.is_empty()).peekable();
        if lines.peek().is_none() || self.characters >= CHARACTERS {
            return;
        }
        let mut mark = level.filter(|_| paragraph.chars().nth(LONGEST).is_none()).map(Level::mark);
        let mut between = if self.text.is_empty() { "" } else { "\n\n" };
        for line in lines {
            let room = CHARACTERS.saturating_sub(self.characters + between.len());
            self.text.push_str(between);
            let before = self.text.len();
            self.text.extend(mark.take().into_iter().chain(line.chars()).take(room));
            self.characters += between.len() + self.text[before..].chars().count();
            between = "\n";
            if self.characters >= CHARACTERS {
                break;
            }
        }
    }

    /// Adds a text whose paragraphs have empty lines between them.
    pub fn push_plain(&mut self, text: &str) {
        let ends = ['\n', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
        // A line of Windows ends in two characters, one of an old Mac in the first of them.
        for line in text.split(ends).flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')) {
            if self.is_full() {
                break;
            }
            if line.trim().is_empty() {
                self.end_paragraph();
            } else {
                self.push(line);
                self.push("\n");
            }
        }
        self.end_paragraph();
    }

    /// The text.
    pub fn finish(mut self) -> String {
        self.end_paragraph();
        self.text.truncate(self.text.trim_end_matches(|c: char| c.is_whitespace() || is_mark(c)).len());
        self.text
    }
}

/// A line with one blank where there were several.
fn line(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.nfc() {
        let blank = c.is_whitespace() || c == '\t';
        if blank && !clean.is_empty() && !clean.ends_with(' ') {
            clean.push(' ');
        } else if !blank && !c.is_control() && !turns(c) {
            clean.push(c);
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// Marks that turn the direction of what follows them, on the page around the text too; the mark of a byte order; no character.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut writing = Writing::default();
        writing.push_plain(text);
        writing.finish()
    }

    #[test]
    fn paragraphs_and_lines_are_kept_and_all_else_is_letters() {
        assert_eq!(written("  가\t나 \r\n다\u{7}\0\r\n\r\n \n라\u{202e}마\u{feff}"), "가 나\n다\n\n라마");
        assert_eq!(written("\u{1112}\u{1161}\u{11ab}"), "한", "composed");
        assert_eq!(written(" \n\n\t"), "");
    }

    #[test]
    fn a_million_characters_are_kept() {
        let (one, many) = (written(&"가".repeat(CHARACTERS + 10)), written(&"가나\n\n".repeat(CHARACTERS / 2)));

        assert_eq!(one.chars().count(), CHARACTERS);
        assert!(many.chars().count() <= CHARACTERS && many.chars().count() > CHARACTERS - 4, "{}", many.chars().count());
    }
}
