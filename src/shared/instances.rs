//! What each instance reports about itself every few seconds, and what Redis reports about itself. Nothing depends on it: it is
//! only ever looked at.

use super::{Effect, Known, Shared, keys, store::Write};
use bytes::Bytes;
use std::time::Duration;

/// An instance that has reported nothing for so long is not there.
pub const HEARTBEAT_TTL: Duration = Duration::from_secs(15);

/// What Redis counts about itself; totals are since it began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in INFO, where they are explained")]
pub struct RedisCounts {
    pub connected_clients: u64,
    pub maxclients: u64,
    pub used_memory: u64,
    /// 0: as much as there is.
    pub maxmemory: u64,
    pub maxmemory_policy: String,
    pub total_commands_processed: u64,
    pub expired_keys: u64,
    pub evicted_keys: u64,
    pub run_id: String,
}

/// The instances in the shared state.
#[derive(Clone, Copy)]
pub struct Instances<'a>(pub(super) &'a Shared);

impl Instances<'_> {
    /// Writes the report of an instance.
    pub async fn heartbeat(self, name: &str, heartbeat: Vec<u8>) -> Effect {
        self.0.backend().write(vec![Write::Set(keys::instance(name), Bytes::from(heartbeat), HEARTBEAT_TTL)]).await
    }

    /// What these instances reported last. None: nothing lately.
    pub async fn heartbeats(self, names: &[String]) -> Known<Vec<Option<Bytes>>> {
        if names.is_empty() {
            return Known::Known(Vec::new());
        }
        self.0.backend().values(names.iter().map(|name| keys::instance(name)).collect()).await
    }

    /// Takes the word of an instance away that has left in order.
    pub async fn leave(self, name: &str) -> Effect {
        self.0.backend().write(vec![Write::Delete(keys::instance(name))]).await
    }

    /// What Redis counts. None: there is no Redis, or it is many servers.
    pub async fn redis(self) -> Known<Option<RedisCounts>> {
        self.0.backend().info().await.map(|text| text.as_deref().map(counts))
    }
}

/// Reads the answer to INFO: a `name:value` a line.
fn counts(info: &str) -> RedisCounts {
    let text = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim).unwrap_or_default();
    let number = |name: &str| text(name).parse().unwrap_or(0);
    RedisCounts {
        connected_clients: number("connected_clients"),
        maxclients: number("maxclients"),
        used_memory: number("used_memory"),
        maxmemory: number("maxmemory"),
        maxmemory_policy: text("maxmemory_policy").to_owned(),
        total_commands_processed: number("total_commands_processed"),
        expired_keys: number("expired_keys"),
        evicted_keys: number("evicted_keys"),
        run_id: text("run_id").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_to_info_is_read_by_whole_names() {
        let info = "# Clients\r\nconnected_clients:7\r\nmaxclients:10000\r\n# Memory\r\nused_memory:1048576\r\nused_memory_human:1M\r\n\
                    maxmemory:0\r\nmaxmemory_policy:noeviction\r\n# Stats\r\ntotal_commands_processed:12\r\nexpired_keys:3\r\n";

        let read = counts(info);

        assert_eq!((read.connected_clients, read.used_memory, read.maxmemory), (7, 1_048_576, 0));
        assert_eq!((read.maxmemory_policy.as_str(), read.expired_keys, read.evicted_keys), ("noeviction", 3, 0));
    }
}
