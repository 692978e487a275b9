//! Changes of sessions: ended, voided, given a new token; and how every instance hears of it.

use super::Session;
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::{Context, Result, RoleId, SessionId, UserId, epoch, invalidation, tokens};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use time::Duration;

/// Which sessions to end.
#[derive(Clone, Copy, Debug)]
pub enum Which {
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

/// Sessions whose rights changed, to be told to everybody after the commit.
#[derive(Debug, Default)]
#[must_use = "instances must be told after the commit"]
pub struct Changed {
    sessions: usize,
    /// The hashes of their tokens, and the version from which on copies are believed.
    tokens: Vec<(String, i64)>,
    /// The epoch that began with the change: no copy of an earlier one is believed.
    epoch: Option<u64>,
    /// The member whose rights changed: what is kept ready behind their bell was read with the earlier ones.
    member: Option<UserId>,
    /// The member all of whose sessions ended: copies of tokens that SQL knows no longer go too.
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

    /// After the commit: no instance believes the old copies any more. Where Redis could not be told, the
    /// log in SQL is what the others go by, within a second.
    pub async fn tell(self, ctx: &Context) {
        for (hash, version) in &self.tokens {
            ctx.shared.sessions().reject(hash, *version);
        }
        ctx.shared.sessions().drop_many(self.tokens.iter().map(|(hash, _)| hash.as_str())).await;
        if let Some(user) = self.ended {
            ctx.shared.sessions().drop_user(user.0).await;
        }
        if let Some(member) = self.member {
            ctx.shared.notifications().clear(member.0).await;
        }
        if let Some(epoch) = self.epoch {
            ctx.shared.raise_epoch(epoch);
        }
        if !self.is_empty() || self.epoch.is_some() {
            ctx.shared.signals().publish(invalidation::TOPIC, "").await;
        }
    }
}

/// Ends sessions, in a transaction; [`Changed::tell`] after its commit.
///
/// # Errors
/// The database's.
pub async fn end(tx: &impl ConnectionTrait, which: Which, why: &str, now: OffsetDateTime) -> Result<Changed> {
    let (condition, user, session) = match which {
        Which::One { user, session } => ("id = $4", user, session),
        Which::All { user } => ("id <> $4", user, SessionId(0)),
        Which::Others { user, keep } => ("id <> $4", user, keep),
    };
    let update = format!(
        "UPDATE sessions SET revoked_at = $1, revoked_reason = $2, version = version + 1 \
         WHERE user_id = $3 AND {condition} AND revoked_at IS NULL RETURNING token_hash, previous_hash, version"
    );
    let changed = log(tx, query::all(tx, &update, [now.into(), why.into(), user.into(), session.into()]).await?, now).await?;
    Ok(Changed { ended: matches!(which, Which::All { .. }).then_some(user), ..changed })
}

/// Makes every copy of members' sessions void because what they may do, or how they appear, has changed. Where it
/// is what they may do, the sessions get new tokens too, each with its next page: see [`rotate`].
///
/// A role may have a hundred thousand sessions. Their copies are not named one by one: a new epoch voids all copies at once,
/// with one row that every instance reads.
///
/// # Errors
/// The database's.
pub async fn renew(tx: &impl ConnectionTrait, of: Renew, now: OffsetDateTime) -> Result<Changed> {
    let (user, rights) = match of {
        Renew::Looks(user) => (user, false),
        Renew::Rights(user) => (user, true),
        Renew::Role(role) => return renew_role(tx, RoleId(role)).await,
    };
    let update = "UPDATE sessions SET version = version + 1, rotate = rotate OR $2 WHERE user_id = $1 AND revoked_at IS NULL \
                  RETURNING token_hash, previous_hash, version";
    let changed = log(tx, query::all(tx, update, [user.into(), rights.into()]).await?, now).await?;
    Ok(Changed { member: rights.then_some(UserId(user)), ..changed })
}

async fn renew_role(tx: &impl ConnectionTrait, role: RoleId) -> Result<Changed> {
    let update = "UPDATE sessions SET version = version + 1, rotate = TRUE \
                  WHERE user_id IN (SELECT id FROM users WHERE role_id = $1) AND revoked_at IS NULL";
    let sessions = usize::try_from(query::run(tx, update, [role.into()]).await?).unwrap_or(usize::MAX);
    Ok(Changed { sessions, epoch: Some(epoch::raise(tx).await?), ..Changed::default() })
}

/// Whose sessions to renew.
#[derive(Clone, Copy, Debug)]
pub enum Renew {
    /// A member's: how they appear has changed.
    Looks(i64),
    /// A member's: what they may do has changed.
    Rights(i64),
    /// Those of all who have a role.
    Role(i64),
}

#[derive(FromQueryResult)]
struct Touched {
    token_hash: String,
    previous_hash: Option<String>,
    version: i64,
}

async fn log(tx: &impl ConnectionTrait, touched: Vec<Touched>, now: OffsetDateTime) -> Result<Changed> {
    let both = |t: Touched| [Some(t.token_hash), t.previous_hash].into_iter().flatten().map(move |hash| (hash, t.version));
    let sessions = touched.len();
    let tokens: Vec<_> = touched.into_iter().flat_map(both).collect();
    invalidation::sessions(tx, &tokens, now).await?;
    Ok(Changed { sessions, tokens, ..Changed::default() })
}

/// How long a session's earlier token is still good after the session was given a new one: requests that were on
/// their way then, and streams, carry the earlier one.
pub(super) const OVERLAP: Duration = Duration::seconds(60);
/// So long after a session was given a new token its browser has received it, or never will.
pub(super) const DELIVERED: Duration = Duration::seconds(5);

/// Gives a session a new token, because what its member may do has changed since it got the one it has (OWASP
/// session management cheat sheet, "Renew the session ID after any privilege level change"). None where another
/// request was faster. A browser that still sends the earlier token some seconds later never got the new one; it is given
/// another.
///
/// # Errors
/// The database's.
pub async fn rotate(ctx: &Context, session: &Session) -> Result<Option<String>> {
    let token = tokens::random()?;
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let update = "UPDATE sessions SET token_hash = $1, previous_hash = $2, previous_until = $3, rotate = FALSE, \
                  version = version + 1 WHERE revoked_at IS NULL \
                  AND ((token_hash = $2 AND rotate) OR (previous_hash = $2 AND previous_until > $4 AND previous_until < $5)) \
                  RETURNING token_hash, previous_hash, version";
    let values: [Value; 5] =
        [tokens::hash(&token).into(), session.hash.clone().into(), (now + OVERLAP).into(), now.into(), (now + OVERLAP - DELIVERED).into()];
    let touched = query::all(&tx, update, values).await?;
    let changed = log(&tx, touched, now).await?;
    tx.commit().await?;
    let rotated = !changed.is_empty();
    changed.tell(ctx).await;
    Ok(rotated.then_some(token))
}
