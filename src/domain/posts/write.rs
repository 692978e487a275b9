//! Writing, changing and deleting posts.

use super::super::audit::{self, By};
use super::super::boards::Board;
use super::super::{Action, Actor, Error, Problem, Resource, Result, flood, markdown, notifications};
use super::moderate::ModerationAction;
use super::{Post, State, find_deletable, find_editable, next_bump};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::validation::{Body, POST_MAX, Title};
use crate::domain::{Context, PostId, idempotency, invalidation};
use crate::shared::cache::CacheTag;
use sea_orm::{ConnectionTrait, Value};

/// What somebody writes.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "fields of the form")]
pub struct Draft {
    pub title: String,
    pub body: String,
    pub notice: bool,
    /// The revision that the editor showed; none for a new post.
    pub revision: Option<i64>,
}

impl Draft {
    /// Checks title and text together, so that both problems are shown at once.
    fn check(&self) -> Result<(Title, Body)> {
        match (Title::parse(&self.title), Body::parse(&self.body, POST_MAX)) {
            (Ok(title), Ok(body)) => Ok((title, body)),
            (title, body) => Err(Error::Invalid(listed(title.err()).chain(listed(body.err())).collect())),
        }
    }
}

fn listed(err: Option<Error>) -> impl Iterator<Item = Problem> {
    let problems = match err {
        Some(Error::Invalid(problems)) => problems,
        _ => Vec::new(),
    };
    problems.into_iter()
}

/// Writes a post.
///
/// # Errors
/// `Forbidden`; `Invalid`; `Slow`; the database's.
pub async fn create(ctx: &Context, actor: &Actor, board: &Board, key: &idempotency::Key, draft: &Draft) -> Result<idempotency::Outcome> {
    if !board.takes_posts_from(Some(actor)) {
        return Err(Error::Forbidden);
    }
    let done = insert(ctx, actor, board, key, draft).await;
    let outcome = idempotency::replay(&ctx.db, key, done).await?;
    invalidation::invalidate(ctx, &[CacheTag::POSTS, CacheTag::board(&board.slug), CacheTag::user(actor.id.0)]).await;
    Ok(outcome)
}

