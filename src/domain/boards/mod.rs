//! Boards: where people write, and who may list, read, write and comment there.

use super::audit::{self, Entry};
use super::clock::OffsetDateTime;
use super::{Action, Actor, Error, Resource, Result, once, shared_log, sql, words};
use crate::app::App;
use crate::entity::board;
use crate::shared::cache::{Generation, Noun};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, Value};
use std::sync::Arc;

/// Who may do something on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Anybody, signed in or not.
    Everyone,
    /// Members.
    Members,
    /// Those who may moderate posts.
    Staff,
    /// Those who may manage boards.
    Admins,
    /// Nobody.
    Nobody,
}

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

    /// The level of a word; a word that means nothing lets nobody in.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|access| access.as_str() == word).unwrap_or(Self::Nobody)
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

/// A board.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns")]
pub struct Board {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub description: String,
    pub position: i64,
    pub list: Access,
    pub read: Access,
    pub write: Access,
    pub comment: Access,
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
            position: row.position,
            list: Access::parse(&row.list_access),
            read: Access::parse(&row.read_access),
            write: Access::parse(&row.write_access),
            comment: Access::parse(&row.comment_access),
            archived: row.archived,
        }
    }

    /// Whether this person may see what is on the board.
    pub fn lists_for(&self, actor: Option<&Actor>) -> bool {
        self.list.lets_in(actor)
    }

    /// Whether this person may read its posts.
    pub fn reads_for(&self, actor: Option<&Actor>) -> bool {
        self.read.lets_in(actor)
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

/// The boards in their order, as of one generation. Kept by each instance.
pub type Kept = std::sync::Mutex<Option<(Generation, Arc<Vec<Board>>)>>;

/// All boards in their order. `generation` is the one that this request was told of; without it
/// (Redis unknown) they are read anew.
///
/// # Errors
/// The database's.
pub async fn all(app: &App, generation: Option<Generation>) -> Result<Arc<Vec<Board>>> {
    if let (Some(now), Some((kept, boards))) = (generation, &*app.boards.lock().unwrap_or_else(|e| e.into_inner()))
        && *kept == now
    {
        return Ok(boards.clone());
    }
    let boards = Arc::new(read_all(&app.db).await?);
    if let Some(now) = generation {
        *app.boards.lock().unwrap_or_else(|e| e.into_inner()) = Some((now, boards.clone()));
    }
    Ok(boards)
}

/// All boards in their order, from SQL.
///
/// # Errors
/// The database's.
pub async fn read_all(db: &impl ConnectionTrait) -> Result<Vec<Board>> {
    let rows = board::Entity::find().order_by_asc(board::Column::Position).order_by_asc(board::Column::Id).all(db).await?;
    Ok(rows.into_iter().map(Board::of).collect())
}

/// One board by its id, from SQL.
///
/// # Errors
/// `NotFound`; the database's.
pub async fn find(db: &impl ConnectionTrait, id: i64) -> Result<Board> {
    board::Entity::find_by_id(id).one(db).await?.map(Board::of).ok_or(Error::NotFound)
}

/// Longest name of a board, in characters.
pub const NAME_MAX: usize = 40;

/// What an administrator says about a board.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "fields of the form")]
pub struct Draft {
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub description: String,
    pub list: String,
    pub read: String,
    pub write: String,
    pub comment: String,
    pub archived: bool,
}

impl Draft {
    fn check(&self) -> Result<Self> {
        let mut fit = self.clone();
        fit.name = words::line(&self.name);
        fit.name_en = words::line(&self.name_en);
        fit.description = words::line(&self.description);
        let slug_fits = (2..=30).contains(&self.slug.len())
            && self.slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && self.slug.bytes().any(|b| b.is_ascii_lowercase());
        if !slug_fits {
            return Err(Error::invalid("slug", "slug.invalid"));
        }
        if fit.name.is_empty() {
            return Err(Error::invalid("name", "name.empty"));
        }
        if fit.name.chars().count() > NAME_MAX || fit.name_en.chars().count() > NAME_MAX {
            return Err(Error::invalid("name", "board.name_too_long"));
        }
        if fit.description.chars().count() > 200 {
            return Err(Error::invalid("description", "description.too_long"));
        }
        let known = |word: &str| Access::ALL.iter().any(|access| access.as_str() == word);
        if ![&self.list, &self.read, &self.write, &self.comment].into_iter().all(|word| known(word)) {
            return Err(Error::invalid("read", "board.access_unknown"));
        }
        Ok(fit)
    }

    /// What is in force.
    pub fn of(board: &Board) -> Self {
        Self {
            slug: board.slug.clone(),
            name: board.name.clone(),
            name_en: board.name_en.clone(),
            description: board.description.clone(),
            list: board.list.as_str().into(),
            read: board.read.as_str().into(),
            write: board.write.as_str().into(),
            comment: board.comment.as_str().into(),
            archived: board.archived,
        }
    }

    fn values(&self) -> Vec<Value> {
        let words = [&self.slug, &self.name, &self.name_en, &self.description, &self.list, &self.read, &self.write, &self.comment];
        let mut values: Vec<Value> = words.into_iter().map(|word| word.clone().into()).collect();
        values.push(self.archived.into());
        values
    }
}

/// Adds a board (`id` none) or changes one.
///
/// # Errors
/// `Forbidden`; `Invalid`; `NotFound`; the database's.
pub async fn save(app: &App, by: &audit::By, key: &once::Key, id: Option<i64>, draft: &Draft) -> Result<once::Settled> {
    by.actor.must(Resource::Board, Action::Manage)?;
    let done = store(app, by, key, id, draft).await;
    let settled = once::settle(&app.db, key, done).await?;
    shared_log::bump(app, &[Noun::BOARDS, Noun::POSTS, Noun::WITHDRAWN]).await;
    Ok(settled)
}

async fn store(app: &App, by: &audit::By, key: &once::Key, id: Option<i64>, draft: &Draft) -> Result<i64> {
    let draft = draft.check()?;
    let now = app.clock.now();
    let tx = sql::begin(&app.db).await?;
    let taken = "SELECT id FROM boards WHERE slug = $1 AND id <> $2";
    if sql::number(&tx, taken, [draft.slug.clone().into(), id.unwrap_or(0).into()]).await?.is_some() {
        return Err(Error::invalid("slug", "slug.taken"));
    }
    let (id, entry) = match id {
        None => {
            let id = insert(&tx, &draft, now).await?;
            (id, Entry::new("board.create", "board", id, &draft.name).after("slug", &draft.slug))
        }
        Some(id) => {
            let before = Draft::of(&find(&tx, id).await?);
            amend(&tx, id, &draft).await?;
            (id, differences(Entry::new("board.update", "board", id, &draft.name), &before, &draft))
        }
    };
    audit::write(&tx, by, entry, now).await?;
    once::keep(&tx, key, id, now).await?;
    tx.commit().await?;
    Ok(id)
}

async fn insert(tx: &impl ConnectionTrait, draft: &Draft, now: OffsetDateTime) -> Result<i64> {
    let insert = "INSERT INTO boards (slug, name, name_en, description, list_access, read_access, write_access, \
                  comment_access, archived, created_at, position) \
                  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, COALESCE(MAX(position), 0) + 1 FROM boards RETURNING id";
    let mut values = draft.values();
    values.push(now.into());
    sql::some(sql::number(tx, insert, values).await?, "a new board")
}

async fn amend(tx: &impl ConnectionTrait, id: i64, draft: &Draft) -> Result<()> {
    let update = "UPDATE boards SET slug = $1, name = $2, name_en = $3, description = $4, list_access = $5, read_access = $6, \
                  write_access = $7, comment_access = $8, archived = $9 WHERE id = $10";
    let mut values = draft.values();
    values.push(id.into());
    sql::run(tx, update, values).await.map(|_| ())
}

fn differences(entry: Entry, before: &Draft, after: &Draft) -> Entry {
    let archived = |draft: &Draft| if draft.archived { "on" } else { "off" };
    entry
        .change("slug", &before.slug, &after.slug)
        .change("name", &before.name, &after.name)
        .change("name_en", &before.name_en, &after.name_en)
        .change("description", &before.description, &after.description)
        .change("list", &before.list, &after.list)
        .change("read", &before.read, &after.read)
        .change("write", &before.write, &after.write)
        .change("comment", &before.comment, &after.comment)
        .change("archived", archived(before), archived(after))
}

/// Moves a board one place up or down.
///
/// # Errors
/// `Forbidden`; `NotFound`; the database's.
pub async fn shift(app: &App, by: &audit::By, key: &once::Key, id: i64, up: bool) -> Result<once::Settled> {
    by.actor.must(Resource::Board, Action::Manage)?;
    let done = reorder(app, by, key, id, up).await;
    let settled = once::settle(&app.db, key, done).await?;
    shared_log::bump(app, &[Noun::BOARDS]).await;
    Ok(settled)
}

async fn reorder(app: &App, by: &audit::By, key: &once::Key, id: i64, up: bool) -> Result<i64> {
    let now = app.clock.now();
    let tx = sql::begin(&app.db).await?;
    let mut boards = read_all(&tx).await?;
    let from = boards.iter().position(|board| board.id == id).ok_or(Error::NotFound)?;
    let to = if up { from.saturating_sub(1) } else { (from + 1).min(boards.len() - 1) };
    let name = boards[from].name.clone();
    boards.swap(from, to);
    for (place, board) in boards.iter().enumerate() {
        let update = "UPDATE boards SET position = $1 WHERE id = $2";
        sql::run(&tx, update, [(place as i64 + 1).into(), board.id.into()]).await?;
    }
    let entry = Entry::new("board.order", "board", id, &name).change("position", &(from + 1).to_string(), &(to + 1).to_string());
    audit::write(&tx, by, entry, now).await?;
    once::keep(&tx, key, id, now).await?;
    tx.commit().await?;
    Ok(id)
}
