//! The editor's form as it arrives: its text first, then file after file, each written while it comes.

use crate::domain::drafts::{DraftId, Target};
use crate::domain::files::of_comments::Incoming;
use crate::domain::files::{self, SIZE_MAX, Sent};
use crate::domain::{Error, Problem, flood};
use crate::files::name;
use crate::files::picture::{self, Failure, Refusal};
use crate::files::storage::{self, Arrival, Arrived};
use crate::web::multipart::{Multipart, Part};
use crate::web::{Fields, HttpError, RequestContext, Result, SignedIn, body};
use poem::http::header;
use poem::{Body, Request};
use std::time::Duration;
use templates::comments::SLOTS;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Instances write files of so many forms at once.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// Longest wait for one's turn.
const TURN: Duration = Duration::from_secs(20);
/// All files of a form, and its text.
const MOST: u64 = files::OF_POST_MAX as u64 * SIZE_MAX + 2 * body::FORM as u64;
/// The field of the files.
const FIELD: &str = "files";

/// A form whose text is here.
pub struct Received {
    fields: Fields,
    /// What is still to come, and the head of the file at which it stands.
    rest: Option<(Multipart, Part)>,
}

/// A file that was not attached.
#[derive(Clone, Debug)]
pub struct Refused {
    pub name: String,
    pub why: Problem,
}

/// Reads up to the first file.
///
/// # Errors
/// 400, 408, 413, 415.
pub async fn receive(request: &RequestContext, req: &Request, body: Body) -> Result<Received> {
    let kind = req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let received = if kind.starts_with("multipart/") {
        let form = Multipart::of(kind, body, MOST).ok_or(HttpError::Status(415))?;
        texts(form).await?
    } else {
        Received { fields: body::form(req, body).await?, rest: None }
    };
    // Whatever happens now, what was typed can be given back.
    let _ = request.head.sent.set(received.fields.pairs().to_vec());
    Ok(received)
}

async fn texts(mut form: Multipart) -> Result<Received> {
    let (mut pairs, mut left) = (Vec::new(), body::FORM);
    while let Some(part) = form.next().await? {
        match &part.file {
            // No file was chosen.
            Some(name) if name.is_empty() => {}
            Some(_) => return Ok(Received { fields: Fields::of(pairs), rest: Some((form, part)) }),
            None => {
                let text = form.text(left).await?;
                left -= text.len().min(left);
                pairs.push((part.name, text));
            }
        }
    }
    Ok(Received { fields: Fields::of(pairs), rest: None })
}

impl Received {
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Who sent it.
    ///
    /// # Errors
    /// `SignInAgain`, with the text; files are to be chosen again.
    pub fn member(&self, request: &RequestContext) -> Result<SignedIn> {
        match request.actor.clone() {
            Some(actor) => Ok(SignedIn { request: request.clone(), actor }),
            None => Err(HttpError::SignInAgain(self.fields.pairs().to_vec())),
        }
    }

    /// Reads what is left and forgets it.
    pub async fn drain(&mut self) {
        if let Some((form, _)) = self.rest.take() {
            form.drain().await;
        }
    }

    /// The same, for an answer that is this fault.
    pub async fn refuse(mut self, err: HttpError) -> HttpError {
        self.drain().await;
        err
    }

