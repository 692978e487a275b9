//! Extractors that decide who may call a handler: one that takes `SignedIn` is called for members only, one that takes `Staff` for staff.

use super::error::HttpError;
use super::fields::Fields;
use super::request::RequestContext;
use crate::domain::sessions::Session;
use crate::domain::{Action, Actor, Resource, audit};
use poem::http::Method;
use poem::{FromRequest, Request, RequestBody};

/// A request by a member.
#[derive(Clone)]
pub struct SignedIn {
    pub request: RequestContext,
    pub actor: Actor,
}

impl SignedIn {
    /// The member's session.
    pub fn session(&self) -> &Session {
        self.request.session.as_ref().expect("a SignedIn is only made of a request with a session")
    }
}

impl SignedIn {
    /// The member with the rights that they have now. For a form whose files came for minutes: a member may have been suspended meanwhile,
    /// or a board closed.
    ///
    /// # Errors
    /// `SignInAgain` where the session has ended; the database's.
    pub async fn reloaded(self, fields: &Fields) -> Result<Self, HttpError> {
        let request = RequestContext::load(self.request.head.clone()).await?;
        match request.actor.clone() {
            Some(actor) => Ok(Self { request, actor }),
            None => Err(HttpError::SignInAgain(fields.pairs().to_vec())),
        }
    }

    /// The author of an entry in the audit log.
    pub fn by(&self) -> audit::By {
        audit::By { actor: self.actor.clone(), client: self.request.head.client.clone() }
    }
}

impl<'a> FromRequest<'a> for SignedIn {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let request = RequestContext::from_request(req, body).await?;
        match request.actor.clone() {
            Some(actor) => Ok(Self { request, actor }),
            None => Err(sign_in_first(req, body).await.into()),
        }
    }
}

/// Asks to sign in; a form that was sent is kept and finished afterwards.
async fn sign_in_first(req: &Request, body: &mut RequestBody) -> HttpError {
    if req.method() != Method::POST {
        return HttpError::SignIn;
    }
    match Fields::from_request(req, body).await {
        Ok(fields) => HttpError::SignInAgain(fields.pairs().to_vec()),
        Err(_) => HttpError::SignIn,
    }
}

/// A request to the panel by a member of staff. The router's root has checked that already; this gives the handler the member.
#[derive(Clone)]
pub struct Staff {
    pub request: RequestContext,
    pub actor: Actor,
}

impl Staff {
    /// `None` for a request by anybody else.
    pub fn of(request: &RequestContext) -> Option<Self> {
        let actor = request.actor.clone().filter(|actor| actor.may(Resource::Panel, Action::Read))?;
        Some(Self { request: request.clone(), actor })
    }

    /// The author of an entry in the audit log.
    pub fn by(&self) -> audit::By {
        audit::By { actor: self.actor.clone(), client: self.request.head.client.clone() }
    }
}

impl<'a> FromRequest<'a> for Staff {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let request = RequestContext::from_request(req, body).await?;
        match Self::of(&request) {
            Some(staff) => Ok(staff),
            None => Err(sign_in_first(req, body).await.into()),
        }
    }
}
