//! Posts: GET and POST below /community/:board, and what staff do from a post's page.
//!
//! `page` the page of a post · `editor` the form in which one is written.

pub mod editor;
mod page;

pub use page::{PostPages, show};

use crate::domain::drafts::Target;
use crate::domain::posts::moderate::{self, ModerationAction};
use crate::domain::posts::{self, Draft};
use crate::domain::{PostId, markdown, validation};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, RequestContext, Result, SignedIn, form, form_token, present, reply};
use editor::{Chosen, Editor, writable};
use poem::http::StatusCode;
use poem::web::{Path, Query};
use poem::{Response, handler};
use templates::paths;
use templates::posts::form::{self as editor_view, Preview, Purpose};
use templates::posts::{self as views, DeletePage};

/// The name of the form that comments on a post.
pub fn comment_form(post: PostId) -> String {
    format!("comment.create.{post}")
}

/// GET /community/:board/:id/comments: where a form without scripts lands after a reload.
#[handler]
pub fn to_comments(request: RequestContext, Path((slug, id)): Path<(String, PostId)>) -> Response {
    reply::see_other(&request, &paths::post_page(&slug, id.0, 1))
}

/// GET /community/:board/write
#[handler]
pub async fn new(member: SignedIn, Path(slug): Path<String>, chosen: Option<Query<Chosen>>) -> Result<Response> {
    let board = writable(&member, &slug)?;
    let chosen = chosen.map(|Query(chosen)| chosen).unwrap_or_default();
    editor::open(&member, Target::New(board.id), &chosen, Draft::default(), Editor::of(board, Purpose::New)).await
}

/// POST /community/:board/write
#[handler]
pub async fn create(member: SignedIn, Path(slug): Path<String>, fields: Fields) -> Result<Response> {
    let board = writable(&member, &slug)?;
    let (request, draft) = (&member.request, editor::sent(&fields));
    let purpose = Purpose::New;
    if fields.text("intent") == "preview" {
        let sample = preview_html(&draft).await?;
        return editor::show(&member, &draft, &Editor { preview: &sample, ..Editor::of(board, purpose) }, &Rejection::default()).await;
    }
    if let Some(rejection) = editor::unsent(&fields) {
        return editor::show(&member, &draft, &Editor::of(board, purpose), &rejection).await;
    }
    let create = async |key| posts::create(&request.app.context, &member.actor, board, &key, &draft).await;
    match form::submit(request, &editor::form_name(board, purpose), &fields, create).await? {
        Accepted(made) => Ok(reply::see_other_with(request, &paths::post(&board.slug, made.id.0), Flash(views::text::FLASH_CREATED))),
        Rejected(rejection) => editor::show(&member, &draft, &Editor::of(board, purpose), &rejection).await,
    }
}

/// What a text will look like, of as much of it as a post may have.
async fn preview_html(draft: &Draft) -> Result<String> {
    let cut: String = draft.body.chars().take(validation::POST_MAX).collect();
    Ok(markdown::preview(&validation::text(&cut)).await?)
}

/// GET /community/:board/:id/edit
#[handler]
pub async fn edit(member: SignedIn, Path((_, id)): Path<(String, PostId)>, chosen: Option<Query<Chosen>>) -> Result<Response> {
    let (post, board) = posts::find_editable(&member.request.app.context.db, &member.actor, id).await?;
    let revision = Some(post.revision);
    let draft = Draft { title: post.title, body: post.body, notice: post.is_notice, revision, ..Draft::default() };
    let chosen = chosen.map(|Query(chosen)| chosen).unwrap_or_default();
    editor::open(&member, Target::Edit(id), &chosen, draft, Editor::of(&board, Purpose::Edit { id: id.0 })).await
}

