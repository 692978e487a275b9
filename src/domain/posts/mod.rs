//! Posts: writing, reading, changing, and what staff do with them.
//!
//! Rooms: `list` (a board's pages, the newest of all, a member's), `moderate` (what staff do).

pub mod list;
pub mod moderate;

use super::clock::OffsetDateTime;
use super::words::{Body, POST_MAX, Title};
use super::{Action, Actor, Error, Problem, Resource, Result, boards, markdown, once, shared_log, sql};
use crate::app::App;
use crate::shared::cache::Noun;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};

/// The state of a post or comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Everybody who may read the board sees it.
    Shown,
    /// Staff took it out of sight.
    Hidden,
    /// Its author or staff deleted it; staff can bring it back.
    Deleted,
}

impl State {
    /// The word in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Hidden => "hidden",
            Self::Deleted => "deleted",
        }
    }

    /// The state of a word; a word that means nothing is not shown to anybody.
    pub fn parse(word: &str) -> Self {
        match word {
            "shown" => Self::Shown,
            "hidden" => Self::Hidden,
            _ => Self::Deleted,
        }
    }
}

/// A post as its page shows it.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Post {
    pub id: i64,
    pub board_id: i64,
    pub author_id: i64,
    pub author: String,
    pub title: String,
    pub body: String,
    pub html: String,
    pub state: String,
    pub is_notice: bool,
    pub comment_count: i64,
    pub newest_comment: i64,
    pub view_count: i64,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
    pub state_reason: Option<String>,
}

impl Post {
    /// Shown, hidden or deleted.
    pub fn state(&self) -> State {
        State::parse(&self.state)
    }

    /// Whether this person may change it.
    pub fn editable_by(&self, actor: Option<&Actor>) -> bool {
        self.state() == State::Shown && actor.is_some_and(|a| self.is_own(a, Action::Write) || a.may(Resource::Post, Action::Moderate))
    }

    /// Whether this person may delete it.
    pub fn deletable_by(&self, actor: Option<&Actor>) -> bool {
        self.state() != State::Deleted && actor.is_some_and(|a| self.is_own(a, Action::Delete) || a.may(Resource::Post, Action::Moderate))
    }

    fn is_own(&self, actor: &Actor, action: Action) -> bool {
        actor.id == self.author_id && actor.may(Resource::Post, action)
    }
}

const FIND: &str = "SELECT p.id, p.board_id, p.author_id, u.name AS author, p.title, p.body, p.html, p.state, p.is_notice, \
    p.comment_count, p.view_count, p.created_at, p.edited_at, p.state_reason, \
    COALESCE((SELECT MAX(c.id) FROM comments c WHERE c.post_id = p.id), 0) AS newest_comment \
    FROM posts p JOIN users u ON u.id = p.author_id WHERE p.id = $1";

/// A post that this person may read, on a board that they may read. Hidden ones are there for staff and for
/// whoever wrote them, deleted ones for staff alone.
///
/// # Errors
/// `NotFound`; the database's.
pub async fn find_readable(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &[boards::Board], id: i64) -> Result<Post> {
    let post: Post = sql::one(db, FIND, [id.into()]).await?.ok_or(Error::NotFound)?;
    let board = boards.iter().find(|board| board.id == post.board_id).ok_or(Error::NotFound)?;
    let staff = actor.is_some_and(|a| a.may(Resource::Post, Action::Moderate));
    // Who wrote a post that staff took out of sight still sees it, and why.
    let own = post.state() == State::Hidden && actor.is_some_and(|a| a.id == post.author_id);
    let in_sight = post.state() == State::Shown || staff || own;
    if in_sight && board.reads_for(actor) { Ok(post) } else { Err(Error::NotFound) }
}

/// A post that this person may change.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not change it; the database's.
pub async fn find_editable(db: &impl ConnectionTrait, actor: &Actor, id: i64) -> Result<Post> {
    let boards = boards::read_all(db).await?;
    let post = find_readable(db, Some(actor), &boards, id).await?;
    if post.editable_by(Some(actor)) { Ok(post) } else { Err(Error::Forbidden) }
}

/// A post that this person may delete.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not delete it; the database's.
pub async fn find_deletable(db: &impl ConnectionTrait, actor: &Actor, id: i64) -> Result<Post> {
    let boards = boards::read_all(db).await?;
    let post = find_readable(db, Some(actor), &boards, id).await?;
    if post.deletable_by(Some(actor)) { Ok(post) } else { Err(Error::Forbidden) }
}

/// What somebody writes.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "fields of the form")]
pub struct Draft {
    pub title: String,
    pub body: String,
    pub notice: bool,
}

impl Draft {
    /// Checks title and text together, so that both problems are shown at once.
    fn check(&self) -> Result<(Title, Body)> {
        match (Title::parse(&self.title), Body::parse(&self.body, POST_MAX)) {
            (Ok(title), Ok(body)) => Ok((title, body)),
            (title, body) => Err(Error::Invalid(listed(title.err()).chain(listed(body.err())).collect())),
        }
    }
}

fn listed(fault: Option<Error>) -> impl Iterator<Item = Problem> {
    let problems = match fault {
        Some(Error::Invalid(problems)) => problems,
        _ => Vec::new(),
    };
    problems.into_iter()
}

