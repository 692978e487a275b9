//! Moderation of comments: staff find, hide, restore and delete them, one or many, with a reason.

use super::super::boards::Boards;
use super::super::posts::{self, moderate::ModerationAction};
use super::super::{Action, Actor, Error, Resource, Result, audit, users};
use super::find_readable;
use super::write::{excerpt, set_state};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::idempotency::{Uncommitted, idempotent};
use crate::domain::page::{Page, skip};
use crate::domain::{CommentId, Context, PostId, UserId, idempotency, search, validation};
use crate::entity::comment::{Column, Entity};
use crate::entity::post::State;
use crate::entity::{board, post, user};
use sea_orm::sea_query::{JoinType, LockType};
use sea_orm::{ColumnTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Related};

/// Hides, restores or deletes comments, with a reason and an entry in the audit log for each. Only those on boards and posts that this
/// person may read.
///
/// # Errors
/// `Forbidden`; `Invalid("reason", …)`; `NotFound`.
pub async fn moderate(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    ids: &[CommentId],
    action: ModerationAction,
    reason: &str,
) -> Result<idempotency::Outcome> {
    by.actor.must(Resource::Comment, Action::Moderate)?;
    let outcome = idempotent(ctx, key, apply(ctx, by, ids, action, reason)).await?;
    posts::moderate::invalidate_all(ctx).await?;
    Ok(outcome)
}

async fn apply(ctx: &Context, by: &audit::By, ids: &[CommentId], action: ModerationAction, reason: &str) -> Result<Uncommitted> {
    let (reason, state) = (validation::reason(reason)?, action.target()?);
    if ids.is_empty() {
        return Err(Error::invalid("item", "item.empty"));
    }
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let boards = Boards::read(&tx).await?;
    let (posts, authors) = lock(&tx, ids).await?;
    posts::moderate::lock(&tx, &posts).await?;
    users::lock_all(&tx, &authors).await?;
    for id in ids {
        let (comment, _) = find_readable(&tx, Some(&by.actor), &boards, *id).await?;
        let name = excerpt(&comment.body);
        set_state(&tx, by.actor.id, *id, state, &reason, now).await?;
        audit::write(&tx, by, action.entry(audit::Target::Comment(*id), &name, comment.state).because(&reason), now).await?;
    }
    posts::moderate::withdraw_all(&tx, &boards, now).await?;
    Ok(Uncommitted { tx, id: ids.len() as i64 })
}

/// Locks comments until the transaction ends, and gives their posts and authors, which are to be locked next.
async fn lock(tx: &Transaction, ids: &[CommentId]) -> Result<(Vec<PostId>, Vec<UserId>)> {
    let rows = Entity::find().select_only().columns([Column::PostId, Column::AuthorId]).filter(Column::Id.is_in(ids.iter().copied()));
    let rows: Vec<(PostId, UserId)> = rows.order_by_asc(Column::Id).lock(LockType::NoKeyUpdate).into_tuple().all(tx).await?;
    Ok(rows.into_iter().unzip())
}

/// A comment in the staff's list.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Listed {
    pub id: CommentId,
    pub post_id: PostId,
    #[sea_orm(from_expr = "post::Column::Title.into_expr()")]
    pub post_title: String,
    #[sea_orm(from_expr = "board::Column::Slug.into_expr()")]
    pub slug: String,
    pub author_id: UserId,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    pub author: String,
    #[sea_orm(from_col = "content")]
    pub body: String,
    pub state: State,
    pub created_at: OffsetDateTime,
}

/// Comments that staff look for, on the boards that they may read, newest first.
///
/// # Errors
/// `Forbidden`.
pub async fn list(ctx: &Context, actor: &Actor, boards: &Boards, filter: &posts::moderate::Filter, limit: i64) -> Result<Page<Listed>> {
    actor.must(Resource::Comment, Action::Moderate)?;
    let readable = filter.boards(boards, actor);
    if readable.is_empty() {
        return Ok(Page::of(Vec::new(), limit));
    }
    // Comments under a post that is out of sight are for those who may read it: staff who moderate posts.
    let all_posts = actor.may(Resource::Post, Action::Moderate);
    let in_sight = (!all_posts).then(|| post::Column::State.eq(State::Shown));
    let matches = search::matching(ctx, &readable, search::Kind::Comment, &filter.words).await?;
    let found = Entity::find()
        .inner_join(post::Entity)
        .join(JoinType::InnerJoin, <post::Entity as Related<board::Entity>>::to())
        .inner_join(user::Entity)
        .filter(filter.condition((Column::Id, &matches), Column::State).add_option(in_sight))
        .filter(post::Column::BoardId.is_in(readable))
        .order_by_desc(Column::Id)
        .limit(limit as u64 + 1)
        .offset(skip(filter.page, limit) as u64);
    Ok(Page { is_cut: matches.is_cut, ..Page::of(found.into_partial_model().all(&ctx.db).await?, limit) })
}
