//! Saved searches: the button on the page of a search, and a member's own list.

use super::search;
use crate::domain::saved_searches::{self, New, SavedSearch, SavedSearchId};
use crate::domain::search::Kind;
use crate::domain::{Error, notifications::Notification};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::routes::{Routes, page};
use crate::web::{Fields, Flash, Rejection, RequestContext, Result, SignedIn, form, form_token, present, reply};
use poem::web::Path;
use poem::{Response, get, handler, post};
use templates::saved_searches::{self as views, Board, Item, SavedSearchesPage, Watch, paths, text};
use templates::search::{Asked, paths as search_paths};

/// The key of each form here.
const FORM: &str = "saved-searches";

pub fn routes(routes: Routes) -> Routes {
    routes
        .at(page(paths::INDEX).private().cost(1, 0), get(index).post(create))
        .at(page(paths::SHOW).private(), get(show))
        .at(paths::DESTROY, post(destroy))
}

/// What the page of a search needs for the button: a key, and the search where it is saved.
pub type Button = (String, Option<SavedSearchId>);

/// The button; none for visitors, and where members cannot be notified.
pub async fn watch(request: &RequestContext, new: &New<'_>) -> Result<Option<Button>> {
    let Some(actor) = request.actor.as_ref().filter(|_| new.can_be_kept()) else { return Ok(None) };
    let kept = saved_searches::find_same(&request.app.context.db, actor, new).await?;
    Ok(Some((form_token::issue(request, FORM), kept)))
}

/// The same for the view.
pub fn button((once, kept): &Button) -> Watch<'_> {
    Watch { once, kept: kept.map(|id| id.0) }
}

/// GET /my/searches
#[handler]
pub async fn index(member: SignedIn) -> Result<Response> {
    list(&member, &Rejection::default()).await
}

async fn list(member: &SignedIn, rejection: &Rejection) -> Result<Response> {
    let request = &member.request;
    let rows = saved_searches::list(&request.app.context.db, &member.actor).await?;
    let (key, nav, errors) = (form_token::issue(request, FORM), present::nav(request), rejection.errors());
    let page = SavedSearchesPage {
        shell: &present::shell(request, &nav),
        items: rows.iter().map(|row| item(request, row)).collect(),
        most: saved_searches::MOST,
        once: &key,
        errors: &errors,
    };
    Ok(rejection.page(request, views::page(&page)))
}

fn item<'a>(request: &'a RequestContext, row: &'a SavedSearch) -> Item<'a> {
    let board = |id| request.boards.find_readable(request.actor.as_ref(), id);
    Item {
        id: row.id.0,
        words: &row.words,
        kind: row.kind.map(|kind| if kind == Kind::Comment { views::Kind::Comments } else { views::Kind::Posts }),
        board: row.board_id.map_or(Board::Any, |id| board(id).map_or(Board::Gone, |b| Board::Named(present::board_name(b, request.lang)))),
        author: row.author.as_deref().unwrap_or_default(),
        at: present::ago(row.created_at, request.app.context.clock.now(), request.lang),
    }
}

/// POST /my/searches: what is asked for stands in the form as it does in the address of a search.
#[handler]
pub async fn create(member: SignedIn, fields: Fields) -> Result<Response> {
    let (request, form) = (&member.request, search::Form::of(&fields));
    let new = form.new_search(request)?;
    let create = async |key| saved_searches::create(&request.app.context, &member.actor, &request.boards, &key, new).await;
    match form::submit(request, FORM, &fields, create).await? {
        Accepted(_) => Ok(reply::see_other_with(request, &search_paths::page(&form.asked(), ""), Flash(text::FLASH_ADDED))),
        Rejected(rejection) => list(&member, &rejection).await,
    }
}

/// GET /my/searches/:id: the page of the search, the newest first.
#[handler]
pub async fn show(member: SignedIn, Path(id): Path<SavedSearchId>) -> Result<Response> {
    let saved = saved_searches::find(&member.request.app.context.db, &member.actor, id).await?;
    Ok(reply::see_other(&member.request, &address(&member.request, &saved)))
}

/// Where what a notification is about is found: the list, where its search is gone.
pub async fn place(member: &SignedIn, notification: &Notification) -> Result<String> {
    let Some(id) = notification.saved_search_id else { return Ok(paths::INDEX.into()) };
    match saved_searches::find(&member.request.app.context.db, &member.actor, id).await {
        Ok(saved) => Ok(address(&member.request, &saved)),
        Err(Error::NotFound) => Ok(paths::INDEX.into()),
        Err(err) => Err(err.into()),
    }
}

/// The page of a search. Where its board cannot be seen any more nothing is found, so its member is shown the list.
fn address(request: &RequestContext, saved: &SavedSearch) -> String {
    let board = match saved.board_id.map(|id| request.boards.find_readable(request.actor.as_ref(), id)) {
        None => "",
        Some(Ok(board)) => &board.slug,
        Some(Err(_)) => return paths::INDEX.into(),
    };
    let by = saved.author.as_deref().unwrap_or_default();
    search_paths::page(&Asked { text: &saved.words, kind: search::word(saved.kind), board, by, sort: "new", ..Asked::default() }, "")
}

/// POST /my/searches/:id/delete
#[handler]
pub async fn destroy(member: SignedIn, Path(id): Path<SavedSearchId>, fields: Fields) -> Result<Response> {
    let request = &member.request;
    let next = match fields.text("next") {
        "" => paths::INDEX,
        next => reply::local(next),
    };
    let destroy = async |key| saved_searches::destroy(&request.app.context, &member.actor, &request.boards, &key, id).await;
    match form::submit_one(request, (FORM, id), &fields, destroy).await? {
        Accepted(_) => Ok(reply::see_other_with(request, next, Flash(text::FLASH_REMOVED))),
        Rejected(rejection) => list(&member, &rejection).await,
    }
}
