//! What runs in the child: bytes from stdin, pictures to stdout.

use super::{Answer, Crop, Piece, PieceKind, Refusal, moving, square};
use crate::files::content::{self, ContentKind};
use crate::files::limits;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::codecs::webp::{WebPDecoder, WebPEncoder};
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, GenericImageView, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};
use std::io::{Cursor, Write};
use std::process::ExitCode;

/// Longest side that is read, and that is kept.
const SIDE_READ: u32 = 16_384;
const SIDE_KEPT: u32 = 4_096;
/// Pixels of a JPEG, and of what needs more memory for each of them.
const PIXELS_JPEG: u64 = 50_000_000;
const PIXELS: u64 = 25_000_000;
/// Bytes of the pixels as they are decoded.
const DECODED: u64 = 160 * 1024 * 1024;
/// Longest sides of the smaller ones.
const SMALL: u32 = 320;
const PAGE: u32 = 1_280;
/// Of one that moves: bytes, frames, pixels of all frames.
const MOVING_BYTES: usize = 5 * 1024 * 1024;
const FRAMES: u64 = 300;
const FRAME_PIXELS: u64 = 100_000_000;

pub(super) type Result<T, E = Refusal> = std::result::Result<T, E>;
/// A piece and its bytes.
pub(super) type Made = (Piece, Vec<u8>);

/// Reads a picture, and answers. A fault of the machine, or of the decoder, is an exit without an answer.
pub fn run() -> ExitCode {
    answer(open)
}

/// The same, for the square pictures of a member.
pub fn run_square(crop: Crop) -> ExitCode {
    answer(|bytes| square::cut(bytes, crop))
}

fn answer(open: impl FnOnce(&[u8]) -> Result<Vec<Made>>) -> ExitCode {
    let Ok(bytes) = limits::read_bounded() else { return ExitCode::FAILURE };
    let (answer, contents) = match open(&bytes) {
        Ok(made) => {
            let (pieces, contents): (Vec<_>, Vec<_>) = made.into_iter().unzip();
            (Answer { refused: None, pieces }, contents)
        }
        Err(refusal) => (Answer { refused: Some(refusal), pieces: Vec::new() }, Vec::new()),
    };
    match send(&answer, &contents) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn send(answer: &Answer, contents: &[Vec<u8>]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, answer)?;
    out.write_all(b"\n")?;
    contents.iter().try_for_each(|content| out.write_all(content))?;
    out.flush()
}

fn open(bytes: &[u8]) -> Result<Vec<Made>> {
    let start = &bytes[..bytes.len().min(content::LOOKED_AT)];
    match content::kind(start, false) {
        ContentKind::Jpeg => still(&Decoded::of(bytes, ImageFormat::Jpeg, most_of_jpeg(bytes))?, ImageFormat::Jpeg),
        ContentKind::Png => still(&Decoded::of(bytes, ImageFormat::Png, PIXELS)?, ImageFormat::Png),
        ContentKind::Gif => match frames(GifDecoder::new(Cursor::new(bytes)).map_err(|_| Refusal::Broken)?)? {
            0 | 1 => still(&Decoded::of(bytes, ImageFormat::Gif, PIXELS)?, ImageFormat::Png),
            _ => moves(bytes, ImageFormat::Gif, moving::gif(bytes)),
        },
        ContentKind::Webp => {
            let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|_| Refusal::Broken)?;
            match decoder.has_animation() && frames(decoder)? > 1 {
                true => moves(bytes, ImageFormat::WebP, moving::webp(bytes)),
                false => still(&Decoded::of(bytes, ImageFormat::WebP, PIXELS)?, ImageFormat::Jpeg),
            }
        }
        _ => Err(Refusal::Broken),
    }
}

/// The first picture of a content, whatever it is.
pub(super) fn first(bytes: &[u8]) -> Result<Decoded> {
    match content::kind(&bytes[..bytes.len().min(content::LOOKED_AT)], false) {
        ContentKind::Jpeg => Decoded::of(bytes, ImageFormat::Jpeg, most_of_jpeg(bytes)),
        ContentKind::Png => Decoded::of(bytes, ImageFormat::Png, PIXELS),
        ContentKind::Gif => Decoded::of(bytes, ImageFormat::Gif, PIXELS),
        ContentKind::Webp => Decoded::of(bytes, ImageFormat::WebP, PIXELS),
        _ => Err(Refusal::Broken),
    }
}

fn most_of_jpeg(bytes: &[u8]) -> u64 {
    if is_progressive(bytes) { PIXELS } else { PIXELS_JPEG }
}

/// Whether a JPEG is progressive: its decoder keeps all coefficients, two bytes each, until the last scan.
fn is_progressive(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        match marker {
            0xc2 | 0xc6 | 0xca | 0xce => return true,
            0xda => return false,
            0xff => at += 1,
            _ => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
        }
    }
    false
}

/// A picture as it is to be seen, no larger than it is kept.
pub(super) struct Decoded {
    pub image: DynamicImage,
    /// The colours that its numbers mean.
    pub profile: Option<Vec<u8>>,
}

impl Decoded {
    fn of(bytes: &[u8], format: ImageFormat, most: u64) -> Result<Self> {
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::default();
        (limits.max_image_width, limits.max_image_height) = (Some(SIDE_READ), Some(SIDE_READ));
        limits.max_alloc = Some(256 * 1024 * 1024);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|err| refusal(&err))?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > most || decoder.total_bytes() > DECODED {
            return Err(Refusal::TooLarge);
        }
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let profile = decoder.icc_profile().ok().flatten();
        let image = DynamicImage::from_decoder(decoder).map_err(|err| refusal(&err))?;
        let image = if longest(&image) > SIDE_KEPT { resized(&image, SIDE_KEPT)? } else { image };
        let mut image = eight_bits(image);
        // Turned when it is small already: a copy of the whole would need its memory twice.
        image.apply_orientation(orientation);
        Ok(Self { image, profile })
    }
}

