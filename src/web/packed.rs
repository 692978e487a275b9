//! Answers as gzip (RFC 1952), put together of parts that were compressed before: compressing costs more than everything else of a page,
//! and most of a page is the same for all its readers.
//!
//! Each part is deflated separately and ends at a byte (RFC 1951, "full flush"), so parts can be joined; the text between them is deflated
//! for each answer. Checksums of parts are combined.

use super::request::RequestContext;
use flate2::{Compress, Compression, Crc, FlushCompress};
use poem::Response;
use poem::http::{HeaderMap, HeaderValue, header};
use std::cell::RefCell;
use std::sync::Arc;
use templates::Piece;

/// The head of a gzip file without a name and a time.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// The last block, which holds nothing.
const END: [u8; 2] = [3, 0];
/// The window of what is deflated for each answer: 4 KiB, because a frame is no longer.
const WINDOW: u8 = 12;

/// A compressed text.
pub struct Packed {
    deflated: Box<[u8]>,
    checksum: Crc,
}

impl Packed {
    /// Compresses a text at a high level, because it will be sent often.
    pub fn of(text: &str) -> Self {
        let mut deflated = Vec::new();
        deflate(&mut Compress::new(Compression::default(), false), text.as_bytes(), &mut deflated);
        Self { deflated: deflated.into(), checksum: checksum(text.as_bytes()) }
    }
}

/// A page of which some parts are compressed already, in the answer's extensions (`poem::Response::extensions`) until it is sent.
#[derive(Clone)]
pub struct PackedParts {
    /// By their number.
    pub packed: Arc<[Packed]>,
    /// The whole page in order.
    pub pieces: Vec<Piece>,
}

/// Compresses an answer that has compressed parts, for a browser that accepts gzip.
pub fn pack(request: &RequestContext, mut response: Response) -> Response {
    if let Some(parts) = response.extensions_mut().remove::<PackedParts>().filter(|_| request.head.accepts_gzip) {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        response.set_body(splice(&parts));
    }
    response
}

/// Whether a browser accepts gzip. `q=0` is a no; anything finer makes no difference here (RFC 9110 section 12.5.3).
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    takes(headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default(), "gzip")
}

/// Whether an `Accept-Encoding` names this one.
pub(super) fn takes(accepted: &str, name: &str) -> bool {
    let named = accepted.split(',').map(str::trim).find(|part| part.split(';').next().map(str::trim) == Some(name));
    named.is_some_and(|part| !part.replace(' ', "").ends_with(";q=0"))
}

fn splice(page: &PackedParts) -> Vec<u8> {
    let length: usize = page.pieces.iter().map(|piece| piece.html.len()).sum();
    let mut out = Vec::with_capacity(length / 3);
    let mut all = Crc::new();
    out.extend(HEAD);
    for Piece { html, part } in &page.pieces {
        match part.and_then(|number| page.packed.get(number)) {
            Some(packed) => {
                out.extend_from_slice(&packed.deflated);
                all.combine(&packed.checksum);
            }
            None => {
                deflate_quickly(html.as_bytes(), &mut out);
                all.combine(&checksum(html.as_bytes()));
            }
        }
    }
    out.extend(END);
    out.extend(all.sum().to_le_bytes());
    out.extend(all.amount().to_le_bytes());
    out
}

fn deflate_quickly(text: &[u8], out: &mut Vec<u8>) {
    thread_local! {
        // A quarter of the time of a short text is making these tables. After a full flush nothing in them is of the text before.
        static COMPRESS: RefCell<Compress> = RefCell::new(Compress::new_with_window_bits(Compression::fast(), false, WINDOW));
    }
    COMPRESS.with_borrow_mut(|compress| deflate(compress, text, out));
}

/// Deflates a text up to a byte, so that anything may follow.
fn deflate(compress: &mut Compress, text: &[u8], out: &mut Vec<u8>) {
    let before = compress.total_in();
    loop {
        out.reserve(text.len() / 2 + 64);
        let done = usize::try_from(compress.total_in() - before).unwrap_or(text.len());
        // Cannot fail: the text is in memory and `out` grows.
        if compress.compress_vec(&text[done..], out, FlushCompress::Full).is_err() || out.len() < out.capacity() {
            return;
        }
    }
}

fn checksum(text: &[u8]) -> Crc {
    let mut crc = Crc::new();
    crc.update(text);
    crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn unpacked(bytes: &[u8]) -> String {
        let (mut text, mut decoder) = (String::new(), GzDecoder::new(bytes));
        decoder.read_to_string(&mut text).expect("one whole gzip file");
        assert!(decoder.into_inner().is_empty(), "and nothing after it");
        text
    }

    /// A page with these parts, each after a frame.
    fn page(texts: &[String]) -> (String, PackedParts) {
        let packed = texts.iter().map(|text| Packed::of(text)).collect();
        let own = |html: &str| Piece { html: html.into(), part: None };
        let part =
            |(part, text): (usize, &String)| [own("<nav>어디에나 있는 것</nav>"), Piece { html: text.as_str().into(), part: Some(part) }];
        let pieces: Vec<Piece> = texts.iter().enumerate().flat_map(part).chain([own("<footer>끝</footer>")]).collect();
        (pieces.iter().map(|piece| &*piece.html).collect(), PackedParts { packed, pieces })
    }

    #[test]
    fn a_spliced_page_is_the_page() {
        for lengths in [&[][..], &[0], &[1], &[100_000], &[40_000, 3, 0, 70_000]] {
            let text =
                |(n, length): (usize, &usize)| format!("{n} 가나다 ").repeat(length / 10 + 1)[..*length / 2 * 2 / 12 * 12].to_owned();
            let (page, parts) = page(&lengths.iter().enumerate().map(text).collect::<Vec<_>>());

            assert_eq!(unpacked(&splice(&parts)), page);
        }
    }

    #[test]
    fn a_text_that_cannot_be_made_smaller_is_whole_too() {
        let noise: String =
            (0..200_000_u32).map(|n| char::from_u32(0x4e00 + n.wrapping_mul(2_654_435_761) % 20_000).unwrap_or('x')).collect();
        let (page, parts) = page(&[noise.clone(), noise]);

        assert_eq!(unpacked(&splice(&parts)), page);
    }

    #[test]
    fn a_browser_says_whether_it_takes_gzip() {
        for (header, expected) in
            [("gzip, deflate, br", true), ("br;q=1, gzip;q=0.5", true), ("gzip;q=0", false), ("br", false), ("", false)]
        {
            assert_eq!(takes(header, "gzip"), expected, "{header}");
        }
    }
}
