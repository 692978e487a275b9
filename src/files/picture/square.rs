//! Pictures of members, in the child: a square of a picture, in two sizes.

use super::child::{self, Decoded, Made, Result};
use super::{PieceKind, Refusal};
use image::GenericImageView;

/// The name of the command that the child runs; its argument is the word of a [`Crop`].
pub const AVATAR_COMMAND: &str = "open-avatar";
/// Pixels of a side.
const LARGE: u32 = 256;
const SMALL: u32 = 96;

/// Which part of a picture that is no square is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Crop {
    /// Its top, or its left.
    Start,
    /// Its middle.
    #[default]
    Centre,
    /// Its bottom, or its right.
    End,
}

impl Crop {
    /// Its word in forms and as the child's argument.
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Centre => "centre",
            Self::End => "end",
        }
    }

    /// The choice of a form; the middle where it has none.
    pub fn from_word(word: &str) -> Self {
        [Self::Start, Self::End].into_iter().find(|crop| crop.word() == word).unwrap_or_default()
    }

    /// Pixels that are left out before the square.
    fn before(self, rest: u32) -> u32 {
        match self {
            Self::Start => 0,
            Self::Centre => rest / 2,
            Self::End => rest,
        }
    }
}

/// Both sizes. A picture that is smaller stays as small as it is.
pub(super) fn cut(bytes: &[u8], crop: Crop) -> Result<Vec<Made>> {
    let Decoded { image, profile } = child::first(bytes)?;
    let (width, height) = image.dimensions();
    let side = width.min(height);
    if side == 0 {
        return Err(Refusal::Broken);
    }
    // It is turned by now (`Decoded::of`): "top" is what people see as the top.
    let image = image.crop_imm(crop.before(width - side), crop.before(height - side), side, side);
    let square = Decoded { image, profile };
    Ok(vec![child::smaller(&square, LARGE, PieceKind::Original)?, child::smaller(&square, SMALL, PieceKind::Small)?])
}
