//! A member's picture, drawn from the number and the name: the same on every page, no file, no request.

use maud::{Markup, html};

/// How many grounds the style sheet knows (`.a0` to `.a7`).
const GROUNDS: u64 = 8;

/// Renders the picture at `size` pixels. It only repeats the name beside it, so readers skip it.
pub fn avatar(id: i64, name: &str, size: u16) -> Markup {
    let seed = mix(id as u64);
    let (ground, turn) = (seed % GROUNDS, (seed >> 8) % 4 * 90);
    // Two soft shapes behind the letter tell apart people whose names begin alike.
    let (x, y) = (8 + (seed >> 16) % 24, 8 + (seed >> 24) % 24);
    html! {
        svg.avatar width=(size) height=(size) viewBox="0 0 40 40" aria-hidden="true" focusable="false" {
            g class={ "a" (ground) } {
                rect.ground width="40" height="40" rx="20" {}
                circle.shape cx=(x) cy=(y) r="12" {}
                path.shape d="M0 40A40 40 0 0 1 40 0A20 20 0 0 1 40 20A20 20 0 0 1 20 40Z" transform={ "rotate(" (turn) " 20 20)" } {}
                text x="20" y="26.5" text-anchor="middle" { (initial(name)) }
            }
        }
    }
}

fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "?".to_owned(), |c| c.to_uppercase().collect())
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
        assert_eq!(avatar(7, "하나", 40).into_string(), avatar(7, "하나", 40).into_string());
        assert_ne!(avatar(7, "하나", 40).into_string(), avatar(8, "하나", 40).into_string());
    }

    #[test]
    fn a_name_of_signs_still_has_a_letter() {
        assert_eq!(initial("_-ada"), "A");
        assert_eq!(initial("--"), "?");
    }
}
