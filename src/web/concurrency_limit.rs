//! Limits how many requests are worked on at once; those beyond it get 503 with Retry-After at once.
//!
//! The limit is learnt from Little's law: requests in flight = answers a second x seconds an answer. When too many answers are
//! slow, it becomes throughput x target latency; while they are fast and the limit is in use, it grows up to a maximum.
//! Our own, because the crates for it (tower's `ConcurrencyLimit`, `little-loadshedder`) have a fixed limit or take a short
//! stall of the database for saturation, which collapsed the limit in the overload drill.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Before anything is learnt.
const INITIAL_LIMIT: usize = 128;
/// Below this concurrency, latency is ignored.
const MIN_CONCURRENCY: usize = 32;
/// An answer above it counts as slow. Well below the promised second, because nginx queues before us.
const SLOW_LATENCY: Duration = Duration::from_millis(120);
/// Latency that the limit aims at under saturation.
const TARGET_LATENCY: Duration = Duration::from_millis(60);
/// Shortest time, and fewest answers, from which the limit is adjusted.
const WINDOW: Duration = Duration::from_millis(50);
const MIN_SAMPLES: u64 = 10;
/// EWMA weights for rising and for falling throughput: a database that stalls for a moment must not collapse the limit.
const RISING_WEIGHT: f64 = 0.5;
const FALLING_WEIGHT: f64 = 0.1;
/// Lower bound of the limit.
const MIN_LIMIT: usize = 16;

pub struct ConcurrencyLimit {
    max: usize,
    limit: AtomicUsize,
    in_flight: AtomicUsize,
    answers: AtomicU64,
    slow: AtomicU64,
    started: Instant,
    /// In milliseconds after `started`.
    window_start: AtomicU64,
    /// EWMA of answers a second, in thousandths.
    throughput: AtomicU64,
    /// In milliseconds after `started`: no second decrease before the first one shows in the latencies.
    no_decrease_until: AtomicU64,
}

/// One request in flight; released when dropped.
pub struct Permit<'a> {
    limiter: &'a ConcurrencyLimit,
    window_start: Instant,
}

impl ConcurrencyLimit {
    pub fn new(max: usize) -> Self {
        Self {
            max,
            limit: AtomicUsize::new(INITIAL_LIMIT.min(max)),
            in_flight: AtomicUsize::default(),
            answers: AtomicU64::default(),
            slow: AtomicU64::default(),
            started: Instant::now(),
            window_start: AtomicU64::default(),
            throughput: AtomicU64::default(),
            no_decrease_until: AtomicU64::default(),
        }
    }