/// The place of a post that moves to the top of the list by latest comment.
pub(super) fn next_bump(engine: DbBackend) -> &'static str {
    match engine {
        DbBackend::Postgres => "nextval('posts_bump_seq')",
        // SQLite has one writer at a time, so nobody draws the same number.
        _ => "(SELECT COALESCE(MAX(bump), 0) + 1 FROM posts)",
    }
}

/// Writes a post.
///
/// # Errors
/// `Forbidden`; `Invalid`; the database's.
pub async fn create(app: &App, actor: &Actor, board: &boards::Board, key: &once::Key, draft: &Draft) -> Result<once::Settled> {
    if !board.takes_posts_from(Some(actor)) {
        return Err(Error::Forbidden);
    }
    let done = insert(app, actor, board, key, draft).await;
    let settled = once::settle(&app.db, key, done).await?;
    shared_log::bump(app, &[Noun::POSTS, Noun::board(&board.slug), Noun::user(actor.id)]).await;
    Ok(settled)
}

async fn insert(app: &App, actor: &Actor, board: &boards::Board, key: &once::Key, draft: &Draft) -> Result<i64> {
    let (title, body) = draft.check()?;
    let html = markdown::render(&body.0);
    let notice = draft.notice && actor.may(Resource::Post, Action::Moderate);
    let now = app.clock.now();
    let tx = sql::begin(&app.db).await?;
    let insert = format!(
        "INSERT INTO posts (board_id, author_id, title, body, html, is_notice, created_at, bump) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, {}) RETURNING id",
        next_bump(tx.get_database_backend())
    );
    let values: [Value; 7] = [board.id.into(), actor.id.into(), title.0.into(), body.0.into(), html.into(), notice.into(), now.into()];
    let id = sql::some(sql::number(&tx, &insert, values).await?, "a new post")?;
    sql::run(&tx, "UPDATE users SET post_count = post_count + 1 WHERE id = $1", [actor.id.into()]).await?;
    once::keep(&tx, key, id, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a post.
///
/// # Errors
/// `NotFound`; `Forbidden`; `Invalid`; the database's.
pub async fn update(app: &App, actor: &Actor, key: &once::Key, id: i64, draft: &Draft) -> Result<once::Settled> {
    let post = find_editable(&app.db, actor, id).await?;
    let done = amend(app, actor, key, &post, draft).await;
    let settled = once::settle(&app.db, key, done).await?;
    changed(app, &post).await?;
    Ok(settled)
}

async fn amend(app: &App, actor: &Actor, key: &once::Key, post: &Post, draft: &Draft) -> Result<i64> {
    let (title, body) = draft.check()?;
    let html = markdown::render(&body.0);
    let staff = actor.may(Resource::Post, Action::Moderate);
    let notice = if staff { draft.notice } else { post.is_notice };
    let now = app.clock.now();
    let tx = sql::begin(&app.db).await?;
    let update = "UPDATE posts SET title = $1, body = $2, html = $3, is_notice = $4, edited_at = $5 WHERE id = $6";
    let values: [Value; 6] = [title.0.into(), body.0.into(), html.into(), notice.into(), now.into(), post.id.into()];
    sql::run(&tx, update, values).await?;
    once::keep(&tx, key, post.id, now).await?;
    tx.commit().await?;
    Ok(post.id)
}

/// Deletes a post: it goes out of sight, and staff can bring it back.
///
/// # Errors
/// `NotFound`; `Forbidden`; the database's.
pub async fn destroy(app: &App, actor: &Actor, key: &once::Key, id: i64) -> Result<once::Settled> {
    let done = async {
        let post = find_deletable(&app.db, actor, id).await?;
        let now = app.clock.now();
        let tx = sql::begin(&app.db).await?;
        set_state(&tx, actor.id, id, State::Deleted, "", now).await?;
        once::keep(&tx, key, id, now).await?;
        tx.commit().await?;
        changed(app, &post).await?;
        Ok(id)
    };
    once::settle(&app.db, key, done.await).await
}

/// Moves a post between shown, hidden and deleted, and its author's count with it.
pub(super) async fn set_state(tx: &impl ConnectionTrait, by: i64, id: i64, state: State, why: &str, now: OffsetDateTime) -> Result<()> {
    let count = "UPDATE users SET post_count = post_count + $1 WHERE id = (SELECT author_id FROM posts \
                 WHERE id = $2 AND (state = 'shown') <> ($1 = 1))";
    let step: i64 = if state == State::Shown { 1 } else { -1 };
    sql::run(tx, count, [step.into(), id.into()]).await?;
    let update = "UPDATE posts SET state = $1, state_by = $2, state_at = $3, state_reason = $4 WHERE id = $5";
    sql::run(tx, update, [state.as_str().into(), by.into(), now.into(), why.into(), id.into()]).await.map(|_| ())
}

/// After the commit: what was drawn of this post is out of date.
pub(super) async fn changed(app: &App, post: &Post) -> Result<()> {
    let board = boards::find(&app.db, post.board_id).await?;
    shared_log::bump(app, &[Noun::POSTS, Noun::board(&board.slug), Noun::user(post.author_id), Noun::WITHDRAWN]).await;
    Ok(())
}
