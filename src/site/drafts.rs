//! Drafts: saving one from the editor, and a member's own list.

use super::posts::editor::{self, Editor};
use crate::domain::boards::Board;
use crate::domain::drafts::{self, Draft, DraftId, Saved, Target};
use crate::domain::posts::{self, Draft as Typed};
use crate::domain::{Error, PostId, Problem};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::reply::HtmxTarget;
use crate::web::routes::{RateLimit, Routes, page};
use crate::web::{Fields, Flash, Rejection, RequestContext, Result, SignedIn, form, form_token, present, reply};
use poem::http::StatusCode;
use poem::web::Path;
use poem::{Response, get, handler, post};
use templates::drafts::{self as views, DraftPage, DraftsPage, Item, Place, Status, Version, paths};
use templates::posts::form::Purpose;

/// The key of the list's forms; its buttons share it.
const FORM: &str = "drafts";

pub fn routes(routes: Routes) -> Routes {
    routes
        .at(page(paths::INDEX).private().cost(1, 0), get(index))
        .at(page(paths::SHOW).private(), get(show))
        .at(paths::DESTROY, post(destroy))
        .at(page(paths::CREATE).limit(RateLimit::Draft), get(to_new).post(create))
        .at(page(paths::UPDATE).limit(RateLimit::Draft), get(to_edit).post(update))
}

/// GET /my/drafts
#[handler]
pub async fn index(member: SignedIn) -> Result<Response> {
    let request = &member.request;
    let rows = drafts::list(&request.app.context.db, &member.actor, &request.boards).await?;
    let (key, nav) = (form_token::issue(request, FORM), present::nav(request));
    let items = rows.iter().map(|row| item(&member, row)).collect();
    Ok(reply::page(views::page(&DraftsPage { shell: &present::shell(request, &nav), items, once: &key })))
}

fn item<'a>(member: &'a SignedIn, row: &'a drafts::Item) -> Item<'a> {
    let request = &member.request;
    let board = row.board_id.and_then(|id| request.boards.find_readable(Some(&member.actor), id).ok());
    Item {
        id: row.id.0,
        title: &row.title,
        start: &row.start,
        place: board.and_then(|board| place(member, board, row.post_id)),
        is_edit: row.post_id.is_some(),
        is_apart: row.conflicts_with.is_some(),
        at: present::ago(row.saved_at, request.app.context.clock.now(), request.lang),
    }
}

fn place<'a>(member: &'a SignedIn, board: &'a Board, post: Option<PostId>) -> Option<Place<'a>> {
    let place = Place { slug: &board.slug, board: present::board_name(board, member.request.lang), post: post.map(|id| id.0) };
    board.takes_posts_from(Some(&member.actor)).then_some(place)
}

/// GET /my/drafts/:id
#[handler]
pub async fn show(member: SignedIn, Path(id): Path<DraftId>) -> Result<Response> {
    let (status, page) = (StatusCode::OK, compare(&member, id).await?);
    Ok(reply::page_with(&member.request, status, page))
}

/// A draft, and the one of another window that is still there.
async fn compare(member: &SignedIn, id: DraftId) -> Result<maud::Markup> {
    let (request, db) = (&member.request, &member.request.app.context.db);
    let own = drafts::find(db, &member.actor, id).await?;
    let other = match own.conflicts_with {
        Some(other) => drafts::find(db, &member.actor, other).await.map(Some).or_else(absent)?,
        None => None,
    };
    let board = match own.target() {
        Some(Target::New(board)) => request.boards.find_readable(Some(&member.actor), board).ok().cloned(),
        Some(Target::Edit(post)) => posts::find_editable(db, &member.actor, post).await.map(|(_, board)| Some(board)).or_else(absent)?,
        None => None,
    };
    let nav = present::nav(request);
    Ok(views::show(&DraftPage {
        shell: &present::shell(request, &nav),
        place: board.as_ref().and_then(|board| place(member, board, own.post_id)),
        own: version(request, &own),
        other: other.as_ref().map(|other| version(request, other)),
    }))
}

fn absent<T>(err: Error) -> Result<Option<T>, Error> {
    if matches!(err, Error::NotFound | Error::Forbidden) { Ok(None) } else { Err(err) }
}

fn version<'a>(request: &RequestContext, draft: &'a Draft) -> Version<'a> {
    let at = present::moment(draft.saved_at, request.app.context.clock.now(), request.lang);
    Version { id: draft.id.0, title: &draft.title, body: &draft.body, at }
}

