//! How many requests are worked on at once. More are turned away at once, with an honest "in a moment", instead of
//! all of them waiting until nobody wants their answers any more.
//!
//! How many a machine can take nobody knows beforehand, so it is learnt. What is in hand is what is answered a second
//! times the seconds that each takes (Little's law); a machine at its end answers as many a second however many wait.
//! So when too many answers are slow, there is room for what it answers within the time that we aim at; while they
//! are quick and the room is used, there is more of it, up to a bound.
//!
//! Ours and not `tower::load_shed`, whose limit is fixed: this one follows throughput and latency.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The room at first.
const FIRST: usize = 128;
/// Fewer in hand are no crowd, however slow their answers are.
const CROWD: usize = 32;
/// An answer that took longer is slow. Well below the second that people are promised, as there is a queue before us.
const SLOW: Duration = Duration::from_millis(120);
/// What an answer should take when everybody wants one.
const AIM: Duration = Duration::from_millis(60);
/// What is learnt is learnt from so long a time, and from at least so many answers.
const WINDOW: Duration = Duration::from_millis(50);
const FEW: u64 = 10;
/// So much of what is known about the pace is what the last window said, when that was more, and when it was less: a
/// database that stands still for a moment is not a machine at its end.
const RISE: f64 = 0.5;
const FALL: f64 = 0.1;
/// There is always room for so many.
const LEAST: usize = 16;

/// See the head of this file.
pub struct ConcurrencyLimit {
    most: usize,
    room: AtomicUsize,
    taken: AtomicUsize,
    answers: AtomicU64,
    slow: AtomicU64,
    begun: Instant,
    /// When the present window began, in milliseconds after `begun`.
    since: AtomicU64,
    /// Answers a second, in thousandths: the most of late.
    pace: AtomicU64,
    /// Until when there is no less room again: so long it takes to see what the last time did.
    pause: AtomicU64,
}

/// Room for one request; given back when it is dropped.
pub struct Permit<'a> {
    seats: &'a ConcurrencyLimit,
    since: Instant,
}

