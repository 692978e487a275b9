//! Posts: writing, reading, changing, and what staff do with them.
//!
//! Rooms: `list` (a board's pages, the newest of all, a member's), `write` (writing, changing, deleting), `moderate` (what
//! staff do).

pub mod list;
pub mod moderate;
mod write;

use super::boards::{Board, Boards};
use super::{Action, Actor, Error, Resource, Result};
use crate::clock::OffsetDateTime;
use crate::db::query;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};

pub(in crate::domain) use write::shown_by;
pub use write::{Draft, create, destroy, update};

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

    /// For a row that comes into this state: what that adds to the counts of what is shown, from which states it does, and
    /// from which it adds nothing.
    pub(in crate::domain) fn crossings(self) -> (i64, &'static str, Option<&'static str>) {
        match self {
            Self::Shown => (1, "state <> 'shown'", None),
            Self::Hidden => (-1, "state = 'shown'", Some("state = 'deleted'")),
            Self::Deleted => (-1, "state = 'shown'", Some("state = 'hidden'")),
        }
    }
}

/// A post as its page shows it. Only this file makes one, and only for a person who may read it: what takes a `&Post` needs
/// to ask no more.
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
    pub edited_by: Option<i64>,
    /// Counted up by each change of title or text.
    pub revision: i64,
    pub state_reason: Option<String>,
    /// Keeps other files from making one.
    #[sea_orm(skip)]
    _checked: Checked,
}

/// Cannot be named elsewhere.
#[derive(Clone, Copy, Debug, Default)]
struct Checked;

impl Post {
    /// Shown, hidden or deleted.
    pub fn state(&self) -> State {
        State::parse(&self.state)
    }

    /// Whether this person may change it, on its board: who wrote it needs today's right to write there.
    pub fn editable_by(&self, actor: Option<&Actor>, board: &Board) -> bool {
        let own = |a: &Actor| a.id == self.author_id && board.takes_posts_from(Some(a));
        self.state() == State::Shown && actor.is_some_and(|a| own(a) || a.may(Resource::Post, Action::Moderate))
    }

    /// Whether this person may delete it. What staff took out of sight is no longer its author's to delete: the reason
    /// would go with it.
    pub fn deletable_by(&self, actor: Option<&Actor>) -> bool {
        let own = |a: &Actor| a.id == self.author_id && a.may(Resource::Post, Action::Delete) && self.state() == State::Shown;
        self.state() != State::Deleted && actor.is_some_and(|a| own(a) || a.may(Resource::Post, Action::Moderate))
    }

    /// Whether it was last changed by staff and not by its author.
    pub fn edited_by_staff(&self) -> bool {
        self.edited_by.is_some_and(|by| by != self.author_id)
    }
}

const FIND: &str = "SELECT p.id, p.board_id, p.author_id, u.name AS author, p.title, p.body, p.html, p.state, p.is_notice, \
    p.comment_count, p.view_count, p.created_at, p.edited_at, p.edited_by, p.revision, p.state_reason, \
    COALESCE((SELECT MAX(c.id) FROM comments c WHERE c.post_id = p.id), 0) AS newest_comment \
    FROM posts p JOIN users u ON u.id = p.author_id WHERE p.id = $1";

/// Whether a person may read a post of this author in this state, on a board that they may read. Hidden ones are there for
/// staff and for whoever wrote them, deleted ones for staff alone.
pub(in crate::domain) fn in_sight(state: State, author: i64, actor: Option<&Actor>) -> bool {
    let staff = actor.is_some_and(|a| a.may(Resource::Post, Action::Moderate));
    // Who wrote a post that staff took out of sight still sees it, and why.
    let own = state == State::Hidden && actor.is_some_and(|a| a.id == author);
    state == State::Shown || staff || own
}

/// A post that this person may read, on a board that they may read.
///
/// # Errors
/// `NotFound`; the database's.
pub async fn find_readable(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, id: i64) -> Result<Post> {
    let post: Post = query::one(db, FIND, [id.into()]).await?.ok_or(Error::NotFound)?;
    boards.find_readable(actor, post.board_id)?;
    if in_sight(post.state(), post.author_id, actor) { Ok(post) } else { Err(Error::NotFound) }
}

/// A post that this person may change, and its board.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not change it; the database's.
pub async fn find_editable(db: &impl ConnectionTrait, actor: &Actor, id: i64) -> Result<(Post, Board)> {
    let boards = Boards::read(db).await?;
    let post = find_readable(db, Some(actor), &boards, id).await?;
    let board = boards.find_readable(Some(actor), post.board_id)?;
    if post.editable_by(Some(actor), board) { Ok((post, board.clone())) } else { Err(Error::Forbidden) }
}

/// A post that this person may delete, and its board.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not delete it; the database's.
pub async fn find_deletable(db: &impl ConnectionTrait, actor: &Actor, id: i64) -> Result<(Post, Board)> {
    let boards = Boards::read(db).await?;
    let post = find_readable(db, Some(actor), &boards, id).await?;
    let board = boards.find_readable(Some(actor), post.board_id)?.clone();
    if post.deletable_by(Some(actor)) { Ok((post, board)) } else { Err(Error::Forbidden) }
}

/// The place of a post that moves to the top of the list by latest comment.
pub(super) fn next_bump(engine: DbBackend) -> &'static str {
    match engine {
        DbBackend::Postgres => "nextval('posts_bump_seq')",
        // SQLite has one writer at a time, so nobody draws the same number.
        _ => "(SELECT COALESCE(MAX(bump), 0) + 1 FROM posts)",
    }
}
