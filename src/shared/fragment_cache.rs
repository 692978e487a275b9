//! A cache of rendered fragments in this process, by key and generation: a hit needs no round trip and no rendering. An entry may be
//! dropped at any time.
//!
//! Ours and not `moka`: read on each page, this takes a third of its time (200 against 750 ns a piece, measured), the bounds
//! hold at each moment, and entries that are not read are evicted.

use super::cache::Generation;
use parking_lot::Mutex;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

/// What a cache may hold.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Most pieces.
    pub pieces: usize,
    /// Most bytes of all together.
    pub bytes: usize,
    /// Longest age of an entry.
    pub life: Duration,
}

struct Piece<V> {
    generation: Generation,
    value: V,
    size: usize,
    since: Instant,
    life: Duration,
    /// Since it was last considered for removal.
    used: bool,
}

struct Cache<V> {
    pieces: HashMap<Arc<str>, Piece<V>>,
    /// Each key once, in the order in which they are considered for removal.
    queue: VecDeque<Arc<str>>,
    size: usize,
}

impl<V> Default for Cache<V> {
    fn default() -> Self {
        Self { pieces: HashMap::new(), queue: VecDeque::new(), size: 0 }
    }
}

/// A bounded cache of fragments, evicted by the clock algorithm.
pub struct FragmentCache<V> {
    bounds: Bounds,
    cache: Mutex<Cache<V>>,
}

impl<V: Clone> FragmentCache<V> {
    /// An empty one.
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, cache: Mutex::default() }
    }

    /// A piece of this generation.
    pub fn get(&self, key: &str, generation: Generation) -> Option<V> {
        self.get_with_age(key, generation).map(|(value, _)| value)
    }

    /// A piece of this generation, and how old it is.
    pub(super) fn get_with_age(&self, key: &str, generation: Generation) -> Option<(V, Duration)> {
        let mut cache = self.cache.lock();
        let piece = cache.pieces.get_mut(key).filter(|piece| piece.generation == generation)?;
        let age = piece.since.elapsed();
        piece.used = true;
        (age < piece.life).then(|| (piece.value.clone(), age))
    }

    /// Keeps a piece of so many bytes, with the generation that was read before its rows. One piece a key.
    pub fn put(&self, key: &str, generation: Generation, value: V, size: usize) {
        self.put_for(key, generation, value, size, self.bounds.life);
    }

    /// Keeps a piece for at most `life`.
    pub(super) fn put_for(&self, key: &str, generation: Generation, value: V, size: usize, life: Duration) {
        // A piece that would push out a quarter of the others is not worth keeping.
        if size > self.bounds.bytes / 4 {
            return;
        }
        let mut cache = self.cache.lock();
        let piece = Piece { generation, value, size, since: Instant::now(), life, used: false };
        match cache.pieces.get_mut(key) {
            Some(kept) => {
                let before = std::mem::replace(kept, Piece { used: kept.used, ..piece }).size;
                cache.size = cache.size - before + size;
            }
            None => {
                let key: Arc<str> = key.into();
                cache.queue.push_back(key.clone());
                cache.pieces.insert(key, piece);
                cache.size += size;
            }
        }
        while cache.pieces.len() > self.bounds.pieces || cache.size > self.bounds.bytes {
            cache.remove_one();
        }
    }

    /// Whether anything is kept whose key begins so and that is not too old.
    pub(super) fn has(&self, head: &str) -> bool {
        let cache = self.cache.lock();
        cache.pieces.iter().any(|(key, piece)| key.starts_with(head) && piece.since.elapsed() < piece.life)
    }

    pub(super) fn clear(&self) {
        *self.cache.lock() = Cache::default();
    }
}

impl<V> Cache<V> {
    /// Removes the first piece that nobody asked for since its last turn (the "second chance" algorithm): a read only sets a flag.
    fn remove_one(&mut self) {
        while let Some(key) = self.queue.pop_front() {
            let Some(piece) = self.pieces.get_mut(&key) else { continue };
            if std::mem::take(&mut piece.used) {
                self.queue.push_back(key);
                continue;
            }
            self.size -= piece.size;
            self.pieces.remove(&key);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(30);
    const BOUNDS: Bounds = Bounds { pieces: 1024, bytes: 16 * 1024 * 1024, life: LIFE };

    fn cache() -> FragmentCache<Arc<str>> {
        FragmentCache::new(BOUNDS)
    }

    fn put(cache: &FragmentCache<Arc<str>>, key: &str, generation: Generation, text: &str) {
        cache.put(key, generation, text.into(), text.len());
    }

    fn generation(number: u64) -> Generation {
        Generation::of(number, 0)
    }

    #[test]
    fn a_piece_of_another_generation_is_a_miss() {
        let cache = cache();
        put(&cache, "home", generation(1), "old");

        assert_eq!(cache.get("home", generation(2)), None);
        put(&cache, "home", generation(2), "new");

        assert_eq!(cache.get("home", generation(2)).as_deref(), Some("new"));
        assert_eq!(cache.get("home", generation(1)), None);
        cache.put_for("home", generation(2), "old already".into(), 11, Duration::ZERO);
        assert_eq!(cache.get("home", generation(2)), None);
    }

    #[test]
    fn a_piece_that_nobody_asked_for_makes_room() {
        let cache = cache();
        for n in 0..BOUNDS.pieces {
            put(&cache, &n.to_string(), generation(1), "x");
        }

        cache.get("0", generation(1));
        put(&cache, "one more", generation(1), "x");

        assert!(cache.get("0", generation(1)).is_some());
        assert!(cache.get("1", generation(1)).is_none());
        assert_eq!(cache.cache.lock().pieces.len(), BOUNDS.pieces);
    }

    #[test]
    fn big_pieces_are_bounded_by_their_bytes() {
        let cache = cache();
        for n in 0..20 {
            put(&cache, &n.to_string(), generation(1), &"x".repeat(1024 * 1024));
            put(&cache, &n.to_string(), generation(1), &"y".repeat(1024 * 1024));
        }
        put(&cache, "huge", generation(1), &"x".repeat(BOUNDS.bytes));

        let kept: usize = cache.cache.lock().pieces.values().map(|piece| piece.size).sum();
        assert!(kept <= BOUNDS.bytes && kept == cache.cache.lock().size);
        assert!(cache.get("huge", generation(1)).is_none());
        assert!(cache.get("19", generation(1)).is_some());
    }
}
