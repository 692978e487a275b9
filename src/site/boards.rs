//! GET /community, GET /community/:board

use crate::domain::posts::list::{self, Page, Sort};
use crate::domain::{Error, boards::Board};
use crate::shared::cache::{Entry, Generation};
use crate::web::{Generations, RequestContext, Result, present, reply};
use bytes::Bytes;
use poem::web::{Path, Query};
use poem::{Response, handler};
use serde::Deserialize;
use std::sync::Arc;
use templates::boards::{self as views, BoardCard, BoardList, BoardPage, BoardsPage, Latest, Write};

/// The list of boards.
#[handler]
pub async fn index(request: RequestContext) -> Result<Response> {
    let actor = request.actor.as_ref();
    let summaries = list::summaries(&request.app.context.db, actor, &request.boards).await?;
    let listed = request.boards.listed(actor);
    let boards = listed.filter_map(|board| Some(card(&request, board, summaries.iter().find(|s| s.board_id == board.id)?)));
    let nav = present::nav(&request);
    let page = BoardsPage { shell: &present::shell(&request, &nav), boards: boards.collect() };
    Ok(reply::page(views::index(&page)))
}

fn card<'a>(request: &'a RequestContext, board: &'a Board, summary: &'a list::Summary) -> BoardCard<'a> {
    let readable = board.reads_for(request.actor.as_ref());
    let latest = summary.latest_id.zip(summary.latest_title.as_deref()).zip(summary.latest_at);
    let moment = |at| present::ago(at, request.app.context.clock.now(), request.lang);
    BoardCard {
        slug: &board.slug,
        name: present::board_name(board, request.lang),
        description: present::board_description(board, request.lang),
        posts: present::count(summary.posts),
        latest: latest.map(|((id, title), at)| Latest { id: id.0, title, at: moment(at) }),
        readable,
        archived: board.archived,
    }
}

/// Which page, in which order. Whatever is typed there, there is an answer.
#[derive(Deserialize, Default)]
pub struct BoardQuery {
    page: Option<String>,
    sort: Option<String>,
}

impl BoardQuery {
    /// The number of the page: anything that is no number is the first; nothing is beyond 10^12.
    pub fn number(&self) -> i64 {
        self.page.as_deref().and_then(|page| page.parse::<i64>().ok()).unwrap_or(1).clamp(1, 1_000_000_000_000)
    }

    fn sort(&self) -> Sort {
        if self.sort.as_deref() == Some("active") { Sort::Active } else { Sort::New }
    }
}

/// A board.
#[handler]
pub async fn show(request: RequestContext, Path(slug): Path<String>, place: Option<Query<BoardQuery>>) -> Result<Response> {
    let place = place.map(|Query(place)| place).unwrap_or_default();
    let board = request.board_at(&slug)?;
    let (page, sort) = (place.number(), place.sort());
    let drawn = list(&request, board, sort, page).await?;
    let nav = present::nav(&request);
    let page = BoardPage {
        shell: &present::shell(&request, &nav),
        slug: &board.slug,
        name: present::board_name(board, request.lang),
        description: present::board_description(board, request.lang),
        archived: board.archived,
        write: write(&request, board),
        page: present::count(page),
        list: &drawn,
    };
    Ok(reply::page(views::page(&page)))
}

fn write(request: &RequestContext, board: &Board) -> Write {
    let actor = request.actor.as_ref();
    if board.takes_posts_from(actor) {
        Write::Allowed
    } else if actor.is_none() && !board.archived && board.write <= crate::domain::boards::Access::Members {
        Write::SignIn
    } else {
        Write::Closed
    }
}

/// The drawn list of a page: kept in this process as long as nothing on the board changes. Comments stand beside it only for those who
/// may read them.
async fn list(request: &RequestContext, board: &Board, sort: Sort, number: i64) -> Result<Arc<str>> {
    let cache = request.app.context.shared.cache();
    let reads = board.reads_for(request.actor.as_ref());
    let key = format!("board.{}.{sort:?}.{number}.{}.{reads}", board.slug, request.lang.tag());
    let Generations { board: posts, boards, .. } = request.generations;
    let state = posts.zip(boards).map(|(posts, boards)| Generation::all([posts, boards]));
    if let Some(drawn) = state.and_then(|state| cache.rendered(&key, state)) {
        return Ok(drawn);
    }
    let page = read(request, board, sort, number).await?;
    let now = request.app.context.clock.now();
    let shown = present::Shown { boards: &[board], lang: request.lang, now, mixed: false };
    let drawn: Arc<str> = views::list(&BoardList {
        lang: request.lang,
        slug: &board.slug,
        name: present::board_name(board, request.lang),
        notices: page.notices.iter().filter_map(|card| present::card(card, shown)).collect(),
        posts: page.posts.iter().filter_map(|card| present::card(card, shown)).collect(),
        look: present::look(board.look),
        files: page.posts.iter().map(|post| (post.id.0, present::files(&post.files))).collect(),
        sort: if sort == Sort::Active { views::Sort::Active } else { views::Sort::New },
        page: present::count(number),
        comments: page.comments.iter().map(|comment| present::new_comment(comment, now, request.lang)).collect(),
        total_pages: present::count((page.total + list::PAGE - 1) / list::PAGE).max(1),
    })
    .into_string()
    .into();
    if let Some(state) = state {
        cache.keep_rendered(&key, state, drawn.clone());
    }
    Ok(drawn)
}

/// The rows: those of the first page from Redis, under one key for those who may read the posts and another for all others; those of
/// other pages from SQL.
async fn read(request: &RequestContext, board: &Board, sort: Sort, number: i64) -> Result<Page> {
    let load = || list::page(&request.app.context.db, request.actor.as_ref(), board, sort, number);
    if number > 1 || sort != Sort::New {
        return Ok(load().await?);
    }
    let json = || async { Ok::<_, Error>(Bytes::from(serde_json::to_vec(&load().await?).unwrap_or_default())) };
    let reads = board.reads_for(request.actor.as_ref());
    let entry = if reads { Entry::board_first(&board.slug) } else { Entry::board_titles(&board.slug) };
    let bytes = request.app.context.shared.cache().read_through(&entry, json).await?;
    match serde_json::from_slice(&bytes) {
        Ok(page) => Ok(page),
        // Written by another version of ours that kept it differently.
        Err(_) => Ok(load().await?),
    }
}
