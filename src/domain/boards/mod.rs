//! Boards: where people write, and who may list, read, write and comment there.
//!
//! Rooms: `manage` (what administrators do with them).

mod manage;

use super::{Action, Actor, Error, Resource, Result};
use crate::domain::{BoardId, Context};
use crate::entity::board;
use crate::shared::cache::Generation;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use std::sync::Arc;

pub use crate::entity::board::{Access, Look};
pub use manage::{Draft, NAME_MAX, save, shift};

impl Access {
    /// All of them, the widest first.
    pub const ALL: [Self; 5] = [Self::Everyone, Self::Members, Self::Staff, Self::Admins, Self::Nobody];

    /// The word in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Members => "members",
            Self::Staff => "staff",
            Self::Admins => "admins",
            Self::Nobody => "nobody",
        }
    }

    /// The level of a word; none where the word means nothing.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|access| access.as_str() == word)
    }

    /// Whether it lets this person in.
    pub fn lets_in(self, actor: Option<&Actor>) -> bool {
        match self {
            Self::Everyone => true,
            Self::Members => actor.is_some(),
            Self::Staff => actor.is_some_and(|a| a.may(Resource::Post, Action::Moderate)),
            Self::Admins => actor.is_some_and(|a| a.may(Resource::Board, Action::Manage)),
            Self::Nobody => false,
        }
    }
}

impl Look {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::List, Self::Cards, Self::Gallery];

    /// The word in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Cards => "cards",
            Self::Gallery => "gallery",
        }
    }

    /// The look of a word; none where the word means nothing.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|look| look.as_str() == word)
    }
}

/// A board.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns")]
pub struct Board {
    pub id: BoardId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub description: String,
    pub description_en: String,
    pub position: i64,
    pub list: Access,
    pub read: Access,
    pub write: Access,
    pub comment: Access,
    pub revisions: Access,
    pub look: Look,
    pub needs_alt: bool,
    pub archived: bool,
}

impl Board {
    fn of(row: board::Model) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            name_en: row.name_en,
            description: row.description,
            description_en: row.description_en,
            position: row.position,
            list: row.list_access,
            read: row.read_access,
            write: row.write_access,
            comment: row.comment_access,
            revisions: row.revision_access,
            look: row.look,
            needs_alt: row.needs_alt,
            archived: row.archived,
        }
    }

    /// Whether this person may see what is on the board. The built-in administrator sees every board.
    pub fn lists_for(&self, actor: Option<&Actor>) -> bool {
        self.list.lets_in(actor) || actor.is_some_and(Actor::is_administrator)
    }

    /// Whether this person may read its posts. The built-in administrator reads every board.
    pub fn reads_for(&self, actor: Option<&Actor>) -> bool {
        self.read.lets_in(actor) || actor.is_some_and(Actor::is_administrator)
    }

    /// Whether this person may write a post here.
    pub fn takes_posts_from(&self, actor: Option<&Actor>) -> bool {
        !self.archived && self.reads_for(actor) && self.write.lets_in(actor) && actor.is_some_and(|a| a.may(Resource::Post, Action::Write))
    }

    /// Whether this person may comment here.
    pub fn takes_comments_from(&self, actor: Option<&Actor>) -> bool {
        !self.archived
            && self.reads_for(actor)
            && self.comment.lets_in(actor)
            && actor.is_some_and(|a| a.may(Resource::Comment, Action::Write))
    }
}

/// All boards in their order. Outside the domain a board is reached only with the actor who asks for it, so that the name
/// of a board is never shown to those who may not know of it.
#[derive(Clone, Debug, Default)]
pub struct Boards(Vec<Board>);

impl Boards {
    /// Reads them from SQL.
    pub async fn read(db: &impl ConnectionTrait) -> Result<Self> {
        let rows = board::Entity::find().order_by_asc(board::Column::Position).order_by_asc(board::Column::Id).all(db).await?;
        Ok(Self(rows.into_iter().map(Board::of).collect()))
    }

    /// Those whose posts this person may see in a list.
    pub fn listed<'a>(&'a self, actor: Option<&'a Actor>) -> impl Iterator<Item = &'a Board> {
        self.0.iter().filter(move |board| board.lists_for(actor))
    }

    /// Those whose posts this person may read.
    pub fn readable<'a>(&'a self, actor: Option<&'a Actor>) -> impl Iterator<Item = &'a Board> {
        self.0.iter().filter(move |board| board.reads_for(actor))
    }

    /// Those whose posts this person may both see in a list and read.
    pub fn open_to<'a>(&'a self, actor: Option<&'a Actor>) -> impl Iterator<Item = &'a Board> {
        self.listed(actor).filter(move |board| board.reads_for(actor))
    }

    /// The board at an address, for a person who may see what is on it.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn find_listed(&self, actor: Option<&Actor>, slug: &str) -> Result<&Board> {
        self.0.iter().find(|board| board.slug == slug && board.lists_for(actor)).ok_or(Error::NotFound)
    }

    /// A board by its id, for a person who may read its posts.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn find_readable(&self, actor: Option<&Actor>, id: BoardId) -> Result<&Board> {
        self.0.iter().find(|board| board.id == id && board.reads_for(actor)).ok_or(Error::NotFound)
    }

    /// All of them, for those who manage boards.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn managed_by(&self, actor: &Actor) -> Result<&[Board]> {
        actor.must(Resource::Board, Action::Manage)?;
        Ok(&self.0)
    }

    /// Whether a board exists at an address, regardless of rights. The answer must not reach a page: it only decides whether Redis is
    /// asked for a generation.
    pub fn has(&self, slug: &str) -> bool {
        self.0.iter().any(|board| board.slug == slug)
    }

    /// All of them, for rules that look at the rights themselves.
    pub(in crate::domain) fn all(&self) -> &[Board] {
        &self.0
    }
}

/// The boards in their order, as of one generation. Kept by each instance.
pub type Kept = parking_lot::Mutex<Option<(Generation, Arc<Boards>)>>;

/// All boards in their order. `generation` is the one that this request read; without it
/// (Redis unknown) they are read anew.
pub async fn all(ctx: &Context, generation: Option<Generation>) -> Result<Arc<Boards>> {
    if let (Some(now), Some((kept, boards))) = (generation, &*ctx.boards.lock())
        && *kept == now
    {
        return Ok(boards.clone());
    }
    // Boxed, because it is rare: every page's future would hold the room for it.
    let boards = Arc::new(Box::pin(Boards::read(&ctx.db)).await?);
    if let Some(now) = generation {
        *ctx.boards.lock() = Some((now, boards.clone()));
    }
    Ok(boards)
}

/// Whether this instance, as far as it knows, has a board at an address: see [`Boards::has`].
pub fn may_have(ctx: &Context, slug: &str) -> bool {
    ctx.boards.lock().as_ref().is_some_and(|(_, boards)| boards.has(slug))
}

/// One board by its id, from SQL, for rules that look at the rights themselves.
///
/// # Errors
/// `NotFound`.
pub(in crate::domain) async fn find(db: &impl ConnectionTrait, id: BoardId) -> Result<Board> {
    board::Entity::find_by_id(id).one(db).await?.map(Board::of).ok_or(Error::NotFound)
}

/// One board by its id, from SQL, for those who manage boards.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn find_managed(db: &impl ConnectionTrait, actor: &Actor, id: BoardId) -> Result<Board> {
    actor.must(Resource::Board, Action::Manage)?;
    find(db, id).await
}
