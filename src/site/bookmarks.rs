//! Bookmarks: the button on a post's page, and a member's own list.

use crate::domain::bookmarks::{self, BookmarkId, Draft, Filter};
use crate::domain::{Error, PostId};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::routes::{Routes, page};
use crate::web::{Fields, Flash, Rejection, RequestContext, Result, SignedIn, form, form_token, present, reply};
use maud::Markup;
use poem::http::StatusCode;
use poem::web::{Path, Query};
use poem::{Response, get, handler, post};
use serde::Deserialize;
use templates::bookmarks::{self as views, BookmarksPage, Folder, Item, SeenPost, Toggle, paths};

/// The key of each form here; a page's buttons share it.
const FORM: &str = "bookmarks";

pub fn routes(routes: Routes) -> Routes {
    routes
        .at(page(paths::INDEX).private().cost(2, 0), get(index))
        .at(page(paths::EDIT).private(), get(edit).post(update))
        .at(paths::CREATE, post(create))
        .at(paths::DESTROY, post(destroy))
}

/// The button on a post's page, for members.
pub fn button(request: &RequestContext, post: PostId, is_on: bool) -> Option<Markup> {
    request.actor.as_ref().map(|_| toggle(request, post, is_on, &request.head.path))
}

fn toggle(request: &RequestContext, post: PostId, is_on: bool, next: &str) -> Markup {
    let key = form_token::issue(request, FORM);
    views::toggle(&Toggle { lang: request.lang, post: post.0, is_on, next, once: &key })
}

/// Which part of the list.
#[derive(Deserialize, Default)]
pub struct Place {
    folder: Option<String>,
    before: Option<String>,
}

/// GET /my/bookmarks
#[handler]
pub async fn index(member: SignedIn, place: Option<Query<Place>>) -> Result<Response> {
    let place = place.map(|Query(place)| place).unwrap_or_default();
    let before = place.before.as_ref().and_then(|before| before.parse().ok()).filter(|id: &BookmarkId| id.0 > 0);
    let list =
        List { filter: Filter { folder: place.folder.as_deref(), before, post: None }, next: &member.request.head.path, typed: None };
    show(&member, &list, &Rejection::default()).await
}

/// GET /my/bookmarks/:id, the id being the post's: one bookmark alone.
#[handler]
pub async fn edit(member: SignedIn, Path(id): Path<PostId>) -> Result<Response> {
    let list = List { filter: Filter { post: Some(id), ..Filter::default() }, next: paths::INDEX, typed: None };
    show(&member, &list, &Rejection::default()).await
}

struct List<'a> {
    filter: Filter<'a>,
    next: &'a str,
    typed: Option<Draft<'a>>,
}

async fn show(member: &SignedIn, list: &List<'_>, rejection: &Rejection) -> Result<Response> {
    let (request, filter) = (&member.request, list.filter);
    let (mut rows, folders) = futures_util::try_join!(
        bookmarks::list(&request.app.context.db, &member.actor, &request.boards, filter),
        bookmarks::folders(&request.app.context.db, &member.actor)
    )?;
    if filter.post.is_some() && rows.is_empty() {
        return Err(Error::NotFound.into());
    }
    let more = rows.len() > bookmarks::PAGE;
    rows.truncate(bookmarks::PAGE);
    let (key, nav, errors) = (form_token::issue(request, FORM), present::nav(request), rejection.errors());
    let page = BookmarksPage {
        shell: &present::shell(request, &nav),
        items: rows.iter().map(|row| item(request, list, row)).collect(),
        folders: folders.iter().map(|f| Folder { name: &f.folder, bookmarks: present::count(f.bookmarks) }).collect(),
        folder: filter.folder,
        is_alone: filter.post.is_some(),
        older_than: if more { rows.last().map(|row| row.id.0) } else { None },
        next: list.next,
        once: &key,
        errors: &errors,
    };
    Ok(rejection.page(request, views::page(&page)))
}

fn item<'a>(request: &'a RequestContext, list: &'a List<'_>, row: &'a bookmarks::Bookmark) -> Item<'a> {
    let board = row.board_id.and_then(|id| request.boards.find_readable(request.actor.as_ref(), id).ok());
    let seen = board.zip(row.title.as_deref());
    let typed = list.typed.unwrap_or(Draft { folder: &row.folder, note: &row.note });
    Item {
        post: row.post_id.0,
        seen: seen.map(|(board, title)| SeenPost { title, slug: &board.slug, board: present::board_name(board, request.lang) }),
        at: present::ago(row.created_at, request.app.context.clock.now(), request.lang),
        folder: &row.folder,
        note: &row.note,
        typed: (typed.folder, typed.note),
    }
}

/// POST /my/bookmarks/:id
#[handler]
pub async fn update(member: SignedIn, Path(id): Path<PostId>, fields: Fields) -> Result<Response> {
    let (request, next) = (&member.request, reply::local(fields.text("next")));
    let draft = Draft { folder: fields.text("folder"), note: fields.text("note") };
    let update = async |key| bookmarks::update(&request.app.context, &member.actor, &key, id, draft).await;
    match form::submit_one(request, (FORM, format!("set.{id}")), &fields, update).await? {
        Accepted(_) => Ok(reply::see_other_with(request, next, Flash(views::text::FLASH_SAVED))),
        Rejected(rejection) => {
            let list = List { filter: Filter { post: Some(id), ..Filter::default() }, next, typed: Some(draft) };
            show(&member, &list, &rejection).await
        }
    }
}

/// POST /posts/:id/bookmark
#[handler]
pub async fn create(member: SignedIn, Path(id): Path<PostId>, fields: Fields) -> Result<Response> {
    let request = &member.request;
    let create = async |key| bookmarks::create(&request.app.context, &member.actor, &request.boards, &key, id).await;
    match form::submit_one(request, (FORM, format!("on.{id}")), &fields, create).await? {
        Accepted(_) => Ok(turned(request, id, true, &fields)),
        Rejected(rejection) => refused(&member, &rejection).await,
    }
}

/// POST /posts/:id/bookmark/delete
#[handler]
pub async fn destroy(member: SignedIn, Path(id): Path<PostId>, fields: Fields) -> Result<Response> {
    let request = &member.request;
    let destroy = async |key| bookmarks::destroy(&request.app.context, &member.actor, &key, id).await;
    match form::submit_one(request, (FORM, format!("off.{id}")), &fields, destroy).await? {
        Accepted(_) => Ok(turned(request, id, false, &fields)),
        Rejected(rejection) => refused(&member, &rejection).await,
    }
}

/// The button in its new state where it stands, or the page from which it was pressed.
fn turned(request: &RequestContext, post: PostId, is_on: bool, fields: &Fields) -> Response {
    let next = reply::local(fields.text("next"));
    if request.head.target == reply::HtmxTarget::Part {
        return reply::part(StatusCode::OK, views::turned(request.lang, is_on, &toggle(request, post, is_on, next)));
    }
    let message = if is_on { views::text::FLASH_ON } else { views::text::FLASH_OFF };
    reply::see_other_with(request, next, Flash(message))
}

/// The list, where room can be made.
async fn refused(member: &SignedIn, rejection: &Rejection) -> Result<Response> {
    show(member, &List { filter: Filter::default(), next: paths::INDEX, typed: None }, rejection).await
}
