//! What administrators do with boards: add, change and order them.

use super::{Access, Board, Boards, Look, find};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::audit::{self, Entry};
use crate::domain::idempotency::{Uncommitted, idempotent};
use crate::domain::{Action, BoardId, Context, Error, Resource, Result, idempotency, invalidation, validation};
use crate::entity::board::{Column, Entity};
use crate::shared::cache::CacheTag;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

/// Longest name of a board, in characters.
pub const NAME_MAX: usize = 40;

/// What an administrator enters about a board.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields of the form")]
pub struct Draft {
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub description: String,
    pub description_en: String,
    pub list: Access,
    pub read: Access,
    pub write: Access,
    pub comment: Access,
    pub revisions: Access,
    pub look: Look,
    pub needs_alt: bool,
    pub archived: bool,
}

/// What the form of a new board begins with: everyone reads, members write.
impl Default for Draft {
    fn default() -> Self {
        Self {
            slug: String::new(),
            name: String::new(),
            name_en: String::new(),
            description: String::new(),
            description_en: String::new(),
            list: Access::Everyone,
            read: Access::Everyone,
            write: Access::Members,
            comment: Access::Members,
            revisions: Access::Staff,
            look: Look::List,
            needs_alt: false,
            archived: false,
        }
    }
}

impl Draft {
    fn check(&self) -> Result<Self> {
        let mut fit = self.clone();
        fit.name = validation::line(&self.name);
        fit.name_en = validation::line(&self.name_en);
        fit.description = validation::line(&self.description);
        fit.description_en = validation::line(&self.description_en);
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
        for (field, text) in [("description", &fit.description), ("description_en", &fit.description_en)] {
            if text.chars().count() > 200 {
                return Err(Error::invalid(field, "description.too_long"));
            }
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
            description_en: board.description_en.clone(),
            list: board.list,
            read: board.read,
            write: board.write,
            comment: board.comment,
            revisions: board.revisions,
            look: board.look,
            needs_alt: board.needs_alt,
            archived: board.archived,
        }
    }

    fn values(&self) -> [(Column, SimpleExpr); 13] {
        [
            (Column::Slug, self.slug.as_str().into()),
            (Column::Name, self.name.as_str().into()),
            (Column::NameEn, self.name_en.as_str().into()),
            (Column::Description, self.description.as_str().into()),
            (Column::DescriptionEn, self.description_en.as_str().into()),
            (Column::ListAccess, self.list.into()),
            (Column::ReadAccess, self.read.into()),
            (Column::WriteAccess, self.write.into()),
            (Column::CommentAccess, self.comment.into()),
            (Column::RevisionAccess, self.revisions.into()),
            (Column::Look, self.look.into()),
            (Column::NeedsAlt, self.needs_alt.into()),
            (Column::Archived, self.archived.into()),
        ]
    }
}

/// Adds a board (`id` none) or changes one.
///
/// # Errors
/// `Forbidden`; `Invalid`; `NotFound`.
pub async fn save(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    id: Option<BoardId>,
    draft: &Draft,
) -> Result<idempotency::Outcome<BoardId>> {
    by.actor.must(Resource::Board, Action::Manage)?;
    let mut stale = vec![CacheTag::BOARDS, CacheTag::POSTS, CacheTag::WITHDRAWN, CacheTag::board(&draft.slug)];
    let outcome = idempotent(ctx, key, store(ctx, by, id, draft, &mut stale)).await?;
    invalidation::invalidate(ctx, &stale).await;
    Ok(outcome)
}

