//! Comments: POST below a post, and /comments/:id.

use crate::domain::validation::COMMENT_MAX;
use crate::domain::{CommentId, Error, PostId, comments, idempotency as keys, posts};
use crate::site::posts::comment_form;
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, RequestContext, Result, SignedIn, form, form_token, present, reply};
use poem::http::StatusCode;
use poem::web::Path;
use poem::{Response, handler};
use templates::comments::{self as views, CommentForm, Created, DeletePage, FormPage, Purpose};
use templates::paths;

/// POST /community/:board/:id/comments, with `parent` for an answer.
#[handler]
pub async fn create(member: SignedIn, Path((slug, id)): Path<(String, PostId)>, fields: Fields) -> Result<Response> {
    let (request, parent) = (&member.request, fields.number("parent").map(CommentId));
    let new = comments::New { post: id, parent, body: fields.text("body") };
    let create = async |key| comments::create(&request.app.context, &member.actor, &request.boards, &key, new).await;
    match form::submit(request, &form_name(id, parent), &fields, create).await? {
        Accepted(made) => created(&member, &slug, made).await,
        Rejected(rejection) => again(&member, &slug, &new, &rejection).await,
    }
}

fn form_name(post: PostId, parent: Option<CommentId>) -> String {
    parent.map_or_else(|| comment_form(post), |parent| format!("comment.reply.{parent}"))
}

/// The new comment: on the open page by script, else on its own place of the post's page.
async fn created(member: &SignedIn, slug: &str, made: keys::Outcome<CommentId>) -> Result<Response> {
    let request = &member.request;
    if request.head.target != reply::HtmxTarget::Part {
        return Ok(reply::see_other_with(request, &paths::comment(made.id.0), Flash(views::text::FLASH_CREATED)));
    }
    let (comment, post) = comments::find_readable(&request.app.context.db, Some(&member.actor), &request.boards, made.id).await?;
    let html = request.app.context.known.show(&comment.html);
    let once = form_token::issue(request, &comment_form(post.id));
    let parts = views::created(&Created {
        lang: request.lang,
        comment: present::comment(request, request.board_of(&post)?, &post, &comment, &html),
        count: present::count(post.comment_count),
        form: CommentForm {
            lang: request.lang,
            purpose: Purpose::New { slug, post: post.id.0 },
            body: "",
            most: COMMENT_MAX,
            once: &once,
            errors: &[],
        },
    });
    Ok(reply::part(StatusCode::OK, parts))
}

async fn find_post(member: &SignedIn, id: PostId) -> Result<posts::Post> {
    Ok(posts::find_readable(&member.request.app.context.db, Some(&member.actor), &member.request.boards, id).await?)
}

/// The form with its faults and all that was typed. The answered comment is quoted only to a member who may read it, and
/// only under its own post.
async fn again(member: &SignedIn, slug: &str, new: &comments::New<'_>, rejection: &Rejection) -> Result<Response> {
    let post = find_post(member, new.post).await?;
    let parent = match new.parent {
        Some(id) => quoted(member, &post, id).await?,
        None => None,
    };
    let purpose = purpose(slug, &post, parent.as_ref());
    let (once, quoted) = (
        form_token::issue(&member.request, &form_name(post.id, parent.as_ref().map(|p| p.id))),
        parent.as_ref().map(|p| p.html.as_str()).unwrap_or_default(),
    );
    Ok(render_form(&member.request, &Form { slug, post: &post, purpose, quoted, body: new.body, once: &once, rejection }))
}

async fn quoted(member: &SignedIn, post: &posts::Post, parent: CommentId) -> Result<Option<comments::Comment>> {
    match comments::find_readable(&member.request.app.context.db, Some(&member.actor), &member.request.boards, parent).await {
        Ok((comment, of)) if of.id == post.id => Ok(Some(comment)),
        Ok(_) | Err(Error::NotFound) => Ok(None),
        Err(err) => Err(err.into()),
    }
}

fn purpose<'a>(slug: &'a str, post: &posts::Post, parent: Option<&'a comments::Comment>) -> Purpose<'a> {
    match parent {
        None => Purpose::New { slug, post: post.id.0 },
        Some(parent) => Purpose::Reply { slug, post: post.id.0, comment: parent.id.0, name: &parent.author },
    }
}

/// A form on the open page or on a page of its own.
struct Form<'a> {
    slug: &'a str,
    post: &'a posts::Post,
    purpose: Purpose<'a>,
    quoted: &'a str,
    body: &'a str,
    once: &'a str,
    rejection: &'a Rejection,
}

fn render_form(request: &RequestContext, f: &Form<'_>) -> Response {
    let errors = f.rejection.errors();
    let form = CommentForm { lang: request.lang, purpose: f.purpose, body: f.body, most: COMMENT_MAX, once: f.once, errors: &errors };
    if request.head.target == reply::HtmxTarget::Part {
        return reply::or_wait(reply::part(f.rejection.status(), views::form(&form)), f.rejection.wait);
    }
    let nav = present::nav(request);
    let quoted_html = &request.app.context.known.show(f.quoted);
    let page =
        FormPage { shell: &present::shell(request, &nav), slug: f.slug, post: f.post.id.0, post_title: &f.post.title, quoted_html, form };
    f.rejection.page(request, views::form_page(&page))
}

