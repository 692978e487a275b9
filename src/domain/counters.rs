//! What is counted in passing and written now and then: who was last seen when, which session was used,
//! how often a post was read. A page never waits for these; an instance that is killed loses ten
//! seconds of them and nothing else.

use super::Result;
use super::sessions::{self, Area};
use crate::domain::{Context, PostId, SessionId, UserId};
use crate::entity::{post, user};
use parking_lot::{Mutex, MutexGuard};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::{BTreeMap, BTreeSet};

/// What has not been written yet.
#[derive(Default)]
pub struct Counters {
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    /// Members who were seen.
    seen: BTreeSet<UserId>,
    /// Sessions that were used, by what decides when they end.
    used: BTreeMap<(Area, bool), BTreeSet<SessionId>>,
    /// Post → times read.
    views: BTreeMap<PostId, i64>,
}

/// So many rows are written at once.
const AT_ONCE: usize = 500;
/// So many posts are: each has a number of its own, for which the database looks through those of all.
const POSTS_AT_ONCE: usize = 100;

impl Counters {
    /// A member's session was used.
    pub fn saw(&self, session: &sessions::Session, area: Area) {
        let mut pending = self.lock();
        let copy = &session.copy;
        if copy.shows_presence {
            pending.seen.insert(copy.user_id.into());
        }
        pending.used.entry((area, copy.persistent)).or_default().insert(SessionId(copy.session_id));
    }

    /// A post was read.
    pub fn read(&self, post: PostId) {
        *self.lock().views.entry(post).or_default() += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock()
    }
}

/// Writes what is pending, in the order of the ids, so that two instances never wait for each other. What a statement could
/// not write (it lost a deadlock, say) stays pending for the next time; the other statements do not depend on it.
///
/// # Errors
/// The database's: the first one.
pub async fn flush(ctx: &Context) -> Result<()> {
    let pending = std::mem::take(&mut *ctx.counters.lock());
    let now = ctx.clock.now();
    let mut first = Ok(());
    let views: Vec<(PostId, i64)> = pending.views.into_iter().collect();
    for views in views.chunks(POSTS_AT_ONCE) {
        let mut times_read = CaseStatement::new();
        for (post, times) in views {
            times_read = times_read.case(post::Column::Id.eq(*post), *times);
        }
        let more = Expr::col(post::Column::ViewCount).add(times_read);
        let of_posts = post::Column::Id.is_in(views.iter().map(|(post, _)| *post));
        if let Err(err) = post::Entity::update_many().col_expr(post::Column::ViewCount, more).filter(of_posts).exec(&ctx.db).await {
            for (post, times) in views {
                *ctx.counters.lock().views.entry(*post).or_default() += times;
            }
            first = first.and(Err(err.into()));
        }
    }
    for users in chunks(&pending.seen) {
        let update = user::Entity::update_many()
            .col_expr(user::Column::LastSeenAt, SimpleExpr::from(now))
            .filter(user::Column::Id.is_in(users.iter().copied()));
        if let Err(err) = update.exec(&ctx.db).await {
            ctx.counters.lock().seen.extend(users);
            first = first.and(Err(err.into()));
        }
    }
    for ((area, persistent), ids) in &pending.used {
        for sessions in chunks(ids) {
            if let Err(err) = sessions::touch(ctx, &sessions, *area, *persistent, now).await {
                ctx.counters.lock().used.entry((*area, *persistent)).or_default().extend(sessions);
                first = first.and(Err(err));
            }
        }
    }
    first
}

fn chunks<T: Copy>(ids: &BTreeSet<T>) -> Vec<Vec<T>> {
    let all: Vec<T> = ids.iter().copied().collect();
    all.chunks(AT_ONCE).map(<[T]>::to_vec).collect()
}
