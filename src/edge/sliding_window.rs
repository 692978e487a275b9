//! The last minute, five minutes and hour, in places that are used again and again: seconds for the short spans,
//! minutes for the hour. Callers pass the time.

use super::histogram::Counts;
use std::time::Duration;

/// How far back one looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Window {
    Minute,
    FiveMinutes,
    Hour,
}

impl Window {
    pub(super) fn seconds(self) -> u64 {
        match self {
            Self::Minute => 60,
            Self::FiveMinutes => 300,
            Self::Hour => 3600,
        }
    }
}

#[derive(Debug)]
pub(super) struct SlidingWindow {
    seconds: Spans,
    minutes: Spans,
}

#[derive(Debug)]
struct Spans {
    /// Seconds of one place.
    length: u64,
    places: Vec<(u64, Counts)>,
}

impl SlidingWindow {
    pub(super) fn new() -> Self {
        Self { seconds: Spans::new(1, 300), minutes: Spans::new(60, 60) }
    }

    /// Something happened.
    pub(super) fn note(&mut self, now: Duration, what: impl Fn(&mut Counts)) {
        what(self.seconds.at(now));
        what(self.minutes.at(now));
    }

    /// What happened within a window.
    pub(super) fn within(&self, window: Window, now: Duration) -> Counts {
        match window {
            Window::Minute | Window::FiveMinutes => self.seconds.last(window.seconds(), now),
            Window::Hour => self.minutes.last(60, now),
        }
    }

    /// What happened in so many last seconds, at most five minutes of them.
    pub(super) fn last_seconds(&self, seconds: u64, now: Duration) -> Counts {
        self.seconds.last(seconds, now)
    }
}

impl Spans {
    fn new(length: u64, count: usize) -> Self {
        // No time has this number, so a place that was never used is never taken for one that was.
        Self { length, places: vec![(u64::MAX, Counts::default()); count] }
    }

    fn at(&mut self, now: Duration) -> &mut Counts {
        let number = now.as_secs() / self.length;
        let place = (number % self.places.len() as u64) as usize;
        let (used, counts) = &mut self.places[place];
        if *used != number {
            (*used, *counts) = (number, Counts::default());
        }
        counts
    }

    fn last(&self, count: u64, now: Duration) -> Counts {
        let newest = now.as_secs() / self.length;
        let mut sum = Counts::default();
        for (number, counts) in &self.places {
            if *number <= newest && newest - *number < count {
                sum.add(counts);
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Window; 3] = [Window::Minute, Window::FiveMinutes, Window::Hour];

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn requests(ring: &SlidingWindow, window: Window, now: u64) -> u32 {
        ring.within(window, at(now)).requests
    }

    #[test]
    fn what_is_older_than_a_window_is_not_in_it() {
        let mut ring = SlidingWindow::new();

        ring.note(at(0), |counts| counts.requests += 1);

        assert_eq!(ALL.map(|window| requests(&ring, window, 59)), [1, 1, 1]);
        assert_eq!(ALL.map(|window| requests(&ring, window, 60)), [0, 1, 1]);
        assert_eq!(ALL.map(|window| requests(&ring, window, 300)), [0, 0, 1]);
        assert_eq!(ALL.map(|window| requests(&ring, window, 3600)), [0, 0, 0]);
    }

    #[test]
    fn a_place_that_comes_round_again_begins_anew() {
        let mut ring = SlidingWindow::new();

        for second in 0..10_000 {
            ring.note(at(second), |counts| counts.requests += 2);
        }

        assert_eq!(ALL.map(|window| requests(&ring, window, 9_999)), [120, 600, (59 * 60 + 40) * 2]);
        assert_eq!(requests(&ring, Window::FiveMinutes, 20_000), 0, "nothing is left of it after a long silence");
    }

    #[test]
    fn a_few_seconds_can_be_asked_for() {
        let mut ring = SlidingWindow::new();

        ring.note(at(10), |counts| counts.requests += 1);
        ring.note(at(14), |counts| counts.requests += 1);

        assert_eq!(ring.last_seconds(3, at(15)).requests, 1);
        assert_eq!(ring.last_seconds(6, at(15)).requests, 2);
    }
}
