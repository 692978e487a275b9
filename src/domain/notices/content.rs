//! The content of a notice, looked up when it is sent and with the rights that its recipient has then: what was read meanwhile, hidden,
//! deleted, or is on a board that they may not read any more is not in it.

use super::preferences::{self, Preferences};
use super::unsubscribe::Scope;
use super::{Context, KINDS, Kind, Notice, Pace, Result, UserId, digests, recipients};
use crate::clock::OffsetDateTime;
use crate::domain::boards::Boards;
use crate::domain::saved_searches::SavedSearchId;
use crate::domain::users::profile;
use crate::domain::{Actor, BoardId, CommentId, NotificationId, notifications};
use crate::entity::notification::{Column, Entity};
use crate::entity::{comment, post, saved_search, user, user_email};
use sea_orm::sea_query::{ExprTrait, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DerivePartialModel, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// Notifications that one mail shows.
const SHOWN: usize = 20;
/// Those that are looked at for it.
const MOST: u64 = 200;

/// A notification as a mail shows it.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Entry {
    pub id: NotificationId,
    pub kind: Kind,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    pub actor: Option<String>,
    pub comment_id: Option<CommentId>,
    #[sea_orm(from_expr = "post::Column::Title.into_expr()")]
    pub title: Option<String>,
    #[sea_orm(from_expr = "post::Column::BoardId.into_expr()")]
    pub board_id: Option<BoardId>,
    #[sea_orm(from_expr = "notifications::excerpt()")]
    pub excerpt: Option<String>,
    pub saved_search_id: Option<SavedSearchId>,
    /// What the saved search looks for.
    #[sea_orm(from_expr = "saved_search::Column::Words.into_expr()")]
    pub words: Option<String>,
    pub hits: Option<i64>,
}

impl Entry {
    /// Whether what it leads to is there.
    fn leads_on(&self) -> bool {
        if self.kind == Kind::SavedSearch { self.words.is_some() } else { self.board_id.is_some() }
    }
}

/// The content of a notice.
#[derive(Clone, Debug)]
pub struct Content {
    /// What is shown; never empty.
    pub entries: Vec<Entry>,
    /// How many more there are.
    pub more: usize,
    /// All of them, shown or not.
    pub ids: Vec<NotificationId>,
    /// What its address ends.
    pub scope: Scope,
}

/// Looks up the content of a notice; none where nothing is left to be mailed, or its recipient is gone.
///
/// # Errors
/// The database's.
pub async fn find(ctx: &Context, notice: Notice) -> Result<Option<Content>> {
    let (db, user) = (&ctx.db, notice.user());
    if recipients(ctx.clock.now()).filter(user_email::Column::UserId.eq(user)).count(db).await? == 0 {
        return Ok(None);
    }
    let Some(reader) = profile::actors(db, &[], &[user]).await?.pop() else { return Ok(None) };
    let (boards, chosen) = (Boards::read(db).await?, preferences::read(db, user).await?);
    let (about, pace): (SimpleExpr, Pace) = match notice {
        Notice::Post { post, .. } => (Column::PostId.eq(post), Pace::AtOnce),
        Notice::Search { search, .. } => (Column::SavedSearchId.eq(search), Pace::AtOnce),
        Notice::Digest { pace, until, .. } => (digest(pace, until), pace),
    };
    if pace == Pace::AtOnce && is_mailed(db, user, about.clone()).await? {
        return Ok(None);
    }
    let mut entries = unread(db, &reader, &boards, about).await?;
    entries.retain(|entry| entry.leads_on() && chosen.pace(entry.kind, entry.board_id) == pace);
    let Some(first) = entries.first() else { return Ok(None) };
    let scope = match notice {
        Notice::Post { .. } | Notice::Search { .. } => scope(first, &entries, &chosen),
        Notice::Digest { pace, .. } => Scope::Digest(pace),
    };
    let ids: Vec<NotificationId> = entries.iter().map(|entry| entry.id).collect();
    entries.truncate(SHOWN);
    Ok(Some(Content { more: ids.len() - entries.len(), entries, ids, scope }))
}

/// Whether a mail about this went out that its recipient has not read yet.
async fn is_mailed(db: &impl ConnectionTrait, user: UserId, about: SimpleExpr) -> Result<bool> {
    let mailed = Entity::find().filter(Column::UserId.eq(user)).filter(about);
    Ok(mailed.filter(Column::ReadAt.is_null()).filter(Column::MailedAt.is_not_null()).count(db).await? > 0)
}

fn digest(pace: Pace, until: OffsetDateTime) -> SimpleExpr {
    let since = digests::since(until, digests::period(pace).unwrap_or_default());
    Column::MailedAt.is_null().and(Column::CreatedAt.gt(since)).and(Column::CreatedAt.lte(until))
}

async fn unread(db: &impl ConnectionTrait, reader: &Actor, boards: &Boards, about: SimpleExpr) -> Result<Vec<Entry>> {
    let unread = notifications::of_reader(reader, boards)
        .filter(Column::ReadAt.is_null())
        .filter(Column::Kind.is_in(KINDS))
        .filter(Condition::any().add(comment::Column::State.eq(post::State::Shown)).add(Column::Kind.eq(Kind::SavedSearch)))
        .filter(about);
    Ok(unread.order_by_asc(Column::Id).limit(MOST).into_partial_model().all(db).await?)
}

/// What ends these: the board where it differs, else their kinds.
fn scope(first: &Entry, entries: &[Entry], chosen: &Preferences) -> Scope {
    if let Some(board) = first.board_id.filter(|board| chosen.of_board(*board).is_some()) {
        return Scope::Board(board);
    }
    Scope::Kinds(KINDS.into_iter().filter(|kind| entries.iter().any(|entry| entry.kind == *kind)).collect())
}

/// Writes down that these were mailed, in the transaction that marks the mail as sent.
///
/// # Errors
/// The database's.
pub async fn record_mailed(tx: &impl ConnectionTrait, ids: &[NotificationId], now: OffsetDateTime) -> Result<()> {
    if !ids.is_empty() {
        let update = Entity::update_many().col_expr(Column::MailedAt, SimpleExpr::from(now));
        update.filter(Column::Id.is_in(ids.iter().copied())).exec(tx).await?;
    }
    Ok(())
}
