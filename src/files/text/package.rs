//! Documents that are zip files: HWPX, DOCX and its sisters, OpenDocument. Only the parts that hold text are unpacked, as a stream, and
//! all of them together to no more than a bound: the sizes that a file declares are not believed.

use super::Outcome;
use super::child::Text;
use super::headings::Styles;
use super::writing::Writing;
use super::xml::{self, Headings, Shape};
use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipSliceArchive};
use std::cell::Cell;
use std::io::{self, BufReader, Read};

/// Entries of a file at most.
const ENTRIES: u64 = 2_000;
/// Bytes that all parts that are read may have.
const UNPACKED: u64 = 64 * 1024 * 1024;
/// Bytes of a part with styles that are looked at.
const STYLES: u64 = 8 * 1024 * 1024;
/// A list of parts longer than this is none.
const MANIFEST: u64 = 1024 * 1024;

/// A format: how the names of its parts with text begin and end (between them stands a number, or nothing), their XML, and what says that
/// a paragraph is a heading.
struct Format {
    begins: &'static str,
    shape: Shape,
    by: By,
}

/// See [`Headings`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Nothing,
    Elements,
    Word,
    Hwpx,
}

const FORMATS: [Format; 7] = [
    Format { begins: "Contents/section", shape: Shape { paragraphs: &["p"], texts: &["t"], without: &[] }, by: By::Hwpx },
    Format { begins: "word/document", shape: WORD, by: By::Word },
    Format { begins: "word/footnotes", shape: WORD, by: By::Nothing },
    Format { begins: "word/endnotes", shape: WORD, by: By::Nothing },
    Format {
        begins: "content",
        shape: Shape { paragraphs: &["p", "h"], texts: &[], without: &["annotation", "tracked-changes"] },
        by: By::Elements,
    },
    Format { begins: "ppt/slides/slide", shape: Shape { paragraphs: &["p"], texts: &["t"], without: &["Fallback"] }, by: By::Nothing },
    Format { begins: "xl/sharedStrings", shape: Shape { paragraphs: &["si"], texts: &["t"], without: &["rPh"] }, by: By::Nothing },
];
/// What is drawn for older programs is the same text once more; what a paragraph was before a change that is tracked has no text.
const WORD: Shape = Shape { paragraphs: &["p"], texts: &["t"], without: &["Fallback", "pPrChange"] };
/// Where styles are defined.
const STYLES_OF: [(&str, By); 2] = [("word/styles.xml", By::Word), ("Contents/header.xml", By::Hwpx)];
/// Where OpenDocument and HWPX say that their parts are encrypted.
const MANIFESTS: [&str; 2] = ["META-INF/manifest.xml", "META-INF/MANIFEST.xml"];

/// A part that is wanted.
struct Part {
    format: usize,
    number: u32,
    method: CompressionMethod,
    place: ZipArchiveEntryWayfinder,
    is_encrypted: bool,
}

pub(super) fn open(bytes: &[u8]) -> Text {
    let archive = ZipArchive::from_slice(bytes).map_err(|_| Outcome::Damaged)?;
    let Parts { texts: mut parts, manifest, styles: places } = parts(&archive)?;
    let budget = Cell::new(UNPACKED);
    if let Some(manifest) = manifest {
        let mut text = Vec::new();
        let read = unpacked(&archive, &manifest, &budget)?.take(MANIFEST).read_to_end(&mut text);
        fault(read.map(|_| ()), &budget)?;
        if text.windows(15).any(|window| window == b"encryption-data") {
            return Err(Outcome::Locked);
        }
    }
    if parts.iter().any(|part| part.is_encrypted) {
        return Err(Outcome::Locked);
    }
    if parts.is_empty() {
        return Err(Outcome::Damaged);
    }
    parts.sort_by_key(|part| (part.format, part.number));
    let styles = places.map(|(by, part)| styles(&archive, by, &part)).unwrap_or_default();
    let mut writing = Writing::default();
    for part in parts.iter().filter(|part| part.format < FORMATS.len()) {
        let stream = BufReader::new(unpacked(&archive, part, &budget)?);
        let format = &FORMATS[part.format];
        let read = xml::read(stream, &format.shape, headings(format.by, &styles), &mut writing);
        // The bound ends a stream in the middle, which is a fault of the XML too.
        if budget.get() == 0 {
            return Err(Outcome::TooLarge);
        }
        read?;
    }
    Ok(writing.finish())
}

