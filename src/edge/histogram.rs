//! Counts of a span of time: requests by status, and a histogram of the times of answers.

use super::log_entry::Outcome;
use crate::histogram::Scale;

/// In milliseconds. Close enough that a percentile read from them is off by a fifth at most.
pub(super) const SCALE: Scale<27> = Scale([
    1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 14.0, 20.0, 28.0, 40.0, 55.0, 75.0, 100.0, 140.0, 200.0, 280.0, 400.0, 550.0, 750.0, 1000.0,
    1500.0, 2500.0, 5000.0, 10_000.0, 20_000.0,
]);
pub(super) const BUCKETS: usize = Scale::<27>::BUCKETS;

/// Numbers of one span.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    /// Requests, or servers that were asked.
    pub requests: u32,
    /// By the first digit of the status: 1xx to 5xx.
    pub classes: [u32; 5],
    pub refused: u32,
    pub timed_out: u32,
    pub broken: u32,
    pub retried: u32,
    pub none_live: u32,
    pub times: [u32; BUCKETS],
    /// The longest that a line took to arrive, in milliseconds.
    pub lag_ms: u32,
}

impl Default for Counts {
    fn default() -> Self {
        Self { requests: 0, classes: [0; 5], refused: 0, timed_out: 0, broken: 0, retried: 0, none_live: 0, times: [0; BUCKETS], lag_ms: 0 }
    }
}

impl Counts {
    /// One more with this status.
    pub(super) fn answered(&mut self, status: u16) {
        if let Some(class) = self.classes.get_mut(usize::from(status / 100).wrapping_sub(1)) {
            *class += 1;
        }
    }

    /// One more that ended so.
    pub(super) fn ended(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Answered(status) => self.answered(status),
            Outcome::Refused => self.refused += 1,
            Outcome::Broken => self.broken += 1,
            Outcome::TimedOut => self.timed_out += 1,
            Outcome::Left => {}
        }
    }

    /// One more answer that took so long.
    pub(super) fn took(&mut self, seconds: f64) {
        self.times[bucket(seconds)] += 1;
    }

    /// Together with another span.
    pub(super) fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.refused += other.refused;
        self.timed_out += other.timed_out;
        self.broken += other.broken;
        self.retried += other.retried;
        self.none_live += other.none_live;
        self.lag_ms = self.lag_ms.max(other.lag_ms);
        self.classes.iter_mut().zip(other.classes).for_each(|(mine, theirs)| *mine += theirs);
        self.times.iter_mut().zip(other.times).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// So many milliseconds were enough for this share of the answers. None: there were none.
    pub(super) fn percentile(&self, share: f64) -> Option<f64> {
        SCALE.quantile(self.times.iter().copied().map(u64::from), share)
    }
}

/// Where an answer that took so long belongs.
pub(super) fn bucket(seconds: f64) -> usize {
    SCALE.bucket(seconds * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_near_the_truth() {
        let mut counts = Counts::default();
        for ms in 1..=1000 {
            counts.took(f64::from(ms) / 1000.0);
        }

        for (share, truth) in [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0)] {
            let estimate = counts.percentile(share).expect("there are answers");
            assert!((estimate - truth).abs() / truth < 0.1, "{share}: {estimate}");
        }
        assert_eq!(Counts::default().percentile(0.5), None);
    }

    #[test]
    fn an_answer_that_took_for_ever_is_counted() {
        let mut counts = Counts::default();

        counts.took(1e9);

        assert_eq!(counts.percentile(0.99), Some(20_000.0));
    }

    #[test]
    fn a_status_that_is_none_is_not_counted() {
        let mut counts = Counts::default();

        counts.answered(0);
        counts.answered(700);
        counts.answered(503);

        assert_eq!(counts.classes, [0, 0, 0, 0, 1]);
    }
}
