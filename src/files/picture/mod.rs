//! Pictures are opened by a child process of the same program: a decoder that panics, loops or eats memory ends the child and
//! nothing else. What comes back is drawn anew, without the place, the device and whatever else a camera writes beside the pixels.
//!
//! `child` what runs in the process · `moving` pictures that move, cleaned without drawing them anew · `square` pictures of members,
//! cut in it · this file asks it, and stores what it makes.

pub mod child;
mod moving;
mod square;

pub use square::{AVATAR_COMMAND, Crop};

use super::child::{LONGEST, Running, turn};
use super::storage::{self, Arrival, Arrived, Picture};
use crate::clock::OffsetDateTime;
use crate::db::Database;
use crate::entity::blob_variant::Size;
use crate::entity::ids::UserId;
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::unix::pipe;
use tokio::time::timeout;

/// The name of the command that the child runs.
pub const COMMAND: &str = "open-picture";
/// Longest first line of an answer.
const HEAD: u64 = 8 * 1024;
/// Bytes that all pictures of an answer may have.
const MOST: u64 = 64 * 1024 * 1024;

/// The first line of the child's answer; the bytes of the pieces follow in their order.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Answer {
    /// Why the picture is not taken.
    refused: Option<Refusal>,
    pieces: Vec<Piece>,
}

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// It cannot be read, or is not what its first bytes say.
    Broken,
    /// It has more pixels than may be.
    TooLarge,
    /// It moves, and is too long or too large for that.
    TooLong,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Piece {
    kind: PieceKind,
    bytes: u64,
    width: u32,
    height: u32,
    moves: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum PieceKind {
    Original,
    Small,
    Page,
    Still,
}

impl PieceKind {
    fn size(self) -> Option<Size> {
        match self {
            Self::Original => None,
            Self::Small => Some(Size::Small),
            Self::Page => Some(Size::Page),
            Self::Still => Some(Size::Still),
        }
    }
}

/// A picture as it is kept, and smaller ones of it. All have arrived and are ready as soon as something refers to them.
#[derive(Debug)]
#[expect(missing_docs, reason = "as they are named")]
pub struct Opened {
    pub original: Arrived,
    pub variants: Vec<(Size, Arrived)>,
}

/// Why there is none.
#[derive(Debug)]
pub enum Failure {
    /// The picture's fault.
    Refused(Refusal),
    /// The database's.
    Db(DbErr),
    /// No child could be started.
    Machine(io::Error),
}

impl From<DbErr> for Failure {
    fn from(err: DbErr) -> Self {
        Self::Db(err)
    }
}

/// Opens a picture whose bytes have arrived.
///
/// # Errors
/// See [`Failure`].
pub async fn open(db: &Database, program: &Path, raw: &Arrived, by: UserId, now: OffsetDateTime) -> Result<Opened, Failure> {
    made(db, (program, &[COMMAND]), raw, (by, now), sorted).await
}

/// The square pictures of a member, of a picture whose bytes have arrived.
#[derive(Debug)]
#[expect(missing_docs, reason = "as they are named")]
pub struct Squares {
    pub large: Arrived,
    pub small: Arrived,
}

/// Cuts a square out of a picture whose bytes have arrived. Of one that moves it is the first frame.
///
/// # Errors
/// See [`Failure`].
pub async fn square(db: &Database, program: &Path, raw: &Arrived, crop: Crop, by: UserId, now: OffsetDateTime) -> Result<Squares, Failure> {
    let both = |made: Vec<(PieceKind, Arrived)>| {
        let opened = sorted(made)?;
        let (_, small) = opened.variants.into_iter().next()?;
        Some(Squares { large: opened.original, small })
    };
    made(db, (program, &[AVATAR_COMMAND, crop.word()]), raw, (by, now), both).await
}

/// What a child makes of a content; nothing stays of it where `of` finds a piece missing.
async fn made<T>(
    db: &Database,
    (program, command): (&Path, &[&str]),
    raw: &Arrived,
    (by, now): (UserId, OffsetDateTime),
    of: impl FnOnce(Vec<(PieceKind, Arrived)>) -> Option<T>,
) -> Result<T, Failure> {
    let _turn = turn().await.map_err(|_| Failure::Refused(Refusal::Broken))?;
    let mut made = Vec::new();
    let answered = timeout(LONGEST, exchange(db, (program, command), raw, (by, now), &mut made)).await;
    let failure = match answered {
        Ok(Ok(())) => match of(std::mem::take(&mut made)) {
            Some(opened) => return Ok(opened),
            None => Failure::Refused(Refusal::Broken),
        },
        Ok(Err(failure)) => failure,
        Err(_) => Failure::Refused(Refusal::Broken),
    };
    for (_, arrived) in made {
        storage::discard(db, arrived.id).await;
    }
    Err(failure)
}

fn sorted(made: Vec<(PieceKind, Arrived)>) -> Option<Opened> {
    let (mut original, mut variants) = (None, Vec::new());
    for (kind, arrived) in made {
        match kind.size() {
            None => original = Some(arrived),
            Some(size) => variants.push((size, arrived)),
        }
    }
    Some(Opened { original: original?, variants })
}

async fn exchange(
    db: &Database,
    (program, command): (&Path, &[&str]),
    raw: &Arrived,
    (by, now): (UserId, OffsetDateTime),
    made: &mut Vec<(PieceKind, Arrived)>,
) -> Result<(), Failure> {
    let mut child = Running::start(program, command).map_err(Failure::Machine)?;
    child.feed(db, raw.id, raw.size).await?;
    receive(db, BufReader::new(&mut child.stdout), (by, now), made).await
}

async fn receive(
    db: &Database,
    mut from: BufReader<&mut pipe::Receiver>,
    (by, now): (UserId, OffsetDateTime),
    made: &mut Vec<(PieceKind, Arrived)>,
) -> Result<(), Failure> {
    let broken = || Failure::Refused(Refusal::Broken);
    let mut line = Vec::new();
    (&mut from).take(HEAD).read_until(b'\n', &mut line).await.map_err(|_| broken())?;
    // A child that was ended gives no reason.
    let answer: Answer = serde_json::from_slice(&line).map_err(|_| broken())?;
    if let Some(refused) = answer.refused {
        return Err(Failure::Refused(refused));
    }
    if answer.pieces.len() > 4 || answer.pieces.iter().map(|piece| piece.bytes).fold(0, u64::saturating_add) > MOST {
        return Err(broken());
    }
    for piece in answer.pieces {
        let mut arrival = Arrival::begin(db, by, now).await?;
        let mut left = usize::try_from(piece.bytes).map_err(|_| broken())?;
        let mut buffer = vec![0; 64 * 1024];
        while left > 0 {
            let most = left.min(buffer.len());
            match from.read(&mut buffer[..most]).await {
                Ok(n) if n > 0 => {
                    arrival.write(&buffer[..n]).await?;
                    left -= n;
                }
                _ => {
                    arrival.abandon().await;
                    return Err(broken());
                }
            }
        }
        let arrived = arrival.end().await?;
        let is_picture = arrived.kind.is_picture();
        let picture = Picture { width: piece.width.into(), height: piece.height.into(), is_animated: piece.moves };
        made.push((piece.kind, Arrived { picture: Some(picture), ..arrived }));
        // It has read hostile bytes, so its word is not taken for what it sends.
        if !is_picture {
            return Err(broken());
        }
    }
    Ok(())
}
