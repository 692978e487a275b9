//! Plain texts: UTF-8, UTF-16 with its mark, and CP949, in which Korean Windows wrote them for decades.

use super::Outcome;
use super::child::Text;
use super::writing::Writing;
use encoding_rs::{EUC_KR, Encoding, UTF_8};

pub(super) fn open(bytes: &[u8]) -> Text {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        // The Encoding Standard's EUC-KR is CP949.
        None => (EUC_KR, bytes),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or(Outcome::Damaged)?;
    // Bytes that are no text can be letters of an encoding by chance, but not without these.
    if text.contains('\0') {
        return Err(Outcome::Damaged);
    }
    let mut writing = Writing::default();
    writing.push_plain(&text);
    Ok(writing.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_texts_are_read_in_the_encodings_that_people_have() {
        let text = "회의록 뷁\r\n\r\n둘째";
        let (cp949, _, _) = EUC_KR.encode(text);
        let little: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();

        for bytes in [text.as_bytes(), &cp949, &little, &big, &[b"\xef\xbb\xbf", text.as_bytes()].concat()] {
            assert_eq!(open(bytes), Ok("회의록 뷁\n\n둘째".to_owned()), "{bytes:?}");
        }
        assert_eq!(open(b"\0\x01\x02\xff"), Err(Outcome::Damaged));
        assert_eq!(open(b" \r\n"), Ok(String::new()));
    }
}
