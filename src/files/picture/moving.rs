//! Pictures that move, without what else is in their files: drawing them anew would take minutes and spoil their colours.

/// A GIF without comments, texts and data of programs; how often it is repeated stays. `None`: it is not made as one.
pub(super) fn gif(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 13);
    let flags = *bytes.get(10)?;
    at += color_table(flags);
    out.extend_from_slice(bytes.get(..at)?);
    loop {
        let begin = at;
        let (end, is_kept) = match *bytes.get(at)? {
            0x3b => {
                out.push(0x3b);
                return Some(out);
            }
            0x2c => {
                let flags = *bytes.get(at + 9)?;
                // The smallest number of bits stands before the data.
                (sub_blocks(bytes, at + 10 + color_table(flags) + 1)?, true)
            }
            0x21 => {
                let is_loop = bytes.get(at + 3..at + 14) == Some(b"NETSCAPE2.0");
                (sub_blocks(bytes, at + 2)?, *bytes.get(at + 1)? == 0xf9 || is_loop)
            }
            _ => return None,
        };
        if is_kept {
            out.extend_from_slice(bytes.get(begin..end)?);
        }
        at = end;
    }
}

fn color_table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Where the blocks that begin here end.
fn sub_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}

/// A WebP file (RFC 9649) without EXIF, XMP and what is not known.
pub(super) fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    const KEPT: [&[u8]; 7] = [b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L", b"ICCP"];
    let mut out = bytes.get(..12)?.to_vec();
    let mut at = 12;
    while at < bytes.len() {
        let name = bytes.get(at..at + 4)?;
        let length = u32::from_le_bytes(bytes.get(at + 4..at + 8)?.try_into().ok()?) as usize;
        let end = at + 8 + length + length % 2;
        if KEPT.contains(&name) {
            let begin = out.len();
            out.extend_from_slice(bytes.get(at..end.min(bytes.len()))?);
            if name == b"VP8X" {
                // The flags: there is no EXIF (bit 3) and no XMP (bit 2).
                *out.get_mut(begin + 8)? &= !0b1100;
            }
        }
        at = end;
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gif_keeps_its_frames_and_loses_its_comments() {
        let head = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff";
        let repeats = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0";
        let frame = b"\x21\xf9\x04\0\x0a\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
        let secret = b"\x21\xfe\x08at home!\0\x21\xff\x0bXMP DataXMP\x03gps\0";
        let whole = [&head[..], &repeats[..], &secret[..], &frame[..], &secret[..], &frame[..], b"\x3btrailing"].concat();

        let clean = gif(&whole).expect("it is a GIF");

        assert_eq!(clean, [&head[..], &repeats[..], &frame[..], &frame[..], b"\x3b"].concat());
        for cut in 0..whole.len() - 9 {
            assert!(gif(&whole[..cut]).is_none(), "{cut}");
        }
    }

    #[test]
    fn a_webp_loses_what_a_camera_wrote() {
        let chunk = |name: &[u8], content: &[u8]| [name, &(content.len() as u32).to_le_bytes(), content].concat();
        let inner = [chunk(b"VP8X", &[0b1110, 0, 0, 0, 0, 0, 0, 0, 0, 0]), chunk(b"ANMF", b"frames"), chunk(b"EXIF", b"gps!")].concat();
        let whole = [&b"RIFF"[..], &(inner.len() as u32 + 4).to_le_bytes(), b"WEBP", &inner].concat();

        let clean = webp(&whole).expect("it is one");

        assert!(!clean.windows(4).any(|part| part == b"gps!") && clean.windows(6).any(|part| part == b"frames"));
        assert_eq!((clean[20], u32::from_le_bytes([clean[4], clean[5], clean[6], clean[7]]) as usize), (0b0010, clean.len() - 8));
    }
}
