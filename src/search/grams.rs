//! The numbers under which a text is indexed. A character is 14 bits (each Hangul syllable, Hangul letter, Latin letter and digit
//! has its own), so a pair of them is 28; the bits above say what the pair is. Postings of an inverted index are these numbers.

use super::fold::{FIRST_SYLLABLE, Folded, INITIALS, is_jamo, is_syllable};

/// What a number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Gram {
    /// Two neighbours anywhere.
    Pair = 0,
    /// One character anywhere.
    Single = 1,
    /// Two neighbours in the title.
    TitlePair = 2,
    /// One character in the title.
    TitleSingle = 3,
    /// The initial consonants of two neighbouring syllables of the title.
    InitialPair = 4,
    /// The same of three.
    InitialTriple = 5,
}

impl Gram {
    /// The number: never negative, so that it is the same in every column and every text.
    pub(super) fn number(self, chars: &[char]) -> i32 {
        let bits = match (self, chars) {
            (Self::InitialTriple, [a, b, c]) => initial(*a) << 10 | initial(*b) << 5 | initial(*c),
            (_, [a, b, ..]) => code(*a) << 14 | code(*b),
            (_, [a]) => code(*a),
            (_, []) => 0,
        };
        (((self as u32) << 28) | bits) as i32
    }
}

const SYLLABLES: u32 = 11_172;
/// Digits, Latin letters and Hangul letters come next; the rest of the 14 bits is shared by all other characters.
const OWN: u32 = SYLLABLES + 10 + 26 + 51;

fn code(c: char) -> u32 {
    match c {
        _ if is_syllable(c) => c as u32 - FIRST_SYLLABLE,
        '0'..='9' => SYLLABLES + (c as u32 - '0' as u32),
        'a'..='z' => SYLLABLES + 10 + (c as u32 - 'a' as u32),
        _ if is_jamo(c) => SYLLABLES + 36 + (c as u32 - 'ㄱ' as u32),
        _ => OWN + (c as u32).wrapping_mul(0x9E37_79B1) % ((1 << 14) - OWN),
    }
}

fn initial(c: char) -> u32 {
    INITIALS.iter().position(|known| *known == c).map_or(31, |at| at as u32)
}

/// All numbers of a document, each once, in order.
pub fn of_document(title: &str, body: &str) -> Vec<i32> {
    let (title, body) = (Folded::of(title), Folded::of(body));
    let mut grams = Vec::with_capacity(3 * (title.chars.len() + body.chars.len()));
    for run in title.runs().chain(body.runs()) {
        grams.extend(run.windows(2).map(|pair| Gram::Pair.number(pair)));
        grams.extend(run.windows(1).map(|one| Gram::Single.number(one)));
    }
    for run in title.runs() {
        grams.extend(run.windows(2).map(|pair| Gram::TitlePair.number(pair)));
        grams.extend(run.windows(1).map(|one| Gram::TitleSingle.number(one)));
    }
    for run in title.initials().runs() {
        grams.extend(run.windows(2).map(|pair| Gram::InitialPair.number(pair)));
        grams.extend(run.windows(3).map(|triple| Gram::InitialTriple.number(triple)));
    }
    grams.sort_unstable();
    grams.dedup();
    grams
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_people_write_has_numbers_of_its_own() {
        let chars: Vec<char> = ('가'..='힣').chain('0'..='9').chain('a'..='z').chain('ㄱ'..='ㅣ').collect();
        let codes: BTreeSet<u32> = chars.iter().map(|c| code(*c)).collect();

        assert_eq!(codes.len(), chars.len());
        assert!(codes.iter().all(|code| *code < OWN));
        assert!(('\u{4E00}'..='\u{9FFF}').all(|c| (OWN..1 << 14).contains(&code(c))));
    }

    #[test]
    fn no_number_is_negative_and_no_kind_is_another() {
        let all = [Gram::Pair, Gram::Single, Gram::TitlePair, Gram::TitleSingle, Gram::InitialPair, Gram::InitialTriple];
        let numbers: BTreeSet<i32> = all.iter().map(|gram| gram.number(&['힣', '힣', '힣'])).collect();

        assert_eq!(numbers.len(), all.len());
        assert!(numbers.iter().all(|number| *number >= 0));
    }

    #[test]
    fn a_title_is_indexed_as_text_as_title_and_by_its_initials() {
        let grams = of_document("공지", "본문");

        let expected = [
            Gram::Pair.number(&['공', '지']),
            Gram::Pair.number(&['본', '문']),
            Gram::Single.number(&['문']),
            Gram::TitlePair.number(&['공', '지']),
            Gram::TitleSingle.number(&['지']),
            Gram::InitialPair.number(&['ㄱ', 'ㅈ']),
        ];
        assert!(expected.iter().all(|gram| grams.contains(gram)));
        assert!(!grams.contains(&Gram::TitlePair.number(&['본', '문'])));
        assert!(!grams.contains(&Gram::Pair.number(&['지', '본'])), "the title does not run on into the text");
    }
}
