//! What staff do with posts: hide, restore, delete and move them, one or many, with a reason.

use super::super::audit::{self, Entry};
use super::super::boards::{Board, Boards};
use super::super::{Action, Actor, Error, Resource, Result, notifications};
use super::write::set_state;
use super::{Post, State, find_readable};
use crate::db::{Transaction, query};
use crate::domain::page::{Page, skip};
use crate::domain::{BoardId, Context, PostId, UserId, idempotency, invalidation, validation};
use crate::shared::cache::CacheTag;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModerationAction {
    /// Out of sight.
    Hide,
    /// Back in sight.
    Restore,
    /// Gone; can be restored.
    Delete,
    /// To another board.
    Move(BoardId),
}

impl ModerationAction {
    /// The name in the audit log.
    fn action(self, kind: &'static str) -> &'static str {
        match (self, kind) {
            (Self::Hide, "post") => "post.hide",
            (Self::Restore, "post") => "post.restore",
            (Self::Delete, "post") => "post.delete",
            (Self::Move(_), _) => "post.move",
            (Self::Hide, _) => "comment.hide",
            (Self::Restore, _) => "comment.restore",
            (Self::Delete, _) => "comment.delete",
        }
    }

    /// The state that it leads to; a move leads to none.
    fn state(self) -> Option<State> {
        match self {
            Self::Hide => Some(State::Hidden),
            Self::Restore => Some(State::Shown),
            Self::Delete => Some(State::Deleted),
            Self::Move(_) => None,
        }
    }

    /// An entry for the audit log.
    pub(crate) fn entry(self, kind: &'static str, id: i64, name: &str, before: &str) -> Entry {
        let entry = Entry::new(self.action(kind), kind, id, name);
        match self.state() {
            Some(state) => entry.change("state", before, state.as_str()),
            None => entry,
        }
    }

    /// The state that it leads to, for what cannot be moved.
    pub(crate) fn target(self) -> Result<State> {
        self.state().ok_or(Error::invalid("task", "task.unknown"))
    }
}

/// Does something with posts, all in one transaction, each noted in the audit log. Only with posts of boards that this
/// person may read, and only to boards that take posts from them.
///
/// # Errors
/// `Forbidden`; `Invalid("reason", …)`; `NotFound`; the database's.
pub async fn moderate(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    ids: &[PostId],
    action: ModerationAction,
    reason: &str,
) -> Result<idempotency::Outcome> {
    by.actor.must(Resource::Post, Action::Moderate)?;
    let done = apply(ctx, by, key, ids, action, reason).await;
    let outcome = idempotency::replay(&ctx.db, key, done).await?;
    invalidate_all(ctx).await?;
    notifications::forget_about(ctx, ids).await;
    Ok(outcome)
}

/// After the commit: staff may have touched any board, so all of them are drawn anew.
pub(in crate::domain) async fn invalidate_all(ctx: &Context) -> Result<()> {
    invalidation::invalidate(ctx, &every(&Boards::read(&ctx.db).await?)).await;
    Ok(())
}

/// Everything that shows posts.
fn every(boards: &Boards) -> Vec<CacheTag> {
    boards.all().iter().map(|board| CacheTag::board(&board.slug)).chain([CacheTag::POSTS, CacheTag::WITHDRAWN]).collect()
}

/// The same, written down in the transaction that withdraws something.
pub(in crate::domain) async fn withdraw_all(tx: &impl ConnectionTrait, boards: &Boards, now: super::OffsetDateTime) -> Result<()> {
    invalidation::withdraw(tx, &every(boards), now).await
}

async fn apply(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    ids: &[PostId],
    action: ModerationAction,
    reason: &str,
) -> Result<i64> {
    let reason = validation::reason(reason)?;
    if ids.is_empty() {
        return Err(Error::invalid("item", "item.empty"));
    }
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let boards = Boards::read(&tx).await?;
    let target = match action {
        ModerationAction::Move(board) => Some(target(&boards, &by.actor, board)?),
        _ => None,
    };
    for id in ids {
        let post = find_readable(&tx, Some(&by.actor), &boards, *id).await?;
        let mut entry = action.entry("post", id.0, &post.title, &post.state).because(&reason);
        match (target, action.state()) {
            (Some(board), _) => entry = move_to(&tx, &boards, &post, board, entry).await?,
            (None, Some(state)) => set_state(&tx, by.actor.id.0, *id, state, &reason, now).await?,
            (None, None) => return Err(Error::invalid("board_to", "board.unknown")),
        }
        audit::write(&tx, by, entry, now).await?;
    }
    idempotency::record(&tx, key, ids.len() as i64, now).await?;
    withdraw_all(&tx, &boards, now).await?;
    tx.commit().await?;
    Ok(ids.len() as i64)
}

/// The board that posts are moved to. One that this person may not read is not named as such.
fn target<'a>(boards: &'a Boards, actor: &Actor, id: BoardId) -> Result<&'a Board> {
    let board = boards.find_readable(Some(actor), id).map_err(|_| Error::invalid("board_to", "board.unknown"))?;
    if board.takes_posts_from(Some(actor)) { Ok(board) } else { Err(Error::invalid("board_to", "board.closed")) }
}

