//! A clock that a step of the machine's wall clock does not move.
//!
//! The wall clock may be set: by hand, by a faulty time source, by restoring a snapshot. Sessions and forms must not end by
//! that. So the wall clock is read once at the start; from then on time follows `CLOCK_BOOTTIME` (which counts a laptop's
//! sleep). Small forward corrections are followed at once; larger differences are reported as a step and slewed (the words are
//! NTP's, RFC 5905). The time never goes back.

use parking_lot::Mutex;
use rustix::time::{ClockId, clock_gettime};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds. A smaller correction is followed at once if it leads forward: time sources make them, and ten seconds end no
/// session. A larger one between two polls is a step.
const STEP_THRESHOLD: i64 = 10_000_000;
/// Slew rate: one in 20, so that an hour is made good in 20 hours and 30 idle minutes last 28½ to 31½.
const SLEW: i64 = 20;
/// Microseconds between two polls of the wall clock, made when the time is read.
const POLL_INTERVAL: i64 = 100_000;
/// Microseconds. A reading of both clocks that took longer is dropped: the process was stopped in between.
const MAX_READ_TIME: i64 = 1_000;

/// What both clocks of the machine showed at one moment, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reading {
    /// Microseconds since 1970, as the machine's clock is set.
    wall: i64,
    /// Since the machine was switched on.
    boot: i64,
}

/// The state of slewing. Pure: readings in, time out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Discipline {
    /// Microseconds to add to the boot clock.
    shift: i64,
    /// Microseconds by which the wall clock was ahead at the last poll, after its correction.
    gap: i64,
    /// The boot clock at the last poll.
    read_at: i64,
}

impl Discipline {
    fn begin(at: Reading) -> Self {
        Self { shift: at.wall - at.boot, gap: 0, read_at: at.boot }
    }

    /// Takes in a reading. Gives the next state, and the step of the wall clock in microseconds if there was one.
    fn poll(self, at: Reading) -> (Self, Option<i64>) {
        let gap = at.wall - at.boot - self.shift;
        let moved = gap - self.gap;
        let step = if (0..=STEP_THRESHOLD).contains(&gap) {
            gap
        } else {
            let most = (at.boot - self.read_at).max(0) / SLEW;
            gap.clamp(-most, most)
        };
        let next = Self { shift: self.shift + step, gap: gap - step, read_at: at.boot };
        (next, (moved.abs() > STEP_THRESHOLD).then_some(moved))
    }
}

/// The clock of an instance. Cheap to clone; reading it takes no lock.
#[derive(Clone)]
pub struct MonotonicClock {
    inner: Arc<Inner>,
}

struct Inner {
    /// Locked by `try_lock` only: a reader that finds it locked uses the state before.
    discipline: Mutex<Discipline>,
    shift: AtomicI64,
    gap: AtomicI64,
    read_at: AtomicI64,
    /// The time never goes back below it.
    last_returned: AtomicI64,
    steps: AtomicU64,
    step: AtomicI64,
    stepped_at: AtomicI64,
    /// Set by tests.
    ahead: AtomicI64,
    wall_ahead: AtomicI64,
}

/// A step of the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockStep {
    /// The first has number 1.
    pub number: u64,
    /// By how many seconds; less than nothing when it was set back.
    pub seconds: i64,
    /// When that was noticed, in milliseconds since 1970, as this clock goes.
    pub at_ms: i64,
}

impl Default for MonotonicClock {
    /// Starts from the wall clock.
    fn default() -> Self {
        let at = Reading { wall: wall(), boot: boot() };
        let discipline = Discipline::begin(at);
        let inner = Inner {
            discipline: Mutex::new(discipline),
            shift: discipline.shift.into(),
            gap: AtomicI64::new(0),
            read_at: at.boot.into(),
            last_returned: AtomicI64::new(i64::MIN),
            steps: AtomicU64::new(0),
            step: AtomicI64::new(0),
            stepped_at: AtomicI64::new(0),
            ahead: AtomicI64::new(0),
            wall_ahead: AtomicI64::new(0),
        };
        Self { inner: Arc::new(inner) }
    }
}

