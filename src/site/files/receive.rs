//! The editor's form as it arrives: its text first, then file after file, each written while it comes.

use crate::domain::drafts::{DraftId, Target};
use crate::domain::files::{self, SIZE_MAX};
use crate::domain::{Error, Problem, flood};
use crate::files::name;
use crate::files::storage::{self, Arrival};
use crate::web::multipart::{Multipart, Part};
use crate::web::{Fields, HttpError, RequestContext, Result, SignedIn, body};
use poem::http::header;
use poem::{Body, Request};
use std::time::Duration;
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
    flood::file(ctx, &member.actor).await?;
    files::check_room(ctx).await?;
    let mut arrival = Arrival::begin(&ctx.db, member.actor.id, ctx.clock.now()).await.map_err(Error::from)?;
    let written = write(&mut arrival, form).await;
    if let Err(err) = written {
        arrival.abandon().await.map_err(Error::from)?;
        return Err(err);
    }
    let arrived = arrival.end().await.map_err(Error::from)?;
    let attached = match arrived.kind.is_picture() {
        true => Err(Error::invalid(FIELD, "file.picture")),
        false => files::attach(ctx, &member.actor, target, draft, &arrived, name).await,
    };
    if attached.is_err() {
        storage::drop_arriving(&ctx.db, arrived.id).await.map_err(Error::from)?;
    }
    Ok(attached.map(|_| ())?)
}

async fn write(arrival: &mut Arrival, form: &mut Multipart) -> Result<()> {
    while let Some(bytes) = form.bytes().await? {
        if arrival.size() + bytes.len() as u64 > SIZE_MAX {
            return Err(Error::invalid(FIELD, "file.too_large").into());
        }
        arrival.write(&bytes).await.map_err(Error::from)?;
    }
    if arrival.size() == 0 { Err(Error::invalid(FIELD, "file.empty").into()) } else { Ok(()) }
}
