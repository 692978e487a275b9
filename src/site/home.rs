//! GET /

use crate::domain::posts::list;
use crate::shared::cache::{Entry, Generation};
use crate::web::{RequestContext, Result, present, reply};
use bytes::Bytes;
use poem::{Response, handler};
use std::sync::Arc;
use templates::home::{HomePage, Recent};

/// Posts on the first page.
const POSTS: u64 = 10;

/// The first page: who you are, and what was written last.
#[handler]
pub async fn show(request: RequestContext) -> Result<Response> {
    let recent = recent(&request).await?;
    let nav = present::nav(&request);
    let page = HomePage { shell: &present::shell(&request, &nav), recent: &recent };
    Ok(reply::page(templates::home::page(&page)))
}

/// The drawn list of the newest posts: kept in this process as long as no post changes.
async fn recent(request: &RequestContext) -> Result<Arc<str>> {
    let key = format!("home.{}", request.lang.tag());
    let state = request.posts.zip(request.of_boards).map(|(posts, boards)| Generation::all([posts, boards]));
    if let Some(drawn) = state.and_then(|state| request.app.context.shared.cache().rendered(&key, state)) {
        return Ok(drawn);
    }
    let cards = cards(request).await?;
    let now = request.app.context.clock.now();
    // The cards may have been chosen before a board was closed.
    let open: Vec<_> = request.boards.open_to(None).collect();
    let shown = present::Shown { boards: &open, lang: request.lang, now, mixed: true };
    let posts = cards.iter().filter_map(|card| present::card(card, shown)).collect();
    let drawn: Arc<str> = templates::home::recent(&Recent { lang: request.lang, posts }).into_string().into();
    if let Some(state) = state {
        request.app.context.shared.cache().keep_rendered(&key, state, drawn.clone());
    }
    Ok(drawn)
}

/// The newest posts: from `cache:posts:recent`, else from SQL once for all who ask.
async fn cards(request: &RequestContext) -> Result<Vec<list::Card>> {
    let load = || async {
        let cards = list::recent(&request.app.context.db, &request.boards, POSTS).await?;
        Ok::<_, crate::domain::Error>(Bytes::from(serde_json::to_vec(&cards).unwrap_or_default()))
    };
    let json = request.app.context.shared.cache().read_through(&Entry::recent_posts(), load).await?;
    Ok(serde_json::from_slice(&json).unwrap_or_default())
}
