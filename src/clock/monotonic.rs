//! What time it is, whatever somebody does to the machine's clock.
//!
//! The wall clock may be set: by hand, by a time source gone wrong, by a snapshot that was restored. People's sessions and
//! forms must not end by that. So the wall clock is asked once at the start; from then on time passes as it passes since
//! the machine was switched on (`CLOCK_BOOTTIME`: a laptop's sleep counts, so that is no jump). Small corrections are
//! followed. What is more is told, and closed in on so slowly that no limit is noticeably wrong; time never goes back.

use parking_lot::Mutex;
use rustix::time::{ClockId, clock_gettime};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A correction of the wall clock that is followed at once if it leads forward (microseconds): time sources make them,
/// and ten seconds end nothing. A larger one between two looks is a jump.
const SMALL: i64 = 10_000_000;
/// A twentieth faster or slower until an hour is made good, in 20 hours: half an hour unused is then 28½ to 31½ minutes.
const GLIDE: i64 = 20;
/// The wall clock is looked at so often (microseconds), when somebody asks for the time.
const EVERY: i64 = 100_000;
/// Both clocks are read within so many microseconds, or the reading says nothing: this process stood still in between.
const TOGETHER: i64 = 1_000;

/// What both clocks of the machine said at one moment, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reading {
    /// Since 1970, as somebody has set it.
    wall: i64,
    /// Since the machine was switched on.
    boot: i64,
}

/// How the steady time goes. Pure: readings in, time out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Course {
    /// The steady time is that since the machine was switched on, and so much.
    shift: i64,
    /// How far the wall clock was ahead when it was looked at last, once that was corrected.
    gap: i64,
    /// When that was.
    looked: i64,
}

impl Course {
    fn begin(at: Reading) -> Self {
        Self { shift: at.wall - at.boot, gap: 0, looked: at.boot }
    }

    /// Looks at the wall clock: how time goes on from here, and by how much the wall clock has jumped.
    fn look(self, at: Reading) -> (Self, Option<i64>) {
        let gap = at.wall - at.boot - self.shift;
        let moved = gap - self.gap;
        let step = if (0..=SMALL).contains(&gap) {
            gap
        } else {
            let most = (at.boot - self.looked).max(0) / GLIDE;
            gap.clamp(-most, most)
        };
        let next = Self { shift: self.shift + step, gap: gap - step, looked: at.boot };
        (next, (moved.abs() > SMALL).then_some(moved))
    }
}

/// The clock of an instance: one for every row and for all that is shared. Cheap to clone, and to ask: nobody waits.
#[derive(Clone)]
pub struct MonotonicClock {
    inner: Arc<Inner>,
}

struct Inner {
    /// Only ever tried: whoever finds it taken goes on with the course that was.
    course: Mutex<Course>,
    shift: AtomicI64,
    gap: AtomicI64,
    looked: AtomicI64,
    /// The latest time that was told: nobody is told an earlier one.
    told: AtomicI64,
    jumps: AtomicU64,
    jump: AtomicI64,
    jumped: AtomicI64,
    /// For tests: how far they moved time on, and the wall clock.
    ahead: AtomicI64,
    wall_ahead: AtomicI64,
}

/// The wall clock was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// The first has number 1.
    pub number: u64,
    /// By how many seconds; less than nothing when it was set back.
    pub seconds: i64,
    /// When that was noticed, in milliseconds since 1970, as this clock goes.
    pub at_ms: i64,
}

