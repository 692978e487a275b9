//! Moderation of posts: staff find, hide, restore, delete and move them, one or many, with a reason.

use super::super::audit::{self, Entry, Target};
use super::super::boards::{Board, Boards};
use super::super::{Action, Actor, Error, Resource, Result, notifications, users};
use super::write::set_state;
use super::{Post, State, find_readable};
use crate::db::{Transaction, query};
use crate::domain::idempotency::{Uncommitted, idempotent};
use crate::domain::page::{Page, skip};
use crate::domain::{BoardId, Context, PostId, UserId, idempotency, invalidation, search, validation};
use crate::entity::post::{ActiveModel, Column, Entity};
use crate::entity::{board, user};
use crate::shared::cache::CacheTag;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Condition, LikeExpr, LockType};
use sea_orm::{ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

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
    fn action(self, target: Target) -> &'static str {
        match (self, target) {
            (Self::Hide, Target::Post(_)) => "post.hide",
            (Self::Restore, Target::Post(_)) => "post.restore",
            (Self::Delete, Target::Post(_)) => "post.delete",
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
    pub(crate) fn entry(self, target: Target, name: &str, before: State) -> Entry {
        let entry = Entry::new(self.action(target), target, name);
        match self.state() {
            Some(state) => entry.change("state", before.as_str(), state.as_str()),
            None => entry,
        }
    }

    /// The state that it leads to, for what cannot be moved.
    pub(crate) fn target(self) -> Result<State> {
        self.state().ok_or(Error::invalid("task", "task.unknown"))
    }
}

/// Applies an action to posts, in one transaction, with an entry in the audit log for each. Only posts of boards that this person may
/// read, and moved only to boards that take posts from them.
///
/// # Errors
/// `Forbidden`; `Invalid("reason", …)`; `NotFound`.
pub async fn moderate(
    ctx: &Context,
    by: &audit::By,
    key: &idempotency::Key,
    ids: &[PostId],
    action: ModerationAction,
    reason: &str,
) -> Result<idempotency::Outcome> {
    by.actor.must(Resource::Post, Action::Moderate)?;
    let outcome = idempotent(ctx, key, apply(ctx, by, ids, action, reason)).await?;
    invalidate_all(ctx).await?;
    notifications::forget_about(ctx, ids).await;
    Ok(outcome)
}

/// After the commit: invalidates the pages of all boards, because the posts may be on any of them.
pub(in crate::domain) async fn invalidate_all(ctx: &Context) -> Result<()> {
    invalidation::invalidate(ctx, &every(&Boards::read(&ctx.db).await?)).await;
    Ok(())
}

/// The cache tags of everything that shows posts.
fn every(boards: &Boards) -> Vec<CacheTag> {
    boards.all().iter().map(|board| CacheTag::board(&board.slug)).chain([CacheTag::POSTS, CacheTag::WITHDRAWN]).collect()
}

/// Invalidates them in the transaction that withdraws something, for when Redis does not answer after its commit.
pub(in crate::domain) async fn withdraw_all(tx: &impl ConnectionTrait, boards: &Boards, now: super::OffsetDateTime) -> Result<()> {
    invalidation::withdraw(tx, &every(boards), now).await
}

async fn apply(ctx: &Context, by: &audit::By, ids: &[PostId], action: ModerationAction, reason: &str) -> Result<Uncommitted> {
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
    let authors = lock(&tx, ids).await?;
    users::lock_all(&tx, &authors).await?;
    for id in ids {
        let post = find_readable(&tx, Some(&by.actor), &boards, *id).await?;
        let mut entry = action.entry(Target::Post(*id), &post.title, post.state).because(&reason);
        match (target, action.state()) {
            (Some(board), _) => entry = move_to(&tx, &boards, &post, board, entry).await?,
            (None, Some(state)) => set_state(&tx, by.actor.id, *id, state, &reason, now).await?,
            (None, None) => return Err(Error::invalid("board_to", "board.unknown")),
        }
        audit::write(&tx, by, entry, now).await?;
    }
    withdraw_all(&tx, &boards, now).await?;
    Ok(Uncommitted { tx, id: ids.len() as i64 })
}

/// Locks posts until the transaction ends, and gives their authors. Who changes several posts does this first, and locks members after it:
/// a transaction that writes a comment locks its post and then its author, and the two would wait for each other.
pub(in crate::domain) async fn lock(tx: &Transaction, ids: &[PostId]) -> Result<Vec<UserId>> {
    let rows = Entity::find().select_only().column(Column::AuthorId).filter(Column::Id.is_in(ids.iter().copied()));
    Ok(rows.order_by_asc(Column::Id).lock(LockType::NoKeyUpdate).into_tuple().all(tx).await?)
}

/// The board that posts are moved to. One that this person may not read gets the same error as one that does not exist.
fn target<'a>(boards: &'a Boards, actor: &Actor, id: BoardId) -> Result<&'a Board> {
    let board = boards.find_readable(Some(actor), id).map_err(|_| Error::invalid("board_to", "board.unknown"))?;
    if board.takes_posts_from(Some(actor)) { Ok(board) } else { Err(Error::invalid("board_to", "board.closed")) }
}

