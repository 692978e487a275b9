//! What is new for saved searches. A job looks each minute at the documents of the search index that were written since each search was
//! looked at last, with the query and the rights of the search page; so writing a post or a comment costs no statement more.
//!
//! Who moves `seen_doc` on from the value that was read adds the notification in the same transaction: of ten instances that look at once,
//! one does, and a job that was killed is done anew without notifying twice.

use super::{SavedSearchId, newest_doc};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::boards::Boards;
use crate::domain::search::{Kind, Order, Query, Span, count_of_others};
use crate::domain::users::{self, profile};
use crate::domain::{Actor, BoardId, Context, Result, UserId, invalidation, notifications};
use crate::entity::notification::{self, Kind as Notified};
use crate::entity::saved_search::{Column, Entity};
use crate::entity::search_doc::SearchDocId;
use crate::entity::user;
use crate::shared::cache::CacheTag;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{ExprTrait, JoinType, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, HashMap};
use time::Duration;

/// Searches that one job looks at.
const BATCH: u64 = 200;
/// A document is looked at when it is so old. PostgreSQL hands out ids before commit, so a lower id may appear later; no request lives
/// longer than this.
pub const SETTLED: Duration = Duration::seconds(45);

/// A search as the job reads it.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct Saved {
    id: SavedSearchId,
    user_id: UserId,
    words: String,
    kind: Option<Kind>,
    board_id: Option<BoardId>,
    author_id: Option<UserId>,
    seen_doc: Option<SearchDocId>,
}

/// Looks for what is new for some searches, those with greater ids than `after`, and notifies their members. Gives the last of them where
/// more may follow.
///
/// # Errors
/// The database's.
pub async fn notify(ctx: &Context, after: SavedSearchId, now: OffsetDateTime) -> Result<Option<SavedSearchId>> {
    let newest = newest_doc(&ctx.db, now - SETTLED).await?;
    let searches = outdated(&ctx.db, after, newest, now).await?;
    let members: Vec<UserId> = searches.iter().map(|search| search.user_id).collect();
    let members: HashMap<UserId, Actor> =
        profile::actors(&ctx.db, &[], &members).await?.into_iter().map(|member| (member.id, member)).collect();
    let boards = Boards::read(&ctx.db).await?;
    let mut looked_at = Vec::new();
    for search in &searches {
        let Some(member) = members.get(&search.user_id) else { continue };
        match count(ctx, member, &boards, search, newest).await? {
            Some(hits) => looked_at.push((search, hits)),
            // The next job looks again.
            None => tracing::warn!("saved search {} takes too long", search.id),
        }
    }
    let notified = store(ctx, &looked_at, newest, now).await?;
    invalidation::invalidate(ctx, &notified.iter().map(|member| CacheTag::reader((*member).into())).collect::<Vec<_>>()).await;
    notifications::forget(ctx, &notified).await;
    notifications::announce(ctx, &notified).await;
    Ok(searches.last().filter(|_| searches.len() as u64 == BATCH).map(|last| last.id))
}

/// Searches that were not looked at since the newest document. Those of suspended members wait.
async fn outdated(db: &impl ConnectionTrait, after: SavedSearchId, newest: SearchDocId, now: OffsetDateTime) -> Result<Vec<Saved>> {
    let behind = Condition::any().add(Column::SeenDoc.is_null()).add(Column::SeenDoc.lt(newest));
    let searches = Entity::find()
        .join(JoinType::InnerJoin, Entity::belongs_to(user::Entity).from(Column::UserId).to(user::Column::Id).into())
        .filter(Column::Id.gt(after))
        .filter(behind)
        .filter(users::is_suspended(now).not())
        .order_by_asc(Column::Id)
        .limit(BATCH);
    Ok(searches.into_partial_model().all(db).await?)
}

/// None is new for a search that begins with the newest document.
async fn count(ctx: &Context, member: &Actor, boards: &Boards, search: &Saved, newest: SearchDocId) -> Result<Option<usize>> {
    let Some(above) = search.seen_doc else { return Ok(Some(0)) };
    let query = Query { text: &search.words, board: search.board_id, kind: search.kind, order: Order::Newest, ..Query::default() };
    count_of_others(ctx, member, boards, (query, search.author_id), Span { above, below: SearchDocId(newest.0 + 1) }).await
}

/// Gives the members who are notified.
async fn store(ctx: &Context, looked_at: &[(&Saved, usize)], newest: SearchDocId, now: OffsetDateTime) -> Result<Vec<UserId>> {
    let (found, nothing): (Vec<_>, Vec<_>) = looked_at.iter().partition(|(_, hits)| *hits > 0);
    let mut by_place: BTreeMap<Option<SearchDocId>, Vec<SavedSearchId>> = BTreeMap::new();
    for (search, _) in nothing {
        by_place.entry(search.seen_doc).or_default().push(search.id);
    }
    if looked_at.is_empty() {
        return Ok(Vec::new());
    }
    let mut notified = Vec::new();
    let tx = query::begin(&ctx.db).await?;
    // Those that find something first: their members' rows are asked for in the order of the searches, by every instance.
    for (search, hits) in found {
        if advance(&tx, &[search.id], search.seen_doc, newest).await? == 1 {
            add(&tx, search, i64::try_from(hits).unwrap_or(i64::MAX), now).await?;
            notified.push(search.user_id);
        }
    }
    for (place, searches) in by_place {
        advance(&tx, &searches, place, newest).await?;
    }
    tx.commit().await?;
    Ok(notified)
}

/// Moves searches on from where they were read; gives how many were there still.
async fn advance(tx: &impl ConnectionTrait, ids: &[SavedSearchId], from: Option<SearchDocId>, to: SearchDocId) -> Result<u64> {
    let there = from.map_or_else(|| Column::SeenDoc.is_null(), |from| Column::SeenDoc.eq(from));
    let update = Entity::update_many().col_expr(Column::SeenDoc, SimpleExpr::from(to)).filter(Column::Id.is_in(ids.iter().copied()));
    Ok(update.filter(there).exec(tx).await?.rows_affected)
}

/// One notification for a search until it is read: what comes meanwhile is added to its number, and neither rings nor is mailed again.
async fn add(tx: &impl ConnectionTrait, search: &Saved, hits: i64, now: OffsetDateTime) -> Result<()> {
    use notification::{ActiveModel, Column, Entity};
    let unread = Entity::update_many()
        .col_expr(Column::Hits, Column::Hits.into_expr().add(hits))
        .filter(Column::UserId.eq(search.user_id))
        .filter(Column::SavedSearchId.eq(search.id))
        .filter(Column::ReadAt.is_null());
    if unread.exec(tx).await?.rows_affected > 0 {
        return Ok(());
    }
    let row = ActiveModel {
        user_id: Set(search.user_id),
        kind: Set(Notified::SavedSearch),
        saved_search_id: Set(Some(search.id)),
        hits: Set(Some(hits)),
        created_at: Set(now),
        ..Default::default()
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