    /// Writes the one file of a form that takes no more, of `field`; what is beyond `most` bytes is refused with the sentence `too_large`.
    /// `None`: none was chosen.
    ///
    /// # Errors
    /// The database's; the form breaks off; `Invalid`: `file.busy`, `file.empty`, `too_large`.
    pub async fn file(&mut self, member: &SignedIn, field: &'static str, most: (u64, &'static str)) -> Result<Option<Arrived>> {
        let Some((mut form, mut part)) = self.rest.take() else { return Ok(None) };
        let turn = timeout(TURN, AT_ONCE.acquire()).await;
        let mut arrived = None;
        loop {
            let is_wanted = part.name == field && part.file.as_deref().is_some_and(|name| !name.is_empty()) && arrived.is_none();
            if is_wanted {
                arrived = Some(match &turn {
                    Ok(_) => arrive(member, &mut form, field, most).await,
                    Err(_) => Err(Error::invalid(field, "file.busy").into()),
                });
            }
            match form.next().await {
                Ok(Some(next)) => part = next,
                Ok(None) => return arrived.transpose(),
                Err(err) => {
                    if let Some(Ok(arrived)) = arrived {
                        drop_arrived(member, &arrived).await?;
                    }
                    return Err(err);
                }
            }
        }
    }

    /// Whether files come with it.
    pub fn has_files(&self) -> bool {
        self.rest.is_some()
    }

    /// Writes the files of a comment, one after the other, `most` of them; where one is refused, none is kept.
    ///
    /// # Errors
    /// The database's; the form breaks off.
    pub async fn of_comment(&mut self, member: &SignedIn, most: usize) -> Result<(Vec<Incoming>, Vec<Refused>)> {
        let (mut files, mut refused) = (Vec::new(), Vec::new());
        let done = self.write_all(member, most, &mut files, &mut refused).await;
        if done.is_err() || !refused.is_empty() {
            for file in files.drain(..) {
                file.sent.abandon(&member.request.app.context).await?;
            }
        }
        done.map(|()| (files, refused))
    }

    /// Fields that come between the files, which describe them, are added to the others.
    async fn write_all(&mut self, member: &SignedIn, most: usize, files: &mut Vec<Incoming>, refused: &mut Vec<Refused>) -> Result<()> {
        let Some((mut form, mut part)) = self.rest.take() else { return Ok(()) };
        let turn = timeout(TURN, AT_ONCE.acquire()).await;
        let (mut texts, mut left) = (Vec::new(), body::FORM.saturating_sub(self.fields.size()));
        loop {
            if part.file.is_none() {
                let text = form.text(left).await?;
                left -= text.len().min(left);
                texts.push((part.name, text));
            } else if let Some(alt_field) = alt_field(&part.name)
                && let Some(sent) = part.file.as_deref().filter(|sent| !sent.is_empty())
            {
                let name = name::clean(sent);
                let arrived = match &turn {
                    Ok(_) if files.len() + refused.len() >= most => Err(Error::invalid(FIELD, "comment.files_too_many").into()),
                    // The form comes back as it is: no more of it is written than it takes to say why.
                    Ok(_) if refused.is_empty() => {
                        incoming(member, &mut form, &name).await.map(|file| files.push(Incoming { alt_field, ..file }))
                    }
                    Ok(_) => Ok(()),
                    Err(_) => Err(Error::invalid(FIELD, "file.busy").into()),
                };
                if let Some(why) = reason(arrived)? {
                    refused.push(Refused { name, why });
                }
            }
            match form.next().await? {
                Some(next) => part = next,
                None => break,
            }
        }
        self.fields.extend(texts);
        for file in files.iter_mut().filter(|file| file.alt_field != FIELD) {
            file.alt = self.fields.text(file.alt_field).to_owned();
        }
        Ok(())
    }

    /// Attaches the files to a draft, one after the other.
    ///
    /// # Errors
    /// The database's; the form breaks off. Files that were whole by then stay.
    pub async fn attach(&mut self, member: &SignedIn, target: Target, draft: DraftId) -> Result<Vec<Refused>> {
        let Some((mut form, mut part)) = self.rest.take() else { return Ok(Vec::new()) };
        let turn = timeout(TURN, AT_ONCE.acquire()).await;
        let mut refused = Vec::new();
        loop {
            if part.name == FIELD
                && let Some(sent) = part.file.as_deref().filter(|sent| !sent.is_empty())
            {
                let name = name::clean(sent);
                let attached = match &turn {
                    Ok(_) => one(member, target, draft, &mut form, &name).await,
                    Err(_) => Err(Error::invalid(FIELD, "file.busy").into()),
                };
                if let Some(why) = reason(attached)? {
                    refused.push(Refused { name, why });
                }
            }
            match form.next().await? {
                Some(next) => part = next,
                None => return Ok(refused),
            }
        }
    }
}

