//! One file of a form: written while it comes, or found where it waited, and made into what is kept of it.

use super::receive::FIELD;
use super::waiting::Waiting;
use crate::domain::files::of_comments::Incoming;
use crate::domain::files::{self, SIZE_MAX, Sent};
use crate::domain::{Context, Error, UserId, flood};
use crate::files::name;
use crate::files::picture::{self, Failure, Refusal};
use crate::files::storage::{self, Arrival, Arrived};
use crate::web::multipart::Multipart;
use crate::web::{Result, SignedIn};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{error::Elapsed, timeout};

/// Instances write files of so many forms at once.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// Longest wait for one's turn.
const TURN: Duration = Duration::from_secs(20);

/// The right to write the files of a form; an error where too many others are being written.
pub type Turn = std::result::Result<SemaphorePermit<'static>, Elapsed>;

/// Waits for the right to write files.
pub async fn turn() -> Turn {
    let permit = timeout(TURN, AT_ONCE.acquire()).await?;
    Ok(permit.expect("the semaphore is never closed"))
}

/// How large a file may be.
#[derive(Clone, Copy)]
pub struct SizeLimit {
    /// Most bytes.
    pub bytes: u64,
    /// The key of the sentence about one that has more.
    pub message: &'static str,
}

/// The limit of a file of a post or a comment.
pub const OF_FILE: SizeLimit = SizeLimit { bytes: SIZE_MAX, message: "file.too_large" };

/// Where the bytes of a file are.
pub enum Source<'a> {
    /// Still to come.
    Form(&'a mut Multipart),
    /// In the database, where they waited for their sender to sign in.
    Waiting(&'a Waiting),
}

/// A file as it is kept, once it has arrived.
pub async fn incoming(member: &SignedIn, source: Source<'_>, name: &str) -> Result<Incoming> {
    let waited = matches!(source, Source::Waiting(_));
    let arrived = match source {
        Source::Form(form) => arrive(member, form, FIELD, OF_FILE).await?,
        Source::Waiting(file) => file.find(member, FIELD, OF_FILE).await?,
    };
    let (sent, name) = if arrived.kind.is_picture() {
        let sent = opened(member, &arrived).await;
        // What waited stays until it is swept: the form may be sent on twice.
        if !waited {
            drop_arrived(member, &arrived).await;
        }
        let sent = sent?;
        let name = name::of_picture(name, sent.original.kind);
        (sent, name)
    } else {
        (Sent { original: arrived, variants: Vec::new() }, name.to_owned())
    };
    Ok(Incoming { sent, name, alt: String::new(), alt_field: FIELD })
}

/// A picture as it is kept.
async fn opened(member: &SignedIn, raw: &Arrived) -> Result<Sent> {
    let ctx = &member.request.app.context;
    let opened = picture::open(&ctx.db, &ctx.limits.program, raw, member.actor.id, ctx.clock.now()).await;
    let opened = opened.map_err(|failure| refused(FIELD, failure))?;
    Ok(Sent { original: opened.original, variants: opened.variants })
}

/// Deletes what was sent of a picture.
pub async fn drop_arrived(member: &SignedIn, raw: &Arrived) {
    storage::discard(&member.request.app.context.db, raw.id).await;
}

/// Why a picture was not opened, as a fault of its field.
pub fn refused(field: &'static str, failure: Failure) -> Error {
    match failure {
        Failure::Refused(Refusal::Broken) => Error::invalid(field, "file.picture_broken"),
        Failure::Refused(Refusal::TooLarge) => Error::invalid(field, "file.picture_large"),
        Failure::Refused(Refusal::TooLong) => Error::invalid(field, "file.picture_long"),
        Failure::Db(err) => err.into(),
        Failure::Machine(err) => Error::internal("opening a picture", err),
    }
}

/// Writes a member's file while it comes; nothing stays of one that is refused.
pub async fn arrive(member: &SignedIn, form: &mut Multipart, field: &'static str, limit: SizeLimit) -> Result<Arrived> {
    let ctx = &member.request.app.context;
    flood::file(ctx, &member.actor).await?;
    arrive_of(ctx, member.actor.id, form, field, limit).await
}

/// The same, where the sender's rate was looked at.
pub async fn arrive_of(ctx: &Context, sender: UserId, form: &mut Multipart, field: &'static str, limit: SizeLimit) -> Result<Arrived> {
    files::check_room(ctx).await?;
    let mut arrival = Arrival::begin(&ctx.db, sender, ctx.clock.now()).await.map_err(Error::from)?;
    if let Err(err) = write(&mut arrival, form, field, limit).await {
        arrival.abandon().await;
        return Err(err);
    }
    Ok(arrival.end().await.map_err(Error::from)?)
}

async fn write(arrival: &mut Arrival, form: &mut Multipart, field: &'static str, limit: SizeLimit) -> Result<()> {
    while let Some(bytes) = form.bytes().await? {
        if arrival.size() + bytes.len() as u64 > limit.bytes {
            return Err(Error::invalid(field, limit.message).into());
        }
        arrival.write(&bytes).await.map_err(Error::from)?;
    }
    if arrival.size() == 0 { Err(Error::invalid(field, "file.empty").into()) } else { Ok(()) }
}
