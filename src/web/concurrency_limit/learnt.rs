//! How many requests may be worked on at once, learnt from how many are answered and how soon.
//!
//! Little's law: requests in flight = answers a second x seconds an answer. When too many answers are slow, the limit becomes
//! throughput x target latency; while they are fast and the limit is in use, it grows up to a maximum.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// Before anything is learnt.
pub(super) const INITIAL_LIMIT: usize = 128;
/// Below this concurrency, latency is ignored.
const MIN_CONCURRENCY: usize = 32;
/// An answer above it counts as slow. Well below the promised second, because nginx queues before us.
const SLOW_LATENCY: Duration = Duration::from_millis(100);
/// Latency that the limit aims at under saturation.
const TARGET_LATENCY: Duration = Duration::from_millis(50);
/// Shortest time, and fewest answers, from which the limit is adjusted.
const WINDOW: Duration = Duration::from_millis(50);
const MIN_SAMPLES: u64 = 10;
/// EWMA weights for rising and for falling throughput. It falls over seconds: a database that stalls for a moment must not collapse
/// the limit, and a limit that fell too far lowers the throughput that it is learnt from.
const RISING_WEIGHT: f64 = 0.5;
const FALLING_WEIGHT: f64 = 0.03;
/// Lower bound of the limit.
const MIN_LIMIT: usize = 16;

pub struct LearntLimit {
    max: usize,
    limit: AtomicUsize,
    answers: AtomicU64,
    slow: AtomicU64,
    /// Times are in milliseconds after the start.
    window_start: AtomicU64,
    /// EWMA of answers a second, in thousandths.
    throughput: AtomicU64,
    /// No second decrease before the first one shows in the latencies.
    no_decrease_until: AtomicU64,
}

impl LearntLimit {
    pub fn new(max: usize) -> Self {
        Self {
            max,
            limit: AtomicUsize::new(INITIAL_LIMIT.min(max)),
            answers: AtomicU64::default(),
            slow: AtomicU64::default(),
            window_start: AtomicU64::default(),
            throughput: AtomicU64::default(),
            no_decrease_until: AtomicU64::default(),
        }
    }

