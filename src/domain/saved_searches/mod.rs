//! Saved searches: members are notified of new posts and comments that a search finds.
//!
//! `look` what is new for them, looked for by a job

pub mod look;

use super::boards::Boards;
use super::idempotency::{Key, Outcome, Uncommitted, idempotent};
use super::search::Kind;
use super::{Actor, BoardId, Context, Error, Result, UserId, notifications, users, validation};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::entity::saved_search::{ActiveModel, Column, Entity};
use crate::entity::search_doc::{self, SearchDocId};
use crate::entity::{notification, user};
use crate::search::{LONGEST, Terms};
use migration::SEARCH_FIRST_ID;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::JoinType;
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

pub use crate::entity::saved_search::SavedSearchId;

/// A member may have this many: each costs a search whenever something was written.
pub const MOST: u64 = 20;

/// A search that a member keeps.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct SavedSearch {
    pub id: SavedSearchId,
    pub words: String,
    pub kind: Option<Kind>,
    pub board_id: Option<BoardId>,
    pub author_id: Option<UserId>,
    /// The name of the member whose texts alone are looked for.
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    pub author: Option<String>,
    pub created_at: OffsetDateTime,
}

/// What is to be kept. Order and period of a search are not: what is new is newest.
#[derive(Clone, Copy, Debug, Default)]
pub struct New<'a> {
    /// As typed.
    pub words: &'a str,
    /// Posts or comments alone; none: both.
    pub kind: Option<Kind>,
    /// On this board alone.
    pub board: Option<BoardId>,
    /// By the member of this name alone; empty: by anybody.
    pub author: &'a str,
}

impl New<'_> {
    /// Whether members can be notified of what it finds: it looks for posts or comments, and for some words.
    pub fn can_be_kept(&self) -> bool {
        !matches!(self.kind, Some(Kind::Member | Kind::File)) && !Terms::parse(self.words).is_empty()
    }

    /// The same for searches that find the same.
    fn same(&self, author: Option<UserId>) -> String {
        let (kind, board) = (self.kind.map(|kind| kind.to_value()).unwrap_or_default(), self.board.unwrap_or_default());
        format!("{kind}/{board}/{}/{}", author.unwrap_or_default(), Terms::parse(self.words).key())
    }
}

fn own(member: &Actor) -> Select<Entity> {
    Entity::find().filter(Column::UserId.eq(member.id))
}

fn with_author(searches: Select<Entity>) -> Select<Entity> {
    searches.join(JoinType::LeftJoin, Entity::belongs_to(user::Entity).from(Column::AuthorId).to(user::Column::Id).into())
}

/// A member's searches, the newest first.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, member: &Actor) -> Result<Vec<SavedSearch>> {
    Ok(with_author(own(member)).order_by_desc(Column::Id).into_partial_model().all(db).await?)
}

/// One of a member's searches.
///
/// # Errors
/// `NotFound`.
pub async fn find(db: &impl ConnectionTrait, member: &Actor, id: SavedSearchId) -> Result<SavedSearch> {
    with_author(own(member)).filter(Column::Id.eq(id)).into_partial_model().one(db).await?.ok_or(Error::NotFound)
}

/// Whether a member keeps this search already.
///
/// # Errors
/// The database's.
pub async fn find_same(db: &impl ConnectionTrait, member: &Actor, new: &New<'_>) -> Result<Option<SavedSearchId>> {
    let Ok(author) = author(db, new.author).await else { return Ok(None) };
    Ok(own(member).filter(Column::Same.eq(new.same(author))).select_only().column(Column::Id).into_tuple().one(db).await?)
}

/// Keeps a search; one that is kept already stays so.
///
/// # Errors
/// `NotFound` where the member may not search the board; `Invalid("form", "saved_search.…")`.
pub async fn create(ctx: &Context, actor: &Actor, boards: &Boards, key: &Key, new: New<'_>) -> Result<Outcome<SavedSearchId>> {
    let work = async {
        if !new.can_be_kept() {
            return Err(Error::invalid("form", "saved_search.words"));
        }
        if new.board.is_some_and(|board| boards.open_to(Some(actor)).all(|open| open.id != board)) {
            return Err(Error::NotFound);
        }
        let author = author(&ctx.db, new.author).await?;
        let tx = query::begin(&ctx.db).await?;
        // So that neither the limit nor the unique index is met by two windows at once.
        users::lock(&tx, actor.id).await?;
        let id = match own(actor).filter(Column::Same.eq(new.same(author))).one(&tx).await? {
            Some(kept) => kept.id,
            None => insert(&tx, actor, (&new, author), ctx.clock.now()).await?,
        };
        Ok(Uncommitted { tx, id })
    };
    idempotent(ctx, key, work).await
}

async fn insert(tx: &Transaction, actor: &Actor, (new, author): (&New<'_>, Option<UserId>), now: OffsetDateTime) -> Result<SavedSearchId> {
    if own(actor).count(tx).await? >= MOST {
        return Err(Error::invalid("form", "saved_search.full"));
    }
    let row = ActiveModel {
        user_id: Set(actor.id),
        words: Set(validation::line(&validation::text(new.words)).chars().take(LONGEST).collect()),
        kind: Set(new.kind),
        board_id: Set(new.board),
        author_id: Set(author),
        same: Set(new.same(author)),
        // What is found on the page already is not new.
        seen_doc: Set(Some(newest_doc(tx, now).await?)),
        created_at: Set(now),
        ..Default::default()
    };
    Ok(row.insert(tx).await?.id)
}

/// The newest document of the search index that was written by a moment. What an index is filled with later is older than all.
async fn newest_doc(db: &impl ConnectionTrait, by: OffsetDateTime) -> Result<SearchDocId> {
    use search_doc::Column;
    let newest = search_doc::Entity::find().filter(Column::CreatedAt.lte(by)).select_only().column(Column::Id).order_by_desc(Column::Id);
    let newest: Option<SearchDocId> = newest.limit(1).into_tuple().one(db).await?;
    Ok(newest.unwrap_or_default().max(SearchDocId(SEARCH_FIRST_ID - 1)))
}

/// The member whose texts alone are looked for.
async fn author(db: &impl ConnectionTrait, name: &str) -> Result<Option<UserId>> {
    if name.trim().is_empty() {
        return Ok(None);
    }
    let found = user::Entity::find().filter(user::Column::NameKey.eq(validation::name_key(name.trim())));
    let found: Option<UserId> = found.select_only().column(user::Column::Id).into_tuple().one(db).await?;
    found.map(Some).ok_or_else(|| Error::invalid("form", "saved_search.author"))
}

/// Keeps a search no longer. Its notifications go with it: they lead nowhere then.
///
/// # Errors
/// The database's.
pub async fn destroy(ctx: &Context, actor: &Actor, boards: &Boards, key: &Key, id: SavedSearchId) -> Result<Outcome<SavedSearchId>> {
    let work = async {
        let tx = query::begin(&ctx.db).await?;
        let gone = Entity::delete_many().filter(Column::UserId.eq(actor.id)).filter(Column::Id.eq(id)).exec(&tx).await?;
        if gone.rows_affected > 0 {
            use notification::Column;
            let of_it = notification::Entity::delete_many().filter(Column::UserId.eq(actor.id)).filter(Column::SavedSearchId.eq(id));
            of_it.exec(&tx).await?;
        }
        Ok(Uncommitted { tx, id })
    };
    let outcome = idempotent(ctx, key, work).await?;
    notifications::renew(ctx, actor, boards).await;
    Ok(outcome)
}
