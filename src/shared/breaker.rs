//! A circuit breaker for Redis: after several failures in a row no command is sent for a while, so that a hung Redis delays a few
//! requests by 150 ms and no others.
//!
//! A pure state machine: the clock comes in as an argument. Calls pass only while it is closed. When it opens, the
//! connection is given up with it; the half-open probe is the next connection, which must also be validated.
//!
//! Ours and not a library such as `failsafe`: the probe is a connection that has to be validated, not a trial call.

use std::time::{Duration, Instant};

/// Failures without a success between them that open it.
pub const TRIPS_AFTER: u32 = 3;
/// How long it stays open before a probe; doubled, up to a bound, each time that it opens again soon, because each probe of a Redis that
/// answers only now and then delays a request by 150 ms.
pub const REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(4);
/// Opening again within this time counts as soon.
const SOON: Duration = Duration::from_secs(8);

/// Whether calls may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Closed { failures: u32 },
    Open { until: Instant },
    HalfOpen,
}

/// The state of the breaker.
#[derive(Debug)]
pub struct Breaker {
    position: Position,
    /// When it opened last, and for how long.
    opened: Option<(Instant, Duration)>,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { position: Position::Closed { failures: 0 }, opened: None }
    }
}

impl Breaker {
    /// Whether a command may be sent.
    pub fn passes(&self) -> bool {
        matches!(self.position, Position::Closed { .. })
    }

    /// Is it open, or trying whether it may close?
    pub fn is_open(&self) -> bool {
        !self.passes()
    }

    /// A call was answered.
    pub fn succeeded(&mut self) {
        match self.position {
            // An answer to a command that was sent before the breaker opened: not the probe's.
            Position::Open { .. } => {}
            Position::Closed { .. } | Position::HalfOpen => self.position = Position::Closed { failures: 0 },
        }
    }

    /// A call timed out or was cancelled. True when this very failure opened it.
    pub fn failed(&mut self, now: Instant) -> bool {
        match self.position {
            Position::Closed { failures } if failures + 1 < TRIPS_AFTER => {
                self.position = Position::Closed { failures: failures + 1 };
                false
            }
            Position::Open { .. } => false,
            Position::Closed { .. } | Position::HalfOpen => {
                let rest = match self.opened {
                    Some((at, rest)) if now.saturating_duration_since(at) < rest + SOON => (rest * 2).min(LONGEST_REST),
                    _ => REST,
                };
                self.opened = Some((now, rest));
                self.position = Position::Open { until: now + rest };
                true
            }
        }
    }

    /// How long to wait before a probe may go; zero when it need not wait.
    pub fn rest(&self, now: Instant) -> Duration {
        match self.position {
            Position::Open { until } => until.saturating_duration_since(now),
            Position::Closed { .. } | Position::HalfOpen => Duration::ZERO,
        }
    }

    /// Lets one probe go, once the rest is over. A closed breaker has nothing to probe and stays closed.
    pub fn probe(&mut self, now: Instant) -> bool {
        match self.position {
            Position::Closed { .. } => true,
            Position::Open { until } if now >= until => {
                self.position = Position::HalfOpen;
                true
            }
            Position::Open { .. } | Position::HalfOpen => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tripped(now: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        assert!(!breaker.failed(now));
        assert!(!breaker.failed(now));
        assert!(breaker.failed(now), "the third failure opens it");
        breaker
    }

    #[test]
    fn two_failures_are_forgiven_by_one_success() {
        let now = Instant::now();
        let mut breaker = Breaker::default();

        breaker.failed(now);
        breaker.failed(now);
        breaker.succeeded();
        breaker.failed(now);
        breaker.failed(now);

        assert!(breaker.passes());
    }

    #[test]
    fn the_third_failure_in_a_row_stops_every_call() {
        let now = Instant::now();
        let breaker = tripped(now);

        assert!(!breaker.passes());
        assert_eq!(breaker.rest(now), REST);
        assert_eq!(breaker.rest(now + REST), Duration::ZERO);
    }

    #[test]
    fn only_one_probe_goes_and_only_after_the_rest() {
        let now = Instant::now();
        let mut breaker = tripped(now);

        assert!(!breaker.probe(now + REST - Duration::from_millis(1)));
        assert!(breaker.probe(now + REST));
        assert!(!breaker.probe(now + REST), "a second probe must not join the first");
        assert!(!breaker.passes(), "pages wait for the probe's answer");
    }

    #[test]
    fn the_probe_decides() {
        let now = Instant::now();
        let mut breaker = tripped(now);
        let later = now + REST;

        breaker.probe(later);
        assert!(breaker.failed(later), "one failure is enough when half open");
        assert_eq!(breaker.rest(later), REST * 2);

        breaker.probe(later + REST * 2);
        breaker.succeeded();
        assert!(breaker.passes());
        assert!(!breaker.failed(later + REST * 2), "the count begins anew");
    }

    #[test]
    fn one_that_opens_again_and_again_rests_longer_and_forgets_that_in_time() {
        let mut now = Instant::now();
        let mut breaker = tripped(now);
        let mut rests = vec![breaker.rest(now)];
        for _ in 0..3 {
            now += LONGEST_REST;
            breaker.probe(now);
            breaker.failed(now);
            rests.push(breaker.rest(now));
        }
        assert_eq!(rests, [REST, REST * 2, REST * 4, LONGEST_REST]);

        now += LONGEST_REST;
        breaker.probe(now);
        breaker.succeeded();
        now += LONGEST_REST + SOON;
        for _ in 0..TRIPS_AFTER {
            breaker.failed(now);
        }
        assert_eq!(breaker.rest(now), REST);
    }

    #[test]
    fn stragglers_neither_close_nor_prolong_it() {
        let now = Instant::now();
        let mut breaker = tripped(now);

        breaker.succeeded();
        assert!(!breaker.failed(now + REST / 2));

        assert!(!breaker.passes());
        assert_eq!(breaker.rest(now), REST);
    }
}
