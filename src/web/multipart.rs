//! Forms with files (RFC 7578), read part by part as they arrive.
//!
//! By hand and not by `multer`: that gathers the head of a part for as long as it does not end, and as much of the body as has come.
//! Here no more is held than a piece of the body and one head.

use super::error::HttpError;
use bytes::{Buf, Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use memchr::memmem;
use poem::Body;
use std::time::Duration;
use tokio::time::timeout;

/// Longest pause between two pieces of the body.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest head of a part: names of files are cut later, and a browser's may be long.
const HEAD: usize = 16 * 1024;
/// A form has fewer.
const PARTS: usize = 500;
/// The longest boundary that there may be (RFC 2046 section 5.1.1).
const BOUNDARY: usize = 70;

/// A body that is being read.
pub struct Multipart {
    pieces: BoxStream<'static, std::io::Result<Bytes>>,
    buffer: BytesMut,
    /// What ends a part.
    delimiter: Vec<u8>,
    /// Bytes that may still come.
    left: u64,
    parts: usize,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the content of a part, or before the first one.
    Content,
    /// After a delimiter.
    Between,
    /// After the last one.
    End,
}

/// The head of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The name of the field.
    pub name: String,
    /// The name of the file; a part without one is text. Empty: no file was chosen.
    pub file: Option<String>,
}

impl Multipart {
    /// A body of this content type. `None`: it is no form with files. More than `most` bytes are refused.
    pub fn of(content_type: &str, body: Body, most: u64) -> Option<Self> {
        let boundary = boundary(content_type)?;
        Some(Self {
            pieces: body.into_bytes_stream().boxed(),
            // The first delimiter has no line before it.
            buffer: BytesMut::from(&b"\r\n"[..]),
            delimiter: [b"\r\n--", boundary.as_bytes()].concat(),
            left: most,
            parts: 0,
            place: Place::Content,
        })
    }

    /// The next part; what was not read of the one before is skipped.
    ///
    /// # Errors
    /// 400 where the body breaks off or is no form, 408 where it does not come, 413 where it is too long.
    pub async fn next(&mut self) -> Result<Option<Part>, HttpError> {
        while self.bytes().await?.is_some() {}
        while self.place == Place::Between && self.buffer.len() < 2 {
            self.fill().await?;
        }
        if self.place == Place::End || self.buffer.starts_with(b"--") {
            self.place = Place::End;
            return Ok(None);
        }
        self.parts += 1;
        if self.parts > PARTS || !self.buffer.starts_with(b"\r\n") {
            return Err(HttpError::Status(400));
        }
        let end = loop {
            match memmem::find(&self.buffer, b"\r\n\r\n") {
                Some(end) => break end,
                None if self.buffer.len() > HEAD => return Err(HttpError::Status(400)),
                None => self.fill().await?,
            }
        };
        let head = self.buffer.split_to(end + 4);
        self.place = Place::Content;
        part(&head).map(Some).ok_or(HttpError::Status(400))
    }

    /// The next bytes of the part; `None` at its end.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub async fn bytes(&mut self) -> Result<Option<Bytes>, HttpError> {
        while self.place == Place::Content {
            let whole = match memmem::find(&self.buffer, &self.delimiter) {
                Some(0) => {
                    self.buffer.advance(self.delimiter.len());
                    self.place = Place::Between;
                    break;
                }
                Some(end) => end,
                // The end may be the beginning of a delimiter.
                None => (self.buffer.len() + 1).saturating_sub(self.delimiter.len()),
            };
            if whole > 0 {
                return Ok(Some(self.buffer.split_to(whole).freeze()));
            }
            self.fill().await?;
        }
        Ok(None)
    }

    /// The part as text of at most `most` bytes.
    ///
    /// # Errors
    /// As [`Self::next`]; 413 where it is longer, 400 where it is not UTF-8.
    pub async fn text(&mut self, most: usize) -> Result<String, HttpError> {
        let mut text = Vec::new();
        while let Some(bytes) = self.bytes().await? {
            if text.len() + bytes.len() > most {
                return Err(HttpError::Status(413));
            }
            text.extend_from_slice(&bytes);
        }
        String::from_utf8(text).map_err(|_| HttpError::Status(400))
    }

    /// Reads to the end, so that the browser, which sends first and then reads, gets the answer.
    pub async fn drain(mut self) {
        while matches!(self.next().await, Ok(Some(_))) {}
    }

    async fn fill(&mut self) -> Result<(), HttpError> {
        let piece = timeout(PATIENCE, self.pieces.next()).await.map_err(|_| HttpError::Status(408))?;
        let piece = piece.and_then(Result::ok).ok_or(HttpError::Status(400))?;
        self.left = self.left.checked_sub(piece.len() as u64).ok_or(HttpError::Status(413))?;
        self.buffer.extend_from_slice(&piece);
        Ok(())
    }
}

fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
    let boundary = value.trim_matches('"');
    (!boundary.is_empty() && boundary.len() <= BOUNDARY).then_some(boundary)
}

/// The head of a part. Browsers write names in UTF-8, with `"` and line ends percent-encoded (HTML, "multipart/form-data encoding
/// algorithm").
fn part(head: &[u8]) -> Option<Part> {
    let head = std::str::from_utf8(head).ok()?;
    let line = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let mut part = Part::default();
    let mut rest = line.strip_prefix([' ', '\t']).unwrap_or(line).strip_prefix("form-data")?;
    while let Some((_, after)) = rest.split_once(';') {
        let (name, value) = after.split_once('=')?;
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => value.split_at(value.find(';').unwrap_or(value.len())),
        };
        let value = value.replace("%22", "\"").replace("%0D", " ").replace("%0A", " ");
        match name.trim() {
            "name" => part.name = value,
            "filename" => part.file = Some(value),
            _ => {}
        }
        rest = after;
    }
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    const TYPE: &str = "multipart/form-data; boundary=----x";

    /// A form that arrives in pieces of this size.
    fn form(text: &str, piece: usize) -> Multipart {
        let pieces: Vec<_> = text.as_bytes().chunks(piece).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece))).collect();
        Multipart::of(TYPE, Body::from_bytes_stream(stream::iter(pieces)), 1_000_000).expect("it is a form with files")
    }

    async fn read(mut form: Multipart) -> Result<Vec<(Part, Vec<u8>)>, HttpError> {
        let mut all = Vec::new();
        while let Some(part) = form.next().await? {
            let mut content = Vec::new();
            while let Some(bytes) = form.bytes().await? {
                content.extend_from_slice(&bytes);
            }
            all.push((part, content));
        }
        Ok(all)
    }

    const SENT: &str = "------x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n글\r\n\
        ------x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"신청 %22서%22.hwp\"\r\nContent-Type: a/b\r\n\r\n\r\n--\r\n------\r\n\r\n\
        ------x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"\"\r\n\r\n\r\n------x--\r\n";

    #[tokio::test]
    async fn parts_are_read_whole_however_the_body_is_cut() {
        for piece in [1, 2, 3, 7, 64, 10_000] {
            let parts = read(form(SENT, piece)).await.expect("it is whole");

            let named = |name: &str, file: Option<&str>| Part { name: name.into(), file: file.map(Into::into) };
            assert_eq!(parts.len(), 3, "{piece}");
            assert_eq!(parts[0], (named("title", None), "글".into()));
            assert_eq!(parts[1], (named("files", Some("신청 \"서\".hwp")), b"\r\n--\r\n------\r\n".to_vec()));
            assert_eq!(parts[2], (named("files", Some("")), Vec::new()));
        }
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_or_never_ends_is_refused() {
        for end in [10, 60, 90, 150, SENT.len() - 6] {
            let cut = SENT.get(..end).unwrap_or(&SENT[..end + 1]);
            assert!(matches!(read(form(cut, 8)).await, Err(HttpError::Status(400))), "{end}");
        }
        let endless = format!("------x\r\nContent-Disposition: form-data; name=\"{}", "x".repeat(100_000));
        assert!(matches!(read(form(&endless, 1_000)).await, Err(HttpError::Status(400))));
        let crowd = "------x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n".repeat(5_000);
        assert!(matches!(read(form(&crowd, 1_000)).await, Err(HttpError::Status(400))));
        let long = format!("------x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{}", "x".repeat(1_000_000));
        assert!(matches!(read(form(&long, 64_000)).await, Err(HttpError::Status(413))));
        for kind in ["text/plain", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x"] {
            assert!(Multipart::of(kind, Body::empty(), 10).is_none(), "{kind}");
        }
    }
}
