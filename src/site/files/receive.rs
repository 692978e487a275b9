//! A form with files as it arrives: its text first, then file after file, each written while it comes. The editor sends one, the forms
//! of comments do, and that of a member's picture.

use crate::domain::drafts::{DraftId, Target};
use crate::domain::files::of_comments::Incoming;
use crate::domain::files::{self, SIZE_MAX};
use crate::domain::{Error, Problem};
use crate::files::name;
use crate::files::storage::Arrived;
use crate::web::multipart::{Multipart, Part};
use crate::web::{Fields, HttpError, RequestContext, Result, SignedIn, body};
use poem::http::header;
use poem::{Body, Request};
use templates::comments::SLOTS;
use tokio::sync::OwnedSemaphorePermit;

pub use super::arrive::{SizeLimit, drop_arrived, refused};
use super::arrive::{Source, Turn, arrive, incoming, turn};
use super::waiting::{self, Waiting};

/// All files of a form, and its text.
const MOST: u64 = files::OF_POST_MAX as u64 * SIZE_MAX + 2 * body::FORM as u64;
/// The field of the files.
pub(super) const FIELD: &str = "files";

/// Seconds after which a person who is not signed in may try again.
const PAUSE: u64 = 2;

/// A form whose text is here.
pub struct Received {
    fields: Fields,
    /// Held by the form of a person who is not signed in.
    _stranger: Option<OwnedSemaphorePermit>,
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
/// 400, 408, 413, 415; `Busy` for a person who is not signed in while there are too many of them.
pub async fn receive(request: &RequestContext, req: &Request, body: Body) -> Result<Received> {
    let stranger = match request.actor {
        Some(_) => None,
        None => Some(request.app.strangers.clone().try_acquire_owned().map_err(|_| Error::Busy(PAUSE))?),
    };
    let kind = req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (fields, rest) = if kind.starts_with("multipart/") {
        let form = Multipart::of(kind, body, MOST).ok_or(HttpError::Status(415))?;
        texts(form).await?
    } else {
        (body::form(req, body).await?, None)
    };
    // Whatever happens now, what was typed can be given back.
    let _ = request.head.sent.set(fields.pairs().to_vec());
    Ok(Received { fields, rest, _stranger: stranger })
}

/// The texts before the first file, and what is still to come, with the head of that file.
async fn texts(mut form: Multipart) -> Result<(Fields, Option<(Multipart, Part)>)> {
    let (mut pairs, mut left) = (Vec::new(), body::FORM);
    while let Some(part) = form.next().await? {
        match &part.file {
            // No file was chosen.
            Some(name) if name.is_empty() => {}
            Some(_) => return Ok((Fields::of(pairs), Some((form, part)))),
            None => {
                let text = form.text(left).await?;
                left -= text.len().min(left);
                pairs.push((part.name, text));
            }
        }
    }
    Ok((Fields::of(pairs), None))
}

impl Received {
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The form with who sent it.
    ///
    /// # Errors
    /// `SignInAgain`, with the text and with the files that wait; the form breaks off.
    pub async fn signed_in(self, request: &RequestContext) -> Result<(SignedIn, Self)> {
        match request.actor.clone() {
            Some(actor) => Ok((SignedIn { request: request.clone(), actor }, self)),
            None => Err(HttpError::SignInAgain(waiting::hold(request, self.fields, self.rest).await?)),
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

    /// Writes the one file of a form that takes no more, of `field`; what is beyond `most` bytes is refused with the sentence the sentence of the limit.
    /// `None`: none was chosen.
    ///
    /// # Errors
    /// The database's; the form breaks off; `Invalid`: `file.busy`, `file.empty`, the sentence of the limit.
    pub async fn file(&mut self, member: &SignedIn, field: &'static str, limit: SizeLimit) -> Result<Option<Arrived>> {
        if let Some(waited) = Waiting::all(&self.fields).into_iter().find(|file| file.field == field) {
            return Ok(Some(waited.find(member, field, limit).await?));
        }
        let Some((mut form, mut part)) = self.rest.take() else { return Ok(None) };
        let (mut arrived, turn) = (None, turn().await);
        loop {
            let is_wanted = part.name == field && part.file.as_deref().is_some_and(|name| !name.is_empty()) && arrived.is_none();
            if is_wanted {
                arrived = Some(match &turn {
                    Ok(_) => arrive(member, &mut form, field, limit).await,
                    Err(_) => Err(Error::invalid(field, "file.busy").into()),
                });
            }
            match form.next().await {
                Ok(Some(next)) => part = next,
                Ok(None) => return arrived.transpose(),
                Err(err) => {
                    if let Some(Ok(arrived)) = arrived {
                        drop_arrived(member, &arrived).await;
                    }
                    return Err(err);
                }
            }
        }
    }

    /// Whether files come with it.
    pub fn has_files(&self) -> bool {
        self.rest.is_some() || !Waiting::all(&self.fields).is_empty()
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
                file.sent.abandon(&member.request.app.context).await;
            }
        }
        done.map(|()| (files, refused))
    }