impl MonotonicClock {
    /// Now, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        let (inner, boot) = (&self.inner, boot());
        if boot - inner.read_at.load(Ordering::Relaxed) >= POLL_INTERVAL {
            self.poll();
        }
        let now = boot + inner.shift.load(Ordering::Relaxed) + inner.ahead.load(Ordering::Relaxed);
        inner.last_returned.fetch_max(now, Ordering::Relaxed).max(now).div_euclid(1_000)
    }

    /// Starts from this time (milliseconds since 1970) instead of the wall clock's, whose difference then counts as a step.
    /// Only while an instance starts: times read before may be later than those read after.
    pub fn start_from(&self, now_ms: i64) {
        let inner = &self.inner;
        let mut discipline = inner.discipline.lock();
        *discipline = Discipline::begin(Reading { wall: now_ms.saturating_mul(1_000), boot: boot() });
        inner.shift.store(discipline.shift, Ordering::Relaxed);
        inner.last_returned.store(i64::MIN, Ordering::Relaxed);
        drop(discipline);
        self.poll();
    }

    /// How many seconds the wall clock is ahead of this one; less than nothing when it is behind.
    pub fn offset_seconds(&self) -> f64 {
        self.now_ms();
        self.inner.gap.load(Ordering::Relaxed) as f64 / 1e6
    }

    /// The last step of the wall clock, if there was one.
    pub fn step(&self) -> Option<ClockStep> {
        let number = self.inner.steps.load(Ordering::Acquire);
        let seconds = self.inner.step.load(Ordering::Relaxed).saturating_add(500_000).div_euclid(1_000_000);
        let at_ms = self.inner.stepped_at.load(Ordering::Relaxed).div_euclid(1_000);
        (number > 0).then_some(ClockStep { number, seconds, at_ms })
    }

    /// Moves this clock on. For tests.
    pub fn advance_ms(&self, by: i64) {
        self.inner.ahead.fetch_add(by * 1_000, Ordering::Relaxed);
    }

    /// Sets the wall clock, as this clock sees it, and looks at it. For tests.
    pub fn set_wall_by_ms(&self, by: i64) {
        self.inner.wall_ahead.fetch_add(by * 1_000, Ordering::Relaxed);
        self.poll();
    }

    fn poll(&self) {
        let inner = &self.inner;
        let (Some(mut discipline), Some(at)) = (inner.discipline.try_lock(), self.read()) else { return };
        let (next, step) = discipline.poll(at);
        *discipline = next;
        inner.shift.store(next.shift, Ordering::Relaxed);
        inner.gap.store(next.gap, Ordering::Relaxed);
        inner.read_at.store(next.read_at, Ordering::Relaxed);
        if let Some(step) = step {
            inner.step.store(step, Ordering::Relaxed);
            inner.stepped_at.store(next.read_at + next.shift, Ordering::Relaxed);
            inner.steps.fetch_add(1, Ordering::Release);
        }
    }

    /// Both clocks at one moment. `None`: the process was stopped between the two readings.
    fn read(&self) -> Option<Reading> {
        let ahead = self.inner.wall_ahead.load(Ordering::Relaxed);
        let once = || {
            let (before, wall, after) = (boot(), wall(), boot());
            (after - before <= MAX_READ_TIME).then_some(Reading { wall: wall + ahead, boot: before })
        };
        (0..3).find_map(|_| once())
    }
}

fn wall() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

