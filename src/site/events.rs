//! GET /events, GET /events/posts/:id: what open pages listen to.

use crate::domain::PostId;
use crate::web::{Result, SignedIn, Visit, live};
use poem::web::{Path, Query};
use poem::{Request, Response, handler};
use serde::Deserialize;

/// The member's bell.
#[handler]
pub async fn bell(member: SignedIn, req: &Request) -> Result<Response> {
    live::refuse(&member.visit.app)?;
    live::bell(member.visit.clone(), member.actor.id, req).await
}

/// A post's new comments.
#[handler]
pub async fn post(visit: Visit, Path(id): Path<PostId>, page: Option<Query<Page>>, req: &Request) -> Result<Response> {
    live::refuse(&visit.app)?;
    live::post(visit, id, page.map(|Query(page)| page.after), req).await
}

/// What the page that listens has already.
#[derive(Deserialize)]
struct Page {
    after: i64,
}
