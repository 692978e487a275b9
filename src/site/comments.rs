//! Comments: POST below a post, and /comments/:id.

use super::files::receive::{self, Refused};
use crate::domain::files::of_comments::Changes;
use crate::domain::files::{File, FileId};
use crate::domain::{CommentId, Error, PostId, Problem, comments, idempotency as keys, posts};
use crate::site::posts::comment_form;
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, RequestContext, Result, SignedIn, form, form_token, present, reply};
use poem::http::StatusCode;
use poem::web::Path;
use poem::{Body, Request, Response, handler};
use templates::comments::{self as views, CommentForm, Created, DeletePage, FormPage, Purpose};
use templates::paths;

/// POST /community/:board/:id/comments, with `parent` for an answer.
#[handler]
pub async fn create(request: RequestContext, Path((slug, id)): Path<(String, PostId)>, req: &Request, body: Body) -> Result<Response> {
    let mut received = receive::receive(&request, req, body).await?;
    let member = match received.member(&request) {
        Ok(member) => member,
        Err(err) => return Err(received.refuse(err).await),
    };
    let fields = received.fields().clone();
    let parent = fields.number("parent").map(CommentId);
    let new = comments::New { post: id, parent, body: fields.text("body"), files: &[] };
    if !received.has_files() {
        return store(&member, &slug, new, &fields).await;
    }
    if let Err(err) = comments::check_writable(&request.app.context, &member.actor, &request.boards, new).await {
        return Err(received.refuse(err.into()).await);
    }
    let (files, refused) = received.of_comment(&member).await?;
    if !refused.is_empty() {
        let rejection = Rejection::from(Problem { field: "files", message: "comment.files_refused" });
        return again(&member, &slug, &new, &rejection, &refused).await;
    }
    let stored = store(&member, &slug, comments::New { files: &files, ..new }, &fields).await;
    // What did not become ready: the comment was refused, or posted by an earlier form.
    for file in files {
        file.sent.abandon(&request.app.context).await?;
    }
    stored
}

async fn store(member: &SignedIn, slug: &str, new: comments::New<'_>, fields: &Fields) -> Result<Response> {
    let request = &member.request;
    let write = async |key| comments::create(&request.app.context, &member.actor, &request.boards, &key, new).await;
    match form::submit(request, &form_name(new.post, new.parent), fields, write).await? {
        Accepted(made) => created(member, slug, made).await,
        Rejected(mut rejection) => {
            if !new.files.is_empty() {
                // A browser does not fill in files again.
                rejection.problems.push(Problem { field: "files", message: "comment.files_again" });
            }
            again(member, slug, &new, &rejection, &[]).await
        }
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
        form: CommentForm { once: &once, ..present::comment_form(request.lang, Purpose::New { slug, post: post.id.0 }) },
    });
    Ok(reply::part(StatusCode::OK, parts))
}

async fn find_post(member: &SignedIn, id: PostId) -> Result<posts::Post> {
    Ok(posts::find_readable(&member.request.app.context.db, Some(&member.actor), &member.request.boards, id).await?)
}

/// The form with its faults and all that was typed. The answered comment is quoted only to a member who may read it, and
/// only under its own post.
async fn again(member: &SignedIn, slug: &str, new: &comments::New<'_>, rejection: &Rejection, refused: &[Refused]) -> Result<Response> {
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
    let form = Form { slug, post: &post, purpose, quoted, body: new.body, files: &[], refused, once: &once, rejection };
    Ok(render_form(&member.request, &form))
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
    files: &'a [File],
    refused: &'a [Refused],
    once: &'a str,
    rejection: &'a Rejection,
}

fn render_form(request: &RequestContext, f: &Form<'_>) -> Response {
    let errors = f.rejection.errors();
    let (files, refused) = (present::files(f.files), f.refused.iter().map(|file| (file.name.as_str(), present::errors(&[file.why])[0])));
    let refused: Vec<_> = refused.collect();
    let empty = present::comment_form(request.lang, f.purpose);
    let form = CommentForm { body: f.body, files: &files, refused: &refused, once: f.once, errors: &errors, ..empty };
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
    let rejection = &Rejection::default();
    let form = Form { slug: &slug, post: &post, purpose, quoted: &parent.html, body: "", files: &[], refused: &[], once: &once, rejection };
    Ok(render_form(request, &form))
}

/// GET /comments/:id/edit
#[handler]
pub async fn edit(member: SignedIn, Path(id): Path<CommentId>) -> Result<Response> {
    let (comment, post) = comments::find_editable(&member.request.app.context.db, &member.actor, id).await?;
    edit_form(&member.request, &post, (&comment, &comment.body), &Rejection::default())
}

fn edit_form(
    request: &RequestContext,
    post: &posts::Post,
    (comment, body): (&comments::Comment, &str),
    rejection: &Rejection,
) -> Result<Response> {
    let (slug, once) = (slug_of(request, post)?, form_token::issue(request, &edit_name(comment.id)));
    let purpose = Purpose::Edit { comment: comment.id.0 };
    let form = Form { slug: &slug, post, purpose, quoted: "", body, files: &comment.files, refused: &[], once: &once, rejection };
    Ok(render_form(request, &form))
}

fn edit_name(id: CommentId) -> String {
    format!("comment.update.{id}")
}

/// POST /comments/:id/edit
#[handler]
pub async fn update(member: SignedIn, Path(id): Path<CommentId>, fields: Fields) -> Result<Response> {
    let (request, body) = (&member.request, fields.text("body"));
    let typed = comments::Typed { body, files: changes(&fields) };
    let update = async |key| comments::update(&request.app.context, &member.actor, &key, id, &typed).await;
    let done = form::submit(request, &edit_name(id), &fields, update).await?;
    let (comment, post) = comments::find_readable(&request.app.context.db, Some(&member.actor), &request.boards, id).await?;
    match done {
        Accepted(_) if request.head.target == reply::HtmxTarget::Part => {
            let html = request.app.context.known.show(&comment.html);
            let shown = present::comment(request, request.board_of(&post)?, &post, &comment, &html);
            Ok(reply::part(StatusCode::OK, views::saved(request.lang, &shown)))
        }
        Accepted(_) => Ok(reply::see_other_with(request, &paths::comment(id.0), Flash(views::text::FLASH_SAVED))),
        Rejected(rejection) => {
            let mut comment = comment;
            for (id, alt) in typed.files.alts {
                comment.files.iter_mut().filter(|file| file.id == id).for_each(|file| file.alt.clone_from(&alt));
            }
            edit_form(request, &post, (&comment, body), &rejection)
        }
    }
}

/// What the form of a change says of the comment's files: `alt.ID` describes a picture, `remove.ID` takes a file away.
fn changes(fields: &Fields) -> Changes {
    let numbered = |prefix: &'static str| {
        let of = move |(name, value): &(String, String)| Some((FileId(name.strip_prefix(prefix)?.parse().ok()?), value.clone()));
        fields.pairs().iter().filter_map(of)
    };
    Changes { alts: numbered("alt.").collect(), removed: numbered("remove.").map(|(id, _)| id).collect() }
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
