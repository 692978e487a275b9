//! Shared state in memory, for a site with one instance. The tests that run against Redis run against this too.
//!
//! Sixteen shards, each under a plain mutex that is never held across an await. An expired entry is never
//! returned, and is deleted within half a minute; the number of keys is bounded.
//!
//! Ours and not a cache library: it has to behave as Redis does (sets, lists, tickets, expiry), not only store values.

use super::store::Write;
use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
    time::{Duration, Instant},
};

const SHARDS: usize = 16;
/// Keys a shard may hold: with a session copy of a kilobyte, some 200 MB in all before it starts forgetting.
const SHARD_CAP: usize = 12_500;
/// How often expired entries are deleted.
pub(super) const SWEEP: Duration = Duration::from_secs(30);

enum Value {
    Bytes(Bytes),
    Number(u64),
    Members(HashSet<String>),
    List(VecDeque<Bytes>),
    Scores(HashMap<i64, i64>),
}

struct Slot {
    value: Value,
    /// `None`: does not expire.
    until: Option<Instant>,
}

type Shard = HashMap<Box<str>, Slot>;

/// The shared state of one process.
pub(super) struct Memory {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }

    pub(super) fn values(&self, keys: Vec<String>) -> Vec<Option<Bytes>> {
        keys.iter()
            .map(|key| {
                self.read(key, |value| match value {
                    Value::Bytes(bytes) => Some(bytes.clone()),
                    Value::Number(number) => Some(Bytes::from(number.to_string())),
                    _ => None,
                })
                .flatten()
            })
            .collect()
    }

    pub(super) fn write(&self, batch: Vec<Write>) {
        for write in batch {
            self.write_one(write);
        }
    }

    fn write_one(&self, write: Write) {
        match write {
            Write::Set(key, bytes, ttl) => self.put(&key, Value::Bytes(bytes), Some(ttl)),
            Write::Delete(key) => {
                self.shard(&key).remove(key.as_str());
            }
            Write::AddMember(key, member, ttl) => self.change(&key, Some(ttl), Value::no_members, |value| {
                if let Value::Members(members) = value {
                    members.insert(member);
                }
            }),
            Write::RaiseGenerations(keys, start, ttl) => {
                keys.iter().for_each(|key| self.change(key, Some(ttl), || Value::Number(start), Value::count));
            }
            Write::Score(key, member, score) => self.change(&key, None, Value::no_scores, |value| {
                if let Value::Scores(scores) = value {
                    scores.insert(member, score);
                }
            }),
            Write::Unscore(key, member) => self.scores(&key, |scores| {
                scores.remove(&member);
            }),
            Write::Prune(key, below) => self.scores(&key, |scores| scores.retain(|_, score| *score >= below)),
            // A process alone has nobody to send it to.
            Write::Publish(..) => {}
        }
    }

    pub(super) fn seeded(&self, keys: Vec<String>, start: u64, ttl: Duration) -> Vec<u64> {
        let seed = |key: &String| self.number(key, ttl, false, start, |_| {}).0;
        keys.iter().map(seed).collect()
    }

    pub(super) fn members(&self, key: String) -> Vec<String> {
        let all = self.read(&key, |value| match value {
            Value::Members(members) => members.iter().cloned().collect(),
            _ => Vec::new(),
        });
        all.unwrap_or_default()
    }

    pub(super) fn count_from(&self, key: String, score: i64) -> u32 {
        let count = self.read(&key, |value| match value {
            Value::Scores(scores) => scores.values().filter(|&&s| s >= score).count(),
            _ => 0,
        });
        u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX)
    }

    pub(super) fn highest_from(&self, key: String, score: i64, limit: usize) -> Vec<i64> {
        let found = self.read(&key, |value| match value {
            Value::Scores(scores) => scores.iter().filter(|(_, s)| **s >= score).map(|(m, s)| (*s, *m)).collect(),
            _ => Vec::new(),
        });
        let mut found = found.unwrap_or_default();
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.into_iter().take(limit).map(|(_, member)| member).collect()
    }

    pub(super) fn list_or_leave(&self, key: String, ticket: Bytes, wait: Duration) -> Vec<Bytes> {
        let mut shard = self.shard(&key);
        if let Some(Slot { value: Value::List(items), .. }) = live(&mut shard, &key) {
            return items.iter().cloned().collect();
        }
        insert(&mut shard, &key, Value::List(VecDeque::from([ticket])), Some(wait));
        Vec::new()
    }

    pub(super) fn fill(&self, key: String, ticket: Bytes, items: Vec<Bytes>, ttl: Duration) -> bool {
        let mut shard = self.shard(&key);
        let waiting = match live(&mut shard, &key) {
            Some(Slot { value: Value::List(list), .. }) => list.len() == 1 && list[0] == ticket,
            _ => false,
        };
        shard.remove(key.as_str());
        if waiting && !items.is_empty() {
            insert(&mut shard, &key, Value::List(items.into()), Some(ttl));
        }
        waiting
    }

    pub(super) fn exchange(&self, key: String, ticket: Bytes, value: Bytes, ttl: Duration) -> bool {
        let mut shard = self.shard(&key);
        let waiting = matches!(live(&mut shard, &key), Some(Slot { value: Value::Bytes(there), .. }) if *there == ticket);
        if waiting {
            insert(&mut shard, &key, Value::Bytes(value), Some(ttl));
        }
        waiting
    }

    pub(super) fn hit(&self, key: String, window: Duration) -> (u64, Duration) {
        self.number(&key, window, false, 0, Value::count)
    }

    pub(super) fn take(&self, key: String, period: Duration, most: Duration) -> Duration {
        let mut shard = self.shard(&key);
        let until = live(&mut shard, &key).and_then(|slot| slot.until);
        let left = until.map(|until| until.saturating_duration_since(Instant::now())).unwrap_or_default();
        let after = left + period;
        if after <= most {
            insert(&mut shard, &key, Value::Number(1), Some(after));
        }
        after.saturating_sub(most)
    }

    pub(super) fn increment(&self, key: String, ttl: Duration) -> u64 {
        self.number(&key, ttl, true, 0, Value::count).0
    }

    pub(super) fn remaining(&self, key: String) -> Option<Duration> {
        let mut shard = self.shard(&key);
        live(&mut shard, &key)?.until.map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Takes away what has expired. A lock is held for one shard at a time.
    pub(super) fn sweep(&self) {
        let now = Instant::now();
        for shard in &self.shards {
            shard.lock().retain(|_, slot| slot.lives(now));
        }
    }

    /// Changes a number, begun at `start` where it is absent, and returns what it is and how long it lives.
    fn number(&self, key: &str, ttl: Duration, renew: bool, start: u64, change: impl FnOnce(&mut Value)) -> (u64, Duration) {
        let now = Instant::now();
        let mut shard = self.shard(key);
        if live(&mut shard, key).is_none() {
            insert(&mut shard, key, Value::Number(start), Some(ttl));
        }
        let Some(slot) = shard.get_mut(key) else {
            return (start, ttl);
        };
        if renew {
            slot.until = Some(now + ttl);
        }
        change(&mut slot.value);
        let number = if let Value::Number(number) = slot.value { number } else { start };
        (number, slot.until.map_or(ttl, |until| until.saturating_duration_since(now)))
    }

    fn put(&self, key: &str, value: Value, ttl: Option<Duration>) {
        insert(&mut self.shard(key), key, value, ttl);
    }

    /// Changes a value, made by `fresh` where it is absent, and lets it live so long from now.
    fn change(&self, key: &str, ttl: Option<Duration>, fresh: impl FnOnce() -> Value, change: impl FnOnce(&mut Value)) {
        let mut shard = self.shard(key);
        if live(&mut shard, key).is_none() {
            insert(&mut shard, key, fresh(), ttl);
        }
        if let Some(slot) = shard.get_mut(key) {
            slot.until = ttl.map(|ttl| Instant::now() + ttl);
            change(&mut slot.value);
        }
    }

    fn scores(&self, key: &str, change: impl FnOnce(&mut HashMap<i64, i64>)) {
        if let Some(Slot { value: Value::Scores(scores), .. }) = self.shard(key).get_mut(key) {
            change(scores);
        }
    }

    fn read<T>(&self, key: &str, see: impl FnOnce(&Value) -> T) -> Option<T> {
        let mut shard = self.shard(key);
        live(&mut shard, key).map(|slot| see(&slot.value))
    }

    fn shard(&self, key: &str) -> MutexGuard<'_, Shard> {
        let hash = self.hasher.hash_one(key);
        self.shards[hash as usize % SHARDS].lock()
    }
}

