//! What a content is, by its first bytes. A name is no proof: what calls itself a picture may be a page with a script in it.

pub use crate::entity::blob::ContentKind;

/// As many of the first bytes as are looked at.
pub const LOOKED_AT: usize = 8 * 1024;

/// The kind of a content that begins like this. `is_whole`: these are all of its bytes.
pub fn kind(start: &[u8], is_whole: bool) -> ContentKind {
    let begins = |bytes: &[u8]| start.starts_with(bytes);
    let at = |place: usize, bytes: &[u8]| start.get(place..).is_some_and(|rest| rest.starts_with(bytes));
    match () {
        () if begins(&[0xff, 0xd8, 0xff]) => ContentKind::Jpeg,
        () if begins(b"\x89PNG\r\n\x1a\n") => ContentKind::Png,
        () if begins(b"GIF87a") || begins(b"GIF89a") => ContentKind::Gif,
        () if begins(b"RIFF") && at(8, b"WEBP") => ContentKind::Webp,
        () if begins(b"%PDF-") => ContentKind::Pdf,
        () if at(4, b"ftyp") && !at(8, b"qt") && !at(8, b"hei") && !at(8, b"mif1") && !at(8, b"avif") => ContentKind::Mp4,
        () if begins(&[0x1a, 0x45, 0xdf, 0xa3]) && contains(start, b"webm") => ContentKind::Webm,
        () if begins(b"ID3") || is_mp3_frame(start) => ContentKind::Mp3,
        () if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") => ContentKind::Zip,
        () if begins(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) => ContentKind::Compound,
        () if is_text(start, is_whole) => ContentKind::Text,
        () => ContentKind::Other,
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes[..bytes.len().min(64)].windows(part.len()).any(|window| window == part)
}

/// The head of an MPEG frame of layer 3 with a bit rate and a sampling rate that exist.
fn is_mp3_frame(start: &[u8]) -> bool {
    let [0xff, second, third, ..] = start else { return false };
    second & 0xe6 == 0xe2 && second & 0x18 != 0x08 && !matches!(third >> 4, 0 | 15) && third & 0x0c != 0x0c
}

/// UTF-8 without control characters.
fn is_text(start: &[u8], is_whole: bool) -> bool {
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The last character may be cut.
        Err(err) if !is_whole && err.error_len().is_none() => std::str::from_utf8(&start[..err.valid_up_to()]).unwrap_or_default(),
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

impl ContentKind {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Mp4 => "video/mp4",
            Self::Webm => "video/webm",
            Self::Mp3 => "audio/mpeg",
            Self::Text => "text/plain; charset=utf-8",
            Self::Zip | Self::Compound | Self::Other => "application/octet-stream",
        }
    }

    /// Whether a browser may show it in its place; everything else is saved.
    pub fn is_inline(self) -> bool {
        self.is_picture() || matches!(self, Self::Pdf | Self::Mp4 | Self::Webm | Self::Mp3)
    }

    /// Whether it is a picture.
    pub fn is_picture(self) -> bool {
        Self::PICTURES.contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_what_its_bytes_say() {
        for (bytes, is) in [
            (&b"\xff\xd8\xff\xe0..JFIF"[..], ContentKind::Jpeg),
            (b"\x89PNG\r\n\x1a\n....", ContentKind::Png),
            (b"GIF89a", ContentKind::Gif),
            (b"RIFF\0\0\0\0WEBPVP8 ", ContentKind::Webp),
            (b"RIFF\0\0\0\0WAVE", ContentKind::Other),
            (b"%PDF-1.7", ContentKind::Pdf),
            (b"\0\0\0\x18ftypmp42", ContentKind::Mp4),
            (b"\0\0\0\x18ftypheic", ContentKind::Other),
            (b"\x1a\x45\xdf\xa3\x01\0\0\0\x42\x82\x84webm", ContentKind::Webm),
            (b"ID3\x04", ContentKind::Mp3),
            (b"\xff\xfb\x90\x44", ContentKind::Mp3),
            (b"PK\x03\x04", ContentKind::Zip),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ContentKind::Compound),
            ("회의록\r\n".as_bytes(), ContentKind::Text),
            (b"<script>alert(1)</script>", ContentKind::Text),
            (b"\0\x01\x02", ContentKind::Other),
            (b"a\0b", ContentKind::Other),
            ("회의".as_bytes().split_last().expect("bytes").1, ContentKind::Other),
        ] {
            assert_eq!(kind(bytes, true), is, "{bytes:?}");
        }
        assert_eq!(kind("회의".as_bytes().split_last().expect("bytes").1, false), ContentKind::Text, "a character is cut");
        assert!(!ContentKind::Text.is_inline() && !ContentKind::Zip.is_inline());
    }
}
