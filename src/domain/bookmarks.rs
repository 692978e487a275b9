//! Bookmarks: posts that a member keeps, in folders and with a note.
//!
//! A bookmark is its member's own, the words of its post are not: they are joined with the rights that the member has now.

use super::boards::Boards;
use super::idempotency::{Key, Outcome, Uncommitted, idempotent};
use super::{Actor, BoardId, Context, Error, PostId, Problem, Result, UserId, invalidation, posts, users, validation};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::entity::bookmark::{ActiveModel, Column, Entity};
use crate::entity::post;
use crate::shared::cache::CacheTag;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, RelationDef, Select,
};
use unicode_segmentation::UnicodeSegmentation;

pub use crate::entity::bookmark::BookmarkId;

/// Bookmarks on one page of the list.
pub const PAGE: usize = 30;
/// A member may have this many.
pub const MOST: u64 = 1_000;
/// Longest name of a folder, in characters.
pub const FOLDER_MAX: usize = 40;
/// Longest note, in characters.
pub const NOTE_MAX: usize = 200;

/// A bookmark as its list shows it.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Bookmark {
    pub id: BookmarkId,
    pub post_id: PostId,
    pub folder: String,
    pub note: String,
    pub created_at: OffsetDateTime,
    /// `None` where the member may not read the post now.
    #[sea_orm(from_expr = "post::Column::Title.into_expr()")]
    pub title: Option<String>,
    #[sea_orm(from_expr = "post::Column::BoardId.into_expr()")]
    pub board_id: Option<BoardId>,
}

/// Which of a member's bookmarks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// In this folder; empty: in none.
    pub folder: Option<&'a str>,
    /// Older than this one.
    pub before: Option<BookmarkId>,
    /// Of this post.
    pub post: Option<PostId>,
}

fn own(member: &Actor) -> Select<Entity> {
    Entity::find().filter(Column::UserId.eq(member.id))
}

/// The newest ones, and one more than a page where there are older ones.
pub async fn list(db: &impl ConnectionTrait, reader: &Actor, boards: &Boards, filter: Filter<'_>) -> Result<Vec<Bookmark>> {
    let (readable, to_post) = (posts::readable(reader, boards), Entity::belongs_to(post::Entity).from(Column::PostId).to(post::Column::Id));
    let found = own(reader)
        .join(JoinType::LeftJoin, RelationDef::from(to_post).on_condition(move |_, _| readable.clone()))
        .apply_if(filter.folder, |found, folder| found.filter(Column::Folder.eq(folder)))
        .apply_if(filter.before, |found, before| found.filter(Column::Id.lt(before)))
        .apply_if(filter.post, |found, post| found.filter(Column::PostId.eq(post)))
        .order_by_desc(Column::Id)
        .limit(PAGE as u64 + 1);
    Ok(found.into_partial_model().all(db).await?)
}

/// The posts that a member keeps, by their ids, of whatever rights the member has by now.
pub async fn posts(db: &impl ConnectionTrait, member: &Actor) -> Result<Vec<PostId>> {
    Ok(own(member).select_only().column(Column::PostId).order_by_asc(Column::PostId).into_tuple().all(db).await?)
}

/// A folder, and how many bookmarks are in it. The one without a name holds those that are in none.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Folder {
    pub folder: String,
    pub bookmarks: i64,
}

/// A member's folders by name.
pub async fn folders(db: &impl ConnectionTrait, member: &Actor) -> Result<Vec<Folder>> {
    let folders = own(member).select_only().column(Column::Folder).column_as(Column::Id.count(), "bookmarks");
    Ok(folders.group_by(Column::Folder).order_by_asc(Column::Folder).into_model().all(db).await?)
}

/// The bookmark that a person has of a post, to be selected beside the post (see [`posts::find_with`]).
pub static OF_READER: posts::Beside = posts::Beside::new(id_of_reader);