/// GET /comments/:id: leads to where the comment stands.
#[handler]
pub async fn show(request: RequestContext, Path(id): Path<CommentId>) -> Result<Response> {
    let place = comments::find_place(&request.app.context.db, request.actor.as_ref(), &request.boards, id).await?;
    let board = request.board_of(&place.post)?;
    Ok(reply::see_other(&request, &paths::comment_on(&board.slug, place.post.id.0, present::count(place.page), id.0)))
}

/// The address name of the board of a post that is in sight.
fn slug_of(request: &RequestContext, post: &posts::Post) -> Result<String> {
    Ok(request.board_of(post)?.slug.clone())
}

/// GET /comments/:id/reply
#[handler]
pub async fn answer(member: SignedIn, Path(id): Path<CommentId>) -> Result<Response> {
    let request = &member.request;
    let (parent, post) = comments::find_readable(&request.app.context.db, Some(&member.actor), &request.boards, id).await?;
    if !present::takes_comments(Some(&member.actor), request.board_of(&post)?, &post) {
        return Err(Error::Forbidden.into());
    }
    let slug = slug_of(request, &post)?;
    let once = form_token::issue(request, &form_name(post.id, Some(id)));
    let purpose = purpose(&slug, &post, Some(&parent));
    Ok(render_form(
        request,
        &Form { slug: &slug, post: &post, purpose, quoted: &parent.html, body: "", once: &once, rejection: &Rejection::default() },
    ))
}

/// GET /comments/:id/edit
#[handler]
pub async fn edit(member: SignedIn, Path(id): Path<CommentId>) -> Result<Response> {
    let (comment, post) = comments::find_editable(&member.request.app.context.db, &member.actor, id).await?;
    edit_form(&member.request, &post, id, &comment.body, &Rejection::default())
}

fn edit_form(request: &RequestContext, post: &posts::Post, id: CommentId, body: &str, rejection: &Rejection) -> Result<Response> {
    let (slug, once) = (slug_of(request, post)?, form_token::issue(request, &edit_name(id)));
    let purpose = Purpose::Edit { comment: id.0 };
    Ok(render_form(request, &Form { slug: &slug, post, purpose, quoted: "", body, once: &once, rejection }))
}

fn edit_name(id: CommentId) -> String {
    format!("comment.update.{id}")
}

/// POST /comments/:id/edit
#[handler]
pub async fn update(member: SignedIn, Path(id): Path<CommentId>, fields: Fields) -> Result<Response> {
    let (request, body) = (&member.request, fields.text("body"));
    let update = async |key| comments::update(&request.app.context, &member.actor, &key, id, body).await;
    let done = form::submit(request, &edit_name(id), &fields, update).await?;
    let (comment, post) = comments::find_readable(&request.app.context.db, Some(&member.actor), &request.boards, id).await?;
    match done {
        Accepted(_) if request.head.target == reply::HtmxTarget::Part => {
            let html = request.app.context.known.show(&comment.html);
            let shown = present::comment(request, request.board_of(&post)?, &post, &comment, &html);
            Ok(reply::part(StatusCode::OK, views::saved(request.lang, &shown)))
        }
        Accepted(_) => Ok(reply::see_other_with(request, &paths::comment(id.0), Flash(views::text::FLASH_SAVED))),
        Rejected(rejection) => edit_form(request, &post, id, body, &rejection),
    }
}

/// GET /comments/:id/delete
#[handler]
pub async fn delete(member: SignedIn, Path(id): Path<CommentId>) -> Result<Response> {
    let request = &member.request;
    let (comment, _) = comments::find_deletable(&request.app.context.db, &member.actor, &request.boards, id).await?;
    let (once, nav) = (form_token::issue(request, "comment.delete"), present::nav(request));
    let body_html = &request.app.context.known.show(&comment.html);
    let page = DeletePage { shell: &present::shell(request, &nav), id: id.0, body_html, once: &once };
    Ok(reply::page(views::delete(&page)))
}

/// POST /comments/:id/delete
#[handler]
pub async fn destroy(member: SignedIn, Path(id): Path<CommentId>, fields: Fields) -> Result<Response> {
    let request = &member.request;
    let destroy = async |key| comments::destroy(&request.app.context, &member.by(), &key, id).await;
    match form::submit(request, "comment.delete", &fields, destroy).await? {
        Accepted(_) => Ok(reply::see_other_with(request, &paths::comment(id.0), Flash(views::text::FLASH_DELETED))),
        Rejected(_) => Ok(reply::see_other(request, &paths::comment_delete(id.0))),
    }
}