fn headings(by: By, styles: &Styles) -> Headings<'_> {
    match by {
        By::Nothing => Headings::None,
        By::Elements => Headings::Elements,
        By::Word => Headings::Word(styles),
        By::Hwpx => Headings::Hwpx(styles),
    }
}

/// The styles of a document, as far as they can be read: they are counted for themselves, so a bomb among them costs no text.
fn styles(archive: &ZipSliceArchive<&[u8]>, by: By, part: &Part) -> Styles {
    let left = Cell::new(STYLES);
    let Ok(stream) = unpacked(archive, part, &left) else { return Styles::default() };
    let stream = BufReader::new(stream);
    if by == By::Word { Styles::of_word(stream) } else { Styles::of_hwpx(stream) }
}

#[derive(Default)]
struct Parts {
    texts: Vec<Part>,
    manifest: Option<Part>,
    styles: Option<(By, Part)>,
}

/// The parts that are read. An entry that stands there twice is read twice, within the bound.
fn parts(archive: &ZipSliceArchive<&[u8]>) -> Result<Parts, Outcome> {
    let (mut parts, mut seen) = (Parts::default(), 0);
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(|_| Outcome::Damaged)? {
        seen += 1;
        if seen > ENTRIES {
            return Err(Outcome::TooLarge);
        }
        let path = entry.file_path();
        let Ok(path) = std::str::from_utf8(path.as_bytes()) else { continue };
        let part = |format, number| Part {
            format,
            number,
            method: entry.compression_method(),
            place: entry.wayfinder(),
            is_encrypted: entry.flags().is_encrypted(),
        };
        if let Some((format, number)) = wanted(path) {
            parts.texts.push(part(format, number));
        } else if MANIFESTS.contains(&path) {
            parts.manifest = Some(part(FORMATS.len(), 0));
        } else if let Some((_, by)) = STYLES_OF.iter().find(|(name, _)| *name == path) {
            parts.styles = Some((*by, part(FORMATS.len(), 0)));
        }
    }
    Ok(parts)
}

fn wanted(path: &str) -> Option<(usize, u32)> {
    FORMATS.iter().enumerate().find_map(|(n, format)| {
        let number = path.strip_prefix(format.begins)?.strip_suffix(".xml")?;
        if number.is_empty() { Some((n, 0)) } else { number.parse().ok().map(|number| (n, number)) }
    })
}

fn unpacked<'a>(archive: &'a ZipSliceArchive<&[u8]>, part: &Part, budget: &'a Cell<u64>) -> Result<Box<dyn Read + 'a>, Outcome> {
    let entry = archive.get_entry(part.place).map_err(|_| Outcome::Damaged)?;
    let data = entry.data();
    // Around the decoder: it is the unpacked bytes that are counted.
    Ok(match part.method {
        CompressionMethod::STORE => Box::new(entry.verifying_reader(Bounded { inner: data, left: budget })),
        CompressionMethod::DEFLATE => Box::new(entry.verifying_reader(Bounded { inner: DeflateDecoder::new(data), left: budget })),
        _ => return Err(Outcome::Damaged),
    })
}

fn fault(read: io::Result<()>, budget: &Cell<u64>) -> Result<(), Outcome> {
    match read {
        _ if budget.get() == 0 => Err(Outcome::TooLarge),
        Err(_) => Err(Outcome::Damaged),
        Ok(()) => Ok(()),
    }
}

/// Bytes that are counted against what all parts may have together.
struct Bounded<'a, R> {
    inner: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        let left = self.left.get().saturating_sub(n as u64);
        self.left.set(left);
        if left == 0 { Err(io::Error::other("more than may be unpacked")) } else { Ok(n) }
    }
}