async fn move_to(tx: &Transaction, boards: &Boards, post: &Post, board: &Board, entry: Entry) -> Result<Entry> {
    query::run(tx, "UPDATE posts SET board_id = $1 WHERE id = $2", [board.id.into(), post.id.into()]).await?;
    let from = boards.all().iter().find(|from| from.id == post.board_id).map_or("", |from| from.name.as_str());
    Ok(entry.change("board", from, &board.name))
}

/// A post in the staff's list.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Listed {
    pub id: PostId,
    pub board: String,
    pub slug: String,
    pub author_id: UserId,
    pub author: String,
    pub title: String,
    pub state: String,
    pub state_reason: Option<String>,
    pub comment_count: i64,
    pub created_at: super::OffsetDateTime,
}

/// What staff look for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words in the title (for comments: in the text) or in the writer's name.
    pub words: String,
    /// A board's slug; empty: all.
    pub board: String,
    /// A state; empty: all.
    pub state: String,
    /// The page of the list, from 1.
    pub page: i64,
}

/// Posts that staff look for, on the boards that they may read, newest first.
///
/// # Errors
/// `Forbidden`; the database's.
pub async fn list(ctx: &Context, actor: &Actor, boards: &Boards, filter: &Filter, limit: i64) -> Result<Page<Listed>> {
    actor.must(Resource::Post, Action::Moderate)?;
    let readable: Vec<BoardId> = filter.boards(boards, actor);
    if readable.is_empty() {
        return Ok(Page::of(Vec::new(), limit));
    }
    let sql = format!(
        "SELECT p.id, b.name AS board, b.slug, p.author_id, u.name AS author, p.title, p.state, p.state_reason, \
         p.comment_count, p.created_at FROM posts p JOIN boards b ON b.id = p.board_id JOIN users u ON u.id = p.author_id \
         WHERE ($1 = '' OR p.title LIKE $2 ESCAPE '\\' OR u.name_key LIKE $2 ESCAPE '\\') AND ($3 = '' OR p.state = $3) \
         AND p.board_id IN ({}) ORDER BY p.id DESC LIMIT $4 OFFSET $5",
        query::places(6, readable.len())
    );
    Ok(Page::of(query::all(&ctx.db, &sql, filter.values(readable, limit)).await?, limit))
}

impl Filter {
    /// The boards to look on: those that this person may read, or the one of them that is asked for.
    pub(in crate::domain) fn boards(&self, boards: &Boards, actor: &Actor) -> Vec<BoardId> {
        let wanted = |board: &&Board| self.board.is_empty() || board.slug == self.board;
        boards.readable(Some(actor)).filter(wanted).map(|board| board.id).collect()
    }

    /// The values of a list's statement: words, pattern, state, limit, offset, boards.
    pub(in crate::domain) fn values(&self, boards: Vec<BoardId>, limit: i64) -> Vec<Value> {
        let mut values: Vec<Value> = vec![
            self.words.clone().into(),
            query::containing(&self.words).into(),
            self.state.clone().into(),
            (limit + 1).into(),
            skip(self.page, limit).into(),
        ];
        values.extend(boards.into_iter().map(Value::from));
        values
    }
}