async fn move_to(tx: &Transaction, boards: &Boards, post: &Post, board: &Board, entry: Entry) -> Result<Entry> {
    let change = ActiveModel { board_id: Set(board.id), ..Default::default() };
    Entity::update_many().set(change).filter(Column::Id.eq(post.id)).exec(tx).await?;
    search::move_post(tx, post.id, board.id).await?;
    let from = boards.all().iter().find(|from| from.id == post.board_id).map_or("", |from| from.name.as_str());
    Ok(entry.change("board", from, &board.name))
}

/// A post in the staff's list.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Listed {
    pub id: PostId,
    #[sea_orm(from_expr = "board::Column::Name.into_expr()")]
    pub board: String,
    #[sea_orm(from_expr = "board::Column::Slug.into_expr()")]
    pub slug: String,
    pub author_id: UserId,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    pub author: String,
    pub title: String,
    pub state: State,
    pub state_reason: Option<String>,
    pub comment_count: i64,
    pub created_at: super::OffsetDateTime,
}

/// What staff look for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words in the title or text, or in the writer's name.
    pub words: String,
    /// A board's slug; empty: all.
    pub board: String,
    /// None: in any state.
    pub state: Option<State>,
    /// The page of the list, from 1.
    pub page: i64,
}

/// Posts that staff look for, on the boards that they may read, newest first.
///
/// # Errors
/// `Forbidden`.
pub async fn list(ctx: &Context, actor: &Actor, boards: &Boards, filter: &Filter, limit: i64) -> Result<Page<Listed>> {
    actor.must(Resource::Post, Action::Moderate)?;
    let readable = filter.boards(boards, actor);
    if readable.is_empty() {
        return Ok(Page::of(Vec::new(), limit));
    }
    let matches = search::matching(ctx, &readable, search::Kind::Post, &filter.words).await?;
    let found = Entity::find()
        .inner_join(board::Entity)
        .inner_join(user::Entity)
        .filter(filter.condition((Column::Id, &matches), Column::State))
        .filter(Column::BoardId.is_in(readable))
        .order_by_desc(Column::Id)
        .limit(limit as u64 + 1)
        .offset(skip(filter.page, limit) as u64);
    Ok(Page { is_cut: matches.is_cut, ..Page::of(found.into_partial_model().all(&ctx.db).await?, limit) })
}

impl Filter {
    /// The state's word in the form.
    pub fn state(&self) -> &'static str {
        self.state.map_or("", State::as_str)
    }

    /// The boards to look on: those that this person may read, or the one of them that is asked for.
    pub(in crate::domain) fn boards(&self, boards: &Boards, actor: &Actor) -> Vec<BoardId> {
        let wanted = |board: &&Board| self.board.is_empty() || board.slug == self.board;
        boards.readable(Some(actor)).filter(wanted).map(|board| board.id).collect()
    }

    /// What was found by its words, or is by an author with them in their name; and the state.
    pub(in crate::domain) fn condition<C: ColumnTrait>(&self, (id, matches): (C, &search::Matches), state: C) -> Condition {
        let pattern = LikeExpr::new(query::containing(&self.words)).escape('\\');
        let words = || Condition::any().add(id.is_in(matches.ids.iter().copied())).add(user::Column::NameKey.like(pattern));
        let words = (!self.words.is_empty()).then(words);
        Condition::all().add_option(words).add_option(self.state.map(|wanted| state.eq(wanted)))
    }
}
