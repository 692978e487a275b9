//! What people type, made fit to keep: e-mail addresses, names, titles and texts.
//!
//! Everything is NFC-normalised at the door, because the same Korean word arrives as syllables from
//! most systems and as single jamo from a Mac's file names and some phones.

use super::{Error, Result};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Longest name, in characters as people count them (grapheme clusters).
pub const NAME_MAX: usize = 20;
/// Longest title, in characters.
pub const TITLE_MAX: usize = 100;
/// Longest post, in characters.
pub const POST_MAX: usize = 50_000;
/// Longest comment, in characters.
pub const COMMENT_MAX: usize = 5_000;
/// Longest reason that staff may give.
pub const REASON_MAX: usize = 500;
/// RFC 5321 section 4.5.3.1.3: a path has at most 256 octets, angle brackets included.
const EMAIL_MAX: usize = 254;

/// An address as compared and stored: NFC, trimmed, lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// # Errors
    /// `Invalid("email", …)`: not of the form `somebody@host.domain`.
    pub fn parse(typed: &str) -> Result<Self> {
        let text: String = typed.trim().nfc().collect::<String>().to_lowercase();
        let fits = text.len() <= EMAIL_MAX
            && !text.chars().any(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
            && text.split_once('@').is_some_and(|(who, host)| !who.is_empty() && is_host(host));
        if fits { Ok(Self(text)) } else { Err(Error::invalid("email", "email.invalid")) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_host(host: &str) -> bool {
    host.contains('.') && host.split('.').all(|label| !label.is_empty()) && !host.contains('@')
}

/// A member's name: shown as typed, unique whatever its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// # Errors
    /// `Invalid("name", …)`: too short, too long, or with characters that would deceive a reader.
    pub fn parse(typed: &str) -> Result<Self> {
        let text = line(typed);
        let length = text.graphemes(true).count();
        let bad = |message| Err(Error::invalid("name", message));
        if length < 2 {
            bad("name.too_short")
        } else if length > NAME_MAX || text.len() > NAME_MAX * 16 {
            bad("name.too_long")
        } else if text.chars().any(|c| c.is_control() || is_invisible(c) || "@<>&\"'/\\#".contains(c)) {
            bad("name.invalid")
        } else {
            Ok(Self(text))
        }
    }

    /// The name as shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as compared.
    pub fn key(&self) -> String {
        name_key(&self.0)
    }
}

/// A name as compared: without case and without spaces.
pub fn name_key(name: &str) -> String {
    name.nfkc().collect::<String>().to_lowercase().split_whitespace().collect()
}

/// The title of a post: one line.
#[derive(Clone, Debug)]
pub struct Title(pub String);

impl Title {
    /// # Errors
    /// `Invalid("title", …)`: empty or too long.
    pub fn parse(typed: &str) -> Result<Self> {
        let text: String = line(typed).chars().filter(|c| !c.is_control() && !is_override(*c)).collect();
        match text.graphemes(true).count() {
            0 => Err(Error::invalid("title", "title.empty")),
            n if n > TITLE_MAX || text.len() > TITLE_MAX * 16 => Err(Error::invalid("title", "title.too_long")),
            _ => Ok(Self(text)),
        }
    }
}

/// The text of a post or comment: Markdown.
#[derive(Clone, Debug)]
pub struct Body(pub String);

impl Body {
    /// # Errors
    /// `Invalid("body", …)`: empty or longer than `max` characters.
    pub fn parse(typed: &str, max: usize) -> Result<Self> {
        let text = text(typed);
        if text.trim().is_empty() {
            return Err(Error::invalid("body", "body.empty"));
        }
        // Code points, not graphemes: one grapheme may hide thousands of combining marks.
        if text.chars().count() > max {
            return Err(Error::invalid("body", if max == COMMENT_MAX { "comment.too_long" } else { "body.too_long" }));
        }
        Ok(Self(text))
    }
}

/// A reason that staff give: one line, required.
///
/// # Errors
/// `Invalid("reason", …)`: empty or too long.
pub fn reason(typed: &str) -> Result<String> {
    let text = line(typed);
    match text.chars().count() {
        0 => Err(Error::invalid("reason", "reason.empty")),
        n if n > REASON_MAX => Err(Error::invalid("reason", "reason.too_long")),
        _ => Ok(text),
    }
}

/// One line: NFC, trimmed, each run of white space one space.
pub fn line(typed: &str) -> String {
    typed.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Several lines: NFC, LF line ends, no control characters (PostgreSQL cannot keep a NUL).
pub fn text(typed: &str) -> String {
    let typed = typed.replace("\r\n", "\n").replace('\r', "\n");
    typed.nfc().filter(|c| !(is_override(*c) || c.is_control() && *c != '\n' && *c != '\t')).collect()
}

/// Characters that turn the direction of what follows (Unicode TR 9) and can disguise a text.
fn is_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

/// Characters that cannot be seen, with which one name can pass for another. The zero-width joiner
/// is not among them: family and flag emoji are made with it.
fn is_invisible(c: char) -> bool {
    is_override(c)
        || matches!(
            c,
            '\u{200B}' | '\u{200C}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' | '\u{3164}' | '\u{115F}' | '\u{1160}' | '\u{FFA0}' | '\u{E0000}'
                ..='\u{E007F}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jamo_typed_on_a_mac_become_syllables() {
        assert_eq!(Name::parse("\u{1112}\u{1169}\u{11BC}\u{1100}\u{1175}\u{11AF}").map(|n| n.0).ok().as_deref(), Some("홍길"));
    }

    #[test]
    fn names_that_could_deceive_are_refused() {
        for typed in ["관리자\u{202E}txt", "a\u{200B}dmin", "a\0b", "<b>x</b>", "@here", "한", &"가".repeat(200)] {
            assert!(Name::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn emoji_families_are_one_character() {
        assert!(Name::parse(&"👨‍👩‍👧‍👦".repeat(NAME_MAX)).is_err() || Name::parse("👨‍👩‍👧‍👦👨‍👩‍👧‍👦").is_ok());
        assert!(Name::parse("👨‍👩‍👧‍👦👨‍👩‍👧‍👦").is_ok());
    }

    #[test]
    fn addresses_are_compared_without_case() {
        assert_eq!(Email::parse(" Ada@Example.COM ").ok(), Email::parse("ada@example.com").ok());
        for typed in ["", "ada", "@x.kr", "a@b", "a b@c.kr", "a@@c.kr", "a@c..kr"] {
            assert!(Email::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn a_nul_byte_never_reaches_the_database() {
        assert_eq!(text("a\0b\r\nc"), "ab\nc");
    }
}
