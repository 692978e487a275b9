//! Comments: POST below a post, and /comments/:id.

use crate::domain::{CommentId, Error, PostId, Problem, comments, idempotency as keys, posts};
use crate::site::posts::comment_form;
use crate::web::{Fields, Flash, RequestContext, Result, SignedIn, form_token, present, reply};
use poem::http::StatusCode;
use poem::web::Path;
use poem::{Response, handler};
use templates::comments::{self as views, CommentForm, Created, DeletePage, FormPage, Purpose};
use templates::paths;

/// POST /community/:board/:id/comments, with `parent` for an answer.
#[handler]
pub async fn create(member: SignedIn, Path((slug, id)): Path<(String, PostId)>, fields: Fields) -> Result<Response> {
    let (request, parent) = (&member.request, fields.number("parent"));
    let done = match form_token::check(request, &form_name(id, parent.map(CommentId)), fields.text("once")) {
        Ok(key) => {
            let new = comments::New { post: id, parent: parent.map(CommentId), body: fields.text("body") };
            comments::create(&request.app, &member.actor, &request.boards, &key, new).await
        }
        Err(stale) => Err(stale),
    };
    match done {
        Ok(made) => created(&member, &slug, made).await,
        Err(Error::Invalid(problems)) => {
            again(&member, &slug, (PostId(id.0), parent.map(CommentId)), fields.text("body"), &problems, None).await
        }
        Err(Error::Slow(seconds)) => {
            again(&member, &slug, (PostId(id.0), parent.map(CommentId)), fields.text("body"), &[], Some(seconds)).await
        }
        Err(err) => Err(err.into()),
    }
}

fn form_name(post: PostId, parent: Option<CommentId>) -> String {
    parent.map_or_else(|| comment_form(post), |parent| format!("comment.reply.{parent}"))
}

/// The new comment: on the open page by script, else on its own place of the post's page.
async fn created(member: &SignedIn, slug: &str, made: keys::Outcome) -> Result<Response> {
    let request = &member.request;
    if request.target != reply::HtmxTarget::Part {
        return Ok(reply::see_other_with(request, &paths::comment(made.id), Flash("comment.created")));
    }
    let (comment, post) = comments::find_readable(&request.app.db, Some(&member.actor), &request.boards, CommentId(made.id)).await?;
    let html = request.app.known.show(&comment.html);
    let once = form_token::issue(request, &comment_form(post.id));
    let parts = views::created(&Created {
        lang: request.lang,
        comment: present::comment(request, request.board_of(&post)?, &post, &comment, &html),
        count: present::count(post.comment_count),
        form: CommentForm { lang: request.lang, purpose: Purpose::New { slug, post: post.id.0 }, body: "", once: &once, errors: &[] },
    });
    Ok(reply::part(StatusCode::OK, parts))
}

async fn find_post(member: &SignedIn, id: PostId) -> Result<posts::Post> {
    Ok(posts::find_readable(&member.request.app.db, Some(&member.actor), &member.request.boards, id).await?)
}

/// The form with its faults and all that was typed. The answered comment is quoted only to a member who may read it, and
/// only under its own post.
async fn again(
    member: &SignedIn,
    slug: &str,
    (post, parent): (PostId, Option<CommentId>),
    body: &str,
    problems: &[Problem],
    wait: Option<u64>,
) -> Result<Response> {
    let post = find_post(member, post).await?;
    let parent = match parent {
        Some(id) => quoted(member, &post, id).await?,
        None => None,
    };
    let purpose = purpose(slug, &post, parent.as_ref());
    let (once, quoted) = (
        form_token::issue(&member.request, &form_name(post.id, parent.as_ref().map(|p| p.id))),
        parent.as_ref().map(|p| p.html.as_str()).unwrap_or_default(),
    );
    Ok(form(&member.request, &Form { slug, post: &post, purpose, quoted, body, once: &once, problems, wait }))
}

