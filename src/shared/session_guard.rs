//! Decides whether a session copy from Redis may be used: not if it was rejected here, has an older epoch or has expired. Also
//! remembers which member a session token belongs to, a hint that saves a round trip.
//!
//! Ours and not `moka`: a cache with an admission policy may decline to store a rejection, and 100,000 hints take 2 MB here and 30 MB
//! there (measured).

use super::{UserKey, sessions::SessionCopy};
use crate::clock::monotonic::MonotonicClock;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use hmac::{Hmac, Mac};
use parking_lot::Mutex;
use sha2::Sha256;
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How long a rejection is remembered.
const REMEMBERED: Duration = Duration::from_secs(600);
/// Most rejections remembered. The oldest is dropped first: its copy has been deleted long before.
const REJECTIONS: usize = 20_000;
/// Most owners remembered, at 16 bytes each.
const OWNERS: usize = 100_000;
/// Most verified copies kept, of about 1.5 kB each.
const VERIFIED: usize = 4_096;

struct Rejection {
    min_version: i64,
    since: Instant,
}

/// The checks of session copies in this process, and its hints.
pub(super) struct SessionGuard {
    clock: MonotonicClock,
    /// The key that signs copies; the same on every instance.
    secret: Hmac<Sha256>,
    epoch: AtomicU64,
    rejections: Mutex<HashMap<Box<str>, Rejection>>,
    /// The hash of a session's hash → its owner. A wrong hint costs a round trip, never a wrong answer.
    owners: Mutex<HashMap<u64, UserKey>>,
    hasher: RandomState,
    /// The hash of a session's token → the copy that was verified last. The same bytes are not verified and parsed again.
    verified: Mutex<HashMap<Box<str>, Verified>>,
}

/// A copy and the bytes that it was parsed from.
struct Verified {
    bytes: Bytes,
    copy: Arc<SessionCopy>,
}

impl SessionGuard {
    pub(super) fn new(clock: MonotonicClock, secret: &str) -> Self {
        Self {
            clock,
            secret: Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length"),
            epoch: AtomicU64::new(0),
            rejections: Mutex::default(),
            owners: Mutex::default(),
            hasher: RandomState::new(),
            verified: Mutex::default(),
        }
    }

    /// The signature of a copy of the session with this hash (HMAC-SHA-256, RFC 2104).
    pub(super) fn signature(&self, hash: &str, json: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.mac(hash, json).finalize().into_bytes())
    }

    /// Whether it is one; compared in constant time.
    pub(super) fn signed(&self, hash: &str, json: &[u8], signature: &[u8]) -> bool {
        BASE64_URL_SAFE_NO_PAD.decode(signature).is_ok_and(|signature| self.mac(hash, json).verify_slice(&signature).is_ok())
    }

    /// The copy that these bytes, as they are in Redis, were verified to be.
    pub(super) fn verified(&self, hash: &str, signed: &Bytes) -> Option<Arc<SessionCopy>> {
        let verified = self.verified.lock();
        verified.get(hash).filter(|kept| kept.bytes == *signed).map(|kept| kept.copy.clone())
    }

    pub(super) fn remember_verified(&self, hash: &str, signed: &Bytes, copy: &Arc<SessionCopy>) {
        let mut verified = self.verified.lock();
        if verified.len() >= VERIFIED && !verified.contains_key(hash) {
            verified.clear();
        }
        // Copied: these bytes are a part of the buffer that the connection read into.
        verified.insert(hash.into(), Verified { bytes: Bytes::copy_from_slice(signed), copy: copy.clone() });
    }

    fn mac(&self, hash: &str, json: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.secret.clone();
        for part in [b"session copy\n", hash.as_bytes(), b"\n", json] {
            mac.update(part);
        }
        mac
    }

    pub(super) fn clock(&self) -> &MonotonicClock {
        &self.clock
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// An epoch only ever rises.
    pub(super) fn raise_epoch(&self, epoch: u64) {
        self.epoch.fetch_max(epoch, Ordering::AcqRel);
    }

    pub(super) fn believes(&self, hash: &str, copy: &SessionCopy) -> bool {
        !self.left(copy).is_zero() && copy.epoch >= self.epoch() && !self.rejects(hash, copy.version)
    }

    /// How long a session has left if nobody uses it.
    pub(super) fn left(&self, copy: &SessionCopy) -> Duration {
        Duration::from_millis(u64::try_from(copy.expires_at - self.clock.now_ms()).unwrap_or(0))
    }

    fn rejects(&self, hash: &str, version: i64) -> bool {
        let rejections = self.rejections.lock();
        rejections.get(hash).is_some_and(|r| version < r.min_version && r.since.elapsed() < REMEMBERED)
    }

    pub(super) fn reject(&self, hash: &str, min_version: i64) {
        let mut rejections = self.rejections.lock();
        let now = Instant::now();
        if rejections.len() >= REJECTIONS && !rejections.contains_key(hash) {
            forget_oldest(&mut rejections, now);
        }
        let known = rejections.entry(hash.into()).or_insert(Rejection { min_version, since: now });
        known.min_version = known.min_version.max(min_version);
        known.since = now;
    }

    /// Takes away what need not be remembered any longer.
    pub(super) fn sweep(&self) {
        self.rejections.lock().retain(|_, rejection| rejection.since.elapsed() < REMEMBERED);
        let now = self.clock.now_ms();
        self.verified.lock().retain(|_, kept| kept.copy.expires_at > now);
    }

    pub(super) fn owner(&self, hash: &str) -> Option<UserKey> {
        self.owners.lock().get(&self.hasher.hash_one(hash)).copied()
    }

    pub(super) fn remember_owner(&self, hash: &str, user: UserKey) {
        let mut owners = self.owners.lock();
        // Only hints: forgetting all of them costs each reader one round trip.
        if owners.len() >= OWNERS {
            owners.clear();
        }
        owners.insert(self.hasher.hash_one(hash), user);
    }
}

/// Makes room for a quarter of all, so that many rejections in a row do not each look through all that are there.
fn forget_oldest(rejections: &mut HashMap<Box<str>, Rejection>, now: Instant) {
    rejections.retain(|_, rejection| now.duration_since(rejection.since) < REMEMBERED);
    if rejections.len() < REJECTIONS {
        return;
    }
    let mut ages: Vec<Instant> = rejections.values().map(|rejection| rejection.since).collect();
    let (_, limit, _) = ages.select_nth_unstable(REJECTIONS / 4);
    let (limit, mut left) = (*limit, REJECTIONS / 4);
    // Many may be of the same moment, so they are counted too.
    rejections.retain(|_, rejection| {
        let goes = rejection.since <= limit && left > 0;
        left -= usize::from(goes);
        !goes
    });
}