impl ConcurrencyLimit {
    /// Room for at most so many.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            room: AtomicUsize::new(FIRST.min(most)),
            taken: AtomicUsize::default(),
            answers: AtomicU64::default(),
            slow: AtomicU64::default(),
            begun: Instant::now(),
            since: AtomicU64::default(),
            pace: AtomicU64::default(),
            pause: AtomicU64::default(),
        }
    }

    /// A seat, if there is one.
    pub fn take(&self) -> Option<Permit<'_>> {
        let room = self.room.load(Ordering::Relaxed);
        let got = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| (taken < room).then_some(taken + 1));
        got.is_ok().then(|| Permit { seats: self, since: Instant::now() })
    }

    /// How many there are now.
    pub fn room(&self) -> usize {
        self.room.load(Ordering::Relaxed)
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// Learns from an answer that took so long and was given at this time.
    fn learn(&self, took: Duration, at: Duration) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        if took > SLOW {
            self.slow.fetch_add(1, Ordering::Relaxed);
        }
        let (now, since) = (millis(at), self.since.load(Ordering::Relaxed));
        let enough = self.answers.load(Ordering::Relaxed) >= FEW && now >= since + millis(WINDOW);
        // One of those who come after the window's end closes it.
        if !enough || self.since.compare_exchange(since, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let (answers, slow) = (self.answers.swap(0, Ordering::Relaxed), self.slow.swap(0, Ordering::Relaxed));
        let right = self.pace(answers as f64 * 1e3 / (now - since) as f64) * AIM.as_secs_f64();
        let room = self.room();
        if self.taken() < CROWD.min(room / 2) {
            return;
        }
        let right = if slow * 10 <= answers {
            // At most twice the room, at least a little more.
            (right as usize).clamp(room + room / 32 + 1, room * 2)
        } else if now >= self.pause.load(Ordering::Relaxed) {
            self.pause.store(now + millis(SLOW), Ordering::Relaxed);
            (right as usize).clamp(LEAST.min(room), room)
        } else {
            room
        };
        self.room.store(right.min(self.most), Ordering::Relaxed);
    }

    /// Answers a second, with what this window said.
    fn pace(&self, latest: f64) -> f64 {
        let known = self.pace.load(Ordering::Relaxed) as f64 / 1e3;
        let weight = match known {
            0.0 => 1.0,
            _ if latest > known => RISE,
            _ => FALL,
        };
        let pace = known + (latest - known) * weight;
        self.pace.store((pace * 1e3) as u64, Ordering::Relaxed);
        pace
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.seats.learn(self.since.elapsed(), self.seats.begun.elapsed());
        self.seats.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thousand answers a second for some seconds from this one on, with so many seats taken.
    fn answers(seats: &ConcurrencyLimit, seconds: std::ops::Range<u64>, took: Duration, taken: usize) {
        seats.taken.store(taken, Ordering::Relaxed);
        (seconds.start * 1_000..seconds.end * 1_000).for_each(|now| seats.learn(took, Duration::from_millis(now)));
        seats.taken.store(0, Ordering::Relaxed);
    }

    /// A machine that gives an answer every two milliseconds, at the door of which there is always a crowd. The room in
    /// each millisecond of six seconds.
    fn crowded(seats: &ConcurrencyLimit) -> Vec<usize> {
        let mut waiting = std::collections::VecDeque::new();
        (0..6_000u64)
            .map(|now| {
                while waiting.len() < seats.room() {
                    waiting.push_back(now);
                }
                seats.taken.store(waiting.len(), Ordering::Relaxed);
                if now % 2 == 0 {
                    let came = waiting.pop_front().expect("there is a crowd");
                    seats.learn(Duration::from_millis(now - came), Duration::from_millis(now));
                }
                seats.room()
            })
            .collect()
    }

    #[test]
    fn in_a_crowd_there_is_room_for_what_can_be_answered_in_time_and_it_stays_so() {
        let rooms = crowded(&ConcurrencyLimit::new(512));
        let (least, most) = (rooms[1_000..].iter().min(), rooms[1_000..].iter().max());

        // Five hundred a second: 30 have their answer after 60 ms, 60 after 120.
        assert!(least >= Some(&25) && most <= Some(&90), "{least:?} {most:?}");
    }

    #[test]
    fn there_is_less_room_while_answers_are_slow_and_more_again_when_they_are_quick() {
        let seats = ConcurrencyLimit::new(512);

        answers(&seats, 1..3, Duration::from_secs(2), 120);
        let slow = seats.room();
        answers(&seats, 3..6, Duration::from_millis(100), 100);

        assert!(slow < FIRST, "{slow}");
        assert!(seats.room() > 100, "{}", seats.room());
    }

    #[test]
    fn a_moment_in_which_nothing_moves_sends_nobody_away_after_it() {
        let seats = ConcurrencyLimit::new(512);
        answers(&seats, 1..2, Duration::from_millis(5), 3);
        for (now, taken) in (2_500..2_560).zip((40..100).rev()) {
            seats.taken.store(taken, Ordering::Relaxed);
            seats.learn(Duration::from_millis(500), Duration::from_millis(now));
        }

        // There is still room for the thousand a second of before.
        assert!(seats.room() > 50, "{}", seats.room());
    }

    #[test]
    fn a_few_that_are_slow_by_themselves_do_not_send_the_others_away() {
        let seats = ConcurrencyLimit::new(512);
        seats.taken.store(100, Ordering::Relaxed);
        for n in 0..2_000 {
            // One in five waits for something; there is time for 2,500 a second.
            let took = if n % 5 == 0 { Duration::from_millis(300) } else { Duration::from_millis(5) };
            seats.learn(took, Duration::from_micros(n * 400));
        }

        assert!(seats.room() >= FIRST, "{}", seats.room());
    }

    #[test]
    fn room_that_nobody_uses_does_not_grow() {
        let seats = ConcurrencyLimit::new(512);

        answers(&seats, 1..2, Duration::from_millis(2), 10);

        assert_eq!(seats.room(), FIRST);
    }

    #[test]
    fn a_few_slow_answers_among_many_cost_no_room() {
        let seats = ConcurrencyLimit::new(64);
        for n in 0..1_000 {
            let took = if n % 20 == 0 { Duration::from_secs(1) } else { Duration::from_millis(5) };
            seats.learn(took, Duration::from_millis(n * 10));
        }

        assert_eq!(seats.room(), 64);
    }

    #[test]
    fn nobody_sits_where_there_is_no_seat() {
        let seats = ConcurrencyLimit::new(2);
        let (first, second) = (seats.take(), seats.take());

        assert!(first.is_some() && second.is_some() && seats.take().is_none());
        drop(first);
        assert!(seats.take().is_some());
    }
}