impl Default for MonotonicClock {
    /// Believes the wall clock, this once.
    fn default() -> Self {
        let at = Reading { wall: wall(), boot: boot() };
        let course = Course::begin(at);
        let inner = Inner {
            course: Mutex::new(course),
            shift: course.shift.into(),
            gap: AtomicI64::new(0),
            looked: at.boot.into(),
            told: AtomicI64::new(i64::MIN),
            jumps: AtomicU64::new(0),
            jump: AtomicI64::new(0),
            jumped: AtomicI64::new(0),
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
        if boot - inner.looked.load(Ordering::Relaxed) >= EVERY {
            self.look();
        }
        let now = boot + inner.shift.load(Ordering::Relaxed) + inner.ahead.load(Ordering::Relaxed);
        inner.told.fetch_max(now, Ordering::Relaxed).max(now).div_euclid(1_000)
    }

    /// Sets out from this time (milliseconds since 1970) instead of the wall clock's, which then counts as having jumped.
    /// For an instance that begins: whoever was told a time before may be told an earlier one.
    pub fn set_out_from(&self, now_ms: i64) {
        let inner = &self.inner;
        let mut course = inner.course.lock();
        *course = Course::begin(Reading { wall: now_ms.saturating_mul(1_000), boot: boot() });
        inner.shift.store(course.shift, Ordering::Relaxed);
        inner.told.store(i64::MIN, Ordering::Relaxed);
        drop(course);
        self.look();
    }

    /// How many seconds the wall clock is ahead of this one; less than nothing when it is behind.
    pub fn offset_seconds(&self) -> f64 {
        self.now_ms();
        self.inner.gap.load(Ordering::Relaxed) as f64 / 1e6
    }

    /// The last jump of the wall clock, if there was one.
    pub fn jump(&self) -> Option<Jump> {
        let number = self.inner.jumps.load(Ordering::Acquire);
        let seconds = self.inner.jump.load(Ordering::Relaxed).saturating_add(500_000).div_euclid(1_000_000);
        let at_ms = self.inner.jumped.load(Ordering::Relaxed).div_euclid(1_000);
        (number > 0).then_some(Jump { number, seconds, at_ms })
    }

    /// Moves this clock on. For tests.
    pub fn advance_ms(&self, by: i64) {
        self.inner.ahead.fetch_add(by * 1_000, Ordering::Relaxed);
    }

    /// Sets the wall clock, as this clock sees it, and looks at it. For tests.
    pub fn set_wall_by_ms(&self, by: i64) {
        self.inner.wall_ahead.fetch_add(by * 1_000, Ordering::Relaxed);
        self.look();
    }

    fn look(&self) {
        let inner = &self.inner;
        let (Some(mut course), Some(at)) = (inner.course.try_lock(), self.read()) else { return };
        let (next, jump) = course.look(at);
        *course = next;
        inner.shift.store(next.shift, Ordering::Relaxed);
        inner.gap.store(next.gap, Ordering::Relaxed);
        inner.looked.store(next.looked, Ordering::Relaxed);
        if let Some(jump) = jump {
            inner.jump.store(jump, Ordering::Relaxed);
            inner.jumped.store(next.looked + next.shift, Ordering::Relaxed);
            inner.jumps.fetch_add(1, Ordering::Release);
        }
    }

    /// Both clocks at one moment. None: this process was stopped in between, and the two have nothing to do with each other.
    fn read(&self) -> Option<Reading> {
        let ahead = self.inner.wall_ahead.load(Ordering::Relaxed);
        let once = || {
            let (before, wall, after) = (boot(), wall(), boot());
            (after - before <= TOGETHER).then_some(Reading { wall: wall + ahead, boot: before })
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

    /// A machine whose wall clock a test may set, and what its steady clock says.
    struct Machine {
        at: Reading,
        course: Course,
        jumps: Vec<i64>,
    }

    impl Machine {
        fn on() -> Self {
            Self { at: START, course: Course::begin(START), jumps: Vec::new() }
        }

        fn set(&mut self, by: i64) {
            self.at.wall += by;
        }

        /// Time goes by, and the clocks are looked at, once a step.
        fn pass(&mut self, span: i64, step: i64) {
            for _ in 0..span / step {
                self.at.wall += step;
                self.at.boot += step;
                self.look();
            }
        }

        fn look(&mut self) {
            let (next, jump) = self.course.look(self.at);
            self.course = next;
            self.jumps.extend(jump);
        }

        /// Since the start.
        fn told(&self) -> i64 {
            self.at.boot + self.course.shift - START.wall
        }
    }

    #[test]
    fn undisturbed_it_is_the_wall_clock() {
        let mut machine = Machine::on();

        machine.pass(HOUR, SECOND);

        assert_eq!((machine.told(), machine.course.gap, machine.jumps.len()), (HOUR, 0, 0));
    }

    #[test]
    fn a_jump_is_told_once_and_half_an_hour_stays_about_half_an_hour() {
        for jump in [HOUR, -HOUR] {
            let mut machine = Machine::on();
            machine.set(jump);

            machine.pass(HOUR / 2, SECOND);

            assert_eq!(machine.jumps, [jump]);
            assert_eq!(machine.told() - HOUR / 2, HOUR / 2 / 20 * jump.signum(), "a twentieth, towards the wall clock");
            assert_eq!(machine.course.gap, jump - HOUR / 2 / 20 * jump.signum());
        }
    }

    #[test]
    fn it_meets_the_wall_clock_in_the_end_and_follows_it_again() {
        for jump in [HOUR, -HOUR] {
            let mut machine = Machine::on();
            machine.set(jump);

            machine.pass(21 * HOUR, SECOND);

            assert_eq!((machine.told(), machine.course.gap), (21 * HOUR + jump, 0));
            assert_eq!(machine.jumps.len(), 1, "meeting it is no jump");
        }
    }

    #[test]
    fn a_jump_that_is_taken_back_leaves_nothing() {
        let mut machine = Machine::on();
        machine.set(HOUR);
        machine.pass(60 * SECOND, SECOND);
        machine.set(-HOUR);

        machine.pass(61 * SECOND, SECOND);

        assert_eq!(machine.jumps, [HOUR, -HOUR]);
        assert_eq!((machine.told(), machine.course.gap), (121 * SECOND, 0));
    }

    #[test]
    fn time_never_goes_back_by_more_than_the_glide_of_one_look() {
        let mut machine = Machine::on();
        for (n, jump) in [-HOUR, HOUR, 9 * SECOND, -9 * SECOND, -30 * HOUR].into_iter().enumerate() {
            machine.set(jump);
            for _ in 0..1_000 {
                let before = machine.told();

                machine.pass(EVERY, EVERY);

                assert!(machine.told() - before >= EVERY - EVERY / GLIDE, "jump {n}");
            }
        }
    }

    #[test]
    fn small_corrections_are_followed_at_once_when_they_lead_forward() {
        let mut machine = Machine::on();

        machine.set(3 * SECOND);
        machine.pass(SECOND, SECOND);
        assert_eq!((machine.told(), machine.course.gap), (4 * SECOND, 0));

        machine.set(-3 * SECOND);
        machine.pass(30 * SECOND, SECOND);
        assert!(machine.course.gap < 0, "not yet");
        machine.pass(31 * SECOND, SECOND);
        assert_eq!((machine.told(), machine.course.gap), (62 * SECOND, 0));
        assert!(machine.jumps.is_empty());
    }

    #[test]
    fn a_laptop_that_slept_has_seen_no_jump() {
        let mut machine = Machine::on();

        machine.pass(8 * HOUR, 8 * HOUR);

        assert_eq!((machine.told(), machine.jumps.len()), (8 * HOUR, 0));
    }

    #[test]
    fn the_real_clock_keeps_its_course_and_never_goes_back() {
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
        let jump = clock.jump().expect("it jumped");
        assert_eq!((jump.number, jump.seconds), (3, 3_600));
        assert!((begun..=last).contains(&jump.at_ms));
        assert!(clock.offset_seconds().abs() < 1.0, "{}", clock.offset_seconds());
    }

    #[test]
    fn it_can_set_out_from_another_time_than_the_wall_clocks() {
        for by in [3_600_000, -3_600_000] {
            let clock = MonotonicClock::default();
            let wall = clock.now_ms();

            clock.set_out_from(wall + by);

            assert!((by..by + 30_000).contains(&(clock.now_ms() - wall)));
            assert_eq!(clock.jump().map(|jump| jump.seconds), Some(-by / 1_000));
            assert!((clock.offset_seconds() + by as f64 / 1e3).abs() < 30.0, "{}", clock.offset_seconds());
        }
    }

    #[test]
    fn it_can_be_moved_on() {
        let clock = MonotonicClock::default();
        let before = clock.now_ms();

        clock.advance_ms(90_000);

        assert!((90_000..150_000).contains(&(clock.now_ms() - before)));
        assert_eq!(clock.jump(), None);
    }
}
