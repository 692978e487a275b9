//! What is asked of Redis. Commands that belong together are sent together: fred writes them as one pipeline.
//!
//! On a Cluster no command names two keys; elsewhere a page's reads are one MGET.

use super::{Fast, Live, Redis};
use crate::shared::{Known, keys, store::Write};
use bytes::Bytes;
use fred::{
    error::Error,
    interfaces::{ClientLike, KeysInterface, LuaInterface, PubsubInterface, SetsInterface, SortedSetsInterface},
    types::{ClusterHash, CustomCommand, Expiration, SetOptions, Value},
};
use futures_util::future::try_join_all;
use std::time::Duration;

/// Reads a list, or leaves a ticket where there is none.
const LIST_OR_LEAVE: &str = "
local items = redis.call('LRANGE', KEYS[1], 0, -1)
if #items == 0 then
  redis.call('RPUSH', KEYS[1], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return items";

/// Puts a list in the place of a ticket; where anything came before, leaves nothing.
const FILL: &str = "
local there = redis.call('LRANGE', KEYS[1], 0, 1)
local waiting = #there == 1 and there[1] == ARGV[1]
redis.call('DEL', KEYS[1])
if not waiting then return 0 end
for at = 3, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[at]) end
if #ARGV > 2 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1";

/// Puts a value in the place of a ticket.
const EXCHANGE: &str = "
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1";

/// Counts the first `ARGV[3]` keys up, each begun at `ARGV[1]` where it was absent, deletes the others, and then sends messages: channels
/// and messages by turns.
const CHANGE: &str = "
local counted = tonumber(ARGV[3])
for at = 1, counted do
  if redis.call('INCR', KEYS[at]) == 1 then redis.call('INCRBY', KEYS[at], ARGV[1]) end
  redis.call('PEXPIRE', KEYS[at], ARGV[2])
end
for at = counted + 1, #KEYS do redis.call('DEL', KEYS[at]) end
for at = 4, #ARGV, 2 do redis.call('PUBLISH', ARGV[at], ARGV[at + 1]) end";

/// Takes one from a bucket; its key lives until the bucket is full. One that would live longer than an empty bucket takes to
/// fill is of a clock that was set back since, and is begun anew: nobody waits for that clock.
const TAKE: &str = "
local period, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local left = math.max(redis.call('PTTL', KEYS[1]), 0)
if left > most then left = 0 end
local after = left + period
if after > most then return after - most end
redis.call('SET', KEYS[1], '1', 'PX', after)
return 0";

impl Redis {
    pub(in crate::shared) async fn values(&self, keys: Vec<String>) -> Known<Vec<Option<Bytes>>> {
        let Some(live) = self.live() else { return Known::Unknown };
        let keys = keys.into_iter().map(|key| self.key(key)).collect();
        self.values_over(live, keys).await
    }

    /// As [`Self::values`], but a value that this process keeps may be up to half a second old.
    pub(in crate::shared) async fn recent_values(&self, keys: Vec<String>) -> Known<Vec<Option<Bytes>>> {
        let Some(live) = self.live() else { return Known::Unknown };
        let keys: Vec<String> = keys.into_iter().map(|key| self.key(key)).collect();
        let Some(cache) = live.cache.clone() else { return self.values_over(live, keys).await };
        let looked = cache.look(&keys, self.now_ms());
        if looked.missing.is_empty() {
            return Known::Known(looked.values);
        }
        let missing = looked.missing.iter().map(|place| keys[*place].clone()).collect();
        self.values_over(live, missing).await.map(|answers| cache.answered(&keys, looked, answers))
    }

    async fn values_over(&self, live: Live, keys: Vec<String>) -> Known<Vec<Option<Bytes>>> {
        let clustered = self.clustered;
        self.ask_over(live, async |client: Fast| {
            if clustered {
                return try_join_all(keys.into_iter().map(|key| client.get(key))).await;
            }
            client.mget(keys).await
        })
        .await
    }

    pub(in crate::shared) async fn write(&self, batch: Vec<Write>) -> Known<()> {
        let changed: Vec<String> = batch.iter().flat_map(Write::values_changed).map(|key| self.key(key.to_owned())).collect();
        let written = self.ask(async |client: Fast| self.apply_all(&client, batch).await).await;
        self.forget(changed);
        written
    }

    /// A process sees its own change at once, and not only when Redis has sent it.
    fn forget(&self, keys: Vec<String>) {
        if let Some(cache) = self.live().and_then(|live| live.cache) {
            cache.forget(keys);
        }
    }

