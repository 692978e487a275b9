//! What was typed with the keyboard in the other layout: "dkssud" is 안녕 on the Korean two-set layout (KS X 5002), and "ㅗ디ㅣㅐ"
//! is hello on the Latin one.

use super::fold::{BREAK, FINALS, FIRST_SYLLABLE, FIRST_VOWEL, INITIALS, is_jamo, is_syllable};

/// The keys of the letters of the two-set layout; capitals are typed with Shift.
const KEYS: [(char, &str); 51] = [
    ('ㄱ', "r"),
    ('ㄲ', "R"),
    ('ㄳ', "rt"),
    ('ㄴ', "s"),
    ('ㄵ', "sw"),
    ('ㄶ', "sg"),
    ('ㄷ', "e"),
    ('ㄸ', "E"),
    ('ㄹ', "f"),
    ('ㄺ', "fr"),
    ('ㄻ', "fa"),
    ('ㄼ', "fq"),
    ('ㄽ', "ft"),
    ('ㄾ', "fx"),
    ('ㄿ', "fv"),
    ('ㅀ', "fg"),
    ('ㅁ', "a"),
    ('ㅂ', "q"),
    ('ㅃ', "Q"),
    ('ㅄ', "qt"),
    ('ㅅ', "t"),
    ('ㅆ', "T"),
    ('ㅇ', "d"),
    ('ㅈ', "w"),
    ('ㅉ', "W"),
    ('ㅊ', "c"),
    ('ㅋ', "z"),
    ('ㅌ', "x"),
    ('ㅍ', "v"),
    ('ㅎ', "g"),
    ('ㅏ', "k"),
    ('ㅐ', "o"),
    ('ㅑ', "i"),
    ('ㅒ', "O"),
    ('ㅓ', "j"),
    ('ㅔ', "p"),
    ('ㅕ', "u"),
    ('ㅖ', "P"),
    ('ㅗ', "h"),
    ('ㅘ', "hk"),
    ('ㅙ', "ho"),
    ('ㅚ', "hl"),
    ('ㅛ', "y"),
    ('ㅜ', "n"),
    ('ㅝ', "nj"),
    ('ㅞ', "np"),
    ('ㅟ', "nl"),
    ('ㅠ', "b"),
    ('ㅡ', "m"),
    ('ㅢ', "ml"),
    ('ㅣ', "l"),
];

/// The letter that a sequence of keys makes.
fn letter(keys: &str) -> Option<char> {
    KEYS.iter().find(|(_, typed)| *typed == keys).map(|(letter, _)| *letter)
}

/// The same query typed in the other layout. Latin letters must make whole syllables; Hangul must hold a letter that stands alone,
/// as a slip leaves them: nobody means Latin letters by a whole Korean word.
pub fn other_layout(typed: &str) -> Option<String> {
    let typed = typed.trim();
    if typed.chars().any(|c| c.is_ascii_alphabetic()) && typed.chars().all(|c| c.is_ascii_alphabetic() || c == ' ') {
        let words: Option<Vec<String>> = typed.split_whitespace().map(hangul).collect();
        return words.map(|words| words.join(" "));
    }
    let hangul_only = typed.chars().all(|c| is_syllable(c) || is_jamo(c) || c == ' ');
    (hangul_only && typed.chars().any(is_jamo)).then(|| typed.chars().map(latin).collect())
}

/// The keys of a Hangul character.
fn latin(c: char) -> String {
    let keys = |c: char| KEYS.iter().find(|(letter, _)| *letter == c).map_or("", |(_, keys)| keys).to_owned();
    if !is_syllable(c) {
        return if c == ' ' { " ".to_owned() } else { keys(c) };
    }
    let n = c as u32 - FIRST_SYLLABLE;
    let vowel = char::from_u32(FIRST_VOWEL + n / 28 % 21).unwrap_or(BREAK);
    [INITIALS[(n / 588) as usize], vowel, FINALS[(n % 28) as usize]].map(keys).concat()
}

/// Whole syllables that these keys make; none where a letter would stand alone.
fn hangul(keys: &str) -> Option<String> {
    // Shift makes another letter of seven keys; on all others it is as good as not pressed.
    let keys: Vec<char> = keys.chars().map(|key| if letter(&key.to_string()).is_some() { key } else { key.to_ascii_lowercase() }).collect();
    let is_vowel = |at: usize| keys.get(at).is_some_and(|key| letter(&key.to_string()).is_some_and(|l| l as u32 >= FIRST_VOWEL));
    let joined = |at: usize, n: usize| keys.get(at..at + n).and_then(|keys| letter(&keys.iter().collect::<String>()));
    let (mut text, mut at) = (String::new(), 0);
    while at < keys.len() {
        let initial = joined(at, 1).filter(|_| !is_vowel(at))?;
        at += 1;
        let double = joined(at, 2).filter(|_| is_vowel(at) && is_vowel(at + 1));
        let vowel = double.or_else(|| joined(at, 1).filter(|_| is_vowel(at)))?;
        at += if double.is_some() { 2 } else { 1 };
        // A consonant before a vowel begins the next syllable.
        let ends = |n: usize| (0..n).all(|n| at + n < keys.len() && !is_vowel(at + n)) && !is_vowel(at + n);
        let place = |n: usize| joined(at, n).and_then(|letter| FINALS.iter().position(|known| *known == letter)).map(|place| (place, n));
        let (last, taken) = [2, 1].into_iter().filter(|n| ends(*n)).find_map(place).unwrap_or((0, 0));
        at += taken;
        text.push(syllable(initial, vowel, last)?);
    }
    (!text.is_empty()).then_some(text)
}

fn syllable(initial: char, vowel: char, last: usize) -> Option<char> {
    let initial = INITIALS.iter().position(|known| *known == initial)? as u32;
    char::from_u32(FIRST_SYLLABLE + initial * 588 + (vowel as u32 - FIRST_VOWEL) * 28 + last as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_letters_become_the_syllables_of_their_keys() {
        for (typed, meant) in [
            ("dkssud", "안녕"),
            ("rhdwl", "공지"),
            ("ghkfehd", "활동"),
            ("dlfrek", "읽다"),
            ("Rhc", "꽃"),
            ("DKSSUD", "안녕"),
            ("rkqtdms", "값은"),
        ] {
            assert_eq!(other_layout(typed).as_deref(), Some(meant), "{typed}");
        }
        assert_eq!(other_layout("ghkfehd wldnjs").as_deref(), Some("활동 지원"));
        for word in ["hello", "rust", "html", "a1", "", "k"] {
            assert_eq!(other_layout(word), None, "{word}");
        }
    }

    #[test]
    fn hangul_with_a_letter_that_stands_alone_becomes_its_keys() {
        assert_eq!(other_layout("ㅗ디ㅣㅐ").as_deref(), Some("hello"));
        assert_eq!(other_layout("안녕"), None);
        assert_eq!(other_layout("12ㅗ"), None);
    }

    #[test]
    fn every_syllable_comes_back_from_its_keys() {
        for syllable in '가'..='힣' {
            assert_eq!(hangul(&latin(syllable)), Some(syllable.to_string()), "{syllable}");
        }
    }
}
