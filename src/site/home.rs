//! GET /

mod here;

use crate::domain::boards::Look;
use crate::domain::boards::{Access, Board};
use crate::domain::posts::list::{self, Card};
use crate::shared::cache::{Entry, Generation};
use crate::web::{Generations, RequestContext, Result, present, reply};
use bytes::Bytes;
use poem::web::Data;
use poem::{Response, handler};
use std::collections::BTreeSet;
use std::sync::Arc;
use templates::home::{Column, Gallery, HomePage, Overview};
use templates::posts;
use time::Duration;

pub use here::Here;

/// Boards whose newest posts are shown.
const BOARDS: usize = 6;
/// Posts in each list.
const LINES: usize = 5;
/// Posts with pictures of each gallery.
const COVERS: usize = 4;
/// Notices.
const NOTICES: usize = 3;
/// A post is listed as discussed for this time after it was written,
const TALKED: Duration = Duration::days(7);
/// and with at least this many comments.
const MUCH: i64 = 3;

/// The first page: what everybody should know, what is new on each board, what is talked about.
#[handler]
pub async fn show(request: RequestContext, here: Data<&Here>) -> Result<Response> {
    let overview = overview(&request).await?;
    let nav = present::nav(&request);
    // Members alone see who is online: nginx caches the pages of guests for longer than that is true.
    let members = request.actor.as_ref().map(|_| here.members(&request.app)).unwrap_or_default();
    let others = members.iter().filter(|member| member.id != request.viewer_id());
    let here = others.map(present::avatar).collect();
    let page = HomePage { shell: &present::shell(&request, &nav), overview: &overview, here };
    Ok(reply::page(templates::home::page(&page)))
}

/// The drawn lists: kept in this process as long as no post changes.
async fn overview(request: &RequestContext) -> Result<Arc<str>> {
    let key = format!("home.{}", request.lang.tag());
    let Generations { posts, boards, .. } = request.generations;
    let state = posts.zip(boards).map(|(posts, boards)| Generation::all([posts, boards]));
    if let Some(drawn) = state.and_then(|state| request.app.context.shared.cache().rendered(&key, state)) {
        return Ok(drawn);
    }
    let cards = cards(request).await?;
    // The cards may have been chosen before a board was closed.
    let open: Vec<_> = request.boards.open_to(None).collect();
    let drawn: Arc<str> = templates::home::overview(&sort(request, &open, &cards)).into_string().into();
    if let Some(state) = state {
        request.app.context.shared.cache().keep_rendered(&key, state, drawn.clone());
    }
    Ok(drawn)
}

/// Each card in the first list that it belongs to.
fn sort<'a>(request: &RequestContext, open: &'a [&'a Board], cards: &'a [Card]) -> Overview<'a> {
    let now = request.app.context.clock.now();
    let present = |cards: &mut dyn Iterator<Item = &'a Card>, most: usize, mixed| -> Vec<posts::Card<'a>> {
        let shown = present::Shown { boards: open, lang: request.lang, now, mixed };
        cards.filter_map(|card| present::card(card, shown)).take(most).collect()
    };
    let galleries: Vec<Gallery<'a>> = open
        .iter()
        .filter(|board| board.look == Look::Gallery)
        .map(|board| gallery(request, open, board, cards))
        .filter(|gallery| !gallery.posts.is_empty())
        .collect();
    let announces = |card: &Card| card.is_notice || open.iter().any(|board| board.id == card.board_id && is_for_notices(board));
    let (mut notices, mut others): (Vec<_>, Vec<_>) = cards.iter().partition(|card| announces(card));
    notices.sort_by_key(|card| std::cmp::Reverse(card.id));
    others.sort_by_key(|card| std::cmp::Reverse(card.id));
    let column = |board: &&'a Board| Column {
        slug: &board.slug,
        name: present::board_name(board, request.lang),
        posts: present(&mut others.iter().copied().filter(|card| card.board_id == board.id), LINES, false),
    };
    let boards = open.iter().filter(|board| !is_for_notices(board) && board.look != Look::Gallery).map(column);
    let boards: Vec<_> = boards.filter(|column| !column.posts.is_empty()).take(BOARDS).collect();
    let in_columns = boards.iter().flat_map(|board| board.posts.iter().map(|post| post.id));
    let shown: BTreeSet<i64> = in_columns.chain(galleries.iter().flat_map(|board| board.posts.iter().map(|(post, _)| post.id))).collect();
    let is_shown = |card: &Card| shown.contains(&card.id.0);
    let mut talked: Vec<_> =
        others.iter().copied().filter(|card| card.comment_count >= MUCH && now - card.created_at < TALKED && !is_shown(card)).collect();
    talked.sort_by_key(|card| std::cmp::Reverse((card.comment_count, card.id)));
    let (notices, talked) = (present(&mut notices.into_iter(), NOTICES, true), present(&mut talked.into_iter(), LINES, true));
    Overview { lang: request.lang, notices, boards, galleries, talked }
}

/// The newest posts of a gallery that have pictures.
fn gallery<'a>(request: &RequestContext, open: &'a [&'a Board], board: &'a Board, cards: &'a [Card]) -> Gallery<'a> {
    let shown = present::Shown { boards: open, lang: request.lang, now: request.app.context.clock.now(), mixed: false };
    let of_board = cards.iter().filter(|card| card.board_id == board.id);
    let mut with_pictures: Vec<_> = of_board.filter(|card| card.files.iter().any(|file| file.kind.is_picture())).collect();
    with_pictures.sort_by_key(|card| std::cmp::Reverse(card.id));
    let covers = with_pictures.into_iter().take(COVERS);
    Gallery {
        slug: &board.slug,
        name: present::board_name(board, request.lang),
        posts: covers.filter_map(|card| Some((present::card(card, shown)?, present::files(&card.files)))).collect(),
    }
}

/// Where only staff write, every post is a notice.
fn is_for_notices(board: &Board) -> bool {
    board.write >= Access::Staff
}

/// The posts for all lists: from `cache:posts:recent`, else from SQL once for all who ask.
async fn cards(request: &RequestContext) -> Result<Vec<Card>> {
    let load = || async {
        let cards = list::overview(&request.app.context.db, &request.boards).await?;
        Ok::<_, crate::domain::Error>(Bytes::from(serde_json::to_vec(&cards).unwrap_or_default()))
    };
    let json = request.app.context.shared.cache().read_through(&Entry::recent_posts(), load).await?;
    Ok(serde_json::from_slice(&json).unwrap_or_default())
}