    /// Sends all of these at once: what follows a commit as one command. Redis runs what comes over one connection in order; the nodes of
    /// a Cluster know of no order, so there messages are sent when the changes before them are made.
    pub(super) async fn apply_all<C>(&self, client: &C, batch: Vec<Write>) -> Result<(), Error>
    where
        C: KeysInterface + SetsInterface + SortedSetsInterface + PubsubInterface + Sync,
    {
        let batch = match self.clustered {
            true => batch,
            false => match Change::of(batch) {
                Ok(change) => return change.with_prefix(|key| self.key(key)).send(client).await,
                Err(batch) => batch,
            },
        };
        let is_later = |write: &Write| self.clustered && matches!(write, Write::Publish(..));
        let (later, now): (Vec<_>, Vec<_>) = batch.into_iter().partition(is_later);
        for part in [now, later] {
            try_join_all(part.into_iter().map(|write| self.apply(client, write))).await?;
        }
        Ok(())
    }

    async fn apply<C>(&self, client: &C, write: Write) -> Result<(), Error>
    where
        C: KeysInterface + SetsInterface + SortedSetsInterface + PubsubInterface + Sync,
    {
        match write {
            Write::Set(key, value, ttl) => {
                let live = Some(alive(ttl));
                client.set(self.key(key), value, live, None, false).await
            }
            Write::Delete(key) => client.del(self.key(key)).await,
            Write::AddMember(key, member, ttl) => {
                let key = self.key(key);
                let live = client.pexpire(key.as_str(), millis(ttl), None);
                tokio::try_join!(client.sadd(key.as_str(), member), live).map(|((), ())| ())
            }
            Write::RaiseGenerations(keys, start, ttl) => {
                let at_once = if self.clustered { 1 } else { keys.len().max(1) };
                let changes = keys.chunks(at_once).map(|keys| Change { raised: keys.to_vec(), start, ttl, ..Change::default() });
                try_join_all(changes.map(|change| change.with_prefix(|key| self.key(key)).send(client))).await.map(drop)
            }
            Write::Score(key, member, score) => {
                let pair = (score as f64, member.to_string());
                let key = self.key(key);
                client.zadd(key, None, None, false, false, pair).await
            }
            Write::Unscore(key, member) => client.zrem(self.key(key), member.to_string()).await,
            Write::Prune(key, below) => {
                let (lowest, highest) = (f64::NEG_INFINITY, below as f64 - 1.0);
                client.zremrangebyscore(self.key(key), lowest, highest).await
            }
            Write::Publish(channel, message) => client.publish(self.key(channel), message).await,
        }
    }

    pub(in crate::shared) async fn seeded(&self, keys: Vec<String>, start: u64, ttl: Duration) -> Known<Vec<u64>> {
        self.ask(async |client: Fast| {
            let one = async |key: String| {
                let begin = client.set(key.as_str(), number(start), Some(alive(ttl)), Some(SetOptions::NX), false);
                let ((), now) = tokio::try_join!(begin, client.get(key.as_str()))?;
                Ok(now)
            };
            try_join_all(keys.into_iter().map(|key| one(self.key(key)))).await
        })
        .await
    }

    pub(in crate::shared) async fn members(&self, key: String) -> Known<Vec<String>> {
        self.ask(async |client: Fast| client.smembers(self.key(key)).await).await
    }

    pub(in crate::shared) async fn count_from(&self, key: String, score: i64) -> Known<u32> {
        self.ask(async |client: Fast| client.zcount(self.key(key), score as f64, f64::INFINITY).await).await
    }

    pub(in crate::shared) async fn highest_from(&self, key: String, score: i64, limit: usize) -> Known<Vec<i64>> {
        let limit = Some((0, i64::try_from(limit).unwrap_or(i64::MAX)));
        self.ask(async |client: Fast| client.zrevrangebyscore(self.key(key), f64::INFINITY, score as f64, false, limit).await).await
    }

    pub(in crate::shared) async fn list_or_leave(&self, key: String, ticket: Bytes, wait: Duration) -> Known<Vec<Bytes>> {
        let args = vec![ticket, millis(wait).to_string().into()];
        self.ask(async |client: Fast| client.eval(LIST_OR_LEAVE, self.key(key), args).await).await
    }

    pub(in crate::shared) async fn fill(&self, key: String, ticket: Bytes, items: Vec<Bytes>, ttl: Duration) -> Known<bool> {
        let mut args = vec![ticket, millis(ttl).to_string().into()];
        args.extend(items);
        self.ask(async |client: Fast| client.eval(FILL, self.key(key), args).await).await
    }

    pub(in crate::shared) async fn exchange(&self, key: String, ticket: Bytes, value: Bytes, ttl: Duration) -> Known<bool> {
        let (key, args) = (self.key(key), vec![ticket, value, millis(ttl).to_string().into()]);
        let exchanged = self.ask(async |client: Fast| client.eval(EXCHANGE, key.as_str(), args).await).await;
        self.forget(vec![key]);
        exchanged
    }

