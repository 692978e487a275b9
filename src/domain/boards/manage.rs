//! What administrators do with boards: add, change and order them.

use super::{Access, Board, Boards, find};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::audit::{self, Entry};
use crate::domain::{Action, BoardId, Context, Error, Resource, Result, idempotency, invalidation, validation};
use crate::shared::cache::CacheTag;
use sea_orm::{ConnectionTrait, Value};

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
        fit.name = validation::line(&self.name);
        fit.name_en = validation::line(&self.name_en);
        fit.description = validation::line(&self.description);
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
pub async fn save(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    id: Option<BoardId>,
    draft: &Draft,
) -> Result<idempotency::Outcome> {
    by.actor.must(Resource::Board, Action::Manage)?;
    let mut stale = vec![CacheTag::BOARDS, CacheTag::POSTS, CacheTag::WITHDRAWN, CacheTag::board(&draft.slug)];
    let done = store(ctx, by, key, id, draft, &mut stale).await;
    let outcome = idempotency::replay(&ctx.db, key, done).await?;
    invalidation::invalidate(ctx, &stale).await;
    Ok(outcome)
}

/// `stale` is what has to be drawn anew; the address that the board had before is added to it, because what was kept under
/// that address is not for the readers of the board that gets it next.
async fn store(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    id: Option<BoardId>,
    draft: &Draft,
    stale: &mut Vec<CacheTag>,
) -> Result<i64> {
    let draft = draft.check()?;
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let taken = "SELECT id FROM boards WHERE slug = $1 AND id <> $2";
    if query::number(&tx, taken, [draft.slug.clone().into(), id.unwrap_or_default().into()]).await?.is_some() {
        return Err(Error::invalid("slug", "slug.taken"));
    }
    let (id, entry) = match id {
        None => {
            let id = insert(&tx, &draft, now).await?;
            (BoardId(id), Entry::new("board.create", "board", id, &draft.name).after("slug", &draft.slug))
        }
        Some(id) => {
            let before = Draft::of(&find(&tx, id).await?);
            amend(&tx, id, &draft).await?;
            stale.push(CacheTag::board(&before.slug));
            (id, differences(Entry::new("board.update", "board", id.0, &draft.name), &before, &draft))
        }
    };
    audit::write(&tx, by, entry, now).await?;
    idempotency::record(&tx, key, id.0, now).await?;
    invalidation::withdraw(&tx, stale, now).await?;
    tx.commit().await?;
    Ok(id.0)
}

async fn insert(tx: &impl ConnectionTrait, draft: &Draft, now: OffsetDateTime) -> Result<i64> {
    let insert = "INSERT INTO boards (slug, name, name_en, description, list_access, read_access, write_access, \
                  comment_access, archived, created_at, position) \
                  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, COALESCE(MAX(position), 0) + 1 FROM boards RETURNING id";
    let mut values = draft.values();
    values.push(now.into());
    Ok(query::some(query::number(tx, insert, values).await?, "a new board")?)
}

async fn amend(tx: &impl ConnectionTrait, id: BoardId, draft: &Draft) -> Result<()> {
    let update = "UPDATE boards SET slug = $1, name = $2, name_en = $3, description = $4, list_access = $5, read_access = $6, \
                  write_access = $7, comment_access = $8, archived = $9 WHERE id = $10";
    let mut values = draft.values();
    values.push(id.into());
    query::run(tx, update, values).await.map(|_| ()).map_err(Into::into)
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
pub async fn shift(ctx: &Context, by: &audit::By, key: &idempotency::Key, id: BoardId, up: bool) -> Result<idempotency::Outcome> {
    by.actor.must(Resource::Board, Action::Manage)?;
    let done = reorder(ctx, by, key, id, up).await;
    let outcome = idempotency::replay(&ctx.db, key, done).await?;
    invalidation::invalidate(ctx, &[CacheTag::BOARDS]).await;
    Ok(outcome)
}

async fn reorder(ctx: &Context, by: &audit::By, key: &idempotency::Key, id: BoardId, up: bool) -> Result<i64> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let mut boards = Boards::read(&tx).await?.all().to_vec();
    let from = boards.iter().position(|board| board.id == id).ok_or(Error::NotFound)?;
    let to = if up { from.saturating_sub(1) } else { (from + 1).min(boards.len() - 1) };
    let name = boards[from].name.clone();
    boards.swap(from, to);
    for (place, board) in boards.iter().enumerate() {
        let update = "UPDATE boards SET position = $1 WHERE id = $2";
        query::run(&tx, update, [(place as i64 + 1).into(), board.id.into()]).await?;
    }
    let entry = Entry::new("board.order", "board", id.0, &name).change("position", &(from + 1).to_string(), &(to + 1).to_string());
    audit::write(&tx, by, entry, now).await?;
    idempotency::record(&tx, key, id.0, now).await?;
    tx.commit().await?;
    Ok(id.0)
}
