//! Names of files: as they are kept, and as a browser gets them.

use unicode_normalization::UnicodeNormalization;

/// Longest name, in bytes: with what a system adds to it, it has to fit into 255.
const MOST: usize = 180;

/// A name as it is kept: the last part of a path, composed (a Mac sends "한" as three letters), without control characters and
/// without marks that turn the direction of writing, which make "exe.jpg" of "gpj.exe". A long one keeps its ending.
pub fn clean(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.nfc().filter(|c| !c.is_control() && !is_mark(*c)).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain.trim_matches(['.', ' ']);
    if plain.is_empty() { "file".to_owned() } else { shortened(plain) }
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{61c}' | '\u{feff}')
}

fn shortened(name: &str) -> String {
    if name.len() <= MOST {
        return name.to_owned();
    }
    let (stem, ending) = name.rsplit_once('.').filter(|(_, ending)| ending.len() <= 10).unwrap_or((name, ""));
    let room = MOST - ending.len() - 1;
    let cut = (0..=room).rev().find(|at| stem.is_char_boundary(*at)).unwrap_or_default();
    let stem = stem[..cut].trim_end();
    if ending.is_empty() { stem.to_owned() } else { format!("{stem}.{ending}") }
}

/// The field Content-Disposition (RFC 6266): the name whole for browsers, and in ASCII for what reads no other.
pub fn disposition(name: &str, is_inline: bool) -> String {
    let kind = if is_inline { "inline" } else { "attachment" };
    let ascii: String = name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%;".contains(c) || c == ' ' { c } else { '_' }).collect();
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{}", escaped(name))
}

/// RFC 8187 section 3.2.1: all but `attr-char` is percent-encoded.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_of_a_path_and_what_it_looks_like() {
        for (sent, kept) in [
            ("신청서.hwp", "신청서.hwp"),
            ("\u{1109}\u{1175}\u{11ab}\u{110e}\u{1165}\u{11bc}.hwp", "신청.hwp"),
            ("../../etc/passwd", "passwd"),
            ("C:\\fakepath\\사진 1.jpg", "사진 1.jpg"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
            ("a\0b", "ab"),
            ("..", "file"),
            ("", "file"),
            ("  .hidden  ", "hidden"),
        ] {
            assert_eq!(clean(sent), kept, "{sent:?}");
        }
        let long = clean(&format!("{}.hwpx", "가".repeat(2_000)));
        assert!(long.len() <= MOST && long.len() > MOST - 4 && long.ends_with("가.hwpx"), "{long}");
        assert!(clean(&"x".repeat(4_000)).len() <= MOST);
    }

    #[test]
    fn a_name_is_sent_whole_and_ends_no_header() {
        assert_eq!(
            disposition("신청서 1.hwp", false),
            "attachment; filename=\"___ 1.hwp\"; filename*=UTF-8''%EC%8B%A0%EC%B2%AD%EC%84%9C%201.hwp"
        );
        assert_eq!(disposition("a\"b.pdf", true), "inline; filename=\"a_b.pdf\"; filename*=UTF-8''a%22b.pdf");
    }
}
