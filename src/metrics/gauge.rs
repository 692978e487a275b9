//! A gauge whose holders count while they live.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A number that goes up and down.
#[derive(Clone, Default)]
pub struct Gauge(Arc<AtomicI64>);

/// One of what a [`Gauge`] counts.
pub struct Held(Gauge);

impl Gauge {
    /// One more, for as long as the answer lives.
    pub fn hold(&self) -> Held {
        self.add();
        Held(self.clone())
    }

    /// How many there are.
    pub fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn take(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_given_back_at_the_end() {
        let gauge = Gauge::default();

        let (one, two) = (gauge.hold(), gauge.hold());
        assert_eq!(gauge.now(), 2);
        drop(one);

        assert_eq!(gauge.now(), 1);
        drop(two);
        assert_eq!(gauge.now(), 0);
    }
}