    /// Fields that come between the files, which describe them, are added to the others.
    async fn write_all(&mut self, member: &SignedIn, most: usize, files: &mut Vec<Incoming>, refused: &mut Vec<Refused>) -> Result<()> {
        if !self.has_files() {
            return Ok(());
        }
        let mut taken = OfComment { member, most, files, refused };
        let turn = turn().await;
        for file in Waiting::all(&self.fields) {
            taken.take(&turn, &file.field, &file.name, Source::Waiting(&file)).await?;
        }
        if let Some((mut form, mut part)) = self.rest.take() {
            let (mut texts, mut left) = (Vec::new(), body::FORM.saturating_sub(self.fields.size()));
            loop {
                if let Some(sent) = &part.file {
                    taken.take(&turn, &part.name, sent, Source::Form(&mut form)).await?;
                } else {
                    let text = form.text(left).await?;
                    left -= text.len().min(left);
                    texts.push((part.name, text));
                }
                match form.next().await? {
                    Some(next) => part = next,
                    None => break,
                }
            }
            self.fields.extend(texts);
        }
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
        if !self.has_files() {
            return Ok(Vec::new());
        }
        let (mut refused, editor) = (Vec::new(), OfDraft { member, target, draft, turn: turn().await });
        for file in Waiting::all(&self.fields).iter().filter(|file| file.field == FIELD) {
            refused.extend(editor.attach(&file.name, Source::Waiting(file)).await?);
        }
        let Some((mut form, mut part)) = self.rest.take() else { return Ok(refused) };
        loop {
            if part.name == FIELD
                && let Some(sent) = part.file.as_deref().filter(|sent| !sent.is_empty())
            {
                refused.extend(editor.attach(sent, Source::Form(&mut form)).await?);
            }
            match form.next().await? {
                Some(next) => part = next,
                None => return Ok(refused),
            }
        }
    }
}

/// The draft to which files are attached.
struct OfDraft<'a> {
    member: &'a SignedIn,
    target: Target,
    draft: DraftId,
    turn: Turn,
}

impl OfDraft<'_> {
    /// Attaches a file, or returns why not.
    async fn attach(&self, sent: &str, source: Source<'_>) -> Result<Option<Refused>> {
        let name = name::clean(sent);
        let attached = match &self.turn {
            Ok(_) => self.store(source, &name).await,
            Err(_) => Err(Error::invalid(FIELD, "file.busy").into()),
        };
        Ok(reason(attached)?.map(|why| Refused { name, why }))
    }

    async fn store(&self, source: Source<'_>, name: &str) -> Result<()> {
        let ctx = &self.member.request.app.context;
        let Incoming { sent, name, .. } = incoming(self.member, source, name).await?;
        let attached = files::attach(ctx, &self.member.actor, self.target, self.draft, &sent, &name).await;
        if attached.is_err() {
            sent.abandon(ctx).await;
        }
        Ok(attached.map(|_| ())?)
    }
}

/// The files of a comment as they are taken.
struct OfComment<'a> {
    member: &'a SignedIn,
    most: usize,
    files: &'a mut Vec<Incoming>,
    refused: &'a mut Vec<Refused>,
}

impl OfComment<'_> {
    /// Takes the file of a field, or notes why not; other fields and empty ones are passed over.
    async fn take(&mut self, turn: &Turn, field: &str, sent: &str, source: Source<'_>) -> Result<()> {
        let Some(alt_field) = alt_field(field).filter(|_| !sent.is_empty()) else { return Ok(()) };
        let name = name::clean(sent);
        let arrived = match turn {
            Err(_) => Err(Error::invalid(FIELD, "file.busy").into()),
            Ok(_) if self.files.len() + self.refused.len() >= self.most => Err(Error::invalid(FIELD, "comment.files_too_many").into()),
            // The form comes back as it is: no more of it is written than it takes to say why.
            Ok(_) if !self.refused.is_empty() => Ok(()),
            Ok(_) => incoming(self.member, source, &name).await.map(|file| self.files.push(Incoming { alt_field, ..file })),
        };
        self.refused.extend(reason(arrived)?.map(|why| Refused { name, why }));
        Ok(())
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