/// The field that describes the file of this field of a comment's form; files of one field for several are described later. None: it is
/// no field for files.
fn alt_field(field: &str) -> Option<&'static str> {
    let slot = SLOTS.iter().find(|slot| slot.file == field).map(|slot| slot.alt);
    slot.or((field == FIELD).then_some(FIELD))
}

/// What is to be said of a file; `None`: it is attached.
fn reason(attached: Result<()>) -> Result<Option<Problem>> {
    match attached {
        Ok(()) => Ok(None),
        Err(HttpError::Domain(Error::Invalid(problems))) => Ok(problems.first().copied()),
        Err(HttpError::Domain(Error::Slow(_))) => Ok(Some(Problem { field: FIELD, message: "file.wait" })),
        Err(err) => Err(err),
    }
}

async fn one(member: &SignedIn, target: Target, draft: DraftId, form: &mut Multipart, name: &str) -> Result<()> {
    let ctx = &member.request.app.context;
    let Incoming { sent, name, .. } = incoming(member, form, name).await?;
    let attached = files::attach(ctx, &member.actor, target, draft, &sent, &name).await;
    if attached.is_err() {
        sent.abandon(ctx).await?;
    }
    Ok(attached.map(|_| ())?)
}

/// A file as it is kept, once it has arrived.
async fn incoming(member: &SignedIn, form: &mut Multipart, name: &str) -> Result<Incoming> {
    let arrived = arrive(member, form, FIELD, (SIZE_MAX, "file.too_large")).await?;
    let (sent, name) = if arrived.kind.is_picture() {
        let sent = opened(member, arrived).await?;
        let name = name::of_picture(name, sent.original.kind);
        (sent, name)
    } else {
        (Sent { original: arrived, variants: Vec::new() }, name.to_owned())
    };
    Ok(Incoming { sent, name, alt: String::new(), alt_field: FIELD })
}

/// A picture as it is kept; what was sent of it is gone.
async fn opened(member: &SignedIn, raw: Arrived) -> Result<Sent> {
    let ctx = &member.request.app.context;
    let opened = picture::open(&ctx.db, &ctx.limits.program, &raw, member.actor.id, ctx.clock.now()).await;
    drop_arrived(member, &raw).await?;
    let opened = opened.map_err(|failure| refused(FIELD, failure))?;
    Ok(Sent { original: opened.original, variants: opened.variants })
}

/// Deletes what was sent of a picture.
///
/// # Errors
/// The database's.
pub async fn drop_arrived(member: &SignedIn, raw: &Arrived) -> Result<()> {
    Ok(storage::drop_arriving(&member.request.app.context.db, raw.id).await.map_err(Error::from)?)
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

/// Writes a file while it comes; nothing stays of one that is refused.
async fn arrive(member: &SignedIn, form: &mut Multipart, field: &'static str, most: (u64, &'static str)) -> Result<Arrived> {
    let ctx = &member.request.app.context;
    flood::file(ctx, &member.actor).await?;
    files::check_room(ctx).await?;
    let mut arrival = Arrival::begin(&ctx.db, member.actor.id, ctx.clock.now()).await.map_err(Error::from)?;
    if let Err(err) = write(&mut arrival, form, field, most).await {
        arrival.abandon().await.map_err(Error::from)?;
        return Err(err);
    }
    Ok(arrival.end().await.map_err(Error::from)?)
}

async fn write(arrival: &mut Arrival, form: &mut Multipart, field: &'static str, (most, too_large): (u64, &'static str)) -> Result<()> {
    while let Some(bytes) = form.bytes().await? {
        if arrival.size() + bytes.len() as u64 > most {
            return Err(Error::invalid(field, too_large).into());
        }
        arrival.write(&bytes).await.map_err(Error::from)?;
    }
    if arrival.size() == 0 { Err(Error::invalid(field, "file.empty").into()) } else { Ok(()) }
}
