//! How many requests are worked on at once. More are turned away at once, with an honest "in a moment", instead of
//! all of them waiting until nobody wants their answers any more.
//!
//! How many a machine can take nobody knows beforehand, so it is learnt, as TCP learns what a path carries (RFC 5681):
//! while answers are quick and the room is used there is more of it, up to a bound; when too many of them are slow
//! there is less.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The room at first.
const FIRST: usize = 128;
/// An answer that took longer is slow. Well below the second that people are promised, as there is a queue before us.
const SLOW: Duration = Duration::from_millis(250);
/// What is learnt is learnt from so long a time, and from at least so many answers.
const WINDOW: Duration = Duration::from_millis(50);
const FEW: u64 = 10;
/// There is always room for so many.
const LEAST: usize = 16;

/// See the head of this file.
pub struct Seats {
    most: usize,
    room: AtomicUsize,
    taken: AtomicUsize,
    answers: AtomicU64,
    slow: AtomicU64,
    begun: Instant,
    /// When the present window ends, in milliseconds after `begun`.
    until: AtomicU64,
    /// Until when there is no less room again: so long it takes to see what the last time did.
    pause: AtomicU64,
}

/// Room for one request; given back when it is dropped.
pub struct Seat<'a> {
    seats: &'a Seats,
    since: Instant,
}

impl Seats {
    /// Room for at most so many.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            room: AtomicUsize::new(FIRST.min(most)),
            taken: AtomicUsize::default(),
            answers: AtomicU64::default(),
            slow: AtomicU64::default(),
            begun: Instant::now(),
            until: AtomicU64::default(),
            pause: AtomicU64::default(),
        }
    }

    /// A seat, if there is one.
    pub fn take(&self) -> Option<Seat<'_>> {
        let room = self.room.load(Ordering::Relaxed);
        let got = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| (taken < room).then_some(taken + 1));
        got.is_ok().then(|| Seat { seats: self, since: Instant::now() })
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
        let (now, until) = (millis(at), self.until.load(Ordering::Relaxed));
        let enough = self.answers.load(Ordering::Relaxed) >= FEW;
        // One of those who come after the window's end closes it.
        if now < until || !enough || self.until.compare_exchange(until, now + millis(WINDOW), Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            return;
        }
        let (answers, slow) = (self.answers.swap(0, Ordering::Relaxed), self.slow.swap(0, Ordering::Relaxed));
        let (room, taken) = (self.room(), self.taken());
        if slow * 10 > answers {
            if now >= self.pause.load(Ordering::Relaxed) {
                self.pause.store(now + millis(SLOW), Ordering::Relaxed);
                self.room.store((room.min(taken) * 6 / 10).max(LEAST).min(self.most), Ordering::Relaxed);
            }
        } else if taken * 2 >= room {
            // Twice the room while none is slow, a little more otherwise.
            let more = if slow == 0 { room } else { room / 8 + 1 };
            self.room.store((room + more).min(self.most), Ordering::Relaxed);
        }
    }
}

impl Drop for Seat<'_> {
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

    /// So many answers, one each ten milliseconds from this second on, with so many seats taken.
    fn answers(seats: &Seats, many: u64, from: u64, took: Duration, taken: usize) {
        seats.taken.store(taken, Ordering::Relaxed);
        for n in 0..many {
            seats.learn(took, Duration::from_millis(from * 1_000 + n * 10));
        }
        seats.taken.store(0, Ordering::Relaxed);
    }

    #[test]
    fn there_is_less_room_while_answers_are_slow_and_more_again_when_they_are_quick() {
        let seats = Seats::new(512);

        answers(&seats, 20, 1, Duration::from_secs(2), 120);
        let slow = seats.room();
        answers(&seats, 20, 2, Duration::from_secs(2), slow);
        let slower = seats.room();
        answers(&seats, 100, 3, Duration::from_millis(2), 500);

        assert!(slow < 100 && slower < slow && slower >= LEAST, "{slow} {slower}");
        assert_eq!(seats.room(), 512);
    }

    #[test]
    fn room_that_nobody_uses_does_not_grow() {
        let seats = Seats::new(512);

        answers(&seats, 100, 1, Duration::from_millis(2), 10);

        assert_eq!(seats.room(), FIRST);
    }

    #[test]
    fn a_few_slow_answers_among_many_cost_no_room() {
        let seats = Seats::new(64);
        for n in 0..1_000 {
            let took = if n % 20 == 0 { Duration::from_secs(1) } else { Duration::from_millis(5) };
            seats.learn(took, Duration::from_millis(n * 10));
        }

        assert_eq!(seats.room(), 64);
    }

    #[test]
    fn nobody_sits_where_there_is_no_seat() {
        let seats = Seats::new(2);
        let (first, second) = (seats.take(), seats.take());

        assert!(first.is_some() && second.is_some() && seats.take().is_none());
        drop(first);
        assert!(seats.take().is_some());
    }
}
