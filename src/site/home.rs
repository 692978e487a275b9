//! GET /

use crate::domain::posts::list;
use crate::shared::cache::{Entry, Generation};
use crate::web::{Result, Visit, present, reply};
use bytes::Bytes;
use poem::{Response, handler};
use std::sync::Arc;
use templates::home::{HomePage, Recent};

/// Posts on the first page.
const POSTS: i64 = 10;

/// The first page: who you are, and what was written last.
#[handler]
pub async fn show(visit: Visit) -> Result<Response> {
    let recent = recent(&visit).await?;
    let nav = present::nav(&visit);
    let page = HomePage { shell: &present::shell(&visit, &nav), recent: &recent };
    Ok(reply::page(templates::home::page(&page)))
}

/// The drawn list of the newest posts: kept in this process as long as no post changes.
async fn recent(visit: &Visit) -> Result<Arc<str>> {
    let key = format!("home.{}", visit.lang.tag());
    let state = visit.posts.zip(visit.of_boards).map(|(posts, boards)| Generation::all([posts, boards]));
    if let Some(drawn) = state.and_then(|state| visit.app.shared.cache().rendered(&key, state)) {
        return Ok(drawn);
    }
    let cards = cards(visit).await?;
    let now = visit.app.clock.now();
    // The cards may have been chosen before a board was closed.
    let open: Vec<_> = visit.boards.open_to(None).collect();
    let shown = present::Shown { boards: &open, lang: visit.lang, now, mixed: true };
    let posts = cards.iter().filter_map(|card| present::card(card, shown)).collect();
    let drawn: Arc<str> = templates::home::recent(&Recent { lang: visit.lang, posts }).into_string().into();
    if let Some(state) = state {
        visit.app.shared.cache().keep_rendered(&key, state, drawn.clone());
    }
    Ok(drawn)
}

/// The newest posts: from `cache:posts:recent`, else from SQL once for all who ask.
async fn cards(visit: &Visit) -> Result<Vec<list::Card>> {
    let load = || async {
        let cards = list::recent(&visit.app.db, &visit.boards, POSTS).await?;
        Ok::<_, crate::domain::Error>(Bytes::from(serde_json::to_vec(&cards).unwrap_or_default()))
    };
    let json = visit.app.shared.cache().read_through(&Entry::recent_posts(), load).await?;
    Ok(serde_json::from_slice(&json).unwrap_or_default())
}
