//! HWP 5: streams within a compound file. The text of a section is in records, a paragraph in each; where it cannot be read, the
//! beginning of the text that the program keeps for previews is taken.

use super::Outcome;
use super::child::Text;
use super::headings::Level;
use super::writing::Writing;
use cfb::CompoundFile;
use flate2::read::DeflateDecoder;
use std::io::{Cursor, Read};

/// Sections of a document at most.
const SECTIONS: usize = 2_000;
/// Bytes that all sections may have.
const UNPACKED: u64 = 64 * 1024 * 1024;
/// Bytes of the stream with the styles that are looked at.
const STYLES: u64 = 8 * 1024 * 1024;
/// Bytes of the preview that are looked at.
const PREVIEW: u64 = 1024 * 1024;

/// The first bytes of the stream FileHeader, and where its flags stand.
const SIGNATURE: &[u8] = b"HWP Document File";
const FLAGS: std::ops::Range<usize> = 36..40;
const COMPRESSED: u32 = 1;
const PASSWORD: u32 = 1 << 1;
/// Made to be handed on: its sections are encrypted by the program itself.
const DISTRIBUTED: u32 = 1 << 2;

/// The record that is the text of a paragraph, and the one before it that refers to its shape and style.
const PARAGRAPH: u32 = 67;
const HEAD: u32 = 66;
/// Records of the stream DocInfo: a shape of paragraphs, a style. They are referred to by their place.
const SHAPE: u32 = 25;
const STYLE: u32 = 26;

type File<'a> = CompoundFile<Cursor<&'a [u8]>>;

pub(super) fn open(bytes: &[u8]) -> Text {
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(|_| Outcome::Damaged)?;
    if file.is_stream("/EncryptedPackage") {
        // How newer programs of Office store a document with a password.
        return Err(Outcome::Locked);
    }
    if !file.is_stream("/FileHeader") {
        return Err(Outcome::NoText);
    }
    let header = stream(&mut file, "/FileHeader", 256)?;
    if !header.starts_with(SIGNATURE) {
        return Err(Outcome::NoText);
    }
    let flags = header.get(FLAGS).and_then(|flags| flags.try_into().ok()).map(u32::from_le_bytes).ok_or(Outcome::Damaged)?;
    if flags & PASSWORD != 0 {
        return Err(Outcome::Locked);
    }
    let body = if flags & DISTRIBUTED == 0 { body(&mut file, flags & COMPRESSED != 0) } else { Err(Outcome::NoText) };
    match body {
        Ok(text) if !text.is_empty() => Ok(text),
        Err(Outcome::TooLarge) => Err(Outcome::TooLarge),
        other => preview(&mut file).filter(|text| !text.is_empty()).map_or(other, Ok),
    }
}

fn stream(file: &mut File<'_>, path: &str, most: u64) -> Result<Vec<u8>, Outcome> {
    let mut bytes = Vec::new();
    let stream = file.open_stream(path).map_err(|_| Outcome::Damaged)?;
    stream.take(most).read_to_end(&mut bytes).map_err(|_| Outcome::Damaged)?;
    Ok(bytes)
}

fn body(file: &mut File<'_>, is_compressed: bool) -> Text {
    let (mut writing, mut left) = (Writing::default(), UNPACKED);
    let styles = styles(file, is_compressed);
    for number in 0..SECTIONS {
        let path = format!("/BodyText/Section{number}");
        if !file.is_stream(&path) || writing.is_full() {
            break;
        }
        let packed = stream(file, &path, UNPACKED)?;
        let mut section = Vec::new();
        let read = match is_compressed {
            true => DeflateDecoder::new(packed.as_slice()).take(left).read_to_end(&mut section),
            false => packed.as_slice().take(left).read_to_end(&mut section),
        };
        read.map_err(|_| Outcome::Damaged)?;
        left -= section.len() as u64;
        if left == 0 {
            return Err(Outcome::TooLarge);
        }
        section_records(&section, &styles, &mut writing).ok_or(Outcome::Damaged)?;
    }
    Ok(writing.finish())
}

/// Which paragraphs are headings, by their shape or their style.
#[derive(Default)]
struct Styles {
    shapes: Vec<Option<Level>>,
    styles: Vec<Option<Level>>,
}

impl Styles {
    /// Of a paragraph with this head: after a number of letters and one of controls it has the places of its shape and its style.
    fn level(&self, head: &[u8]) -> Option<Level> {
        let shape = usize::from(u16::from_le_bytes([*head.get(8)?, *head.get(9)?]));
        let by_style = || self.styles.get(usize::from(*head.get(10)?)).copied().flatten();
        self.shapes.get(shape).copied().flatten().or_else(by_style)
    }
}