    pub(in crate::shared) async fn hit(&self, key: String, window: Duration) -> Known<(u64, Duration)> {
        self.ask(async |client: Fast| {
            let key = self.key(key);
            let begin = client.set(key.as_str(), 0, Some(alive(window)), Some(SetOptions::NX), false);
            let (count, left) = (client.incr(key.as_str()), client.pttl(key.as_str()));
            let ((), count, left): ((), u64, i64) = tokio::try_join!(begin, count, left)?;
            if let Some(left) = u64::try_from(left).ok().map(Duration::from_millis).filter(|left| *left <= window) {
                return Ok((count, left));
            }
            // The window ended between the first two commands, and the new count would live for ever; or Redis' clock was
            // set back, and it would live for longer than its window.
            let () = client.pexpire(key.as_str(), millis(window), None).await?;
            Ok((count, window))
        })
        .await
    }

    pub(in crate::shared) async fn take(&self, key: String, period: Duration, most: Duration) -> Known<Duration> {
        let args = vec![millis(period), millis(most)];
        let wait: Known<u64> = self.ask(async |client: Fast| client.eval(TAKE, self.key(key), args).await).await;
        wait.map(Duration::from_millis)
    }

    pub(in crate::shared) async fn increment(&self, key: String, ttl: Duration) -> Known<u64> {
        self.ask(async |client: Fast| {
            let key = self.key(key);
            let (count, live) = (client.incr(key.as_str()), client.pexpire(key.as_str(), millis(ttl), None));
            tokio::try_join!(count, live).map(|(count, ())| count)
        })
        .await
    }

    pub(in crate::shared) async fn remaining(&self, key: String) -> Known<Option<Duration>> {
        let left = self.ask(async |client: Fast| client.pttl::<i64, _>(self.key(key)).await).await;
        left.map(|left| u64::try_from(left).ok().map(Duration::from_millis))
    }

    pub(in crate::shared) async fn announce(&self, topic: &str, message: Bytes) -> Known<()> {
        let channel = self.key(keys::signal(topic));
        self.ask(async |client: Fast| client.publish(channel, message).await).await
    }

    pub(in crate::shared) async fn info(&self) -> Known<Option<String>> {
        if self.clustered {
            return Known::Known(None);
        }
        self.ask(async |client: Fast| client.info(None).await.map(Some)).await
    }
}

/// What follows a commit: one command, because each that is sent alone wakes Redis and this process.
#[derive(Default)]
struct Change {
    raised: Vec<String>,
    start: u64,
    ttl: Duration,
    deleted: Vec<String>,
    messages: Vec<(String, Bytes)>,
}

impl Change {
    /// Takes a batch that raises generations once and otherwise deletes and publishes; gives back any other.
    fn of(batch: Vec<Write>) -> Result<Self, Vec<Write>> {
        let raises = batch.iter().filter(|write| matches!(write, Write::RaiseGenerations(..))).count();
        let fits = |write: &Write| matches!(write, Write::RaiseGenerations(..) | Write::Delete(_) | Write::Publish(..));
        if raises != 1 || !batch.iter().all(fits) {
            return Err(batch);
        }
        let mut change = Self::default();
        for write in batch {
            match write {
                Write::RaiseGenerations(keys, start, ttl) => (change.raised, change.start, change.ttl) = (keys, start, ttl),
                Write::Delete(key) => change.deleted.push(key),
                Write::Publish(channel, message) => change.messages.push((channel, message)),
                Write::Set(..) | Write::AddMember(..) | Write::Score(..) | Write::Unscore(..) | Write::Prune(..) => {}
            }
        }
        Ok(change)
    }

    /// With the names that keys and channels have in Redis.
    fn with_prefix(mut self, name: impl Fn(String) -> String) -> Self {
        let channels = self.messages.iter_mut().map(|(channel, _)| channel);
        for key in self.raised.iter_mut().chain(&mut self.deleted).chain(channels) {
            *key = name(std::mem::take(key));
        }
        self
    }

    /// Not by fred's `eval`, which knows nothing of the options of the trusted connection.
    async fn send<C: ClientLike + Sync>(self, client: &C) -> Result<(), Error> {
        let [keys, raised] = [self.raised.len() + self.deleted.len(), self.raised.len()].map(|n| Value::from(n as i64));
        let mut args = vec![Value::from(CHANGE), keys];
        args.extend(self.raised.into_iter().chain(self.deleted).map(Value::from));
        args.extend([number(self.start), millis(self.ttl)].map(Value::from));
        args.push(raised);
        args.extend(self.messages.into_iter().flat_map(|(channel, message)| [Value::from(channel), Value::from(message)]));
        // On a Cluster the key names the node: the argument after the script and the number of keys.
        client.custom(CustomCommand::new_static("EVAL", ClusterHash::Offset(2), false), args).await
    }
}

/// Redis refuses to let a key live for no time at all.
fn alive(ttl: Duration) -> Expiration {
    Expiration::PX(millis(ttl).max(1))
}

fn millis(ttl: Duration) -> i64 {
    i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX)
}

/// Generations begin below 2^52, so this loses nothing.
fn number(start: u64) -> i64 {
    i64::try_from(start).unwrap_or(i64::MAX)
}
