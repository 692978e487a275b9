//! Comments: threads with one visible level of nesting.
//!
//! Rooms: `write` (writing and what each new comment sets in motion), `moderate` (what staff do).

pub mod moderate;
mod write;

use super::boards::{Board, Boards};
use super::posts::{self, Post, State};
use super::{Action, Actor, Error, Resource, Result};
use crate::clock::OffsetDateTime;
use crate::db::query;
use sea_orm::{ConnectionTrait, FromQueryResult};

pub use write::{New, create, destroy, insert, topic, update};

/// Comments on one page of a thread.
pub const PAGE_SIZE: usize = 100;

/// A comment as its post's page shows it to one reader: words that the reader may not see are not in it.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Comment {
    pub id: i64,
    pub post_id: i64,
    pub author_id: i64,
    pub author: String,
    pub root_id: Option<i64>,
    pub parent_id: Option<i64>,
    pub parent_author: Option<String>,
    pub body: String,
    pub html: String,
    pub state: String,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
    pub state_by: Option<i64>,
}

impl Comment {
    /// Shown, hidden or deleted.
    pub fn state(&self) -> State {
        State::parse(&self.state)
    }

    /// The top-level comment of its thread.
    pub fn thread(&self) -> i64 {
        self.root_id.unwrap_or(self.id)
    }

    /// Whether this person may change it: its author, with today's right to comment on its board.
    pub fn editable_by(&self, actor: Option<&Actor>, board: &Board) -> bool {
        let own = |a: &Actor| a.id == self.author_id && board.takes_comments_from(Some(a));
        self.state() == State::Shown && actor.is_some_and(own)
    }

    /// Whether this person may delete it. What staff took out of sight is no longer its author's to delete.
    pub fn deletable_by(&self, actor: Option<&Actor>) -> bool {
        let own = |a: &Actor| a.id == self.author_id && a.may(Resource::Comment, Action::Delete) && self.state() == State::Shown;
        self.state() != State::Deleted && actor.is_some_and(|a| own(a) || a.may(Resource::Comment, Action::Moderate))
    }

    /// Whether staff took it away, and not its author.
    pub fn removed_by_staff(&self) -> bool {
        self.state_by.is_some_and(|by| by != self.author_id)
    }

    /// Without its words where this reader may not see them: those of hidden comments are for staff, those of deleted ones
    /// for nobody who reads the thread.
    fn for_reader(mut self, actor: Option<&Actor>) -> Self {
        let in_sight = match self.state() {
            State::Shown => true,
            State::Hidden => moderates(actor),
            State::Deleted => false,
        };
        if !in_sight {
            self.body.clear();
            self.html.clear();
        }
        self
    }
}

fn moderates(actor: Option<&Actor>) -> bool {
    actor.is_some_and(|a| a.may(Resource::Comment, Action::Moderate))
}

const COLUMNS: &str = "c.id, c.post_id, c.author_id, u.name AS author, c.root_id, c.parent_id, pu.name AS parent_author, \
    c.body, c.html, c.state, c.created_at, c.edited_at, c.state_by \
    FROM comments c JOIN users u ON u.id = c.author_id \
    LEFT JOIN comments pc ON pc.id = c.parent_id LEFT JOIN users pu ON pu.id = pc.author_id";

/// A page of a post's comments, in the order in which they are read.
#[derive(Debug)]
pub struct Listing {
    /// The comments.
    pub comments: Vec<Comment>,
    /// How many pages there are.
    pub pages: i64,
}