impl Value {
    fn no_members() -> Self {
        Self::Members(HashSet::new())
    }

    fn no_scores() -> Self {
        Self::Scores(HashMap::new())
    }

    fn count(&mut self) {
        if let Self::Number(number) = self {
            *number += 1;
        }
    }
}

impl Slot {
    fn lives(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

/// The slot of a key, if it has one that has not expired.
fn live<'a>(shard: &'a mut Shard, key: &str) -> Option<&'a mut Slot> {
    if shard.get(key).is_some_and(|slot| !slot.lives(Instant::now())) {
        shard.remove(key);
    }
    shard.get_mut(key)
}

fn insert(shard: &mut Shard, key: &str, value: Value, ttl: Option<Duration>) {
    let now = Instant::now();
    if shard.len() >= SHARD_CAP && !shard.contains_key(key) {
        make_room(shard, now);
    }
    shard.insert(key.into(), Slot { value, until: ttl.map(|ttl| now + ttl) });
}

/// Forgets what has expired and, a sixteenth at a time so that a flood does not pay for it with every key, whatever
/// else comes first: everything here can be read again from SQL.
fn make_room(shard: &mut Shard, now: Instant) {
    let mut spare = SHARD_CAP / 16;
    shard.retain(|_, slot| {
        let goes = !slot.lives(now) || (spare > 0 && slot.until.is_some());
        spare -= usize::from(goes && spare > 0);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_keys_is_capped() {
        let memory = Memory::new();
        let minute = Duration::from_secs(60);

        for key in 0..(SHARDS * SHARD_CAP + 30_000) {
            memory.write(vec![Write::Set(format!("limit:x:{key}"), Bytes::new(), minute)]);
        }

        let held: usize = memory.shards.iter().map(|shard| shard.lock().len()).sum();
        assert!(held <= SHARDS * SHARD_CAP, "{held}");
    }

    #[test]
    fn a_sweep_takes_only_what_has_expired() {
        let memory = Memory::new();
        memory.write(vec![Write::Set("short".into(), Bytes::new(), Duration::ZERO)]);
        memory.write(vec![Write::Set("long".into(), Bytes::new(), Duration::from_secs(60))]);

        memory.sweep();

        let held: usize = memory.shards.iter().map(|shard| shard.lock().len()).sum();
        assert_eq!(held, 1);
    }
}