/// `stale` is what has to be drawn anew; the address that the board had before is added to it, because what was kept under
/// that address is not for the readers of the board that gets it next.
async fn store(
    ctx: &Context,
    by: &audit::By,
    id: Option<BoardId>,
    draft: &Draft,
    stale: &mut Vec<CacheTag>,
) -> Result<Uncommitted<BoardId>> {
    let draft = draft.check()?;
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let taken = Entity::find().filter(Column::Slug.eq(&draft.slug)).apply_if(id, |taken, id| taken.filter(Column::Id.ne(id)));
    if taken.select_only().column(Column::Id).into_tuple::<BoardId>().one(&tx).await?.is_some() {
        return Err(Error::invalid("slug", "slug.taken"));
    }
    let (id, entry) = match id {
        None => {
            let id = insert(&tx, &draft, now).await?;
            (id, Entry::new("board.create", audit::Target::Board(id), &draft.name).after("slug", &draft.slug))
        }
        Some(id) => {
            let before = Draft::of(&find(&tx, id).await?);
            amend(&tx, id, &draft).await?;
            stale.push(CacheTag::board(&before.slug));
            (id, differences(Entry::new("board.update", audit::Target::Board(id), &draft.name), &before, &draft))
        }
    };
    audit::write(&tx, by, entry, now).await?;
    invalidation::withdraw(&tx, stale, now).await?;
    Ok(Uncommitted { tx, id })
}

/// After all others.
async fn insert(tx: &impl ConnectionTrait, draft: &Draft, now: OffsetDateTime) -> Result<BoardId> {
    let last = Query::select().expr(Expr::col(Column::Position).max().if_null(0).add(1)).from(Entity).take();
    let values = draft.values().into_iter().chain([(Column::CreatedAt, now.into()), (Column::Position, last.into())]);
    let (columns, values): (Vec<_>, Vec<_>) = values.unzip();
    let mut insert = Query::insert();
    insert.into_table(Entity).columns(columns).returning_col(Column::Id);
    insert.values(values).map_err(|err| Error::internal("a new board", err))?;
    Ok(query::some(tx.query_one(&insert).await?, "a new board")?.try_get_by_index(0)?)
}

async fn amend(tx: &impl ConnectionTrait, id: BoardId, draft: &Draft) -> Result<()> {
    let set = |update: sea_orm::UpdateMany<Entity>, (column, value)| update.col_expr(column, value);
    draft.values().into_iter().fold(Entity::update_many(), set).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

fn differences(entry: Entry, before: &Draft, after: &Draft) -> Entry {
    let switch = |is_on: bool| if is_on { "on" } else { "off" };
    entry
        .change("slug", &before.slug, &after.slug)
        .change("name", &before.name, &after.name)
        .change("name_en", &before.name_en, &after.name_en)
        .change("description", &before.description, &after.description)
        .change("description_en", &before.description_en, &after.description_en)
        .change("list", before.list.as_str(), after.list.as_str())
        .change("read", before.read.as_str(), after.read.as_str())
        .change("write", before.write.as_str(), after.write.as_str())
        .change("comment", before.comment.as_str(), after.comment.as_str())
        .change("revisions", before.revisions.as_str(), after.revisions.as_str())
        .change("look", before.look.as_str(), after.look.as_str())
        .change("needs_alt", switch(before.needs_alt), switch(after.needs_alt))
        .change("archived", switch(before.archived), switch(after.archived))
}

/// Moves a board one place up or down.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn shift(ctx: &Context, by: &audit::By, key: &idempotency::Key, id: BoardId, up: bool) -> Result<idempotency::Outcome<BoardId>> {
    by.actor.must(Resource::Board, Action::Manage)?;
    let outcome = idempotent(ctx, key, reorder(ctx, by, id, up)).await?;
    invalidation::invalidate(ctx, &[CacheTag::BOARDS]).await;
    Ok(outcome)
}

async fn reorder(ctx: &Context, by: &audit::By, id: BoardId, up: bool) -> Result<Uncommitted<BoardId>> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let mut boards = Boards::read(&tx).await?.all().to_vec();
    let from = boards.iter().position(|board| board.id == id).ok_or(Error::NotFound)?;
    let to = if up { from.saturating_sub(1) } else { (from + 1).min(boards.len() - 1) };
    let name = boards[from].name.clone();
    boards.swap(from, to);
    for (place, board) in boards.iter().enumerate() {
        let position = SimpleExpr::from(place as i64 + 1);
        Entity::update_many().col_expr(Column::Position, position).filter(Column::Id.eq(board.id)).exec(&tx).await?;
    }
    let entry =
        Entry::new("board.order", audit::Target::Board(id), &name).change("position", &(from + 1).to_string(), &(to + 1).to_string());
    audit::write(&tx, by, entry, now).await?;
    Ok(Uncommitted { tx, id })
}