/// One page of the comments of a post that this person may read. A post rarely has more than one page; only then are they
/// counted.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, actor: Option<&Actor>, post: &Post, page: i64) -> Result<Listing> {
    let skip = (page.max(1) - 1).saturating_mul(PAGE_SIZE as i64);
    let sql = format!("SELECT {COLUMNS} WHERE c.post_id = $1 ORDER BY COALESCE(c.root_id, c.id), c.id LIMIT $2 OFFSET $3");
    let mut rows: Vec<Comment> = query::all(db, &sql, [post.id.into(), (PAGE_SIZE as i64 + 1).into(), skip.into()]).await?;
    let more = rows.len() > PAGE_SIZE;
    rows.truncate(PAGE_SIZE);
    let mut pages = 1;
    if page > 1 || more {
        let all = query::number(db, "SELECT COUNT(*) FROM comments WHERE post_id = $1", [post.id.into()]).await?.unwrap_or(0);
        pages = (all + PAGE_SIZE as i64 - 1) / PAGE_SIZE as i64;
        // A thread that began on the page before begins this one too, so that its answers have something to stand under.
        if let Some(root) = rows.first().and_then(|first| first.root_id) {
            rows.insert(0, find(db, root).await?);
        }
    }
    Ok(Listing { comments: rows.into_iter().map(|row| row.for_reader(actor)).collect(), pages })
}

/// A place in a thread, without any words of it.
#[derive(Debug)]
pub struct Place {
    /// The post.
    pub post: Post,
    /// The page of its comments.
    pub page: i64,
}

/// Where a comment stands on a post that this person may read.
///
/// # Errors
/// `NotFound`; the database's.
pub async fn find_place(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, id: i64) -> Result<Place> {
    let comment = find(db, id).await?;
    let post = posts::find_readable(db, actor, boards, comment.post_id).await?;
    let sql = "SELECT COUNT(*) FROM comments WHERE post_id = $1 AND \
               (COALESCE(root_id, id) < $2 OR (COALESCE(root_id, id) = $2 AND id < $3))";
    let values = [post.id.into(), comment.thread().into(), comment.id.into()];
    let page = query::number(db, sql, values).await?.unwrap_or(0) / PAGE_SIZE as i64 + 1;
    Ok(Place { post, page })
}

/// Comments written after one on a post that this reader may read, oldest first: what an event stream missed.
///
/// # Errors
/// The database's.
pub async fn since(db: &impl ConnectionTrait, post: &Post, after: i64) -> Result<Vec<Comment>> {
    let sql = format!("SELECT {COLUMNS} WHERE c.post_id = $1 AND c.id > $2 AND c.state = 'shown' ORDER BY c.id LIMIT $3");
    Ok(query::all(db, &sql, [post.id.into(), after.into(), (PAGE_SIZE as i64).into()]).await?)
}

/// One comment, for rules that ask who may read it.
///
/// # Errors
/// `NotFound`; the database's.
async fn find(db: &impl ConnectionTrait, id: i64) -> Result<Comment> {
    query::one(db, &format!("SELECT {COLUMNS} WHERE c.id = $1"), [id.into()]).await?.ok_or(Error::NotFound)
}

/// A comment that this person may change, with its post.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not change it; the database's.
pub async fn find_editable(db: &impl ConnectionTrait, actor: &Actor, id: i64) -> Result<(Comment, Post)> {
    let boards = Boards::read(db).await?;
    let (comment, post) = find_readable(db, Some(actor), &boards, id).await?;
    let board = boards.find_readable(Some(actor), post.board_id)?;
    let may = post.state() == State::Shown && comment.editable_by(Some(actor), board);
    if may { Ok((comment, post)) } else { Err(Error::Forbidden) }
}

/// A comment that this person may delete, with its post.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not delete it; the database's.
pub async fn find_deletable(db: &impl ConnectionTrait, actor: &Actor, boards: &Boards, id: i64) -> Result<(Comment, Post)> {
    let (comment, post) = find_readable(db, Some(actor), boards, id).await?;
    if comment.deletable_by(Some(actor)) { Ok((comment, post)) } else { Err(Error::Forbidden) }
}

/// A comment that this person may read on a post that they may read, with the post. Hidden and deleted ones are there for
/// staff.
///
/// # Errors
/// `NotFound`; the database's.
pub async fn find_readable(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, id: i64) -> Result<(Comment, Post)> {
    let comment = find(db, id).await?;
    let post = posts::find_readable(db, actor, boards, comment.post_id).await?;
    if comment.state() == State::Shown || moderates(actor) { Ok((comment, post)) } else { Err(Error::NotFound) }
}
