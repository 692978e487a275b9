//! Hot copies of sessions, so that a signed-in page need not ask SQL who is reading.
//!
//! The row in SQL is the session; a copy is only believed when nothing stands against it: it has not been rejected
//! here, and it was read from SQL in the present epoch. A copy is made with [`Shared::epoch`] as it was *before* reading
//! the row, so that a row read before Redis came back with old data cannot be passed off as a new one.

use super::session_guard::SessionGuard;
use super::store::Write;
use super::{Effect, Known, Shared, UserKey, keys};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// No copy lives longer: a mistake here heals within the hour.
const LONGEST: Duration = Duration::from_secs(3600);
/// The set of a person's copies outlives each of them.
const INDEX: Duration = Duration::from_secs(2 * 3600);
/// So many copies are forgotten in one exchange: what does not fit into the queue of commands would be refused unsent.
const CHUNK: usize = 500;

/// Begins the last field of a copy, its signature: so many characters of base64url.
const MARK: &str = ",\"signature\":\"";
const SIGNATURE: usize = 43;

/// What a request needs to know about a signed-in person, as kept in `session:{hash}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionCopy {
    /// Who it is.
    pub user_id: UserKey,
    /// Their e-mail address.
    pub email: String,
    /// The name that others see.
    pub name: String,
    /// What names their picture; none where there is none, and in copies of an earlier version.
    #[serde(default)]
    pub avatar: Option<String>,
    /// The key of their role.
    pub role: String,
    /// What the role permits.
    pub permissions: Vec<String>,
    /// When this session was last used (ms).
    pub last_access: i64,
    /// The row that this is a copy of.
    pub session_id: i64,
    /// Of the site or the panel.
    pub area: String,
    /// Counted up by every change of the session's or its owner's rights.
    pub version: i64,
    /// The epoch in which the row was read.
    pub epoch: u64,
    /// When the session ends if it is not used (ms).
    pub expires_at: i64,
    /// Whether it is to get a new token with its next page, because its owner's rights changed.
    #[serde(default)]
    pub rotate: bool,
    /// Did the person ask to stay signed in?
    pub persistent: bool,
    /// The language of the pages.
    pub language: String,
    /// The reading aids, as the settings page spells them.
    pub aids: String,
    /// May others see that this person is here?
    pub shows_presence: bool,
}

/// Sessions in the shared state.
#[derive(Clone, Copy)]
pub struct Sessions<'a>(pub(super) &'a Shared);

impl Sessions<'_> {
    /// Keeps a copy. Refused (and `Lost`) when it is of an older epoch, rejected, or over already.
    pub async fn put(self, hash: &str, copy: &SessionCopy) -> Effect {
        if !self.trust().believes(hash, copy) {
            return Effect::Lost;
        }
        let Ok(json) = serde_json::to_string(copy) else {
            return Effect::Lost;
        };
        let signed = format!("{}{MARK}{}\"}}", json.trim_end_matches('}'), self.trust().signature(hash, json.as_bytes()));
        self.trust().remember_owner(hash, copy.user_id);
        let batch = vec![
            Write::Set(keys::session(hash), signed.into(), self.trust().left(copy).min(LONGEST)),
            Write::AddMember(keys::user_sessions(copy.user_id), hash.to_owned(), INDEX),
        ];
        self.0.backend().write(batch).await
    }

    /// The copy of one session; `Known(None)` when there is none to be believed. A page uses [`Shared::fetch`].
    pub async fn get(self, hash: &str) -> Known<Option<Arc<SessionCopy>>> {
        let values = self.0.backend().values(vec![keys::session(hash)]).await;
        values.map(|values| values.into_iter().next().flatten().and_then(|json| parse(hash, &json, self.trust())))
    }

    /// Forgets the copy of one session.
    pub async fn drop_one(self, hash: &str) -> Effect {
        self.drop_many([hash]).await
    }

    /// Forgets these copies. `Lost` means that they may still be believed elsewhere: write that down in SQL.
    pub async fn drop_many<'h>(self, hashes: impl IntoIterator<Item = &'h str>) -> Effect {
        let all: Vec<Write> = hashes.into_iter().map(|hash| Write::Delete(keys::session(hash))).collect();
        let mut all = all.into_iter().peekable();
        while all.peek().is_some() {
            if !self.0.backend().write(all.by_ref().take(CHUNK).collect()).await.is_delivered() {
                return Effect::Lost;
            }
        }
        Effect::Delivered
    }

    /// Forgets every copy of one user that `user-sessions:{id}` knows of, and that key: two exchanges. For the end of all
    /// sessions; where the hashes were read from SQL, [`Self::drop_many`] is surer and costs one.
    pub async fn drop_user(self, user: UserKey) -> Effect {
        let index = keys::user_sessions(user);
        let Known::Known(hashes) = self.0.backend().members(index.clone()).await else {
            return Effect::Lost;
        };
        let mut batch: Vec<Write> = hashes.iter().map(|hash| Write::Delete(keys::session(hash))).collect();
        batch.push(Write::Delete(index));
        self.0.backend().write(batch).await
    }

    /// From now on this process believes no copy of that session below that version (`i64::MAX`: none at all).
    /// Remembered for ten minutes; the sweep of recent revocations repeats it as long as it matters.
    pub fn reject(self, hash: &str, min_version: i64) {
        self.trust().reject(hash, min_version);
    }

    fn trust(&self) -> &SessionGuard {
        self.0.trust()
    }
}

/// Reads a copy, once, and only if it is to be believed: made by one of our instances for this session, not by another
/// program that can write to Redis.
pub(super) fn parse(hash: &str, signed: &Bytes, trust: &SessionGuard) -> Option<Arc<SessionCopy>> {
    let copy = trust.verified(hash, signed).or_else(|| verify(hash, signed, trust))?;
    trust.believes(hash, &copy).then_some(copy)
}

fn verify(hash: &str, signed: &Bytes, trust: &SessionGuard) -> Option<Arc<SessionCopy>> {
    // The signature is the last field, and of fixed length: what stands before it was signed, with the brace put back.
    let (head, tail) = signed.split_at_checked(signed.len().checked_sub(MARK.len() + SIGNATURE + 2)?)?;
    let signature = tail.strip_prefix(MARK.as_bytes())?.strip_suffix(b"\"}")?;
    let json = [head, b"}"].concat();
    if !trust.signed(hash, &json, signature) {
        return None;
    }
    let copy: Arc<SessionCopy> = Arc::new(serde_json::from_slice(&json).ok()?);
    trust.remember_verified(hash, signed, &copy);
    Some(copy)
}
