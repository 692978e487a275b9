//! Writing, changing and deleting posts.

use super::super::audit::{self, By};
use super::super::boards::Board;
use super::super::{Action, Actor, Error, Problem, Resource, Result, flood, markdown, notifications};
use super::moderate::ModerationAction;
use super::{Post, State, find_deletable, find_editable, list, next_bump};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::files::{self, FileId};
use crate::domain::idempotency::{Uncommitted, idempotent};
use crate::domain::search::{self, Doc, Grams};
use crate::domain::validation::{Body, POST_MAX, Title};
use crate::domain::{Context, PostId, UserId, drafts, idempotency, invalidation, revisions, users};
use crate::entity::post::{ActiveModel, Column, Entity};
use crate::shared::cache::CacheTag;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{ExprTrait, Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait};

/// A post as typed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "fields of the form")]
pub struct Draft {
    pub title: String,
    pub body: String,
    pub notice: bool,
    /// The revision that the editor showed; none for a new post.
    pub revision: Option<i64>,
    /// The draft in which its editor saves it.
    pub editor: drafts::Editor,
    /// How its files are described.
    pub alts: Vec<(FileId, String)>,
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
/// `Forbidden`; `Invalid`; `Slow` beyond the flood limit.
pub async fn create(
    ctx: &Context,
    actor: &Actor,
    board: &Board,
    key: &idempotency::Key,
    draft: &Draft,
) -> Result<idempotency::Outcome<PostId>> {
    if !board.takes_posts_from(Some(actor)) {
        return Err(Error::Forbidden);
    }
    let outcome = idempotent(ctx, key, insert(ctx, actor, board, draft)).await?;
    let mut stale = vec![CacheTag::POSTS, CacheTag::board(&board.slug), CacheTag::user(actor.id.into())];
    // The pages of the next older and the next newer post link to it.
    match list::ids_beside(&ctx.db, board.id, outcome.id).await {
        Ok(beside) => stale.extend(beside.into_iter().map(|id| CacheTag::post(id.0))),
        Err(_) => stale.push(CacheTag::WITHDRAWN),
    }
    invalidation::invalidate(ctx, &stale).await;
    Ok(outcome)
}

async fn insert(ctx: &Context, actor: &Actor, board: &Board, draft: &Draft) -> Result<Uncommitted<PostId>> {
    let (title, body) = draft.check()?;
    let html = markdown::post(&body.0).await?;
    flood::post(ctx, actor).await?;
    let (now, grams) = (ctx.clock.now(), Grams::of(&title.0, &html));
    let tx = query::begin(&ctx.db).await?;
    let columns = [
        Column::BoardId,
        Column::AuthorId,
        Column::Title,
        Column::Content,
        Column::Html,
        Column::IsNotice,
        Column::CreatedAt,
        Column::Bump,
    ];
    let values: [SimpleExpr; 8] = [
        board.id.into(),
        actor.id.into(),
        title.0.into(),
        body.0.into(),
        html.into(),
        (draft.notice && actor.may(Resource::Post, Action::Moderate)).into(),
        now.into(),
        next_bump(tx.get_database_backend()),
    ];
    // Not through the active model: the place in the list is an expression.
    let insert = Query::insert().into_table(Entity).columns(columns).values_panic(values).returning_col(Column::Id).take();
    let row = query::some(tx.query_one(&insert).await?, "a new post")?;
    let id = row.try_get_by_index(0)?;
    users::count_posts(&tx, actor.id, 1).await?;
    drafts::publish(&tx, actor.id, draft, id, now).await?;
    files::check_described(&tx, board, id).await?;
    search::put(&tx, Doc::post(id, board.id, actor.id, now, State::Shown, grams)).await?;
    Ok(Uncommitted { tx, id })
}

/// Changes a post. A change of another member's post by staff is written to the audit log, with both texts.
///
/// # Errors
/// `NotFound`; `Forbidden`; `Invalid`, also when another change came first.
pub async fn update(ctx: &Context, by: &By, key: &idempotency::Key, id: PostId, draft: &Draft) -> Result<idempotency::Outcome<PostId>> {
    let (post, board) = find_editable(&ctx.db, &by.actor, id).await?;
    let stale = shown_by(&post, &board);
    let outcome = idempotent(ctx, key, amend(ctx, by, (&post, &board), draft, &stale)).await?;
    invalidation::invalidate(ctx, &stale).await;
    Ok(outcome)
}

async fn amend(ctx: &Context, by: &By, (post, board): (&Post, &Board), draft: &Draft, stale: &[CacheTag]) -> Result<Uncommitted<PostId>> {
    let (title, body) = draft.check()?;
    let html = markdown::post(&body.0).await?;
    let staff = by.actor.may(Resource::Post, Action::Moderate);
    let (now, actor) = (ctx.clock.now(), by.actor.id);
    let entry = audit::Entry::new(audit::POST_EDIT, audit::Target::Post(post.id), &post.title)
        .change("title", &post.title, &title.0)
        .change_text("body", &post.body, &body.0);
    let doc = Doc::post(post.id, post.board_id, post.author_id, post.created_at, State::Shown, Grams::of(&title.0, &html));
    let has_other_words = title.0 != post.title || body.0 != post.body;
    let tx = query::begin(&ctx.db).await?;
    let update = Entity::update_many()
        .set(ActiveModel {
            title: Set(title.0),
            content: Set(body.0),
            html: Set(html),
            is_notice: Set(if staff { draft.notice } else { post.is_notice }),
            edited_at: Set(Some(now)),
            edited_by: Set(Some(actor)),
            ..Default::default()
        })
        .col_expr(Column::Revision, Column::Revision.into_expr().add(1))
        .filter(Column::Id.eq(post.id))
        .filter(Column::Revision.eq(draft.revision.unwrap_or(post.revision)))
        // The text that was stored as a revision.
        .filter(Column::Revision.eq(post.revision))
        .filter(Column::State.eq(State::Shown));
    if update.exec(&tx).await?.rows_affected == 0 {
        return Err(Error::invalid("form", "post.changed"));
    }
    if has_other_words {
        revisions::keep_post(&tx, post).await?;
    }
    drafts::publish(&tx, actor, draft, post.id, now).await?;
    files::check_described(&tx, board, post.id).await?;
    search::put(&tx, doc).await?;
    if actor != post.author_id {
        audit::write(&tx, by, entry, now).await?;
    }
    invalidation::withdraw(&tx, stale, now).await?;
    Ok(Uncommitted { tx, id: post.id })
}

/// Deletes a post: nobody but staff sees it, and staff can restore it. Deleting another member's is written to the audit log.
///
/// # Errors
/// `NotFound`; `Forbidden`.
pub async fn destroy(ctx: &Context, by: &By, key: &idempotency::Key, id: PostId) -> Result<idempotency::Outcome<PostId>> {
    let mut stale = Vec::new();
    let outcome = idempotent(ctx, key, delete(ctx, by, id, &mut stale)).await?;
    invalidation::invalidate(ctx, &stale).await;
    notifications::forget_about(ctx, &[id]).await;
    Ok(outcome)
}

async fn delete(ctx: &Context, by: &By, id: PostId, stale: &mut Vec<CacheTag>) -> Result<Uncommitted<PostId>> {
    let (post, board) = find_deletable(&ctx.db, &by.actor, id).await?;
    *stale = shown_by(&post, &board);
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    set_state(&tx, by.actor.id, id, State::Deleted, "", now).await?;
    if by.actor.id != post.author_id {
        audit::write(&tx, by, ModerationAction::Delete.entry(audit::Target::Post(id), &post.title, post.state), now).await?;
    }
    invalidation::withdraw(&tx, stale, now).await?;
    Ok(Uncommitted { tx, id })
}

/// Moves a post between shown, hidden and deleted, and its author's count with it. The row of the post is changed first:
/// of two forms that hide the same post at once, only the one that found it shown counts it down.
pub(super) async fn set_state(tx: &Transaction, by: UserId, id: PostId, state: State, why: &str, now: OffsetDateTime) -> Result<()> {
    let update = |from: &[State]| {
        let change = ActiveModel {
            state: Set(state),
            state_by: Set(Some(by)),
            state_at: Set(Some(now)),
            state_reason: Set(Some(why.to_owned())),
            ..Default::default()
        };
        let update = Entity::update_many().set(change).filter(Column::Id.eq(id)).filter(Column::State.is_in(from.iter().copied()));
        update.into_query().returning_col(Column::AuthorId).take()
    };
    let (step, counted) = state.counted_from();
    if let Some(row) = tx.query_one(&update(counted)).await? {
        users::count_posts(tx, row.try_get_by_index(0)?, step).await?;
    } else if let Some(uncounted) = state.uncounted_from() {
        tx.query_one(&update(&[uncounted])).await?;
    }
    search::set_post_shown(tx, id, state == State::Shown).await
}

/// What shows a post: drawn anew when it is changed or withdrawn.
pub(in crate::domain) fn shown_by(post: &Post, board: &Board) -> Vec<CacheTag> {
    vec![CacheTag::POSTS, CacheTag::board(&board.slug), CacheTag::user(post.author_id.into()), CacheTag::WITHDRAWN]
}