fn id_of_reader(reader: UserId) -> SimpleExpr {
    let bookmark = Query::select()
        .column((Entity, Column::Id))
        .from(Entity)
        .and_where(Column::UserId.eq(reader))
        .and_where(Column::PostId.into_expr().equals((post::Entity, post::Column::Id)))
        .take();
    Expr::from(bookmark)
}

/// Keeps a post; a post that is kept already stays so.
///
/// # Errors
/// `NotFound` where the member may not read it; `Invalid("form", "bookmark.full")`.
pub async fn create(ctx: &Context, actor: &Actor, boards: &Boards, key: &Key, post: PostId) -> Result<Outcome<BookmarkId>> {
    let work = async {
        posts::find_readable(&ctx.db, Some(actor), boards, post).await?;
        let tx = query::begin(&ctx.db).await?;
        // So that neither the limit nor the unique index is met by two windows at once.
        users::lock(&tx, actor.id).await?;
        let id = match own(actor).filter(Column::PostId.eq(post)).one(&tx).await? {
            Some(kept) => kept.id,
            None => insert(&tx, actor, post, ctx.clock.now()).await?,
        };
        Ok(Uncommitted { tx, id })
    };
    let outcome = idempotent(ctx, key, work).await?;
    invalidation::invalidate(ctx, &[CacheTag::reader(actor.id.into())]).await;
    Ok(outcome)
}

async fn insert(tx: &Transaction, actor: &Actor, post: PostId, now: OffsetDateTime) -> Result<BookmarkId> {
    if own(actor).count(tx).await? >= MOST {
        return Err(Error::invalid("form", "bookmark.full"));
    }
    let row = ActiveModel { user_id: Set(actor.id), post_id: Set(post), created_at: Set(now), ..Default::default() };
    let row = ActiveModel { folder: Set(String::new()), note: Set(String::new()), ..row };
    Ok(row.insert(tx).await?.id)
}

/// What a member writes beside a bookmark.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "fields of the form")]
pub struct Draft<'a> {
    pub folder: &'a str,
    pub note: &'a str,
}

/// Changes folder and note of the bookmark of a post.
///
/// # Errors
/// `NotFound` where there is none; `Invalid("folder" | "note", …)`.
pub async fn update(ctx: &Context, actor: &Actor, key: &Key, post: PostId, draft: Draft<'_>) -> Result<Outcome<PostId>> {
    let line = |typed| validation::line(&validation::text(typed));
    let (folder, note) = (line(draft.folder), line(draft.note));
    let long = |text: &str, most: usize| text.graphemes(true).count() > most;
    let problems = [
        long(&folder, FOLDER_MAX).then_some(Problem { field: "folder", message: "bookmark.folder_too_long" }),
        long(&note, NOTE_MAX).then_some(Problem { field: "note", message: "bookmark.note_too_long" }),
    ];
    let problems: Vec<Problem> = problems.into_iter().flatten().collect();
    let work = async {
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let tx = query::begin(&ctx.db).await?;
        let update = Entity::update_many().col_expr(Column::Folder, folder.into()).col_expr(Column::Note, note.into());
        let changed = update.filter(Column::UserId.eq(actor.id)).filter(Column::PostId.eq(post)).exec(&tx).await?.rows_affected;
        if changed == 0 { Err(Error::NotFound) } else { Ok(Uncommitted { tx, id: post }) }
    };
    idempotent(ctx, key, work).await
}

/// Keeps a post no longer. It need not be one that the member may still read.
///
/// # Errors
/// The database's.
pub async fn destroy(ctx: &Context, actor: &Actor, key: &Key, post: PostId) -> Result<Outcome<PostId>> {
    let work = async {
        let tx = query::begin(&ctx.db).await?;
        Entity::delete_many().filter(Column::UserId.eq(actor.id)).filter(Column::PostId.eq(post)).exec(&tx).await?;
        Ok(Uncommitted { tx, id: post })
    };
    let outcome = idempotent(ctx, key, work).await?;
    invalidation::invalidate(ctx, &[CacheTag::reader(actor.id.into())]).await;
    Ok(outcome)
}
