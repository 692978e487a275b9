//! Keeps a connection's client-side cache true: drops what Redis reports as changed, and makes sure that it has arrived.

use super::client_cache::{ClientCache, PROBE_EVERY};
use super::{Fast, Redis};
use crate::shared::{Known, keys, random_id};
use fred::{
    clients::Client,
    error::Error,
    interfaces::{KeysInterface, TrackingInterface},
    types::{Expiration, client::Invalidation},
};
use std::{pin::pin, sync::Arc};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError, error::TryRecvError},
    time,
};

/// Seconds for which the key of our own lives; well before, it is given as long again.
const KEY_LIFE: i64 = 600;
/// Questions after which it is.
const RENEW_AFTER: u32 = 1_500;

/// The changes that one connection receives, and what it has read.
pub(super) struct Tracking {
    cache: Arc<ClientCache>,
    changes: Receiver<Invalidation>,
    /// Gone after FLUSHALL.
    key: String,
}

impl Tracking {
    /// Asks Redis to report every key that this connection reads. None where it does not: an old version, a Cluster (whose
    /// servers have a connection each), or an account that may not.
    pub(super) async fn start(redis: &Redis, client: &Client) -> Option<Self> {
        if redis.clustered {
            return None;
        }
        let (changes, key) = (client.invalidation_rx(), redis.key(keys::followed(random_id())));
        let started = async {
            client.start_tracking(Vec::<String>::new(), false, false, false, false).await?;
            set(client, &key).await
        };
        match started.await {
            Ok(()) => Some(Self { cache: Arc::default(), changes, key }),
            Err(error) => {
                tracing::info!(%error, "Redis does not report changes, so every page asks it: {error}");
                None
            }
        }
    }

    pub(super) fn cache(&self) -> Arc<ClientCache> {
        self.cache.clone()
    }
}

impl Redis {
    /// Milliseconds since 1970, as the instance's clock goes.
    pub(super) fn now_ms(&self) -> i64 {
        self.trust.clock().now_ms()
    }

    /// For as long as the connection is trusted.
    pub(super) async fn track(&self, tracking: &mut Tracking) {
        let Tracking { cache, changes, key } = tracking;
        for question in 1_u32.. {
            let mut probe = pin!(self.probe(key, question.is_multiple_of(RENEW_AFTER)));
            let (asked_at, there) = loop {
                tokio::select! {
                    biased;
                    change = changes.recv() => match take(cache, change) {
                        true => {}
                        // The connection is over, and nobody uses its cache any more.
                        false => return,
                    },
                    answer = &mut probe => break answer,
                }
            };
            // What was pushed before the answer is in the queue by now.
            loop {
                let change = match changes.try_recv() {
                    Ok(change) => Ok(change),
                    Err(TryRecvError::Lagged(n)) => Err(RecvError::Lagged(n)),
                    Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                };
                take(cache, change);
            }
            match there {
                Known::Known(true) => cache.confirm(asked_at),
                Known::Known(false) => {
                    cache.clear();
                    // Redis sends changes of what is read from now on. Should this fail, the next question finds no key either.
                    let _: Known<()> = self.ask(async |client: Fast| set(&client, key).await).await;
                }
                // Nothing is used any more when that lasts.
                Known::Unknown => {}
            }
        }
    }

    /// Waits, then asks for the key of our own: when, and whether it was there. It is never set here: that would hide a flush.
    async fn probe(&self, key: &str, renew: bool) -> (i64, Known<bool>) {
        time::sleep(PROBE_EVERY).await;
        let asked_at = self.now_ms();
        let there = self.ask(async |client: Fast| match renew {
            true => client.expire::<i64, _>(key, KEY_LIFE, None).await.map(|n| n > 0),
            false => client.exists::<i64, _>(key).await.map(|n| n > 0),
        });
        (asked_at, there.await)
    }
}

async fn set(client: &impl KeysInterface, key: &str) -> Result<(), Error> {
    client.set(key, 1, Some(Expiration::EX(KEY_LIFE)), None, false).await
}

/// Whether more may come.
fn take(cache: &ClientCache, change: Result<Invalidation, RecvError>) -> bool {
    match &change {
        Ok(change) => cache.forget(change.keys.iter().filter_map(|key| key.as_str())),
        // More changed at once than there is room for in the queue, or the connection is over.
        Err(_) => cache.clear(),
    }
    !matches!(change, Err(RecvError::Closed))
}