/// POST /community/:board/:id/edit
#[handler]
pub async fn update(member: SignedIn, Path((_, id)): Path<(String, PostId)>, fields: Fields) -> Result<Response> {
    let (_, board) = posts::find_editable(&member.request.app.context.db, &member.actor, id).await?;
    let (request, draft, purpose) = (&member.request, editor::sent(&fields), Purpose::Edit { id: id.0 });
    if fields.text("intent") == "preview" {
        let sample = preview_html(&draft).await?;
        return editor::show(&member, &draft, &Editor { preview: &sample, ..Editor::of(&board, purpose) }, &Rejection::default()).await;
    }
    if let Some(rejection) = editor::unsent(&fields) {
        return editor::show(&member, &draft, &Editor::of(&board, purpose), &rejection).await;
    }
    let update = async |key| posts::update(&request.app.context, &member.by(), &key, id, &draft).await;
    let rejection = match form::submit(request, &editor::form_name(&board, purpose), &fields, update).await? {
        Accepted(_) => return Ok(reply::see_other_with(request, &paths::post(&board.slug, id.0), Flash(views::text::FLASH_SAVED))),
        Rejected(rejection) => rejection,
    };
    let changed = rejection.problems.iter().any(|problem| problem.message == "post.changed");
    let draft = if changed { editor::renewed(&member, id, draft).await? } else { draft };
    editor::show(&member, &draft, &Editor::of(&board, purpose), &rejection).await
}

/// POST /preview: what a text will look like. It asks nobody to sign in: the editor of a member whose session has
/// ended must stay as it is until its form is sent.
#[handler]
pub async fn preview(request: RequestContext, fields: Fields) -> Result<Response> {
    let html = preview_html(&editor::sent(&fields)).await?;
    let view = Preview { lang: request.lang, html: &html };
    Ok(reply::part(StatusCode::OK, editor_view::preview(&view)))
}

/// GET /community/:board/:id/delete
#[handler]
pub async fn delete(member: SignedIn, Path((slug, id)): Path<(String, PostId)>) -> Result<Response> {
    let request = &member.request;
    let (post, _) = posts::find_deletable(&request.app.context.db, &member.actor, id).await?;
    let (key, nav) = (form_token::issue(request, "post.delete"), present::nav(request));
    let page = DeletePage {
        shell: &present::shell(request, &nav),
        slug: &slug,
        id: id.0,
        title: &post.title,
        comments: present::count(post.comment_count),
        once: &key,
    };
    Ok(reply::page(views::delete(&page)))
}

/// POST /community/:board/:id/delete
#[handler]
pub async fn destroy(member: SignedIn, Path((slug, id)): Path<(String, PostId)>, fields: Fields) -> Result<Response> {
    let request = &member.request;
    let destroy = async |key| posts::destroy(&request.app.context, &member.by(), &key, id).await;
    match form::submit(request, "post.delete", &fields, destroy).await? {
        Accepted(_) => Ok(reply::see_other_with(request, &paths::board(&slug), Flash(views::text::FLASH_DELETED))),
        Rejected(_) => Ok(reply::see_other(request, &paths::post_delete(&slug, id.0))),
    }
}

/// POST /posts/:id/restore
#[handler]
pub async fn restore(member: SignedIn, Path(id): Path<PostId>, fields: Fields) -> Result<Response> {
    turn(&member, id, &fields, ModerationAction::Restore, Flash(views::text::FLASH_RESTORED)).await
}

/// POST /posts/:id/hide
#[handler]
pub async fn hide(member: SignedIn, Path(id): Path<PostId>, fields: Fields) -> Result<Response> {
    turn(&member, id, &fields, ModerationAction::Hide, Flash(views::text::FLASH_HIDDEN)).await
}

/// Hides or restores from the post's own page, where no reason is asked for; the log holds where it was done.
async fn turn(member: &SignedIn, id: PostId, fields: &Fields, action: ModerationAction, flash: Flash) -> Result<Response> {
    let request = &member.request;
    let post = posts::find_readable(&request.app.context.db, Some(&member.actor), &request.boards, id).await?;
    let place = paths::post(&request.board_of(&post)?.slug, id.0);
    let moderate = async |key| moderate::moderate(&request.app.context, &member.by(), &key, &[id], action, "글 화면에서").await;
    match form::submit(request, "post.moderate", fields, moderate).await? {
        Accepted(_) => Ok(reply::see_other_with(request, &place, flash)),
        Rejected(_) => Ok(reply::see_other(request, &place)),
    }
}
