//! Comments: POST below a post, and /comments/:id.

mod sent;

use super::files::receive::Refused;
use crate::domain::files::of_comments::{Changes, Incoming, OF_COMMENT_MAX};
use crate::domain::files::{File, FileId};
use crate::domain::{CommentId, Error, PostId, comments, idempotency as keys, posts};
use crate::site::posts::comment_form;
use crate::site::posts::editor::{at_each, undescribed};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, RequestContext, Result, SignedIn, form, form_token, present, reply};
use poem::http::StatusCode;
use poem::web::Path;
use poem::{Body, Request, Response, handler};
use sent::{Arriving, Sent};
use templates::comments::{self as views, CommentForm, Created, DeletePage, FormPage, Purpose};
use templates::paths;

/// POST /community/:board/:id/comments, with `parent` for an answer.
#[handler]
pub async fn create(request: RequestContext, Path((slug, id)): Path<(String, PostId)>, req: &Request, body: Body) -> Result<Response> {
    let form = Arriving::open(&request, req, body).await?;
    let most = match form.has_files() {
        true => {
            let new = new(id, form.fields(), &[]);
            comments::check_writable(&request.app.context, &form.member.actor, &request.boards, new).await.map(|()| OF_COMMENT_MAX)
        }
        false => Ok(0),
    };
    let sent = form.take(most).await?;
    let stored = store(&sent, &slug, id).await;
    sent.abandon().await;
    stored
}

/// The comment that a form sends.
fn new<'a>(post: PostId, fields: &'a Fields, files: &'a [Incoming]) -> comments::New<'a> {
    comments::New { post, parent: fields.number("parent").map(CommentId), body: fields.text("body"), files }
}

async fn store(sent: &Sent, slug: &str, post: PostId) -> Result<Response> {
    let (member, request, new) = (&sent.member, &sent.member.request, new(post, &sent.fields, &sent.files));
    if let Some(rejection) = sent.refusal() {
        return again(sent, slug, &new, &rejection).await;
    }
    let write = async |key| comments::create(&request.app.context, &member.actor, &request.boards, &key, new).await;
    match form::submit(request, &form_name(new.post, new.parent), &sent.fields, write).await? {
        Accepted(made) => created(member, slug, made).await,
        Rejected(rejection) => again(sent, slug, &new, &sent.rejected(rejection)).await,
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
    let (board, once) = (request.board_of(&post)?, form_token::issue(request, &comment_form(post.id)));
    let parts = views::created(&Created {
        lang: request.lang,
        comment: present::comment(request.into(), board, &post, &comment, &html),
        count: present::count(post.comment_count),
        form: CommentForm { once: &once, ..present::comment_form(request.lang, board, Purpose::New { slug, post: post.id.0 }) },
    });
    Ok(reply::part(StatusCode::OK, parts))
}

async fn find_post(member: &SignedIn, id: PostId) -> Result<posts::Post> {
    Ok(posts::find_readable(&member.request.app.context.db, Some(&member.actor), &member.request.boards, id).await?)
}

/// The form with its faults and all that was typed. The answered comment is quoted only to a member who may read it, and
/// only under its own post.
async fn again(sent: &Sent, slug: &str, new: &comments::New<'_>, rejection: &Rejection) -> Result<Response> {
    let member = &sent.member;
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
    let form = Form {
        quoted,
        body: new.body,
        refused: &sent.refused,
        alts: &sent.alts(),
        once: &once,
        rejection,
        ..Form::empty(slug, &post, purpose)
    };
    render_form(&member.request, &form)
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

/// A form on the open page or on a separate page.
struct Form<'a> {
    slug: &'a str,
    post: &'a posts::Post,
    purpose: Purpose<'a>,
    quoted: &'a str,
    body: &'a str,
    files: &'a [File],
    removed: &'a [FileId],
    refused: &'a [Refused],
    /// How new files are described, by their places.
    alts: &'a [&'a str],
    once: &'a str,
    rejection: &'a Rejection,
}

impl<'a> Form<'a> {
    fn empty(slug: &'a str, post: &'a posts::Post, purpose: Purpose<'a>) -> Self {
        const NONE: &Rejection = &Rejection { problems: Vec::new(), wait: None };
        Self { slug, post, purpose, quoted: "", body: "", files: &[], removed: &[], refused: &[], alts: &[], once: "", rejection: NONE }
    }
}

fn render_form(request: &RequestContext, f: &Form<'_>) -> Result<Response> {
    let undescribed = undescribed(f.files);
    let errors = at_each(&f.rejection.errors(), &undescribed);
    let (files, refused) = (present::files(f.files), f.refused.iter().map(|file| (file.name.as_str(), present::errors(&[file.why])[0])));
    let refused: Vec<_> = refused.collect();
    let removed: Vec<i64> = f.removed.iter().map(|id| id.0).collect();
    let empty = present::comment_form(request.lang, request.board_of(f.post)?, f.purpose);
    let form = CommentForm {
        body: f.body,
        files: &files,
        removed: &removed,
        refused: &refused,
        alts: f.alts,
        once: f.once,
        errors: &errors,
        ..empty
    };
    if request.head.target == reply::HtmxTarget::Part {
        return Ok(reply::or_wait(reply::part(f.rejection.status(), views::form(&form)), f.rejection.wait));
    }
    let nav = present::nav(request);
    let quoted_html = &request.app.context.known.show(f.quoted);
    let page =
        FormPage { shell: &present::shell(request, &nav), slug: f.slug, post: f.post.id.0, post_title: &f.post.title, quoted_html, form };
    Ok(f.rejection.page(request, views::form_page(&page)))
}

