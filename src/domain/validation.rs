//! What people type, made fit to keep: e-mail addresses, names, titles and texts.
//!
//! Everything is NFC-normalised on input, because the same Korean word arrives as syllables from
//! most systems and as single jamo from a Mac's file names and some phones.

use super::{Account, Error, Result};
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
    /// `Invalid("email", …)`: not of the form `name@host.domain`.
    pub fn parse(typed: &str) -> Result<Self> {
        let text: String = typed.trim().nfc().collect::<String>().to_lowercase();
        let fits = text.len() <= EMAIL_MAX
            && !text.chars().any(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
            && text.split_once('@').is_some_and(|(who, host)| !who.is_empty() && is_host(host));
        if fits { Ok(Self(text)) } else { Err(Error::invalid("email", "email.invalid")) }
    }

    /// An address that mail can be sent to: one that needs no SMTPUTF8 (RFC 6531), which many servers lack.
    ///
    /// # Errors
    /// As [`Self::parse`]; `Invalid("email", "email.unmailable")`.
    pub fn parse_for_mail(typed: &str) -> Result<Self> {
        let email = Self::parse(typed)?;
        let (user, host) = email.0.rsplit_once('@').unwrap_or_default();
        let takes = user.is_ascii() && url::Host::parse(host).is_ok_and(|host| lettre::Address::new(user, host.to_string()).is_ok());
        if takes { Ok(email) } else { Err(Error::invalid("email", "email.unmailable")) }
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

    /// The name as it looks.
    pub fn skeleton(&self) -> String {
        name_skeleton(&self.0)
    }

    /// The same for a member who is not staff.
    ///
    /// # Errors
    /// `Invalid("name", …)`: as [`Self::parse`], or it claims that its holder is staff.
    pub fn parse_for(typed: &str, account: Account) -> Result<Self> {
        let name = Self::parse(typed)?;
        if account == Account::Member && is_reserved(&name.0) { Err(Error::invalid("name", "name.reserved")) } else { Ok(name) }
    }
}

/// A name as compared: without case, without spaces, and without what cannot be seen.
pub fn name_key(name: &str) -> String {
    seen(name).to_lowercase()
}

/// A name as it looks: two that readers cannot distinguish have the same (UTS 39 section 4, "Confusable Detection"). Taken
/// of the name as typed, because only a capital I looks like a small l, then without case.
pub fn name_skeleton(name: &str) -> String {
    unicode_security::skeleton(&seen(name)).collect::<String>().to_lowercase()
}

fn seen(name: &str) -> String {
    name.nfkc().filter(|c| !c.is_whitespace() && !is_ignorable(*c)).collect()
}

/// Words with which a member would pass for staff. Korean ones are refused anywhere in a name, English ones where they are
/// all of it but for digits and signs: "badminton" is no administrator.
const RESERVED_KOREAN: [&str; 8] = ["관리자", "운영자", "운영진", "관리인", "운영팀", "관리팀", "민스쿨", "시스템"];
const RESERVED_ENGLISH: [&str; 14] = [
    "admin",
    "admins",
    "administrator",
    "moderator",
    "mod",
    "staff",
    "system",
    "root",
    "support",
    "official",
    "operator",
    "minschool",
    "webmaster",
    "security",
];

/// Whether a name is one that only staff may have, or looks like one, as typed or in small letters.
fn is_reserved(name: &str) -> bool {
    // Digits and signs go first: a 1 has the skeleton of an l.
    let letters: String = seen(name).chars().filter(|c| c.is_alphabetic()).collect();
    let looks = [name_skeleton(&letters), name_skeleton(&letters.to_lowercase())];
    let within = |word: &&str| looks.iter().any(|looks| looks.contains(&name_skeleton(word)));
    let all = |word: &&str| looks.contains(&name_skeleton(word));
    RESERVED_KOREAN.iter().any(within) || RESERVED_ENGLISH.iter().any(all)
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
    typed.nfc().filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || is_override(*c))).collect()
}

/// Characters that turn the direction of what follows (Unicode TR 9) and can disguise a text.
fn is_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

/// Default-ignorable code points (Unicode 16, DerivedCoreProperties): nothing is drawn for them.
fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
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
    fn names_that_look_alike_have_one_skeleton() {
        for (one, other) in
            [("Kim", "K\u{456}m"), ("ada", "\u{430}d\u{430}"), ("Iris", "lris"), ("홍길동", "홍길동\u{FE0F}"), ("홍 길동", "홍\u{34F}길동")]
        {
            assert_eq!(name_skeleton(one), name_skeleton(other), "{one} {other}");
        }
        assert_eq!(name_key("홍길동"), name_key("홍길\u{2063}동\u{200D}"));
        assert_ne!(name_skeleton("홍길동"), name_skeleton("홍길순"));
    }

    #[test]
    fn only_staff_have_a_name_that_says_so() {
        for typed in ["관리자", "관 리 자", "센터 운영자", "Admin", "admin_1", "\u{410}dmin", "Moderator", "민스쿨 지원", "STAFF"]
        {
            assert!(Name::parse_for(typed, Account::Member).is_err(), "{typed}");
            assert!(Name::parse_for(typed, Account::Staff).is_ok(), "{typed}");
        }
        for typed in ["badminton", "Adam", "홍길동", "바다 관리"] {
            assert!(Name::parse_for(typed, Account::Member).is_ok(), "{typed}");
        }
    }

    #[test]
    fn emoji_families_are_one_character() {
        assert!(Name::parse("👨‍👩‍👧‍👦👨‍👩‍👧‍👦").is_ok());
        assert!(Name::parse(&"👨‍👩‍👧‍👦".repeat(NAME_MAX)).is_err(), "a name has a bound in bytes too");
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
