//! GET /events, GET /events/posts/:id: what open pages listen to.

use crate::domain::{CommentId, PostId};
use crate::web::live::{self, RecentNews};
use crate::web::{RequestContext, Result, SignedIn};
use poem::web::{Data, Path, Query};
use poem::{Request, Response, handler};
use serde::Deserialize;

/// The member's bell.
#[handler]
pub async fn bell(member: SignedIn, req: &Request) -> Result<Response> {
    live::refuse(&member.request.app)?;
    live::bell(member.request.clone(), member.actor.id, req).await
}

/// A post's new comments.
#[handler]
pub async fn post(
    request: RequestContext,
    recent: Data<&RecentNews>,
    Path(id): Path<PostId>,
    page: Option<Query<Page>>,
    req: &Request,
) -> Result<Response> {
    live::refuse(&request.app)?;
    live::post(request, recent.clone(), id, page.map(|Query(page)| page.after), req).await
}

/// What the page that listens has already.
#[derive(Deserialize)]
struct Page {
    after: CommentId,
}
