//! The operations of a backend, for Redis and for this process's memory.
//!
//! Each method is at most one exchange with Redis. The set of backends is closed, so this is an enum.

use super::{Effect, Known, memory::Memory, redis::Redis};
use bytes::Bytes;
use std::{sync::Arc, time::Duration};

/// Where shared state is stored.
pub(super) enum Backend {
    /// One instance: its memory.
    Memory(Arc<Memory>),
    /// Many instances: Redis.
    Redis(Arc<Redis>),
}

/// One change. Several are sent in one round trip, in order, and are independent of each other.
#[derive(Debug, Clone)]
pub(super) enum Write {
    /// Set a value that expires after this time.
    Set(String, Bytes, Duration),
    /// Delete a key of any type.
    Delete(String),
    /// Add a member to a set, which expires after this time.
    AddMember(String, String, Duration),
    /// Increment numbers, beginning with the given one where absent; they expire after this time.
    RaiseGenerations(Vec<String>, u64, Duration),
    /// Set the score of a member of a sorted set.
    Score(String, i64, i64),
    /// Remove a member of a sorted set.
    Unscore(String, i64),
    /// Remove all with a lower score from a sorted set.
    Prune(String, i64),
    /// Send a message on a channel, after the other changes of its batch.
    Publish(String, Bytes),
}

impl Write {
    /// The keys of single values that it changes.
    pub(super) fn values_changed(&self) -> &[String] {
        match self {
            Self::Set(key, ..) | Self::Delete(key) => std::slice::from_ref(key),
            Self::RaiseGenerations(keys, ..) => keys,
            Self::AddMember(..) | Self::Score(..) | Self::Unscore(..) | Self::Prune(..) | Self::Publish(..) => &[],
        }
    }
}

/// Both backends take the same calls, so each is forwarded in one line.
macro_rules! forward {
    ($self:ident, $call:ident($($arg:expr),*)) => {
        match $self {
            Backend::Memory(memory) => Known::Known(memory.$call($($arg),*)),
            Backend::Redis(redis) => redis.$call($($arg),*).await,
        }
    };
}

impl Backend {
    /// The values of several keys.
    pub(super) async fn values(&self, keys: Vec<String>) -> Known<Vec<Option<Bytes>>> {
        forward!(self, values(keys))
    }

    /// The same; they may be as they were up to half a second ago, where Redis sends this process changes.
    pub(super) async fn recent_values(&self, keys: Vec<String>) -> Known<Vec<Option<Bytes>>> {
        match self {
            Self::Memory(memory) => Known::Known(memory.values(keys)),
            Self::Redis(redis) => redis.recent_values(keys).await,
        }
    }

    /// Makes all of these changes.
    pub(super) async fn write(&self, batch: Vec<Write>) -> Effect {
        let done: Known<()> = forward!(self, write(batch));
        done.into()
    }

    /// The numbers at these keys, each begun at `start` where it was absent.
    pub(super) async fn seeded(&self, keys: Vec<String>, start: u64, ttl: Duration) -> Known<Vec<u64>> {
        forward!(self, seeded(keys, start, ttl))
    }

    /// Everybody in a set.
    pub(super) async fn members(&self, key: String) -> Known<Vec<String>> {
        forward!(self, members(key))
    }

    /// How many of a sorted set have at least this score.
    pub(super) async fn count_from(&self, key: String, score: i64) -> Known<u32> {
        forward!(self, count_from(key, score))
    }

    /// Those of a sorted set with at least this score, highest first.
    pub(super) async fn highest_from(&self, key: String, score: i64, limit: usize) -> Known<Vec<i64>> {
        forward!(self, highest_from(key, score, limit))
    }

    /// A whole list; where it is absent, `ticket` is left in its place for a short while and nothing is returned.
    pub(super) async fn list_or_leave(&self, key: String, ticket: Bytes, wait: Duration) -> Known<Vec<Bytes>> {
        forward!(self, list_or_leave(key, ticket, wait))
    }

    /// Puts a list in the place of `ticket`, unless anything but the ticket is there by now.
    pub(super) async fn fill(&self, key: String, ticket: Bytes, items: Vec<Bytes>, ttl: Duration) -> Known<bool> {
        forward!(self, fill(key, ticket, items, ttl))
    }

    /// Puts a value in the place of `ticket`, unless anything but the ticket is there by now.
    pub(super) async fn exchange(&self, key: String, ticket: Bytes, value: Bytes, ttl: Duration) -> Known<bool> {
        forward!(self, exchange(key, ticket, value, ttl))
    }

    /// Counts one more within a window that begins with the first, and returns how long the window still lasts.
    pub(super) async fn hit(&self, key: String, window: Duration) -> Known<(u64, Duration)> {
        forward!(self, hit(key, window))
    }

    /// Takes one from a bucket that holds `most` over `period` and gets one back each `period`: zero, or how long to wait for
    /// the next. The key lives until the bucket is full again (generic cell rate algorithm).
    pub(super) async fn take(&self, key: String, period: Duration, most: Duration) -> Known<Duration> {
        forward!(self, take(key, period, most))
    }

    /// Counts one more; the count lives so long from now.
    pub(super) async fn increment(&self, key: String, ttl: Duration) -> Known<u64> {
        forward!(self, increment(key, ttl))
    }

    /// How long a key still lives; nothing when it is absent.
    pub(super) async fn remaining(&self, key: String) -> Known<Option<Duration>> {
        forward!(self, remaining(key))
    }

    /// Sends it to the other instances. A process alone has none.
    pub(super) async fn publish(&self, topic: &str, message: Bytes) -> Effect {
        match self {
            Self::Memory(_) => Effect::Delivered,
            Self::Redis(redis) => redis.announce(topic, message).await.into(),
        }
    }

    /// What a Redis reports about itself. None: it is this process, or many servers of which each would report something else.
    pub(super) async fn info(&self) -> Known<Option<String>> {
        match self {
            Self::Memory(_) => Known::Known(None),
            Self::Redis(redis) => redis.info().await,
        }
    }

    /// This process's memory, where that is the backend.
    pub(super) fn memory(&self) -> Option<Arc<Memory>> {
        match self {
            Self::Memory(memory) => Some(memory.clone()),
            Self::Redis(_) => None,
        }
    }
}
