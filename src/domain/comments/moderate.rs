//! What staff do with comments: search, hide, restore and delete them, one or many, with a reason.

use super::super::boards::Boards;
use super::super::posts::{self, moderate::ModerationAction};
use super::super::{Action, Actor, Error, Resource, Result, audit};
use super::find_readable;
use super::write::{excerpt, set_state};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::page::Page;
use crate::domain::{CommentId, Context, PostId, UserId, idempotency, validation};
use sea_orm::FromQueryResult;

/// What staff do with comments: hide, restore and delete, one or many, with a reason. Only with those on boards and posts
/// that this person may read.
///
/// # Errors
/// `Forbidden`; `Invalid("reason", …)`; `NotFound`; the database's.
pub async fn moderate(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    ids: &[CommentId],
    action: ModerationAction,
    reason: &str,
) -> Result<idempotency::Outcome> {
    by.actor.must(Resource::Comment, Action::Moderate)?;
    let done = apply(ctx, by, key, ids, action, reason).await;
    let outcome = idempotency::replay(&ctx.db, key, done).await?;
    posts::moderate::invalidate_all(ctx).await?;
    Ok(outcome)
}

async fn apply(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    ids: &[CommentId],
    action: ModerationAction,
    reason: &str,
) -> Result<i64> {
    let (reason, state) = (validation::reason(reason)?, action.target()?);
    if ids.is_empty() {
        return Err(Error::invalid("item", "item.empty"));
    }
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let boards = Boards::read(&tx).await?;
    for id in ids {
        let (comment, _) = find_readable(&tx, Some(&by.actor), &boards, *id).await?;
        let name = excerpt(&comment.body);
        set_state(&tx, by.actor.id.0, *id, state, &reason, now).await?;
        audit::write(&tx, by, action.entry("comment", id.0, &name, &comment.state).because(&reason), now).await?;
    }
    idempotency::record(&tx, key, ids.len() as i64, now).await?;
    posts::moderate::withdraw_all(&tx, &boards, now).await?;
    tx.commit().await?;
    Ok(ids.len() as i64)
}

/// A comment in the staff's list.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Listed {
    pub id: CommentId,
    pub post_id: PostId,
    pub post_title: String,
    pub slug: String,
    pub author_id: UserId,
    pub author: String,
    pub body: String,
    pub state: String,
    pub created_at: OffsetDateTime,
}

/// Comments that staff look for, on the boards that they may read, newest first.
///
/// # Errors
/// `Forbidden`; the database's.
pub async fn list(ctx: &Context, actor: &Actor, boards: &Boards, filter: &posts::moderate::Filter, limit: i64) -> Result<Page<Listed>> {
    actor.must(Resource::Comment, Action::Moderate)?;
    let readable = filter.boards(boards, actor);
    if readable.is_empty() {
        return Ok(Page::of(Vec::new(), limit));
    }
    // Comments under a post that is out of sight are for those who may read it: staff who moderate posts.
    let posts = if actor.may(Resource::Post, Action::Moderate) { "" } else { "AND p.state = 'shown'" };
    let sql = format!(
        "SELECT c.id, c.post_id, p.title AS post_title, b.slug, c.author_id, u.name AS author, c.content AS body, c.state, c.created_at \
         FROM comments c JOIN posts p ON p.id = c.post_id JOIN boards b ON b.id = p.board_id JOIN users u ON u.id = c.author_id \
         WHERE ($1 = '' OR c.content LIKE $2 ESCAPE '\\' OR u.name_key LIKE $2 ESCAPE '\\') AND ($3 = '' OR c.state = $3) {posts} \
         AND p.board_id IN ({}) ORDER BY c.id DESC LIMIT $4 OFFSET $5",
        query::places(6, readable.len())
    );
    Ok(Page::of(query::all(&ctx.db, &sql, filter.values(readable, limit)).await?, limit))
}
