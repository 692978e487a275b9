//! What follows a commit, in one exchange with Redis.

use super::cache::{CacheTag, invalidations};
use super::signals::Signal;
use super::{Effect, Shared, UserKey, keys, store::Write};
use bytes::Bytes;

/// What a commit has changed for others.
#[derive(Clone, Debug, Default)]
pub struct AfterCommit {
    /// Cached pieces that are out of date.
    pub stale: Vec<CacheTag>,
    /// Members whose notifications are others now.
    pub notified: Vec<UserKey>,
    /// Signals for open pages: topics and messages.
    pub signals: Vec<(String, Bytes)>,
}

impl Shared {
    /// Marks caches as changed, and then sends the signals: a reader who follows one must not get an older page. `Lost`: write the stale
    /// pieces down in SQL; other instances read their rows again when Redis is back, this one has got its signals.
    pub async fn after_commit(&self, change: AfterCommit) -> Effect {
        let AfterCommit { stale, notified, signals } = change;
        self.rows_changed();
        let mut writes = if stale.is_empty() { Vec::new() } else { invalidations(&stale) };
        writes.extend(notified.into_iter().flat_map(|user| [Write::Delete(keys::notifications(user)), Write::Delete(keys::unread(user))]));
        writes.extend(signals.iter().map(|(topic, message)| Write::Publish(keys::signal(topic), self.hub().tagged(message))));
        let effect = self.backend().write(writes).await;
        for (topic, message) in signals {
            self.hub().deliver(&topic, &Signal::Message(message));
        }
        effect
    }
}
