//! Every Redis key and channel of the project, so that an operator can read the whole list in one place.
//!
//! | key | type | lives | meaning |
//! |---|---|---|---|
//! | `session:{hash}` | string | ≤ 1 h | JSON copy of a session, its user, role and permissions |
//! | `user-sessions:{id}` | set | 2 h | the hashes of that person's copies, which go when all their sessions end |
//! | `gen:{tag}` | integer | 24 h | what a cache entry must carry to be believed |
//! | `cache:posts:recent`, `cache:user:profile:{id}` | string | 10 min | 8 bytes of generation, then the content |
//! | `cache:board:{slug}:first`, `cache:board:{slug}:titles` | string | 10 min | the same; `titles` for those who may not read the posts |
//! | `online:users` | sorted set | | score: when that person was last seen (ms) |
//! | `notifications:{id}` | list | 7 d | the newest 50, newest first |
//! | `notifications:{id}:unread` | integer | 1 h | how many are unread |
//! | `limit:{action}:{who}` | integer | its window | how often it was tried |
//! | `instance:{name}` | string | 15 s | JSON: what that instance measured last, every 5 s |
//! | `followed:{connection}` | string | 10 min | is there as long as nobody flushed: see `redis::client_cache` |
//! | `signal:{topic}` | channel | | something happened; the rows say what |
//!
//! No command names two keys of different kinds, so the same keys work on a Redis Cluster unchanged.

use super::UserKey;

/// The copy of one session.
pub(super) fn session(hash: &str) -> String {
    join("session:", hash)
}

/// The copies that one person has.
pub(super) fn user_sessions(user: UserKey) -> String {
    format!("user-sessions:{user}")
}

/// The generation of one tag.
pub(super) fn generation(tag: &str) -> String {
    join("gen:", tag)
}

/// One cached piece, for example `posts:recent`.
pub(super) fn cached(piece: &str) -> String {
    join("cache:", piece)
}

/// Who is here.
pub(super) const ONLINE: &str = "online:users";

/// The newest notifications of one person.
pub(super) fn notifications(user: UserKey) -> String {
    format!("notifications:{user}")
}

/// How many of them are unread.
pub(super) fn unread(user: UserKey) -> String {
    format!("notifications:{user}:unread")
}

/// How often an action was done.
pub(super) fn limit(action: &str, who: &str) -> String {
    format!("limit:{action}:{who}")
}

/// What one instance measured last.
pub(super) fn instance(name: &str) -> String {
    join("instance:", name)
}

/// The key by which one connection notices that everything was flushed.
pub(super) fn followed(connection: u64) -> String {
    format!("followed:{connection:016x}")
}

/// What every channel of ours begins with.
pub(super) const SIGNALS: &str = "signal:";

/// The channel of one topic.
pub(super) fn signal(topic: &str) -> String {
    join(SIGNALS, topic)
}

fn join(head: &str, tail: &str) -> String {
    let mut key = String::with_capacity(head.len() + tail.len());
    key.push_str(head);
    key.push_str(tail);
    key
}
