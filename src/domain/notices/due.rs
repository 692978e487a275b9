//! Notifications that are mailed at once: each instance looks every few seconds at those that are new since the last look and old
//! enough, and adds a mail for each post or saved search of each member who wants that.
//!
//! A cursor in `settings` holds up to which id they were looked at, so a look reads the new rows by the primary key and writing a
//! comment costs no statement more. Who moves the cursor on from the value that it read adds the mails in the same transaction: of
//! ten instances that look at once, one does.

use super::preferences::{self, Preferences};
use super::{About, Context, Kind, Pace, PostId, Result, UserId, enqueue, recipients};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::saved_searches::SavedSearchId;
use crate::domain::{BoardId, NotificationId, jobs, settings};
use crate::entity::notification::{Column, Entity};
use crate::entity::{post, user_email};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DerivePartialModel, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::BTreeSet;
use std::time::Duration;

/// Where the cursor is kept; step `m0011_mail_notices` sets it.
const CURSOR: &str = "notice_cursor";
/// Notifications that one transaction looks at, and transactions of one look.
const BATCH: usize = 500;
const ROUNDS: usize = 20;

/// A notification as the look reads it.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct Fresh {
    id: NotificationId,
    user_id: UserId,
    kind: Kind,
    post_id: Option<PostId>,
    #[sea_orm(from_expr = "post::Column::BoardId.into_expr()")]
    board_id: Option<BoardId>,
    saved_search_id: Option<SavedSearchId>,
    created_at: OffsetDateTime,
    read_at: Option<OffsetDateTime>,
}

/// Adds the mails about notifications that were left unread for `delay`.
///
/// # Errors
/// The database's.
pub async fn enqueue_due(ctx: &Context, delay: Duration) -> Result<()> {
    for _ in 0..ROUNDS {
        if look(ctx, delay).await? < BATCH {
            break;
        }
    }
    Ok(())
}

/// One transaction; returns how many notifications it looked at.
async fn look(ctx: &Context, delay: Duration) -> Result<usize> {
    let now = ctx.clock.now();
    // A look that finds nothing writes nothing: SQLite has one lock for all who write.
    let cursor = match settings::get(&ctx.db, CURSOR).await? {
        Some(cursor) => cursor,
        None => settings::get_or_insert(&ctx.db, CURSOR, "0").await?,
    };
    let after: NotificationId = cursor.parse().unwrap_or_default();
    let newer = Entity::find().left_join(post::Entity).filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(BATCH as u64);
    let rows: Vec<Fresh> = newer.into_partial_model().all(&ctx.db).await?;
    // Instances' clocks differ a little: what follows a row that is not old enough is looked at with it.
    let ready = rows.iter().take_while(|row| row.created_at + delay <= now).count();
    let Some(last) = rows[..ready].last() else { return Ok(0) };
    let wanted = if ctx.sends_mail { wanted(ctx, &rows[..ready], now).await? } else { BTreeSet::new() };
    let first = first_unread(&ctx.db, &wanted).await?;
    let tx = query::begin(&ctx.db).await?;
    if !settings::advance(&tx, CURSOR, &cursor, &last.id.to_string()).await? {
        return Ok(0);
    }
    for unread in first.iter().filter(|unread| unread.mailed_at.is_none()) {
        // The first one stays the same until the member reads it, and with it the key.
        let dedupe = format!("notice:{}:{}", unread.user_id, unread.first);
        let Some(about) = unread.about() else { continue };
        enqueue(&tx, about.notice(unread.user_id), &dedupe, (now, now)).await?;
    }
    tx.commit().await?;
    if !first.is_empty() {
        jobs::wake(ctx).await;
    }
    Ok(ready)
}

/// The posts and saved searches about which members want to know at once.
async fn wanted(ctx: &Context, rows: &[Fresh], now: OffsetDateTime) -> Result<BTreeSet<(UserId, About)>> {
    let unread = || rows.iter().filter(|row| row.read_at.is_none() && super::KINDS.contains(&row.kind));
    let users: BTreeSet<UserId> = unread().map(|row| row.user_id).collect();
    if users.is_empty() {
        return Ok(BTreeSet::new());
    }
    let reached = recipients(now).filter(user_email::Column::UserId.is_in(users)).select_only().column(user_email::Column::UserId);
    let reached: Vec<UserId> = reached.into_tuple().all(&ctx.db).await?;
    let (chosen, usual) = (preferences::read_all(&ctx.db, &reached).await?, Preferences::default());
    let at_once = |row: &&Fresh| {
        let preferences = chosen.get(&row.user_id).unwrap_or(&usual);
        reached.contains(&row.user_id) && preferences.pace(row.kind, row.board_id) == Pace::AtOnce
    };
    Ok(unread().filter(at_once).filter_map(|row| Some((row.user_id, About::of(row.post_id, row.saved_search_id)?))).collect())
}

/// What a member has not read about a post or of a saved search.
#[derive(FromQueryResult)]
struct Unread {
    user_id: UserId,
    post_id: Option<PostId>,
    saved_search_id: Option<SavedSearchId>,
    /// The oldest of it.
    first: NotificationId,
    /// When the last of it was mailed.
    mailed_at: Option<OffsetDateTime>,
}

impl Unread {
    fn about(&self) -> Option<About> {
        About::of(self.post_id, self.saved_search_id)
    }
}

async fn first_unread(db: &impl ConnectionTrait, wanted: &BTreeSet<(UserId, About)>) -> Result<Vec<Unread>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let (mut posts, mut searches) = (Vec::new(), Vec::new());
    for (_, about) in wanted {
        match about {
            About::Post(post) => posts.push(*post),
            About::Search(search) => searches.push(*search),
        }
    }
    let unread = Entity::find()
        .select_only()
        .columns([Column::UserId, Column::PostId, Column::SavedSearchId])
        .column_as(Column::Id.min(), "first")
        .column_as(Column::MailedAt.max(), "mailed_at")
        .filter(Column::ReadAt.is_null())
        .filter(Column::UserId.is_in(wanted.iter().map(|(user, _)| *user)))
        .filter(Condition::any().add(Column::PostId.is_in(posts)).add(Column::SavedSearchId.is_in(searches)))
        .group_by(Column::UserId)
        .group_by(Column::PostId)
        .group_by(Column::SavedSearchId);
    let rows: Vec<Unread> = unread.into_model().all(db).await?;
    Ok(rows.into_iter().filter(|row| row.about().is_some_and(|about| wanted.contains(&(row.user_id, about)))).collect())
}
