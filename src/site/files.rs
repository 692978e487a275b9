//! Files: sent with the editor's form, and read by those who may read what they belong to.

mod arrive;
pub(super) mod receive;
mod waiting;

use super::drafts;
use super::posts::editor::{self, Editor};
use crate::domain::drafts::Target;
use crate::domain::files::{self, Content, DraftId, FileId, Size};
use crate::domain::{Error, PostId, Problem, posts};
use crate::files::cache::{self, Asked};
use crate::files::text::{self as file_text, paragraphs};
use crate::files::{name, storage};
use crate::web::range;
use crate::web::reply::HtmxTarget;
use crate::web::routes::{Kind, Routes, page};
use crate::web::{Rejection, RequestContext, Result, SignedIn, present, reply};
use poem::http::{StatusCode, header};
use poem::web::{Path, Query};
use poem::{Body, Request, Response, get, handler};
use receive::{Received, Refused, receive};
use serde::Deserialize;
use templates::files::{self as views, Files, Saved, paths};
use templates::paths as site_paths;
use templates::posts::form::Purpose;

pub fn routes(routes: Routes) -> Routes {
    routes
        .at(page(paths::SHOW).kind(Kind::File), get(show))
        .at(page(paths::TEXT).cost(2, 0), get(text))
        .at(page(paths::CREATE).upload(), get(drafts::to_new).post(create))
        .at(page(paths::UPDATE).upload(), get(drafts::to_edit).post(update))
}

/// Documents of members run nothing here and read nothing of the site (CSP 3, "sandbox"). Not for PDF: the viewers of browsers do
/// not run in it.
const SANDBOX: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";

/// Which one of a picture.
#[derive(Deserialize, Default)]
pub struct Wanted {
    size: Option<String>,
}

impl Wanted {
    fn size(&self) -> Option<Size> {
        match self.size.as_deref()? {
            views::SMALL => Some(Size::Small),
            views::PAGE => Some(Size::Page),
            views::STILL => Some(Size::Still),
            _ => None,
        }
    }
}

/// GET /files/:id/:name, the name being for people.
#[handler]
pub async fn show(
    request: RequestContext,
    Path((id, _)): Path<(FileId, String)>,
    wanted: Option<Query<Wanted>>,
    req: &Request,
) -> Result<Response> {
    let db = &request.app.context.db;
    let file = files::find_readable(db, request.actor.as_ref(), &request.boards, id).await?;
    let file = match wanted.and_then(|Query(wanted)| wanted.size()) {
        Some(size) => files::sized(db, file, size).await?,
        None => file,
    };
    let (size, tag) = (file.size.unsigned_abs(), format!("\"{}\"", file.sha256));
    let asked = range::asked(req.headers(), &tag, size);
    let sent = match &asked {
        range::Asked::Part(range) => range.clone(),
        range::Asked::Whole => 0..size,
        range::Asked::NotModified | range::Asked::Unsatisfiable => 0..0,
    };
    let mut response = Response::builder()
        .status(status(&asked))
        .header(header::ETAG, tag)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CONTENT_DISPOSITION, name::disposition(&file.name, file.kind.is_inline()));
    match asked {
        range::Asked::NotModified => return Ok(response.finish()),
        range::Asked::Unsatisfiable => return Ok(response.header(header::CONTENT_RANGE, format!("bytes */{size}")).finish()),
        range::Asked::Part(range) => {
            response = response.header(header::CONTENT_RANGE, format!("bytes {}-{}/{size}", range.start, range.end - 1))
        }
        range::Asked::Whole => {}
    }
    let bytes = Body::from_bytes_stream(bytes_of(&request, &file, sent.clone()));
    Ok(typed(response, &file).header(header::CONTENT_LENGTH, sent.end - sent.start).body(bytes))
}

fn status(asked: &range::Asked) -> StatusCode {
    match asked {
        range::Asked::NotModified => StatusCode::NOT_MODIFIED,
        range::Asked::Whole => StatusCode::OK,
        range::Asked::Part(_) => StatusCode::PARTIAL_CONTENT,
        range::Asked::Unsatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
    }
}

fn typed(response: poem::ResponseBuilder, file: &Content) -> poem::ResponseBuilder {
    let response = response.header(header::CONTENT_TYPE, file.kind.media_type());
    match file.kind {
        files::ContentKind::Pdf => response,
        _ => response.header(header::CONTENT_SECURITY_POLICY, SANDBOX),
    }
}

fn bytes_of(
    request: &RequestContext,
    file: &Content,
    range: std::ops::Range<u64>,
) -> impl futures_util::Stream<Item = std::io::Result<bytes::Bytes>> + Send + use<> {
    use futures_util::{StreamExt, TryStreamExt};
    let db = &request.app.context.db;
    let bytes = match &request.app.file_cache {
        Some(cache) => cache::read(cache, db, Asked { id: file.blob_id, sha256: file.sha256.clone() }, range).boxed(),
        None => storage::read(db, file.blob_id, range).boxed(),
    };
    bytes.map_err(std::io::Error::other)
}

/// Which page of a text.
#[derive(Deserialize, Default)]
pub struct Turned {
    #[serde(default)]
    page: String,
}