/// What cannot be read of the styles is left out.
fn styles(file: &mut File<'_>, is_compressed: bool) -> Styles {
    let (mut styles, mut bytes) = (Styles::default(), Vec::new());
    let packed = stream(file, "/DocInfo", STYLES).unwrap_or_default();
    let _ = match is_compressed {
        true => DeflateDecoder::new(packed.as_slice()).take(STYLES).read_to_end(&mut bytes),
        false => packed.as_slice().read_to_end(&mut bytes),
    };
    let _ = records(&bytes, |tag, record| {
        match tag {
            SHAPE => styles.shapes.push(shape(record)),
            STYLE => styles.styles.push(style(record)),
            _ => {}
        }
        true
    });
    styles
}

/// Bits 23 and 24 of a shape are 1 for an outline, whose level from 0 stands in the three after them.
fn shape(record: &[u8]) -> Option<Level> {
    let bits = u32::from_le_bytes(*record.first_chunk()?);
    if (bits >> 23) & 3 == 1 { Level::new(((bits >> 25) & 7) as usize + 1) } else { None }
}

/// A style begins with its name in Korean: its length and its letters.
fn style(record: &[u8]) -> Option<Level> {
    let (length, rest) = record.split_first_chunk::<2>()?;
    let units = rest.chunks_exact(2).take(usize::from(u16::from_le_bytes(*length))).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    Level::named(&String::from_utf16_lossy(&units.collect::<Vec<_>>()))
}

fn section_records(bytes: &[u8], styles: &Styles, writing: &mut Writing) -> Option<()> {
    records(bytes, |tag, record| {
        match tag {
            HEAD => writing.set_level(styles.level(record)),
            PARAGRAPH => paragraph(record, writing),
            _ => {}
        }
        !writing.is_full()
    })
}

/// Visits records until it is enough. None: one is longer than the rest.
fn records(mut bytes: &[u8], mut visit: impl FnMut(u32, &[u8]) -> bool) -> Option<()> {
    let mut goes_on = true;
    while !bytes.is_empty() && goes_on {
        let (head, rest) = bytes.split_first_chunk::<4>()?;
        let head = u32::from_le_bytes(*head);
        let (tag, short) = (head & 0x3ff, head >> 20);
        let (size, rest) = match short {
            0xfff => rest.split_first_chunk::<4>().map(|(size, rest)| (u32::from_le_bytes(*size), rest))?,
            _ => (short, rest),
        };
        let (record, rest) = rest.split_at_checked(size as usize)?;
        goes_on = visit(tag, record);
        bytes = rest;
    }
    Some(())
}

/// Letters of UTF-16, and control characters: some are one unit, the others eight with what they refer to.
fn paragraph(record: &[u8], writing: &mut Writing) {
    let mut units = record.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let mut letters = Vec::new();
    while let Some(unit) = units.next() {
        match unit {
            10 => letters.push(u16::from(b'\n')),
            24 => letters.push(u16::from(b'-')),
            30 | 31 => letters.push(u16::from(b' ')),
            0 | 13 | 25..=29 => {}
            9 => {
                letters.push(u16::from(b' '));
                units.nth(6);
            }
            1..=8 | 11 | 12 | 14..=23 => {
                units.nth(6);
            }
            _ => letters.push(unit),
        }
    }
    writing.push(&String::from_utf16_lossy(&letters));
    writing.end_paragraph();
}

fn preview(file: &mut File<'_>) -> Option<String> {
    let bytes = stream(file, "/PrvText", PREVIEW).ok()?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
    let mut writing = Writing::default();
    // Each line of it is a paragraph.
    for line in String::from_utf16_lossy(&units).lines() {
        writing.push(line);
        writing.end_paragraph();
    }
    Some(writing.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_take_what_they_refer_to_along() {
        let mut units: Vec<u16> = "가".encode_utf16().collect();
        units.extend([11, 1, 2, 3, 4, 5, 6, 11]);
        units.extend("나".encode_utf16().chain([9, 0, 0, 0, 0, 0, 0, 9]).chain("다".encode_utf16()).chain([10]).chain("라".encode_utf16()));
        units.push(13);
        let record: Vec<u8> = units.into_iter().flat_map(u16::to_le_bytes).collect();
        let mut writing = Writing::default();

        paragraph(&record, &mut writing);
        paragraph(&[11, 0, 1, 0], &mut writing);

        assert_eq!(writing.finish(), "가나 다\n라");
    }

    #[test]
    fn a_record_longer_than_its_section_is_damage() {
        assert_eq!(records(&[67, 0, 0xf0, 0xff, 0xff, 0xff, 0xff, 0x7f], |_, _| true), None);
        assert_eq!(records(&[67, 0, 0], |_, _| true), None);
    }
}
