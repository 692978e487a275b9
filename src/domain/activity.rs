//! What is counted in passing and written now and then: who was last seen when, which session was used,
//! how often a post was read. A page never waits for these; an instance that is killed loses half a minute
//! of them and nothing else.

use super::clock::OffsetDateTime;
use super::sessions::{self, Area};
use super::{Result, sql};
use crate::app::App;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What has not been written yet.
#[derive(Default)]
pub struct Activity {
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    /// Member → when last seen.
    seen: HashMap<i64, OffsetDateTime>,
    /// Session → when last used.
    used: HashMap<i64, Used>,
    /// Post → times read.
    views: HashMap<i64, i64>,
}

struct Used {
    at: OffsetDateTime,
    area: Area,
    persistent: bool,
}

impl Activity {
    /// A member's session was used.
    pub fn saw(&self, session: &sessions::Session, area: Area, at: OffsetDateTime) {
        let mut pending = self.lock();
        let copy = &session.copy;
        if copy.shows_presence {
            pending.seen.insert(copy.user_id, at);
        }
        pending.used.insert(copy.session_id, Used { at, area, persistent: copy.persistent });
    }

    /// A post was read.
    pub fn read(&self, post: i64) {
        *self.lock().views.entry(post).or_default() += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what is pending. What cannot be written is let go: it was only counted in passing.
///
/// # Errors
/// The database's.
pub async fn flush(app: &App) -> Result<()> {
    let pending = std::mem::take(&mut *app.activity.lock());
    let mut rows: Vec<_> = pending.views.into_iter().collect();
    // In the order of their ids, so that two instances never wait for each other.
    rows.sort_unstable();
    for (post, times) in rows {
        sql::run(&app.db, "UPDATE posts SET view_count = view_count + $1 WHERE id = $2", [times.into(), post.into()]).await?;
    }
    for (user, at) in pending.seen {
        let update = "UPDATE users SET last_seen_at = $1 WHERE id = $2 AND (last_seen_at IS NULL OR last_seen_at < $1)";
        sql::run(&app.db, update, [at.into(), user.into()]).await?;
    }
    for (session, used) in pending.used {
        sessions::touch(app, session, used.area, used.persistent, used.at).await?;
    }
    Ok(())
}
