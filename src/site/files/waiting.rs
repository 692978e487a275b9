//! Files of a form whose session had run out. They wait in the database, as contents that have not become ready, while their sender
//! signs in again; the form that is then sent on names them. For an hour: then they are swept like any content that stopped arriving.
//!
//! Only the sender of an expired session may let files wait, so that a stranger cannot fill the database, and only they get them. A file
//! that was not taken is named as well, so that its sender is asked for it again.

use super::arrive::{OF_FILE, SizeLimit, arrive_of, turn};
use super::receive::FIELD;
use crate::domain::files::{BlobId, OF_POST_MAX};
use crate::domain::{Error, UserId, flood, sessions};
use crate::files::storage::{self, Arrived};
use crate::web::multipart::{Multipart, Part};
use crate::web::reply::HtmxTarget;
use crate::web::{Fields, HttpError, RequestContext, Result, SignedIn, body};
use templates::users::sign_in::WAITING_PREFIX;

/// A file that waits, as a field of the form names it.
pub struct Waiting {
    /// The field of the form in which it came.
    pub field: String,
    /// None: it was not taken.
    id: Option<BlobId>,
    /// As its sender's browser calls it.
    pub name: String,
}

impl Waiting {
    /// The files that a form's fields name.
    pub fn all(fields: &Fields) -> Vec<Self> {
        let files = fields.pairs().iter().filter_map(|(field, value)| {
            let field = field.strip_prefix(WAITING_PREFIX)?.to_owned();
            let (id, name) = value.split_once('/')?;
            Some(Self { field, id: id.parse().ok().map(BlobId), name: name.to_owned() })
        });
        files.collect()
    }

    fn pair(&self) -> (String, String) {
        let id = self.id.map(|id| id.to_string()).unwrap_or_default();
        (format!("{WAITING_PREFIX}{}", self.field), format!("{id}/{}", self.name))
    }

    /// Its content, for the member who sent it.
    ///
    /// # Errors
    /// `Invalid(field, …)`: `file.again`, where it was not taken or waited too long; the sentence of the limit.
    pub async fn find(&self, member: &SignedIn, field: &'static str, limit: SizeLimit) -> Result<Arrived> {
        let again = || Error::invalid(field, "file.again");
        let id = self.id.ok_or_else(again)?;
        let found = storage::find_waiting(&member.request.app.context.db, id, member.actor.id).await.map_err(Error::from)?;
        let arrived = found.ok_or_else(again)?;
        if arrived.size > limit.bytes { Err(Error::invalid(field, limit.message).into()) } else { Ok(arrived) }
    }
}

/// Reads the rest of a form that came from an expired session: gives its fields, with those that name its files.
///
/// # Errors
/// The form breaks off; the database's.
pub async fn hold(request: &RequestContext, mut fields: Fields, rest: Option<(Multipart, Part)>) -> Result<Vec<(String, String)>> {
    let Some((mut form, mut part)) = rest else { return Ok(fields.pairs().to_vec()) };
    if request.head.target == HtmxTarget::Part && !fields.has("body") {
        // The editor's script keeps its file itself.
        form.drain().await;
        return Ok(fields.pairs().to_vec());
    }
    let sender = sender(request).await?;
    // A stranger takes no turn from members.
    let turn = if sender.is_some() { turn().await.ok() } else { None };
    let (mut kept, mut left) = (Vec::new(), body::FORM.saturating_sub(fields.size()));
    loop {
        match (&part.file, sender) {
            (None, _) => {
                let text = form.text(left).await?;
                left -= text.len().min(left);
                kept.push((part.name, text));
            }
            (Some(name), _) if name.is_empty() || kept.len() >= OF_POST_MAX => {}
            (Some(name), sender) => {
                let id = match sender.filter(|_| turn.is_some()) {
                    Some(sender) => wait(request, sender, &mut form).await?,
                    None => None,
                };
                kept.push(Waiting { field: part.name, id, name: name.clone() }.pair());
            }
        }
        match form.next().await? {
            Some(next) => part = next,
            None => break,
        }
    }
    fields.extend(kept);
    Ok(fields.pairs().to_vec())
}

/// Whose session had run out.
async fn sender(request: &RequestContext) -> Result<Option<UserId>> {
    match request.dead_session() {
        Some(hash) => Ok(sessions::expired_member(&request.app.context, hash, request.head.area).await?),
        None => Ok(None),
    }
}

/// Writes a file that is to wait; `None`: it is not taken, and its sender chooses it again.
async fn wait(request: &RequestContext, sender: UserId, form: &mut Multipart) -> Result<Option<BlobId>> {
    let ctx = &request.app.context;
    let arrived = match flood::file_of(ctx, sender).await {
        Ok(()) => arrive_of(ctx, sender, form, FIELD, OF_FILE).await,
        Err(err) => Err(err.into()),
    };
    match arrived {
        Ok(arrived) => {
            storage::let_wait(&ctx.db, &arrived, ctx.clock.now()).await.map_err(Error::from)?;
            Ok(Some(arrived.id))
        }
        Err(HttpError::Domain(Error::Invalid(_) | Error::Slow(_))) => Ok(None),
        Err(err) => Err(err),
    }
}