/// POST /my/drafts/:id/delete
#[handler]
pub async fn destroy(member: SignedIn, Path(id): Path<DraftId>, fields: Fields) -> Result<Response> {
    let request = &member.request;
    let destroy = async |key| drafts::destroy(&request.app.context, &member.actor, &key, id).await;
    match form::submit_one(request, (FORM, id), &fields, destroy).await? {
        Accepted(_) => Ok(reply::see_other_with(request, paths::INDEX, Flash(views::text::FLASH_DELETED))),
        Rejected(_) => Ok(reply::see_other(request, paths::INDEX)),
    }
}

/// GET /community/:board/draft: where a form without scripts lands after a reload.
#[handler]
pub fn to_new(request: RequestContext, Path(slug): Path<String>) -> Response {
    reply::see_other(&request, &templates::paths::write(&slug))
}

/// GET /community/:board/:id/draft
#[handler]
pub fn to_edit(request: RequestContext, Path((slug, id)): Path<(String, PostId)>) -> Response {
    reply::see_other(&request, &templates::paths::post_edit(&slug, id.0))
}

/// POST /community/:board/draft. It takes no one-time key: a repeated save changes nothing, and an editor that is open for longer than a
/// key is valid can still save.
#[handler]
pub async fn create(member: SignedIn, Path(slug): Path<String>, fields: Fields) -> Result<Response> {
    let board = editor::writable(&member, &slug)?;
    save(&member, Target::New(board.id), Editor::of(board, Purpose::New), editor::sent(&fields)).await
}

/// POST /community/:board/:id/draft
#[handler]
pub async fn update(member: SignedIn, Path((_, id)): Path<(String, PostId)>, fields: Fields) -> Result<Response> {
    let (_, board) = posts::find_editable(&member.request.app.context.db, &member.actor, id).await?;
    save(&member, Target::Edit(id), Editor::of(&board, Purpose::Edit { id: id.0 }), editor::sent(&fields)).await
}

async fn save(member: &SignedIn, target: Target, e: Editor<'_>, typed: Typed) -> Result<Response> {
    let request = &member.request;
    let by_script = request.head.target == HtmxTarget::Part;
    match drafts::save(&request.app.context, &member.actor, target, &typed).await {
        Ok(saved) if by_script => Ok(line(request, &saved)),
        Ok(saved) if saved.conflicts_with.is_some() => {
            Ok(reply::page_with(request, StatusCode::CONFLICT, compare(member, saved.id).await?))
        }
        Ok(saved) => Ok(reply::see_other(request, &views::saved(&editor::place(e.board, e.purpose), saved.id.0))),
        Err(Error::Invalid(problems)) if by_script => Ok(refused(request, &problems)),
        Err(Error::Invalid(problems)) => again(member, &e, typed, problems).await,
        Err(err) => Err(err.into()),
    }
}

/// What the editor's script puts beside the form.
fn line(request: &RequestContext, saved: &Saved) -> Response {
    let (time, is_apart) = (present::time_of_day(saved.at), saved.conflicts_with.is_some());
    let status = if is_apart { StatusCode::CONFLICT } else { StatusCode::OK };
    let line = Status { lang: request.lang, draft: saved.id.0, version: saved.version, time: &time, is_apart }.line();
    reply::part(status, line)
}

fn refused(request: &RequestContext, problems: &[Problem]) -> Response {
    let key = problems.first().map_or("", |problem| problem.message);
    let status = if key == "draft.gone" { StatusCode::GONE } else { StatusCode::UNPROCESSABLE_ENTITY };
    reply::part(status, views::refused(request.lang, key))
}

/// The editor with all that was typed. Where its draft is gone it begins a new one: the member who presses the button again wants
/// that.
pub async fn again(member: &SignedIn, e: &Editor<'_>, typed: Typed, problems: Vec<Problem>) -> Result<Response> {
    let is_gone = problems.iter().any(|problem| problem.message == "draft.gone");
    let editor = if is_gone { drafts::Editor::open(None)? } else { typed.editor };
    editor::show(member, &Typed { editor, ..typed }, e, &Rejection { problems, wait: None }).await
}

/// The address of a draft, beside the one with which it conflicts.
pub fn show_path(id: DraftId) -> String {
    paths::of(paths::SHOW, id.0)
}
