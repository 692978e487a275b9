//! Which language a page is in: the member's choice, else the visitor's cookie, else what the browser
//! prefers, else Korean.
//!
//! Two languages need a few lines of `Accept-Language` (RFC 9110 section 12.5.4), not a library for locales.

use templates::layout::{Aids, Motion, Spacing, TextSize, Theme};
use templates::text::Lang;

/// What the browser prefers (RFC 9110 section 12.5.4); anything that cannot be understood counts as nothing.
pub fn preferred(accept: Option<&str>) -> Lang {
    let mut best: Option<(f32, Lang)> = None;
    for part in accept.unwrap_or_default().split(',').take(20) {
        let mut pieces = part.trim().split(';');
        let tag = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
        let weight = pieces.find_map(|p| p.trim().strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
        let (Some(lang), Some(weight)) = (Lang::from_tag(tag.split('-').next().unwrap_or_default()), weight) else { continue };
        if weight > 0.0 && weight <= 1.0 && best.is_none_or(|(known, _)| weight > known) {
            best = Some((weight, lang));
        }
    }
    best.map_or(Lang::Ko, |(_, lang)| lang)
}

/// Reading aids and language as one word for a cookie or a column: `ko.dark.125.reduced.wide`. The
/// language may be left open.
pub fn pack(lang: Option<Lang>, aids: Aids) -> String {
    let lang = lang.map_or("", Lang::tag);
    [lang, aids.theme.word(), aids.size.word(), aids.motion.word(), aids.spacing.word()].join(".")
}

/// Reads such a word; whatever it is, there is an answer.
pub fn unpack(word: &str) -> (Option<Lang>, Aids) {
    let mut parts = word.split('.');
    let mut next = || parts.next().unwrap_or_default();
    let lang = Lang::from_tag(next());
    let aids = Aids {
        theme: Theme::from_word(next()),
        size: TextSize::from_word(next()),
        motion: Motion::from_word(next()),
        spacing: Spacing::from_word(next()),
    };
    (lang, aids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_unless_english_is_preferred() {
        for (accept, lang) in [
            (None, Lang::Ko),
            (Some("en-US,en;q=0.9,ko;q=0.8"), Lang::En),
            (Some("fr,ko;q=0.5,en;q=0.4"), Lang::Ko),
            (Some("ko-KR"), Lang::Ko),
            (Some("en;q=0"), Lang::Ko),
            (Some(";;q=,,\u{0}*;q=9;en"), Lang::Ko),
            (Some("en;q=nonsense, de"), Lang::Ko),
        ] {
            assert_eq!(preferred(accept), lang, "{accept:?}");
        }
    }

    #[test]
    fn aids_come_back_as_they_were_packed() {
        let aids = Aids { theme: Theme::Contrast, size: TextSize::Large, motion: Motion::Reduced, spacing: Spacing::Wide };

        assert_eq!(unpack(&pack(Some(Lang::En), aids)), (Some(Lang::En), aids));
        assert_eq!(unpack("<script>..../"), (None, Aids::default()));
    }
}
