//! A member's picture: the one that they chose, else one that is drawn from the number and the name, without a file or a request.

use crate::avatars::{LARGE, SMALL, paths};
use maud::{Markup, html};

/// Whose picture it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Avatar<'a> {
    /// The member's number.
    pub member: i64,
    /// The member's name.
    pub name: &'a str,
    /// What names the picture that they chose.
    pub picture: Option<&'a str>,
}

/// How large a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Beside a line of text.
    Small,
    /// Beside two.
    Middle,
    /// On its member's own pages.
    Large,
}

impl Size {
    /// CSS pixels of each side.
    const fn pixels(self) -> u16 {
        match self {
            Size::Small => 32,
            Size::Middle => 40,
            Size::Large => 96,
        }
    }

    /// The stored picture that has enough pixels on a screen of high density.
    const fn stored(self) -> &'static str {
        match self {
            Size::Small | Size::Middle => SMALL,
            Size::Large => LARGE,
        }
    }

    /// The class that makes drawn letters as large; small ones need none.
    const fn class(self) -> Option<&'static str> {
        match self {
            Size::Small => None,
            Size::Middle => Some("middle"),
            Size::Large => Some("large"),
        }
    }
}

/// How many grounds the style sheet knows (`.g0` to `.g7`).
const GROUNDS: u64 = 8;

/// How many arrangements of soft shapes it knows (`.s0` to `.s7`).
const SHAPES: u64 = 8;

/// Renders the picture. It only repeats the name beside it, so screen readers skip it.
pub fn avatar(of: &Avatar, size: Size) -> Markup {
    let Some(picture) = of.picture else { return drawn(of.member, of.name, size) };
    let (address, pixels) = (paths::show(of.member, picture, size.stored()), size.pixels());
    html! { img.avatar src=(address) width=(pixels) height=(pixels) alt="" loading="lazy" decoding="async"; }
}

/// Drawn by the style sheet, because a page has one beside each comment: as SVG they were a third of its bytes.
fn drawn(id: i64, name: &str, size: Size) -> Markup {
    let seed = mix(id as u64);
    // Two soft shapes behind the letters distinguish people whose names end alike.
    let (ground, shapes) = (seed % GROUNDS, (seed >> 8) % SHAPES);
    let letters = letters(name);
    html! {
        // An attribute, so that copied text and pages without styles do not have the letters beside the name.
        span class={ "avatar g" (ground) " s" (shapes) @if let Some(class) = size.class() { " " (class) } @if letters.chars().count() == 1 { " one" } }
            data-letters=(letters) aria-hidden="true" {}
    }
}

/// A picture for a post that has none: the first letters of its title on one of the same grounds. It only repeats the title beside it.
pub fn drawn_cover(id: i64, title: &str) -> Markup {
    let seed = mix(id as u64);
    let (x, y) = (4 + (seed >> 16) % 32, 4 + (seed >> 24) % 22);
    let letters: String = title.chars().filter(|c| c.is_alphanumeric()).take(2).collect();
    html! {
        svg.drawn viewBox="0 0 40 30" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false" {
            g class={ "g" (seed % GROUNDS) } {
                rect width="40" height="30" {}
                circle cx=(x) cy=(y) r="11" {}
                text x="20" y="18.5" text-anchor="middle" { (letters) }
            }
        }
    }
}

/// The last two syllables or digits, because most members of a Korean site share a few family names and a word such as "회원"
/// before their numbers; of a name in other letters the first.
fn letters(name: &str) -> String {
    let signs: Vec<char> = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let Some((last, first)) = signs.last().zip(signs.first()) else { return "?".to_owned() };
    let is_alike = |c: &char| if last.is_numeric() { c.is_numeric() } else { is_syllable(*c) };
    if !last.is_numeric() && !is_syllable(*last) {
        return first.to_uppercase().collect();
    }
    let end = signs.iter().rev().take(2).take_while(|c| is_alike(c)).count();
    signs[signs.len() - end..].iter().collect()
}

/// A precomposed syllable of Hangul.
fn is_syllable(c: char) -> bool {
    matches!(c, '가'..='힣')
}

/// Spreads neighbouring numbers over all grounds (the finaliser of SplitMix64).
fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_always_looks_the_same() {
        assert_eq!(drawn(7, "하나", Size::Middle).into_string(), drawn(7, "하나", Size::Middle).into_string());
        assert_ne!(drawn(7, "하나", Size::Middle).into_string(), drawn(8, "하나", Size::Middle).into_string());
    }

    #[test]
    fn a_chosen_picture_has_the_size_that_its_place_needs_and_says_nothing_twice() {
        let of = Avatar { member: 7, name: "하나", picture: Some("3f2a") };

        let (small, large) = (avatar(&of, Size::Small).into_string(), avatar(&of, Size::Large).into_string());

        assert!(small.contains("/avatars/7/3f2a/small") && large.contains("/avatars/7/3f2a/large"), "{small} {large}");
        assert!(small.contains("alt=\"\"") && !small.contains("하나"));
        assert!(avatar(&Avatar { picture: None, ..of }, Size::Small).into_string().contains("data-letters=\"하나\""));
    }

    #[test]
    fn a_name_of_signs_still_has_a_letter() {
        assert_eq!(letters("_-ada"), "A");
        assert_eq!(letters("--"), "?");
    }

    #[test]
    fn names_differ_by_their_ends() {
        assert_eq!(letters("김하늘"), "하늘");
        assert_eq!(letters("회원15"), "15");
        assert_eq!(letters("회원7"), "7");
        assert_eq!(letters("Ada 하나"), "하나");
        assert_eq!(letters("별"), "별");
        assert_eq!(letters("2024년생 Kim"), "2");
    }
}
