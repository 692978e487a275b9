//! Revisions of posts and comments: earlier texts, going back to one, erasing one.

use crate::domain::posts::{self, Draft};
use crate::domain::revisions::{self, History, Subject, difference};
use crate::domain::{CommentId, PostId, comments};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::routes::{Routes, page};
use crate::web::{Fields, Flash, RequestContext, Result, SignedIn, form, form_token, present, reply};
use poem::web::Path;
use poem::{Response, get, handler, post};
use templates::revisions::{self as views, Change, HistoryPage, Piece, VersionPage, paths};

/// The addresses of revisions.
pub fn routes(routes: Routes) -> Routes {
    routes
        .at(page(paths::OF_POST).board(2).cost(2, 0), get(of_post))
        .at(page(paths::POST_VERSION).board(2).cost(2, 0), get(version_of_post))
        .at(page(paths::POST_RESTORE).board(2), post(restore_post))
        .at(page(paths::POST_ERASE).board(2), post(erase_of_post))
        .at(page(paths::OF_COMMENT).cost(3, 0), get(of_comment))
        .at(page(paths::COMMENT_VERSION).cost(3, 0), get(version_of_comment))
        .at(paths::COMMENT_RESTORE, post(restore_comment))
        .at(paths::COMMENT_ERASE, post(erase_of_comment))
}

/// The name of the forms on a version's page.
const FORM: &str = "revisions";

async fn history(request: &RequestContext, subject: Subject) -> Result<History> {
    let (db, actor, boards) = (&request.app.context.db, request.actor.as_ref(), &request.boards);
    Ok(match subject {
        Subject::Post(id) => revisions::of_post(db, actor, boards, id).await?,
        Subject::Comment(id) => revisions::of_comment(db, actor, boards, id).await?,
    })
}

fn subject(history: &History) -> views::Subject<'_> {
    let of = match history.subject {
        Subject::Post(id) => paths::Of::Post(&history.board.slug, id.0),
        Subject::Comment(id) => paths::Of::Comment(id.0),
    };
    views::Subject { of, title: &history.post.title }
}

fn version<'a>(request: &RequestContext, history: &History, version: &'a revisions::Version) -> views::Version<'a> {
    views::Version {
        number: version.number,
        editor: present::author(version.editor_id, &version.editor),
        at: present::ago(version.written_at, request.app.context.clock.now(), request.lang),
        in_force: history.is_in_force(version),
    }
}

async fn index(request: &RequestContext, of: Subject) -> Result<Response> {
    let history = history(request, of).await?;
    let nav = present::nav(request);
    let page = HistoryPage {
        shell: &present::shell(request, &nav),
        subject: subject(&history),
        versions: history.versions.iter().rev().map(|row| version(request, &history, row)).collect(),
    };
    Ok(reply::page(views::index(&page)))
}

async fn show(request: &RequestContext, of: Subject, number: i64) -> Result<Response> {
    let history = history(request, of).await?;
    let (wanted, before) = history.version(number)?;
    let (nav, key) = (present::nav(request), form_token::issue(request, FORM));
    let compared = |new: &str, old: Option<&str>| match old {
        Some(old) => difference::words(old, new).into_iter().map(piece).collect(),
        None => vec![Piece { change: Change::Kept, text: new.to_owned() }],
    };
    let page = VersionPage {
        shell: &present::shell(request, &nav),
        subject: subject(&history),
        version: version(request, &history, wanted),
        is_first: before.is_none(),
        title: compared(&wanted.title, before.map(|before| before.title.as_str())),
        body: compared(&wanted.body, before.map(|before| before.body.as_str())),
        may_restore: history.may_restore,
        may_erase: history.may_erase,
        once: &key,
    };
    Ok(reply::page(views::show(&page)))
}

fn piece(piece: difference::Piece) -> Piece {
    let change = match piece.change {
        difference::Change::Kept => Change::Kept,
        difference::Change::Removed => Change::Removed,
        difference::Change::Added => Change::Added,
        difference::Change::Skipped => Change::Skipped,
    };
    Piece { change, text: piece.text }
}

/// Goes back: the text of that version is the next one.
async fn restore(member: &SignedIn, of: Subject, number: i64, fields: &Fields) -> Result<Response> {
    let (request, ctx) = (&member.request, &member.request.app.context);
    let history = history(request, of).await?;
    let (title, body) = {
        let (wanted, _) = history.version(number)?;
        (wanted.title.clone(), wanted.body.clone())
    };
    let place = subject(&history).of;
    let restore = async |key| match of {
        Subject::Post(id) => {
            let draft = Draft { title, body, notice: history.post.is_notice, revision: Some(history.post.revision), ..Draft::default() };
            posts::update(ctx, &member.by(), &key, id, &draft).await.map(|_| ())
        }
        Subject::Comment(id) => {
            comments::update(ctx, &member.actor, &key, id, &comments::Typed { body: &body, ..Default::default() }).await.map(|_| ())
        }
    };
    match form::submit_one(request, (FORM, format!("restore.{number}")), fields, restore).await? {
        Accepted(_) => Ok(reply::see_other_with(request, &paths::back(place), Flash(views::text::FLASH_RESTORED))),
        Rejected(_) => Ok(reply::see_other(request, &paths::show(place, number))),
    }
}

async fn erase(member: &SignedIn, of: Subject, number: i64, fields: &Fields) -> Result<Response> {
    let request = &member.request;
    let history = history(request, of).await?;
    let place = subject(&history).of;
    let erase = async |key| revisions::erase(&request.app.context, &member.by(), &key, of, number).await;
    match form::submit_one(request, (FORM, format!("erase.{number}")), fields, erase).await? {
        Accepted(_) => Ok(reply::see_other_with(request, &paths::index(place), Flash(views::text::FLASH_ERASED))),
        Rejected(_) => Ok(reply::see_other(request, &paths::show(place, number))),
    }
}

#[handler]
pub async fn of_post(request: RequestContext, Path((_, id)): Path<(String, PostId)>) -> Result<Response> {
    index(&request, Subject::Post(id)).await
}

#[handler]
pub async fn version_of_post(request: RequestContext, Path((_, id, number)): Path<(String, PostId, i64)>) -> Result<Response> {
    show(&request, Subject::Post(id), number).await
}

#[handler]
pub async fn restore_post(member: SignedIn, Path((_, id, number)): Path<(String, PostId, i64)>, fields: Fields) -> Result<Response> {
    restore(&member, Subject::Post(id), number, &fields).await
}

#[handler]
pub async fn erase_of_post(member: SignedIn, Path((_, id, number)): Path<(String, PostId, i64)>, fields: Fields) -> Result<Response> {
    erase(&member, Subject::Post(id), number, &fields).await
}

#[handler]
pub async fn of_comment(request: RequestContext, Path(id): Path<CommentId>) -> Result<Response> {
    index(&request, Subject::Comment(id)).await
}

#[handler]
pub async fn version_of_comment(request: RequestContext, Path((id, number)): Path<(CommentId, i64)>) -> Result<Response> {
    show(&request, Subject::Comment(id), number).await
}

#[handler]
pub async fn restore_comment(member: SignedIn, Path((id, number)): Path<(CommentId, i64)>, fields: Fields) -> Result<Response> {
    restore(&member, Subject::Comment(id), number, &fields).await
}

#[handler]
pub async fn erase_of_comment(member: SignedIn, Path((id, number)): Path<(CommentId, i64)>, fields: Fields) -> Result<Response> {
    erase(&member, Subject::Comment(id), number, &fields).await
}