    /// The limit as it is now.
    pub fn now(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// How many requests are answered within this time.
    pub fn answered_within(&self, time: Duration) -> usize {
        (self.throughput.load(Ordering::Relaxed) as f64 / 1e3 * time.as_secs_f64()) as usize
    }

    /// Learns from an answer that was given at this time (since the start). Returns the limits before and after where it changes.
    pub fn learn(&self, latency: Duration, at: Duration, in_flight: usize) -> Option<(usize, usize)> {
        self.answers.fetch_add(1, Ordering::Relaxed);
        if latency > SLOW_LATENCY {
            self.slow.fetch_add(1, Ordering::Relaxed);
        }
        let (now, window_start) = (millis(at), self.window_start.load(Ordering::Relaxed));
        let enough = self.answers.load(Ordering::Relaxed) >= MIN_SAMPLES && now >= window_start + millis(WINDOW);
        // The first request after the end of the window closes it.
        if !enough || self.window_start.compare_exchange(window_start, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return None;
        }
        let (answers, slow) = (self.answers.swap(0, Ordering::Relaxed), self.slow.swap(0, Ordering::Relaxed));
        let next = self.update_throughput(answers as f64 * 1e3 / (now - window_start) as f64) * TARGET_LATENCY.as_secs_f64();
        let limit = self.now();
        if in_flight < MIN_CONCURRENCY.min(limit / 2) {
            return None;
        }
        let next = if slow * 10 <= answers {
            // At most doubled, at least raised by a thirty-second.
            (next as usize).clamp(limit + limit / 32 + 1, limit * 2)
        } else if now >= self.no_decrease_until.load(Ordering::Relaxed) {
            self.no_decrease_until.store(now + millis(SLOW_LATENCY), Ordering::Relaxed);
            (next as usize).clamp(MIN_LIMIT.min(limit), limit)
        } else {
            limit
        };
        self.set(next.min(self.max))
    }

    /// Sets the limit; returns those before and after where it changes.
    pub(super) fn set(&self, next: usize) -> Option<(usize, usize)> {
        let before = self.limit.swap(next, Ordering::Relaxed);
        (before != next).then_some((before, next))
    }

    /// Updates the moving average (EWMA) of answers a second by those of this window, and gives it.
    pub(super) fn update_throughput(&self, latest: f64) -> f64 {
        let known = self.throughput.load(Ordering::Relaxed) as f64 / 1e3;
        let weight = match known {
            0.0 => 1.0,
            _ if latest > known => RISING_WEIGHT,
            _ => FALLING_WEIGHT,
        };
        let throughput = known + (latest - known) * weight;
        self.throughput.store((throughput * 1e3) as u64, Ordering::Relaxed);
        throughput
    }

    #[cfg(test)]
    pub(super) fn stop_learning(&self) {
        self.window_start.store(u64::MAX / 2, Ordering::Relaxed);
    }
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thousand answers a second at a given latency and concurrency.
    fn answers(limiter: &LearntLimit, seconds: std::ops::Range<u64>, latency: Duration, in_flight: usize) {
        for now in seconds.start * 1_000..seconds.end * 1_000 {
            limiter.learn(latency, Duration::from_millis(now), in_flight);
        }
    }

    /// A server that answers every two milliseconds and whose limit is always reached: the limit in each millisecond of six
    /// seconds.
    fn saturate(limiter: &LearntLimit) -> Vec<usize> {
        let mut waiting = std::collections::VecDeque::new();
        (0..6_000u64)
            .map(|now| {
                while waiting.len() < limiter.now() {
                    waiting.push_back(now);
                }
                if now % 2 == 0 {
                    let in_flight = waiting.len();
                    let came = waiting.pop_front().expect("the limit is above zero");
                    limiter.learn(Duration::from_millis(now - came), Duration::from_millis(now), in_flight);
                }
                limiter.now()
            })
            .collect()
    }

    #[test]
    fn under_saturation_the_limit_converges_to_what_is_answered_within_the_target() {
        let limits = saturate(&LearntLimit::new(512));
        let (least, max) = (limits[1_000..].iter().min(), limits[1_000..].iter().max());

        // Five hundred a second: 25 in flight take 50 ms each, 50 take 100.
        assert!(least >= Some(&20) && max <= Some(&75), "{least:?} {max:?}");
    }

    #[test]
    fn the_limit_falls_while_answers_are_slow_and_rises_again_when_they_are_fast() {
        let limiter = LearntLimit::new(512);

        answers(&limiter, 1..3, Duration::from_secs(2), 120);
        let slow = limiter.now();
        answers(&limiter, 3..6, Duration::from_millis(100), 100);

        assert!(slow < INITIAL_LIMIT, "{slow}");
        assert!(limiter.now() > 100, "{}", limiter.now());
    }

    #[test]
    fn a_short_stall_of_the_database_does_not_collapse_the_limit() {
        let limiter = LearntLimit::new(512);
        answers(&limiter, 1..2, Duration::from_millis(5), 3);
        for (now, in_flight) in (2_500..2_560).zip((40..100).rev()) {
            limiter.learn(Duration::from_millis(500), Duration::from_millis(now), in_flight);
        }

        // Enough for nearly the thousand a second of before, each in the target latency.
        assert!(limiter.now() > 45, "{}", limiter.now());
    }

    #[test]
    fn some_slow_answers_do_not_lower_the_limit_below_the_throughput() {
        let limiter = LearntLimit::new(512);
        for n in 0..2_000 {
            // One in five is slow; 2,500 answers a second.
            let latency = if n % 5 == 0 { Duration::from_millis(300) } else { Duration::from_millis(5) };
            limiter.learn(latency, Duration::from_micros(n * 400), 100);
        }

        // 2,500 a second, each in the target latency, are 125.
        assert!(limiter.now() >= 125, "{}", limiter.now());
    }

    #[test]
    fn an_unused_limit_does_not_grow() {
        let limiter = LearntLimit::new(512);

        answers(&limiter, 1..2, Duration::from_millis(2), 10);

        assert_eq!(limiter.now(), INITIAL_LIMIT);
    }

    #[test]
    fn a_few_slow_answers_among_many_leave_the_limit_unchanged() {
        let limiter = LearntLimit::new(64);
        for n in 0..1_000 {
            let latency = if n % 20 == 0 { Duration::from_secs(1) } else { Duration::from_millis(5) };
            limiter.learn(latency, Duration::from_millis(n * 10), 0);
        }

        assert_eq!(limiter.now(), 64);
    }
}