async fn quoted(member: &SignedIn, post: &posts::Post, parent: CommentId) -> Result<Option<comments::Comment>> {
    match comments::find_readable(&member.request.app.db, Some(&member.actor), &member.request.boards, parent).await {
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
    problems: &'a [Problem],
    /// Seconds to wait before it may be sent again.
    wait: Option<u64>,
}

fn form(request: &RequestContext, f: &Form<'_>) -> Response {
    let errors = present::faults_or_wait(f.problems, f.wait);
    let form = CommentForm { lang: request.lang, purpose: f.purpose, body: f.body, once: f.once, errors: &errors };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    if request.target == reply::HtmxTarget::Part {
        return reply::or_wait(reply::part(status, views::form(&form)), f.wait);
    }
    let nav = present::nav(request);
    let quoted_html = &request.app.known.show(f.quoted);
    let page =
        FormPage { shell: &present::shell(request, &nav), slug: f.slug, post: f.post.id.0, post_title: &f.post.title, quoted_html, form };
    reply::or_wait(reply::page_with(request, status, views::form_page(&page)), f.wait)
}

/// GET /comments/:id: leads to where the comment stands.
#[handler]
pub async fn show(request: RequestContext, Path(id): Path<CommentId>) -> Result<Response> {
    let place = comments::find_place(&request.app.db, request.actor.as_ref(), &request.boards, id).await?;
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
    let (parent, post) = comments::find_readable(&request.app.db, Some(&member.actor), &request.boards, id).await?;
    if !present::takes_comments(Some(&member.actor), request.board_of(&post)?, &post) {
        return Err(Error::Forbidden.into());
    }
    let slug = slug_of(request, &post)?;
    let once = form_token::issue(request, &form_name(post.id, Some(id)));
    let purpose = purpose(&slug, &post, Some(&parent));
    Ok(form(request, &Form { slug: &slug, post: &post, purpose, quoted: &parent.html, body: "", once: &once, problems: &[], wait: None }))
}

/// GET /comments/:id/edit
#[handler]
pub async fn edit(member: SignedIn, Path(id): Path<CommentId>) -> Result<Response> {
    let (comment, post) = comments::find_editable(&member.request.app.db, &member.actor, id).await?;
    edit_form(&member.request, &post, id, &comment.body, &[])
}

fn edit_form(request: &RequestContext, post: &posts::Post, id: CommentId, body: &str, problems: &[Problem]) -> Result<Response> {
    let (slug, once) = (slug_of(request, post)?, form_token::issue(request, &edit_name(id)));
    let purpose = Purpose::Edit { comment: id.0 };
    Ok(form(request, &Form { slug: &slug, post, purpose, quoted: "", body, once: &once, problems, wait: None }))
}

fn edit_name(id: CommentId) -> String {
    format!("comment.update.{id}")
}

/// POST /comments/:id/edit
#[handler]
pub async fn update(member: SignedIn, Path(id): Path<CommentId>, fields: Fields) -> Result<Response> {
    let (request, body) = (&member.request, fields.text("body"));
    let done = match form_token::check(request, &edit_name(id), fields.text("once")) {
        Ok(key) => comments::update(&request.app, &member.actor, &key, id, body).await,
        Err(stale) => Err(stale),
    };
    let (comment, post) = comments::find_readable(&request.app.db, Some(&member.actor), &request.boards, id).await?;
    match done {
        Ok(_) if request.target == reply::HtmxTarget::Part => {
            let html = request.app.known.show(&comment.html);
            let shown = present::comment(request, request.board_of(&post)?, &post, &comment, &html);
            Ok(reply::part(StatusCode::OK, views::saved(request.lang, &shown)))
        }
        Ok(_) => Ok(reply::see_other_with(request, &paths::comment(id.0), Flash("comment.saved"))),
        Err(Error::Invalid(problems)) => edit_form(request, &post, id, body, &problems),
        Err(err) => Err(err.into()),
    }
}

/// GET /comments/:id/delete
#[handler]
pub async fn delete(member: SignedIn, Path(id): Path<CommentId>) -> Result<Response> {
    let request = &member.request;
    let (comment, _) = comments::find_deletable(&request.app.db, &member.actor, &request.boards, id).await?;
    let (once, nav) = (form_token::issue(request, "comment.delete"), present::nav(request));
    let body_html = &request.app.known.show(&comment.html);
    let page = DeletePage { shell: &present::shell(request, &nav), id: id.0, body_html, once: &once };
    Ok(reply::page(views::delete(&page)))
}

/// POST /comments/:id/delete
#[handler]
pub async fn destroy(member: SignedIn, Path(id): Path<CommentId>, fields: Fields) -> Result<Response> {
    let request = &member.request;
    let Ok(key) = form_token::check(request, "comment.delete", fields.text("once")) else {
        return Ok(reply::see_other(request, &paths::comment_delete(id.0)));
    };
    comments::destroy(&request.app, &member.by(), &key, id).await?;
    Ok(reply::see_other_with(request, &paths::comment(id.0), Flash("comment.deleted")))
}
