//! GET /events, GET /events/posts/:id: what open pages listen to.

use crate::web::{Result, SignedIn, Visit, live};
use poem::web::Path;
use poem::{Request, Response, handler};

/// The member's bell.
#[handler]
pub async fn bell(member: SignedIn, req: &Request) -> Result<Response> {
    live::refuse(&member.visit.app)?;
    live::bell(member.visit.clone(), member.actor.id, req).await
}

/// A post's new comments.
#[handler]
pub async fn post(visit: Visit, Path(id): Path<i64>, req: &Request) -> Result<Response> {
    live::refuse(&visit.app)?;
    live::post(visit, id, req).await
}
