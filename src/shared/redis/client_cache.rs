//! Client-side caching (Redis documentation, "Client-side caching reference"): small values that pages read again and again stay
//! in this process until Redis reports, over the connection that read them, that they changed.
//!
//! Redis sends changes and answers in one order, so the answer to a later question proves that every earlier change has arrived.
//! Such a question goes out five times a second; when none was answered for half a second, no value is used any more. It asks
//! for a key of our own, because FLUSHALL names no keys: where that key is gone, everything is dropped.

use crate::shared::meter;
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Between two questions for the key of our own.
pub(super) const PROBE_EVERY: Duration = Duration::from_millis(200);
/// Milliseconds after such a question was sent for which its answer proves the values to be current.
const CURRENT: i64 = 500;
/// Most values kept. Sessions are the longest, at about a kilobyte.
const MOST: usize = 16_384;
/// Bytes; a longer value is not kept.
const LONGEST: usize = 2_048;

/// The values that one connection has read and Redis has not reported as changed.
#[derive(Default)]
pub(super) struct ClientCache {
    slots: Mutex<HashMap<String, Slot>>,
    tickets: AtomicU64,
    /// Milliseconds since 1970, as the instance's clock goes.
    current_until: AtomicI64,
}

enum Slot {
    /// Questions are under way, this one and later ones. Their answers are kept only if nothing happened to the key since.
    Asked(u64),
    /// `used` since room was last made.
    Kept { value: Bytes, used: bool },
}

/// What a look into the cache found.
pub(super) struct Looked {
    /// In the order of the keys.
    pub values: Vec<Option<Bytes>>,
    /// The places of those that Redis has to be asked for.
    pub missing: Vec<usize>,
    ticket: u64,
}

impl ClientCache {
    /// Looks for these keys. For those that are missing a question is noted, which `answered` ends.
    pub(super) fn look(&self, keys: &[String], now_ms: i64) -> Looked {
        let may_use = now_ms < self.current_until.load(Ordering::Acquire);
        let mut looked = Looked { values: vec![None; keys.len()], missing: Vec::new(), ticket: 0 };
        let mut slots = self.slots.lock();
        for (place, key) in keys.iter().enumerate() {
            match slots.get_mut(key) {
                Some(Slot::Kept { value, used }) if may_use => {
                    *used = true;
                    looked.values[place] = Some(value.clone());
                }
                _ => looked.missing.push(place),
            }
        }
        meter::looked(keys.len() - looked.missing.len(), keys.len());
        if looked.missing.is_empty() {
            return looked;
        }
        looked.ticket = self.tickets.fetch_add(1, Ordering::Relaxed) + 1;
        if slots.len() + looked.missing.len() > MOST {
            make_room(&mut slots);
        }
        for place in &looked.missing {
            match slots.get_mut(&keys[*place]) {
                // The first one stays: if each look took its place, no answer would be kept while pages ask for the key without a pause.
                Some(Slot::Asked(_)) => {}
                Some(slot) => *slot = Slot::Asked(looked.ticket),
                None => drop(slots.insert(keys[*place].clone(), Slot::Asked(looked.ticket))),
            }
        }
        looked
    }

    /// Takes the values that were missing, in their order. What changed since they were asked for is passed on and not kept.
    pub(super) fn answered(&self, keys: &[String], mut looked: Looked, answers: Vec<Option<Bytes>>) -> Vec<Option<Bytes>> {
        let mut slots = self.slots.lock();
        for (place, answer) in looked.missing.iter().zip(answers) {
            let key = &keys[*place];
            if matches!(slots.get(key), Some(Slot::Asked(first)) if *first <= looked.ticket) {
                match &answer {
                    // A copy: the answer is a part of the buffer that the connection read into.
                    Some(value) if value.len() <= LONGEST => {
                        let value = Bytes::copy_from_slice(value);
                        drop(slots.insert(key.clone(), Slot::Kept { value, used: false }));
                    }
                    _ => drop(slots.remove(key)),
                }
            }
            looked.values[*place] = answer;
        }
        looked.values
    }

    /// Forgets values that changed or may have changed.
    pub(super) fn forget<K: AsRef<str>>(&self, keys: impl IntoIterator<Item = K>) {
        let mut slots = self.slots.lock();
        for key in keys {
            slots.remove(key.as_ref());
        }
    }

    /// Forgets all values: any may have changed.
    pub(super) fn clear(&self) {
        self.slots.lock().clear();
    }

