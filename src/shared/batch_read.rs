//! All reads of shared state that a page needs, in at most one round trip once this process knows whose session it is.

use super::{
    Known, Shared, UserKey,
    cache::{self, CacheTag, Cached, Entry, Generation},
    keys,
    sessions::{self, SessionCopy},
};
use bytes::Bytes;
use std::sync::Arc;

/// What to read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plan<'a> {
    /// The hash of the session token that came with the request.
    pub session: Option<&'a str>,
    /// Whether to count the unread notifications of the session's owner. This process remembers whose session it is; the
    /// first time, and only then, it costs a second round trip.
    pub unread: bool,
    /// Whether values may be up to half a second old: not on a page that shows its reader what they wrote a moment ago.
    pub recent: bool,
    /// Whether to read the generation of the member's bookmarks and notifications, where this process remembers the member.
    pub reader: bool,
    /// Generations to read.
    pub generations: &'a [CacheTag],
    /// These pieces, and the states of what they show.
    pub entries: &'a [Entry],
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The session, if there is a valid copy.
    pub session: Option<Arc<SessionCopy>>,
    /// How many are unread; nothing when it is not known: count in SQL, then `set_unread`.
    pub unread: Option<u32>,
    /// The generation of the member's bookmarks and notifications.
    pub reader: Option<Generation>,
    /// The generations, in the plan's order; `None` where one is unknown, which is a miss.
    pub generations: Vec<Option<Generation>>,
    /// The pieces, in the plan's order.
    pub entries: Vec<Cached>,
}

impl Shared {
    /// Asks everything at once. A plan that wants nothing costs nothing.
    pub async fn fetch(&self, plan: &Plan<'_>) -> Known<Answer> {
        let hinted = plan.session.filter(|_| plan.unread).and_then(|hash| self.trust().owner(hash));
        let reader = hinted.filter(|_| plan.reader).map(CacheTag::reader);
        let keys = keys_of(plan, hinted, reader.as_ref());
        // Read before the numbers are: what is made across a change of epoch then counts as old.
        let epoch = self.epoch();
        if keys.is_empty() {
            return Known::Known(Answer::default());
        }
        let Known::Known(values) = self.values(plan, keys).await else {
            return Known::Unknown;
        };
        let mut values = values.into_iter();
        let session = plan.session.and_then(|hash| {
            let json = values.next().flatten()?;
            sessions::parse(hash, &json, self.trust())
        });
        let unread = hinted.and_then(|_| values.next().flatten());
        let unread = self.unread(plan, hinted, unread, session.as_deref()).await;
        let (mut generations, entries) = self.pieces_of(plan, reader.as_ref(), values, epoch).await;
        let reader = reader.and_then(|_| generations.pop().flatten());
        let reader = reader.filter(|_| hinted == session.as_ref().map(|session| session.user_id));
        Known::Known(Answer { session, unread, reader, generations, entries })
    }

    async fn values(&self, plan: &Plan<'_>, keys: Vec<String>) -> Known<Vec<Option<Bytes>>> {
        match plan.recent {
            true => self.backend().recent_values(keys).await,
            false => self.backend().values(keys).await,
        }
    }

    /// The states that the plan names, that of the reader at the end, and its pieces, out of what is left of the values.
    async fn pieces_of(
        &self,
        plan: &Plan<'_>,
        reader: Option<&CacheTag>,
        mut values: impl Iterator<Item = Option<Bytes>>,
        epoch: u64,
    ) -> (Vec<Option<Generation>>, Vec<Cached>) {
        let of_entries = plan.entries.iter().map(|entry| &entry.tag);
        let tags: Vec<&CacheTag> = plan.generations.iter().chain(reader).chain(of_entries).collect();
        let numbers = values.by_ref().take(tags.len()).collect();
        let mut states = self.states(&tags, numbers, epoch).await;
        let of_entries = states.split_off(tags.len() - plan.entries.len());
        let entries = of_entries.into_iter().zip(values);
        let entries = entries.map(|(state, value)| cached(state, value)).collect();
        (states, entries)
    }

    /// Makes generations of numbers; those that are absent are begun, which after a flush costs one more round trip.
    async fn states(&self, tags: &[&CacheTag], numbers: Vec<Option<Bytes>>, epoch: u64) -> Vec<Option<Generation>> {
        let mut numbers: Vec<Option<u64>> = numbers.iter().map(|number| number.as_ref().and_then(number_of)).collect();
        let absent: Vec<usize> = (0..tags.len()).filter(|&at| numbers[at].is_none()).collect();
        if !absent.is_empty() {
            let tags: Vec<&CacheTag> = absent.iter().map(|&at| tags[at]).collect();
            if let Known::Known(begun) = self.begin_generations(&tags).await {
                absent.iter().zip(begun).for_each(|(&at, number)| numbers[at] = Some(number));
            }
        }
        numbers.into_iter().map(|number| number.map(|number| Generation::of(number, epoch))).collect()
    }

    /// The unread count, if it is that of the right person.
    async fn unread(&self, plan: &Plan<'_>, hinted: Option<UserKey>, found: Option<Bytes>, session: Option<&SessionCopy>) -> Option<u32> {
        let count = |found: Option<Bytes>| found.as_ref().and_then(number_of);
        if !plan.unread {
            return None;
        }
        let (owner, hash) = (session?.user_id, plan.session?);
        if hinted == Some(owner) {
            return count(found);
        }
        self.trust().remember_owner(hash, owner);
        let values = self.values(plan, vec![keys::unread(owner)]).await.known()?;
        count(values.into_iter().next().flatten())
    }
}

/// The keys in the order in which the values are taken apart: session, unread, generations, reader, pieces.
fn keys_of(plan: &Plan<'_>, unread: Option<UserKey>, reader: Option<&CacheTag>) -> Vec<String> {
    let mut keys = Vec::with_capacity(3 + plan.generations.len() + 2 * plan.entries.len());
    keys.extend(plan.session.map(keys::session));
    keys.extend(unread.map(keys::unread));
    keys.extend(plan.generations.iter().chain(reader).map(CacheTag::key));
    keys.extend(plan.entries.iter().map(|entry| entry.tag.key()));
    keys.extend(plan.entries.iter().map(|entry| entry.key.clone()));
    keys
}

fn cached(generation: Option<Generation>, value: Option<Bytes>) -> Cached {
    Cached { generation, bytes: value.and_then(|value| cache::open(&value, generation)) }
}

fn number_of<N: std::str::FromStr>(bytes: &Bytes) -> Option<N> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}