/// GET /comments/:id: leads to where the comment stands.
#[handler]
pub async fn show(request: RequestContext, Path(id): Path<CommentId>) -> Result<Response> {
    let place = comments::find_place(&request.app.context.db, request.actor.as_ref(), &request.boards, id).await?;
    let board = request.board_of(&place.post)?;
    Ok(reply::see_place(&request, &paths::comment_on(&board.slug, place.post.id.0, present::count(place.page), id.0)))
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
    let form = Form { quoted: &parent.html, once: &once, ..Form::empty(&slug, &post, purpose) };
    render_form(request, &form)
}

/// GET /comments/:id/edit
#[handler]
pub async fn edit(member: SignedIn, Path(id): Path<CommentId>) -> Result<Response> {
    let (comment, post) = comments::find_editable(&member.request.app.context.db, &member.actor, id).await?;
    let (request, slug) = (&member.request, slug_of(&member.request, &post)?);
    let once = form_token::issue(request, &edit_name(id));
    let form =
        Form { body: &comment.body, files: &comment.files, once: &once, ..Form::empty(&slug, &post, Purpose::Edit { comment: id.0 }) };
    render_form(request, &form)
}

fn edit_name(id: CommentId) -> String {
    format!("comment.update.{id}")
}

/// POST /comments/:id/edit
#[handler]
pub async fn update(request: RequestContext, Path(id): Path<CommentId>, req: &Request, body: Body) -> Result<Response> {
    let form = Arriving::open(&request, req, body).await?;
    let most = match form.has_files() {
        // How many there are already is asked when the comment is changed: a form that is sent again has added them.
        true => comments::find_editable(&request.app.context.db, &form.member.actor, id).await.map(|_| OF_COMMENT_MAX),
        false => Ok(0),
    };
    let sent = form.take(most).await?;
    let changed = change(&sent, id).await;
    sent.abandon().await;
    changed
}

async fn change(sent: &Sent, id: CommentId) -> Result<Response> {
    let (member, request, fields) = (&sent.member, &sent.member.request, &sent.fields);
    let typed = comments::Typed { body: fields.text("body"), files: changes(fields), added: &sent.files };
    if let Some(rejection) = sent.refusal() {
        return edit_again(sent, id, &typed, &rejection).await;
    }
    let write = async |key| comments::update(&request.app.context, &member.actor, &key, id, &typed).await;
    match form::submit(request, &edit_name(id), fields, write).await? {
        Accepted(_) => saved(member, id).await,
        Rejected(rejection) => edit_again(sent, id, &typed, &sent.rejected(rejection)).await,
    }
}

/// The changed comment: on the open page by script, else on its own place of the post's page.
async fn saved(member: &SignedIn, id: CommentId) -> Result<Response> {
    let request = &member.request;
    if request.head.target != reply::HtmxTarget::Part {
        return Ok(reply::see_other_with(request, &paths::comment(id.0), Flash(views::text::FLASH_SAVED)));
    }
    let (comment, post) = comments::find_readable(&request.app.context.db, Some(&member.actor), &request.boards, id).await?;
    let html = request.app.context.known.show(&comment.html);
    let shown = present::comment(request.into(), request.board_of(&post)?, &post, &comment, &html);
    Ok(reply::part(StatusCode::OK, views::saved(request.lang, &shown)))
}

/// The form of a change with its faults and all that was typed and ticked.
async fn edit_again(sent: &Sent, id: CommentId, typed: &comments::Typed<'_>, rejection: &Rejection) -> Result<Response> {
    let (member, request) = (&sent.member, &sent.member.request);
    let (mut comment, post) = comments::find_readable(&request.app.context.db, Some(&member.actor), &request.boards, id).await?;
    for (id, alt) in &typed.files.alts {
        comment.files.iter_mut().filter(|file| file.id == *id).for_each(|file| file.alt.clone_from(alt));
    }
    let (slug, once) = (slug_of(request, &post)?, form_token::issue(request, &edit_name(id)));
    let (files, removed, refused) = (&comment.files, &typed.files.removed, &sent.refused);
    let empty = Form::empty(&slug, &post, Purpose::Edit { comment: id.0 });
    render_form(request, &Form { body: typed.body, files, removed, refused, alts: &sent.alts(), once: &once, rejection, ..empty })
}

/// The fields of a change for the comment's files: `alt.ID` describes a picture, `remove.ID` removes a file.
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