fn boot() -> i64 {
    let since = clock_gettime(ClockId::Boottime);
    since.tv_sec * 1_000_000 + since.tv_nsec / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;
    const HOUR: i64 = 3_600 * SECOND;
    const START: Reading = Reading { wall: 1_700_000_000 * SECOND, boot: 50 * SECOND };

    /// A machine whose wall clock a test may set.
    struct Machine {
        at: Reading,
        discipline: Discipline,
        steps: Vec<i64>,
    }

    impl Machine {
        fn on() -> Self {
            Self { at: START, discipline: Discipline::begin(START), steps: Vec::new() }
        }

        fn set(&mut self, by: i64) {
            self.at.wall += by;
        }

        /// Time goes by, and the clocks are looked at, once a step.
        fn pass(&mut self, span: i64, step: i64) {
            for _ in 0..span / step {
                self.at.wall += step;
                self.at.boot += step;
                self.poll();
            }
        }

        fn poll(&mut self) {
            let (next, step) = self.discipline.poll(self.at);
            self.discipline = next;
            self.steps.extend(step);
        }

        /// Since the start.
        fn last_returned(&self) -> i64 {
            self.at.boot + self.discipline.shift - START.wall
        }
    }

    #[test]
    fn undisturbed_it_is_the_wall_clock() {
        let mut machine = Machine::on();

        machine.pass(HOUR, SECOND);

        assert_eq!((machine.last_returned(), machine.discipline.gap, machine.steps.len()), (HOUR, 0, 0));
    }

    #[test]
    fn a_step_is_reported_once_and_half_an_hour_stays_about_half_an_hour() {
        for step in [HOUR, -HOUR] {
            let mut machine = Machine::on();
            machine.set(step);

            machine.pass(HOUR / 2, SECOND);

            assert_eq!(machine.steps, [step]);
            assert_eq!(machine.last_returned() - HOUR / 2, HOUR / 2 / 20 * step.signum(), "a twentieth, towards the wall clock");
            assert_eq!(machine.discipline.gap, step - HOUR / 2 / 20 * step.signum());
        }
    }

    #[test]
    fn slewing_ends_when_the_wall_clock_is_reached() {
        for step in [HOUR, -HOUR] {
            let mut machine = Machine::on();
            machine.set(step);

            machine.pass(21 * HOUR, SECOND);

            assert_eq!((machine.last_returned(), machine.discipline.gap), (21 * HOUR + step, 0));
            assert_eq!(machine.steps.len(), 1, "reaching it is no step");
        }
    }

    #[test]
    fn a_step_that_is_undone_leaves_no_offset() {
        let mut machine = Machine::on();
        machine.set(HOUR);
        machine.pass(60 * SECOND, SECOND);
        machine.set(-HOUR);

        machine.pass(61 * SECOND, SECOND);

        assert_eq!(machine.steps, [HOUR, -HOUR]);
        assert_eq!((machine.last_returned(), machine.discipline.gap), (121 * SECOND, 0));
    }

    #[test]
    fn time_slows_by_no_more_than_the_slew_of_one_poll() {
        let mut machine = Machine::on();
        for (n, step) in [-HOUR, HOUR, 9 * SECOND, -9 * SECOND, -30 * HOUR].into_iter().enumerate() {
            machine.set(step);
            for _ in 0..1_000 {
                let before = machine.last_returned();

                machine.pass(POLL_INTERVAL, POLL_INTERVAL);

                assert!(machine.last_returned() - before >= POLL_INTERVAL - POLL_INTERVAL / SLEW, "step {n}");
            }
        }
    }

    #[test]
    fn small_corrections_are_followed_at_once_when_they_lead_forward() {
        let mut machine = Machine::on();

        machine.set(3 * SECOND);
        machine.pass(SECOND, SECOND);
        assert_eq!((machine.last_returned(), machine.discipline.gap), (4 * SECOND, 0));

        machine.set(-3 * SECOND);
        machine.pass(30 * SECOND, SECOND);
        assert!(machine.discipline.gap < 0, "not yet");
        machine.pass(31 * SECOND, SECOND);
        assert_eq!((machine.last_returned(), machine.discipline.gap), (62 * SECOND, 0));
        assert!(machine.steps.is_empty());
    }

    #[test]
    fn a_suspended_laptop_reports_no_step() {
        let mut machine = Machine::on();

        machine.pass(8 * HOUR, 8 * HOUR);

        assert_eq!((machine.last_returned(), machine.steps.len()), (8 * HOUR, 0));
    }

    #[test]
    fn the_real_clock_slews_and_never_goes_back() {
        let clock = MonotonicClock::default();
        let begun = clock.now_ms();
        let mut last = begun;
        for by in [3_600_000, -7_200_000, 3_600_000] {
            clock.set_wall_by_ms(by);
            for _ in 0..20_000 {
                let now = clock.now_ms();
                assert!(now >= last);
                last = now;
            }
        }

        assert!(last - begun < 60_000, "{} ms", last - begun);
        let step = clock.step().expect("there was a step");
        assert_eq!((step.number, step.seconds), (3, 3_600));
        assert!((begun..=last).contains(&step.at_ms));
        assert!(clock.offset_seconds().abs() < 1.0, "{}", clock.offset_seconds());
    }

    #[test]
    fn it_can_start_from_another_time_than_the_wall_clocks() {
        for by in [3_600_000, -3_600_000] {
            let clock = MonotonicClock::default();
            let wall = clock.now_ms();

            clock.start_from(wall + by);

            assert!((by..by + 30_000).contains(&(clock.now_ms() - wall)));
            assert_eq!(clock.step().map(|step| step.seconds), Some(-by / 1_000));
            assert!((clock.offset_seconds() + by as f64 / 1e3).abs() < 30.0, "{}", clock.offset_seconds());
        }
    }

    #[test]
    fn it_can_be_advanced() {
        let clock = MonotonicClock::default();
        let before = clock.now_ms();

        clock.advance_ms(90_000);

        assert!((90_000..150_000).contains(&(clock.now_ms() - before)));
        assert_eq!(clock.step(), None);
    }
}
