//! Texts made comparable: compatibility forms and case folded (NFKC, lower case), blanks beside Hangul dropped, because people
//! space Korean words differently; anything else that is no letter or digit ends a run.

use unicode_normalization::UnicodeNormalization;

/// Stands between runs; no letter is this character.
pub(super) const BREAK: char = '\0';

/// The compatibility letters of initial consonants, in the order of their syllables.
pub(super) const INITIALS: [char; 19] =
    ['ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ'];
/// The same of final consonants; the first is none.
pub(super) const FINALS: [char; 28] = [
    BREAK, 'ㄱ', 'ㄲ', 'ㄳ', 'ㄴ', 'ㄵ', 'ㄶ', 'ㄷ', 'ㄹ', 'ㄺ', 'ㄻ', 'ㄼ', 'ㄽ', 'ㄾ', 'ㄿ', 'ㅀ', 'ㅁ', 'ㅂ', 'ㅄ', 'ㅅ', 'ㅆ', 'ㅇ',
    'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
];
/// The first vowel; the others follow it in Unicode as they do in syllables.
pub(super) const FIRST_VOWEL: u32 = 'ㅏ' as u32;
/// The first syllable.
pub(super) const FIRST_SYLLABLE: u32 = '가' as u32;

/// Whether it is a whole Hangul syllable.
pub(super) fn is_syllable(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// Whether it is a Hangul letter that stands alone.
pub(super) fn is_jamo(c: char) -> bool {
    ('ㄱ'..='ㅣ').contains(&c)
}

/// Whether it is a consonant with which a syllable can begin.
pub(super) fn is_initial(c: char) -> bool {
    INITIALS.contains(&c)
}

/// The initial consonant of a syllable.
pub(super) fn initial_of(c: char) -> Option<char> {
    is_syllable(c).then(|| INITIALS[((c as u32 - FIRST_SYLLABLE) / 588) as usize])
}

/// A folded text, and where each of its characters stands in the text that was folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    pub(super) chars: Vec<char>,
    /// The bytes of the original from which a character came: begin and end.
    pub(super) from: Vec<(u32, u32)>,
}

impl Folded {
    /// Folds a text that is in NFC, as everything that is stored is.
    pub fn of(text: &str) -> Self {
        let mut folded = Self::default();
        let mut gap = Gap::None;
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            for letter in folded_char(c) {
                if letter.is_alphanumeric() || is_mark(letter) {
                    folded.push(letter, gap, (at as u32, end as u32));
                    gap = Gap::None;
                } else if letter.is_whitespace() {
                    gap = gap.max(Gap::Blank);
                } else {
                    gap = Gap::Break;
                }
            }
        }
        folded
    }

    fn push(&mut self, c: char, gap: Gap, from: (u32, u32)) {
        let hangul = |c: char| is_syllable(c) || is_jamo(c);
        let apart = match (gap, self.chars.last()) {
            (Gap::None, _) | (_, None) => false,
            (Gap::Blank, Some(last)) => !hangul(*last) && !hangul(c),
            (Gap::Break, Some(_)) => true,
        };
        if apart {
            self.chars.push(BREAK);
            self.from.push((from.0, from.0));
        }
        self.chars.push(c);
        self.from.push(from);
    }

    /// The runs of letters and digits.
    pub(super) fn runs(&self) -> impl Iterator<Item = &[char]> {
        self.chars.split(|c| *c == BREAK).filter(|run| !run.is_empty())
    }

    /// Where a run of characters begins, from a place on.
    pub(super) fn find(&self, wanted: &[char], from: usize) -> Option<usize> {
        let rest = self.chars.get(from..)?;
        if wanted.is_empty() || wanted.len() > rest.len() {
            return None;
        }
        rest.windows(wanted.len()).position(|window| window == wanted).map(|at| from + at)
    }

    /// The same text as the initial consonants of its syllables; what is no syllable ends a run.
    pub(super) fn initials(&self) -> Self {
        let chars = self.chars.iter().map(|c| initial_of(*c).unwrap_or(BREAK)).collect();
        Self { chars, from: self.from.clone() }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Blank,
    Break,
}

/// Combining marks belong to their letter: scripts that need them (Devanagari, Thai) would fall apart without.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// One character as letters of its compatibility decomposition in lower case. Hangul letters that stand alone are compatibility
/// letters afterwards, whichever of the three kinds in Unicode they were.
fn folded_char(c: char) -> impl Iterator<Item = char> {
    // What most texts are made of needs no tables.
    let plain = is_syllable(c) || c.is_ascii();
    let whole = plain.then(|| c.to_ascii_lowercase());
    let taken_apart = (!plain).then(|| std::iter::once(c).nfkc().flat_map(char::to_lowercase).map(standing_alone));
    whole.into_iter().chain(taken_apart.into_iter().flatten())
}

/// A conjoining Hangul letter (U+1100 to U+11C2) as one that stands alone.
fn standing_alone(c: char) -> char {
    let at = |first: u32, letters: &[char]| letters.get((c as u32).wrapping_sub(first) as usize).copied();
    match c as u32 {
        0x1100..=0x1112 => at(0x1100, &INITIALS).unwrap_or(c),
        0x1161..=0x1175 => char::from_u32(c as u32 - 0x1161 + FIRST_VOWEL).unwrap_or(c),
        0x11A8..=0x11C2 => at(0x11A7, &FINALS).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        Folded::of(text).chars.iter().map(|c| if *c == BREAK { '|' } else { *c }).collect()
    }

    #[test]
    fn blanks_beside_hangul_are_dropped_and_others_end_a_run() {
        assert_eq!(folded("활동 지원\n신청"), "활동지원신청");
        assert_eq!(folded("HTML 교육, Rust book"), "html교육|rust|book");
        assert_eq!(folded("  앞뒤  "), "앞뒤");
    }

    #[test]
    fn compatibility_forms_and_case_are_one() {
        assert_eq!(folded("Ｈｅｌｌｏ ①"), "hello|1");
        assert_eq!(folded("ﾡﾤ"), "ㄱㄴ", "half-width letters");
        assert_eq!(folded("\u{1100}\u{1161}"), "ㄱㅏ", "conjoining letters that nobody composed");
        assert_eq!(folded("ㄱㅏㅣ"), "ㄱㅏㅣ");
        assert_eq!(folded("ÀB"), "àb");
        assert_eq!(folded("😀가"), "가");
    }

    #[test]
    fn each_character_knows_where_it_came_from() {
        let text = "가 나-Ⅳ";
        let folded = Folded::of(text);

        let pieces: Vec<&str> = folded.from.iter().map(|(begin, end)| &text[*begin as usize..*end as usize]).collect();
        assert_eq!(pieces, ["가", "나", "", "Ⅳ", "Ⅳ"]);
    }

    #[test]
    fn initials_are_those_of_syllables() {
        let initials: String = Folded::of("장애인 A 회관").initials().chars.into_iter().collect();
        assert_eq!(initials, "ㅈㅇㅇ\0ㅎㄱ");
    }
}