    /// `None` when the limit is reached.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let limit = self.limit.load(Ordering::Relaxed);
        let got =
            self.in_flight.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |in_flight| (in_flight < limit).then_some(in_flight + 1));
        got.is_ok().then(|| Permit { limiter: self, window_start: Instant::now() })
    }

    /// The limit as it is now.
    pub fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Requests in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Adjusts the limit by an answer that was given at this time (since `started`).
    fn learn(&self, latency: Duration, at: Duration) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        if latency > SLOW_LATENCY {
            self.slow.fetch_add(1, Ordering::Relaxed);
        }
        let (now, window_start) = (millis(at), self.window_start.load(Ordering::Relaxed));
        let enough = self.answers.load(Ordering::Relaxed) >= MIN_SAMPLES && now >= window_start + millis(WINDOW);
        // The first request after the end of the window closes it.
        if !enough || self.window_start.compare_exchange(window_start, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let (answers, slow) = (self.answers.swap(0, Ordering::Relaxed), self.slow.swap(0, Ordering::Relaxed));
        let next = self.throughput(answers as f64 * 1e3 / (now - window_start) as f64) * TARGET_LATENCY.as_secs_f64();
        let limit = self.limit();
        if self.in_flight() < MIN_CONCURRENCY.min(limit / 2) {
            return;
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
        self.limit.store(next.min(self.max), Ordering::Relaxed);
    }

    /// EWMA of answers a second, updated by this window.
    fn throughput(&self, latest: f64) -> f64 {
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
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.limiter.learn(self.window_start.elapsed(), self.limiter.started.elapsed());
        self.limiter.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thousand answers a second at a given latency and concurrency.
    fn answers(limiter: &ConcurrencyLimit, seconds: std::ops::Range<u64>, latency: Duration, in_flight: usize) {
        limiter.in_flight.store(in_flight, Ordering::Relaxed);
        (seconds.start * 1_000..seconds.end * 1_000).for_each(|now| limiter.learn(latency, Duration::from_millis(now)));
        limiter.in_flight.store(0, Ordering::Relaxed);
    }

    /// A server that answers every two milliseconds and whose limit is always reached: the limit in each millisecond of six
    /// seconds.
    fn saturate(limiter: &ConcurrencyLimit) -> Vec<usize> {
        let mut waiting = std::collections::VecDeque::new();
        (0..6_000u64)
            .map(|now| {
                while waiting.len() < limiter.limit() {
                    waiting.push_back(now);
                }
                limiter.in_flight.store(waiting.len(), Ordering::Relaxed);
                if now % 2 == 0 {
                    let came = waiting.pop_front().expect("the limit is above zero");
                    limiter.learn(Duration::from_millis(now - came), Duration::from_millis(now));
                }
                limiter.limit()
            })
            .collect()
    }

    #[test]
    fn under_saturation_the_limit_converges_to_what_is_answered_within_the_target() {
        let limits = saturate(&ConcurrencyLimit::new(512));
        let (least, max) = (limits[1_000..].iter().min(), limits[1_000..].iter().max());

        // Five hundred a second: 30 in flight take 60 ms each, 60 take 120.
        assert!(least >= Some(&25) && max <= Some(&90), "{least:?} {max:?}");
    }

    #[test]
    fn the_limit_falls_while_answers_are_slow_and_rises_again_when_they_are_fast() {
        let limiter = ConcurrencyLimit::new(512);

        answers(&limiter, 1..3, Duration::from_secs(2), 120);
        let slow = limiter.limit();
        answers(&limiter, 3..6, Duration::from_millis(100), 100);

        assert!(slow < INITIAL_LIMIT, "{slow}");
        assert!(limiter.limit() > 100, "{}", limiter.limit());
    }

    #[test]
    fn a_short_stall_of_the_database_does_not_collapse_the_limit() {
        let limiter = ConcurrencyLimit::new(512);
        answers(&limiter, 1..2, Duration::from_millis(5), 3);
        for (now, in_flight) in (2_500..2_560).zip((40..100).rev()) {
            limiter.in_flight.store(in_flight, Ordering::Relaxed);
            limiter.learn(Duration::from_millis(500), Duration::from_millis(now));
        }

        // Enough for the thousand a second of before.
        assert!(limiter.limit() > 50, "{}", limiter.limit());
    }

    #[test]
    fn some_slow_answers_do_not_lower_the_limit_below_the_throughput() {
        let limiter = ConcurrencyLimit::new(512);
        limiter.in_flight.store(100, Ordering::Relaxed);
        for n in 0..2_000 {
            // One in five is slow; 2,500 answers a second.
            let latency = if n % 5 == 0 { Duration::from_millis(300) } else { Duration::from_millis(5) };
            limiter.learn(latency, Duration::from_micros(n * 400));
        }

        assert!(limiter.limit() >= INITIAL_LIMIT, "{}", limiter.limit());
    }

    #[test]
    fn an_unused_limit_does_not_grow() {
        let limiter = ConcurrencyLimit::new(512);

        answers(&limiter, 1..2, Duration::from_millis(2), 10);

        assert_eq!(limiter.limit(), INITIAL_LIMIT);
    }

    #[test]
    fn a_few_slow_answers_among_many_leave_the_limit_unchanged() {
        let limiter = ConcurrencyLimit::new(64);
        for n in 0..1_000 {
            let latency = if n % 20 == 0 { Duration::from_secs(1) } else { Duration::from_millis(5) };
            limiter.learn(latency, Duration::from_millis(n * 10));
        }

        assert_eq!(limiter.limit(), 64);
    }

    #[test]
    fn no_permit_is_given_beyond_the_limit() {
        let limiter = ConcurrencyLimit::new(2);
        let (first, second) = (limiter.try_acquire(), limiter.try_acquire());

        assert!(first.is_some() && second.is_some() && limiter.try_acquire().is_none());
        drop(first);
        assert!(limiter.try_acquire().is_some());
    }
}
