//! Posts: GET and POST below /community/:board, and what staff do from a post's page.
//!
//! `page` the page of a post.

mod page;

pub use page::{PostPages, show};

use crate::domain::boards::Board;
use crate::domain::posts::moderate::{self, ModerationAction};
use crate::domain::posts::{self, Draft};
use crate::domain::{Action, Error, PostId, Resource, markdown, validation};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, RequestContext, Result, SignedIn, form, form_token, present, reply};
use poem::http::StatusCode;
use poem::web::Path;
use poem::{Response, handler};
use templates::paths;
use templates::posts::form::{self as editor_view, PostForm, Preview, Purpose};
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

/// The board of an address, for a member who may write there.
fn writable<'a>(member: &'a SignedIn, slug: &str) -> Result<&'a Board> {
    let board = member.request.board_at(slug)?;
    if board.takes_posts_from(Some(&member.actor)) { Ok(board) } else { Err(Error::Forbidden.into()) }
}

/// What the editor shows besides its text.
struct Editor<'a> {
    board: &'a Board,
    purpose: Purpose,
    preview: &'a str,
}

impl<'a> Editor<'a> {
    fn of(board: &'a Board, purpose: Purpose) -> Self {
        Self { board, purpose, preview: "" }
    }
}

fn editor(member: &SignedIn, draft: &Draft, e: &Editor<'_>, rejection: &Rejection) -> Response {
    let request = &member.request;
    let key = form_token::issue(request, &editor_form(e.board, e.purpose));
    let (nav, errors) = (present::nav(request), rejection.errors());
    let page = editor_view::page(&PostForm {
        shell: &present::shell(request, &nav),
        slug: &e.board.slug,
        board: present::board_name(e.board, request.lang),
        purpose: e.purpose,
        title: &draft.title,
        body: &draft.body,
        can_notice: member.actor.may(Resource::Post, Action::Moderate),
        notice: draft.notice,
        revision: draft.revision,
        once: &key,
        errors: &errors,
        preview_html: e.preview,
    });
    rejection.page(request, page)
}

fn editor_form(board: &Board, purpose: Purpose) -> String {
    match purpose {
        Purpose::New => format!("post.create.{}", board.id),
        Purpose::Edit { id } => format!("post.update.{id}"),
    }
}

fn draft(fields: &Fields) -> Draft {
    Draft {
        title: fields.text("title").into(),
        body: fields.text("body").into(),
        notice: fields.ticked("notice"),
        revision: fields.number("revision"),
    }
}

/// GET /community/:board/write
#[handler]
pub fn new(member: SignedIn, Path(slug): Path<String>) -> Result<Response> {
    let board = writable(&member, &slug)?;
    Ok(editor(&member, &Draft::default(), &Editor::of(board, Purpose::New), &Rejection::default()))
}

/// POST /community/:board/write
#[handler]
pub async fn create(member: SignedIn, Path(slug): Path<String>, fields: Fields) -> Result<Response> {
    let board = writable(&member, &slug)?;
    let (request, draft) = (&member.request, draft(&fields));
    let purpose = Purpose::New;
    if fields.text("intent") == "preview" {
        let sample = preview_html(&draft).await?;
        return Ok(editor(&member, &draft, &Editor { board, purpose, preview: &sample }, &Rejection::default()));
    }
    let create = async |key| posts::create(&request.app.context, &member.actor, board, &key, &draft).await;
    match form::submit(request, &editor_form(board, purpose), &fields, create).await? {
        Accepted(made) => Ok(reply::see_other_with(request, &paths::post(&board.slug, made.id.0), Flash(views::text::FLASH_CREATED))),
        Rejected(rejection) => Ok(editor(&member, &draft, &Editor::of(board, purpose), &rejection)),
    }
}

/// What a text will look like, of as much of it as a post may have.
async fn preview_html(draft: &Draft) -> Result<String> {
    let cut: String = draft.body.chars().take(validation::POST_MAX).collect();
    Ok(markdown::preview(&validation::text(&cut)).await?)
}

/// The editor of a post that was changed after it was opened: what was typed stays, and the next try is about the post as
/// it is now.
async fn renewed(member: &SignedIn, id: PostId, draft: Draft) -> Result<Draft> {
    let (post, _) = posts::find_editable(&member.request.app.context.db, &member.actor, id).await?;
    Ok(Draft { revision: Some(post.revision), ..draft })
}

/// GET /community/:board/:id/edit
#[handler]
pub async fn edit(member: SignedIn, Path((_, id)): Path<(String, PostId)>) -> Result<Response> {
    let (post, board) = posts::find_editable(&member.request.app.context.db, &member.actor, id).await?;
    let draft = Draft { title: post.title, body: post.body, notice: post.is_notice, revision: Some(post.revision) };
    let purpose = Purpose::Edit { id: id.0 };
    Ok(editor(&member, &draft, &Editor::of(&board, purpose), &Rejection::default()))
}

/// POST /community/:board/:id/edit
#[handler]
pub async fn update(member: SignedIn, Path((_, id)): Path<(String, PostId)>, fields: Fields) -> Result<Response> {
    let (_, board) = posts::find_editable(&member.request.app.context.db, &member.actor, id).await?;
    let (request, draft, purpose) = (&member.request, draft(&fields), Purpose::Edit { id: id.0 });
    if fields.text("intent") == "preview" {
        let sample = preview_html(&draft).await?;
        return Ok(editor(&member, &draft, &Editor { board: &board, purpose, preview: &sample }, &Rejection::default()));
    }
    let update = async |key| posts::update(&request.app.context, &member.by(), &key, id, &draft).await;
    let rejection = match form::submit(request, &editor_form(&board, purpose), &fields, update).await? {
        Accepted(_) => return Ok(reply::see_other_with(request, &paths::post(&board.slug, id.0), Flash(views::text::FLASH_SAVED))),
        Rejected(rejection) => rejection,
    };
    let changed = rejection.problems.iter().any(|problem| problem.message == "post.changed");
    let draft = if changed { renewed(&member, id, draft).await? } else { draft };
    Ok(editor(&member, &draft, &Editor::of(&board, purpose), &rejection))
}

/// POST /preview: what a text will look like. It asks nobody to sign in: the editor of a member whose session has
/// ended must stay as it is until its form is sent.
#[handler]
pub async fn preview(request: RequestContext, fields: Fields) -> Result<Response> {
    let html = preview_html(&draft(&fields)).await?;
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

/// Hides or restores from the post's own page, where no reason is asked for; the log says where it was done.
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
