//! Changes of sessions: ended, voided, given a new token; and how every instance is notified.

use super::Session;
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::{Context, Result, RoleId, SessionId, UserId, epoch, invalidation, tokens};
use crate::entity::session::{Column, Entity, Model};
use crate::entity::user;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, UpdateMany};
use time::Duration;

/// Which sessions to end.
#[derive(Clone, Copy, Debug)]
pub enum SessionSelector {
    /// One, if it is this member's.
    One {
        /// Whose.
        user: UserId,
        /// Which.
        session: SessionId,
    },
    /// All of a member's.
    All {
        /// Whose.
        user: UserId,
    },
    /// All of a member's but the one that asks.
    Others {
        /// Whose.
        user: UserId,
        /// The one to keep.
        keep: SessionId,
    },
}

/// Sessions whose rights changed, to be announced to all instances after the commit.
#[derive(Debug, Default)]
#[must_use = "instances must be notified after the commit"]
pub struct Changed {
    sessions: usize,
    /// The hashes of their tokens, and the version from which on copies are valid.
    tokens: Vec<(String, i64)>,
    /// The epoch that began with the change: copies of earlier ones are invalid.
    epoch: Option<u64>,
    /// The member whose rights changed: their cached notifications were read with the earlier rights.
    member: Option<UserId>,
    /// The member all of whose sessions ended: copies of tokens that have no row any more are deleted too.
    ended: Option<UserId>,
}

impl Changed {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.sessions
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sessions == 0
    }

    /// After the commit: makes the old copies invalid on every instance. Where Redis could not be reached the others read the log in SQL,
    /// within a second.
    pub async fn announce(self, ctx: &Context) {
        for (hash, version) in &self.tokens {
            ctx.shared.sessions().reject(hash, *version);
        }
        ctx.shared.sessions().drop_many(self.tokens.iter().map(|(hash, _)| hash.as_str())).await;
        if let Some(user) = self.ended {
            ctx.shared.sessions().drop_user(user.into()).await;
        }
        if let Some(member) = self.member {
            ctx.shared.notifications().clear(member.into()).await;
        }
        if let Some(epoch) = self.epoch {
            ctx.shared.raise_epoch(epoch);
        }
        if !self.is_empty() || self.epoch.is_some() {
            ctx.shared.signals().publish(invalidation::TOPIC, "").await;
        }
    }
}

/// Ends sessions, in a transaction; [`Changed::announce`] after its commit.
pub async fn end(tx: &impl ConnectionTrait, which: SessionSelector, why: &str, now: OffsetDateTime) -> Result<Changed> {
    let (user, one) = match which {
        SessionSelector::One { user, session } => (user, Some(Column::Id.eq(session))),
        SessionSelector::All { user } => (user, None),
        SessionSelector::Others { user, keep } => (user, Some(Column::Id.ne(keep))),
    };
    let update = next_version()
        .col_expr(Column::RevokedAt, SimpleExpr::from(now))
        .col_expr(Column::RevokedReason, SimpleExpr::from(why))
        .filter(Column::UserId.eq(user))
        .filter(Condition::all().add_option(one));
    let changed = log(tx, update.exec_with_returning(tx).await?, now).await?;
    Ok(Changed { ended: matches!(which, SessionSelector::All { .. }).then_some(user), ..changed })
}

/// An update of sessions that have not ended, after which older copies of them are invalid.
fn next_version() -> UpdateMany<Entity> {
    Entity::update_many().col_expr(Column::Version, Expr::col(Column::Version).add(1)).filter(Column::RevokedAt.is_null())
}

/// Makes every copy of members' sessions void because what they may do, or how they appear, has changed. Where it
/// is what they may do, the sessions get new tokens too, each with its next page: see [`rotate`].
///
/// A role may have a hundred thousand sessions. Their copies are not named one by one: a new epoch voids all copies at once,
/// with one row that every instance reads.
pub async fn refresh(tx: &impl ConnectionTrait, of: Refresh, now: OffsetDateTime) -> Result<Changed> {
    let (user, rights) = match of {
        Refresh::Looks(user) => (user, false),
        Refresh::Rights(user) => (user, true),
        Refresh::Role(role) => return renew_role(tx, role).await,
    };
    let rotate = if rights { SimpleExpr::from(true) } else { Expr::col(Column::Rotate) };
    let update = next_version().col_expr(Column::Rotate, rotate).filter(Column::UserId.eq(user));
    let changed = log(tx, update.exec_with_returning(tx).await?, now).await?;
    Ok(Changed { member: rights.then_some(user), ..changed })
}

async fn renew_role(tx: &impl ConnectionTrait, role: RoleId) -> Result<Changed> {
    let members = Query::select().column(user::Column::Id).from(user::Entity).and_where(user::Column::RoleId.eq(role)).take();
    let update = next_version().col_expr(Column::Rotate, SimpleExpr::from(true)).filter(Column::UserId.in_subquery(members));
    let sessions = usize::try_from(update.exec(tx).await?.rows_affected).unwrap_or(usize::MAX);
    Ok(Changed { sessions, epoch: Some(epoch::raise(tx).await?), ..Changed::default() })
}

/// Whose sessions to renew.
#[derive(Clone, Copy, Debug)]
pub enum Refresh {
    /// A member's: how they appear has changed.
    Looks(UserId),
    /// A member's: what they may do has changed.
    Rights(UserId),
    /// Those of all who have a role.
    Role(RoleId),
}

async fn log(tx: &impl ConnectionTrait, changed: Vec<Model>, now: OffsetDateTime) -> Result<Changed> {
    let both = |s: Model| [Some(s.token_hash), s.previous_hash].into_iter().flatten().map(move |hash| (hash, s.version));
    let sessions = changed.len();
    let tokens: Vec<_> = changed.into_iter().flat_map(both).collect();
    invalidation::sessions(tx, &tokens, now).await?;
    Ok(Changed { sessions, tokens, ..Changed::default() })
}

/// How long a session's earlier token is still good after the session was given a new one: requests that were on
/// their way then, and streams, carry the earlier one.
pub(super) const OVERLAP: Duration = Duration::seconds(60);
/// A browser that sends the earlier token later than this after a session was given a new one has never received that one.
pub(super) const DELIVERED: Duration = Duration::seconds(5);

/// Gives a session a new token, because what its member may do has changed since it got the one it has (OWASP
/// session management cheat sheet, "Renew the session ID after any privilege level change"). None where another
/// request was faster. A browser that still sends the earlier token some seconds later never got the new one; it is given
/// another.
pub async fn rotate(ctx: &Context, session: &Session) -> Result<Option<String>> {
    let token = tokens::random()?;
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let due = Condition::all().add(Column::TokenHash.eq(&session.hash)).add(Column::Rotate.eq(true));
    let undelivered = Condition::all()
        .add(Column::PreviousHash.eq(&session.hash))
        .add(Column::PreviousUntil.gt(now))
        .add(Column::PreviousUntil.lt(now + OVERLAP - DELIVERED));
    let update = next_version()
        .col_expr(Column::TokenHash, SimpleExpr::from(tokens::hash(&token)))
        .col_expr(Column::PreviousHash, SimpleExpr::from(session.hash.as_str()))
        .col_expr(Column::PreviousUntil, SimpleExpr::from(now + OVERLAP))
        .col_expr(Column::Rotate, SimpleExpr::from(false))
        .filter(Condition::any().add(due).add(undelivered));
    let changed = log(&tx, update.exec_with_returning(&tx).await?, now).await?;
    tx.commit().await?;
    let rotated = !changed.is_empty();
    changed.announce(ctx).await;
    Ok(rotated.then_some(token))
}