async fn insert(ctx: &Context, actor: &Actor, board: &Board, key: &idempotency::Key, draft: &Draft) -> Result<i64> {
    let (title, body) = draft.check()?;
    let html = markdown::post(&body.0).await?;
    flood::post(ctx, actor).await?;
    let notice = draft.notice && actor.may(Resource::Post, Action::Moderate);
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let insert = format!(
        "INSERT INTO posts (board_id, author_id, title, content, html, is_notice, created_at, bump) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, {}) RETURNING id",
        next_bump(tx.get_database_backend())
    );
    let values: [Value; 7] = [board.id.into(), actor.id.into(), title.0.into(), body.0.into(), html.into(), notice.into(), now.into()];
    let id = query::some(query::number(&tx, &insert, values).await?, "a new post")?;
    query::run(&tx, "UPDATE users SET post_count = post_count + 1 WHERE id = $1", [actor.id.into()]).await?;
    idempotency::record(&tx, key, id, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a post. What staff change of another member's words is noted in the audit log, before and after.
///
/// # Errors
/// `NotFound`; `Forbidden`; `Invalid`, also when another change came first; the database's.
pub async fn update(ctx: &Context, by: &By, key: &idempotency::Key, id: PostId, draft: &Draft) -> Result<idempotency::Outcome> {
    let (post, board) = find_editable(&ctx.db, &by.actor, id).await?;
    let stale = shown_by(&post, &board);
    let done = amend(ctx, by, key, &post, draft, &stale).await;
    let outcome = idempotency::replay(&ctx.db, key, done).await?;
    invalidation::invalidate(ctx, &stale).await;
    Ok(outcome)
}

async fn amend(ctx: &Context, by: &By, key: &idempotency::Key, post: &Post, draft: &Draft, stale: &[CacheTag]) -> Result<i64> {
    let (title, body) = draft.check()?;
    let html = markdown::post(&body.0).await?;
    let staff = by.actor.may(Resource::Post, Action::Moderate);
    let notice = if staff { draft.notice } else { post.is_notice };
    let (now, actor) = (ctx.clock.now(), by.actor.id);
    let entry = audit::Entry::new("post.edit", "post", post.id.0, &post.title)
        .change("title", &post.title, &title.0)
        .change_text("body", &post.body, &body.0);
    let tx = query::begin(&ctx.db).await?;
    let update = "UPDATE posts SET title = $1, content = $2, html = $3, is_notice = $4, edited_at = $5, edited_by = $6, \
                  revision = revision + 1 WHERE id = $7 AND revision = $8 AND state = 'shown'";
    let revision = draft.revision.unwrap_or(post.revision);
    let values: [Value; 8] =
        [title.0.into(), body.0.into(), html.into(), notice.into(), now.into(), actor.into(), post.id.into(), revision.into()];
    if query::run(&tx, update, values).await? == 0 {
        return Err(Error::invalid("form", "post.changed"));
    }
    if actor != post.author_id {
        audit::write(&tx, by, entry, now).await?;
    }
    idempotency::record(&tx, key, post.id.0, now).await?;
    invalidation::withdraw(&tx, stale, now).await?;
    tx.commit().await?;
    Ok(post.id.0)
}

/// Deletes a post: it goes out of sight, and staff can bring it back. Another member's is noted in the audit log.
///
/// # Errors
/// `NotFound`; `Forbidden`; the database's.
pub async fn destroy(ctx: &Context, by: &By, key: &idempotency::Key, id: PostId) -> Result<idempotency::Outcome> {
    let mut stale = Vec::new();
    let done = delete(ctx, by, key, id, &mut stale).await;
    let outcome = idempotency::replay(&ctx.db, key, done).await?;
    invalidation::invalidate(ctx, &stale).await;
    notifications::forget_about(ctx, &[PostId(id.0)]).await;
    Ok(outcome)
}

async fn delete(ctx: &Context, by: &By, key: &idempotency::Key, id: PostId, stale: &mut Vec<CacheTag>) -> Result<i64> {
    let (post, board) = find_deletable(&ctx.db, &by.actor, id).await?;
    *stale = shown_by(&post, &board);
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    set_state(&tx, by.actor.id.0, id, State::Deleted, "", now).await?;
    if by.actor.id != post.author_id {
        audit::write(&tx, by, ModerationAction::Delete.entry("post", id.0, &post.title, &post.state), now).await?;
    }
    idempotency::record(&tx, key, id.0, now).await?;
    invalidation::withdraw(&tx, stale, now).await?;
    tx.commit().await?;
    Ok(id.0)
}

/// Moves a post between shown, hidden and deleted, and its author's count with it. The row of the post is changed first:
/// of two forms that hide the same post at once, only the one that found it shown counts it down.
pub(super) async fn set_state(tx: &impl ConnectionTrait, by: i64, id: PostId, state: State, why: &str, now: OffsetDateTime) -> Result<()> {
    let (step, counted, rest) = state.crossings();
    let update = |condition: &str| {
        format!(
            "UPDATE posts SET state = $1, state_by = $2, state_at = $3, state_reason = $4 WHERE id = $5 AND {condition} RETURNING author_id"
        )
    };
    let values = || -> [Value; 5] { [state.as_str().into(), by.into(), now.into(), why.into(), id.into()] };
    if let Some(author) = query::number(tx, &update(counted), values()).await? {
        let count = "UPDATE users SET post_count = post_count + $1 WHERE id = $2";
        query::run(tx, count, [step.into(), author.into()]).await?;
    } else if let Some(rest) = rest {
        query::number(tx, &update(rest), values()).await?;
    }
    Ok(())
}

/// What shows a post: drawn anew when it is changed or withdrawn.
pub(in crate::domain) fn shown_by(post: &Post, board: &Board) -> Vec<CacheTag> {
    vec![CacheTag::POSTS, CacheTag::board(&board.slug), CacheTag::user(post.author_id.0), CacheTag::WITHDRAWN]
}