    /// Notes that all changes before `asked_at` (milliseconds since 1970) have arrived.
    pub(super) fn confirm(&self, asked_at: i64) {
        self.current_until.store(asked_at + CURRENT, Ordering::Release);
    }
}

/// Drops the values that were not read since the last time, or all where that is not enough.
fn make_room(slots: &mut HashMap<String, Slot>) {
    slots.retain(|_, slot| match slot {
        Slot::Kept { used, .. } => std::mem::replace(used, false),
        Slot::Asked(_) => false,
    });
    if slots.len() > MOST / 2 {
        slots.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn value(text: &str) -> Option<Bytes> {
        Some(Bytes::copy_from_slice(text.as_bytes()))
    }

    /// A cache that is current until 500, with `a` in it.
    fn filled() -> ClientCache {
        let cache = ClientCache::default();
        cache.confirm(0);
        let asked = cache.look(&keys(&["a"]), 0);
        assert_eq!(asked.missing, [0]);
        cache.answered(&keys(&["a"]), asked, vec![value("1")]);
        cache
    }

    fn found(cache: &ClientCache, key: &str, now: i64) -> Option<Bytes> {
        cache.look(&keys(&[key]), now).values.remove(0)
    }

    #[test]
    fn a_value_is_kept_until_it_changes() {
        let cache = filled();
        assert_eq!(found(&cache, "a", 499), value("1"));

        cache.forget(["a"]);

        assert_eq!(found(&cache, "a", 499), None);
    }

    #[test]
    fn nothing_is_used_when_no_question_was_answered_for_half_a_second() {
        let cache = filled();
        assert_eq!(found(&cache, "a", CURRENT), None);

        let cache = filled();
        cache.confirm(300);
        assert_eq!(found(&cache, "a", CURRENT), value("1"));
    }

    #[test]
    fn an_answer_that_crossed_a_change_is_passed_on_and_not_kept() {
        let cache = filled();
        let asked = cache.look(&keys(&["a", "b"]), 0);
        assert_eq!((asked.values[0].clone(), asked.missing.as_slice()), (value("1"), [1].as_slice()));

        cache.forget(["b"]);

        assert_eq!(cache.answered(&keys(&["a", "b"]), asked, vec![value("old")]), [value("1"), value("old")]);
        assert_eq!(found(&cache, "b", 1), None);
    }

    #[test]
    fn an_answer_to_an_earlier_question_does_not_stand_for_a_later_one() {
        let cache = ClientCache::default();
        cache.confirm(0);
        let early = cache.look(&keys(&["a"]), 0);
        cache.forget(["a"]);
        let late = cache.look(&keys(&["a"]), 0);

        cache.answered(&keys(&["a"]), early, vec![value("old")]);
        assert_eq!(found(&cache, "a", 1), None);

        cache.answered(&keys(&["a"]), late, vec![value("new")]);
        assert_eq!(found(&cache, "a", 1), value("new"));
    }

    #[test]
    fn an_answer_is_kept_when_others_ask_meanwhile() {
        for first_is_lost in [false, true] {
            let cache = ClientCache::default();
            cache.confirm(0);
            let first = cache.look(&keys(&["a"]), 0);
            let second = cache.look(&keys(&["a"]), 0);

            let asked = if first_is_lost { second } else { first };
            cache.answered(&keys(&["a"]), asked, vec![value("1")]);

            assert_eq!(found(&cache, "a", 1), value("1"), "first is lost: {first_is_lost}");
        }
    }

    #[test]
    fn what_is_absent_or_long_is_not_kept() {
        let cache = ClientCache::default();
        cache.confirm(0);
        let both = keys(&["none", "long"]);
        let asked = cache.look(&both, 0);

        cache.answered(&both, asked, vec![None, Some(Bytes::from(vec![b'x'; LONGEST + 1]))]);

        assert!(cache.slots.lock().is_empty());
    }

    #[test]
    fn it_is_bounded_and_keeps_what_is_asked_for() {
        let cache = filled();
        for n in 0..3 * MOST {
            let key = keys(&[&format!("k{n}")]);
            let asked = cache.look(&key, 0);
            cache.answered(&key, asked, vec![value("2")]);
            if n % 1_000 == 0 {
                assert_eq!(found(&cache, "a", 1), value("1"), "after {n}");
            }
            assert!(cache.slots.lock().len() <= MOST);
        }
    }
}