/// GET /files/:id/:name/text: the text of a document, for those who may read the file.
#[handler]
pub async fn text(request: RequestContext, Path((id, _)): Path<(FileId, String)>, turned: Option<Query<Turned>>) -> Result<Response> {
    let number = turned.and_then(|Query(turned)| turned.page.parse().ok()).unwrap_or(1);
    let db = &request.app.context.db;
    let found = files::texts::find_text(db, request.actor.as_ref(), &request.boards, id, number).await?;
    let (nav, file) = (present::nav(&request), &found.file);
    let address = found.origin.as_ref().and_then(|origin| address(&request, origin));
    let origin = found.origin.as_ref().zip(address.as_deref());
    Ok(reply::page(views::page(&views::TextPage {
        shell: &present::shell(&request, &nav),
        id: id.0,
        name: &file.name,
        bytes: present::count(file.size),
        reading: present::reading(found.state),
        origin: origin.map(|(of, address)| views::Origin { address, title: &of.title, is_comment: of.comment.is_some() }),
        paragraphs: &paragraphs(&found.text).into_iter().map(paragraph).collect::<Vec<_>>(),
        number: present::count(found.number),
        pages: present::count(found.pages),
    })))
}

fn paragraph(read: file_text::Paragraph<'_>) -> views::Paragraph<'_> {
    match read {
        file_text::Paragraph::Heading(depth, words) => views::Paragraph::Heading(depth, words),
        file_text::Paragraph::Text(words) => views::Paragraph::Text(words),
    }
}

/// The address of the post or the comment that a file belongs to.
fn address(request: &RequestContext, origin: &files::texts::Origin) -> Option<String> {
    let board = request.boards.find_readable(request.actor.as_ref(), origin.board).ok()?;
    Some(origin.comment.map_or_else(|| site_paths::post(&board.slug, origin.post.0), |id| site_paths::comment(id.0)))
}

/// POST /community/:board/files: what was typed becomes the draft, and the files are attached to it. It takes no one-time key: the
/// same text saved again changes nothing, and the same file is attached once.
#[handler]
pub async fn create(request: RequestContext, Path(slug): Path<String>, req: &Request, body: Body) -> Result<Response> {
    let (member, received) = receive(&request, req, body).await?.signed_in(&request).await?;
    match editor::writable(&member, &slug) {
        Ok(board) => store(&member, Target::New(board.id), Editor::of(board, Purpose::New), received).await,
        Err(err) => Err(received.refuse(err).await),
    }
}

/// POST /community/:board/:id/files
#[handler]
pub async fn update(request: RequestContext, Path((_, id)): Path<(String, PostId)>, req: &Request, body: Body) -> Result<Response> {
    let (member, received) = receive(&request, req, body).await?.signed_in(&request).await?;
    match posts::find_editable(&request.app.context.db, &member.actor, id).await {
        Ok((_, board)) => store(&member, Target::Edit(id), Editor::of(&board, Purpose::Edit { id: id.0 }), received).await,
        Err(err) => Err(received.refuse(err.into()).await),
    }
}

/// Saves the text, then does with the files what the form asks for, and shows the editor again. A script sends a file with its draft
/// alone, and gets the list.
async fn store(member: &SignedIn, target: Target, e: Editor<'_>, mut received: Received) -> Result<Response> {
    let (ctx, by_script) = (&member.request.app.context, member.request.head.target == HtmxTarget::Part);
    if let (true, false, Some(draft)) = (by_script, received.fields().has("body"), received.fields().number("draft")) {
        let refused = received.attach(member, target, DraftId(draft)).await?;
        return list(member, target, &e, Saved { draft, version: None }, refused).await;
    }
    let typed = editor::sent(received.fields());
    let saved = match crate::domain::drafts::save_for_files(ctx, &member.actor, target, &typed).await {
        Ok(saved) => saved,
        Err(Error::Invalid(problems)) => {
            received.drain().await;
            return drafts::again(member, &e, typed, problems).await;
        }
        Err(err) => return Err(received.refuse(err.into()).await),
    };
    if let Some(id) = received.fields().number("remove") {
        files::remove(ctx, &member.actor, target, saved.id, FileId(id)).await?;
    }
    let refused = received.attach(member, target, saved.id).await?;
    if by_script {
        return list(member, target, &e, Saved { draft: saved.id.0, version: Some(saved.version) }, refused).await;
    }
    match refused.is_empty() {
        true if saved.conflicts_with.is_some() => Ok(reply::see_other(&member.request, &drafts::show_path(saved.id))),
        true => Ok(reply::see_other(&member.request, &views::listed(&editor::place(e.board, e.purpose), saved.id.0))),
        false => again(member, &e, posts::Draft { editor: typed.editor.with(&saved), ..typed }, refused).await,
    }
}

/// What the editor's script puts in the place of its list.
async fn list(member: &SignedIn, target: Target, e: &Editor<'_>, saved: Saved, refused: Vec<Refused>) -> Result<Response> {
    let request = &member.request;
    let attached = files::of_editor(&request.app.context.db, &member.actor, target, Some(DraftId(saved.draft))).await?;
    let refused: Vec<_> = refused.iter().map(|refused| (refused.name.as_str(), present::errors(&[refused.why])[0])).collect();
    let action = match e.purpose {
        Purpose::New => paths::create(&e.board.slug),
        Purpose::Edit { id } => paths::update(&e.board.slug, id),
    };
    let listed = Files {
        lang: request.lang,
        action: &action,
        items: &present::files(&attached),
        refused: &refused,
        errors: &[],
        needs_alt: e.board.needs_alt,
    };
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(reply::part(status, views::part(&listed, &saved)))
}

/// The editor with what was refused, and why.
async fn again(member: &SignedIn, e: &Editor<'_>, typed: posts::Draft, refused: Vec<Refused>) -> Result<Response> {
    let rejection = Rejection::from(Problem { field: "files", message: "file.refused" });
    let refused = refused.into_iter().map(|refused| (refused.name, refused.why)).collect();
    editor::show(member, &typed, &Editor { refused, ..e.clone() }, &rejection).await
}