fn refusal(err: &image::ImageError) -> Refusal {
    match err {
        image::ImageError::Limits(_) => Refusal::TooLarge,
        _ => Refusal::Broken,
    }
}

fn eight_bits(image: DynamicImage) -> DynamicImage {
    // Many programs write a channel that is opaque everywhere.
    let is_seen_through = image.color().has_alpha() && image.pixels().any(|(_, _, pixel)| pixel.0[3] < 255);
    if is_seen_through { image.into_rgba8().into() } else { image.into_rgb8().into() }
}

fn longest(image: &DynamicImage) -> u32 {
    image.width().max(image.height())
}

/// The picture with this longest side, by a triangle filter. Not by `image`, whose numbers are floating point: it took 400 MiB for a
/// photo of 48 million pixels.
fn resized(image: &DynamicImage, side: u32) -> Result<DynamicImage> {
    let longest = u64::from(longest(image));
    let scaled = |length: u32| u32::try_from((u64::from(length) * u64::from(side) + longest / 2) / longest).unwrap_or(side).max(1);
    let mut out = DynamicImage::new(scaled(image.width()), scaled(image.height()), image.color());
    let triangle = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).use_alpha(false);
    Resizer::new().resize(image, &mut out, &triangle).map_err(|_| Refusal::Broken)?;
    Ok(out)
}

/// The frames of a moving picture, all of them decoded: a bomb is found here.
fn frames<'a>(decoder: impl ImageDecoder + AnimationDecoder<'a>) -> Result<u64> {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS {
        return Err(Refusal::TooLarge);
    }
    let mut count = 0;
    for frame in decoder.into_frames() {
        frame.map_err(|err| refusal(&err))?;
        count += 1;
        if count > FRAMES || count * pixels > FRAME_PIXELS && count > 1 {
            return Err(Refusal::TooLong);
        }
    }
    Ok(count)
}

/// A picture that moves, as it is, and its first frame.
fn moves(bytes: &[u8], format: ImageFormat, clean: Option<Vec<u8>>) -> Result<Vec<Made>> {
    let clean = clean.ok_or(Refusal::Broken)?;
    if clean.len() > MOVING_BYTES {
        return Err(Refusal::TooLong);
    }
    let first = Decoded::of(bytes, format, PIXELS)?;
    let (width, height) = first.image.dimensions();
    let piece = Piece { kind: PieceKind::Original, bytes: clean.len() as u64, width, height, moves: true };
    let small = smaller(&first, SMALL, PieceKind::Small)?;
    let still = smaller(&first, PAGE, PieceKind::Still)?;
    Ok(vec![(piece, clean), small, still])
}

/// A picture that does not move, drawn anew, and smaller ones. What is saved of a PNG is a PNG.
fn still(decoded: &Decoded, format: ImageFormat) -> Result<Vec<Made>> {
    let (width, height) = decoded.image.dimensions();
    let bytes = match format {
        ImageFormat::Png => png(decoded, &decoded.image)?,
        _ if decoded.image.color().has_alpha() => lossless(decoded, &decoded.image)?,
        _ => jpeg(decoded, &decoded.image, 90)?,
    };
    let piece = Piece { kind: PieceKind::Original, bytes: bytes.len() as u64, width, height, moves: false };
    let mut made = vec![(piece, bytes)];
    for (side, kind) in [(SMALL, PieceKind::Small), (PAGE, PieceKind::Page)] {
        if width.max(height) > side {
            made.push(smaller(decoded, side, kind)?);
        }
    }
    Ok(made)
}

pub(super) fn smaller(decoded: &Decoded, side: u32, kind: PieceKind) -> Result<Made> {
    let resized = (longest(&decoded.image) > side).then(|| resized(&decoded.image, side)).transpose()?;
    let image = resized.as_ref().unwrap_or(&decoded.image);
    let (width, height) = image.dimensions();
    let bytes = if image.color().has_alpha() { lossless(decoded, image)? } else { jpeg(decoded, image, 82)? };
    Ok((Piece { kind, bytes: bytes.len() as u64, width, height, moves: false }, bytes))
}

fn jpeg(decoded: &Decoded, image: &DynamicImage, quality: u8) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut out, quality);
    if let Some(profile) = &decoded.profile {
        // A picture without its profile is still the picture.
        let _ = encoder.set_icc_profile(profile.clone());
    }
    image.write_with_encoder(encoder).map_err(|_| Refusal::Broken)?;
    Ok(out)
}

fn png(decoded: &Decoded, image: &DynamicImage) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Default, PngFilter::Adaptive);
    if let Some(profile) = &decoded.profile {
        let _ = encoder.set_icc_profile(profile.clone());
    }
    image.write_with_encoder(encoder).map_err(|_| Refusal::Broken)?;
    Ok(out)
}

/// As WebP or PNG, whichever is shorter.
fn lossless(decoded: &Decoded, image: &DynamicImage) -> Result<Vec<u8>> {
    let (mut webp, png) = (Vec::new(), png(decoded, image)?);
    let mut encoder = WebPEncoder::new_lossless(&mut webp);
    if let Some(profile) = &decoded.profile {
        let _ = encoder.set_icc_profile(profile.clone());
    }
    image.write_with_encoder(encoder).map_err(|_| Refusal::Broken)?;
    Ok(if webp.len() < png.len() { webp } else { png })
}
