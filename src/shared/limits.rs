//! Rate limits, and waits after failed sign-ins.
//!
//! When Redis does not answer, this process counts by itself: the limit is then per instance, but never gone.
//! `who` becomes part of a key, so give an id or a hash rather than a readable address.
//!
//! Ours and not `governor`, whose state is one process: instances share these counts.

use super::{
    Known, Shared, keys,
    store::{Backend, Write},
};
use bytes::Bytes;
use std::time::Duration;

/// So many failures cost nothing: people mistype.
const FREE_FAILURES: u64 = 4;
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// Failures are forgotten when none was added for so long.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);
/// Under these actions the failures and the wait that they cost are kept.
const FAILURES: &str = "failures";
const WAIT: &str = "wait";

/// May it be done?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Decision {
    /// Yes or no.
    pub allowed: bool,
    /// If not, when to come back; zero if so.
    pub retry_after: Duration,
}

/// Limits in the shared state.
#[derive(Clone, Copy)]
pub struct Limits<'a>(pub(super) &'a Shared);

impl Limits<'_> {
    /// Counts one more try of `action` by `who`: at most `limit` within a `window` that begins with the first.
    pub async fn hit(self, action: &str, who: &str, limit: u32, window: Duration) -> Decision {
        let (count, left) = self.count_within(action, who, window).await;
        let allowed = count <= u64::from(limit);
        Decision { allowed, retry_after: if allowed { Duration::ZERO } else { left } }
    }

    /// Counts one more of `action` by `who`, and returns how many there were within the window that began with the first.
    pub async fn increment(self, action: &str, who: &str, window: Duration) -> u64 {
        self.count_within(action, who, window).await.0
    }

    /// How many were counted, without counting one more.
    pub async fn get(self, action: &str, who: &str) -> u64 {
        let key = keys::limit(action, who);
        let found = match self.0.backend().values(vec![key.clone()]).await {
            Known::Known(found) => Some(found),
            Known::Unknown => self.0.local().values(vec![key]).await.known(),
        };
        found.and_then(number).unwrap_or_default()
    }

    async fn count_within(self, action: &str, who: &str, window: Duration) -> (u64, Duration) {
        let key = keys::limit(action, who);
        let counted = match self.0.backend().hit(key.clone(), window).await {
            Known::Known(counted) => Known::Known(counted),
            Known::Unknown => self.0.local().hit(key, window).await,
        };
        counted.known().unwrap_or((0, Duration::ZERO))
    }

    /// Makes `who` wait as after so many failures beyond those that cost nothing, but no longer than `most`.
    pub async fn make_wait(self, who: &str, beyond: u64, most: Duration) {
        let delay = delay_after(FREE_FAILURES.saturating_add(beyond)).min(most);
        if delay.is_zero() {
            return;
        }
        let wait = || vec![Write::Set(keys::limit(WAIT, who), "1".into(), delay)];
        if !self.0.backend().write(wait()).await.is_delivered() {
            self.0.local().write(wait()).await;
        }
    }

    /// Takes one of `burst` that `who` may do at once; another comes back each `period`. Zero, or how long to wait.
    pub async fn take(self, action: &str, who: &str, burst: u32, period: Duration) -> Duration {
        let (key, most) = (keys::limit(action, who), period * burst);
        match self.0.backend().take(key.clone(), period, most).await {
            Known::Known(wait) => wait,
            Known::Unknown => self.0.local().take(key, period, most).await.known().unwrap_or_default(),
        }
    }

    /// One more failure. Returns the wait before the next try: nothing for the first four, then a second,
    /// twice as long each time, at most a quarter of an hour.
    pub async fn record_failure(self, who: &str) -> Duration {
        match record(self.0.backend(), who).await {
            Known::Known(delay) => delay,
            Known::Unknown => record(self.0.local(), who).await.known().unwrap_or_default(),
        }
    }

    /// How long they must still wait; zero when they may try.
    pub async fn wait_for(self, who: &str) -> Duration {
        let key = keys::limit(WAIT, who);
        let left = match self.0.backend().remaining(key.clone()).await {
            Known::Known(left) => left,
            Known::Unknown => self.0.local().remaining(key).await.known().flatten(),
        };
        match left.unwrap_or_default() {
            // Nobody has to wait that long: Redis' clock was set back meanwhile.
            left if left > LONGEST_DELAY => self.wait_anew(who).await,
            left => left,
        }
    }

    /// The wait that their failures cost, from now on.
    async fn wait_anew(self, who: &str) -> Duration {
        let failures = self.0.backend().values(vec![keys::limit(FAILURES, who)]).await.known().and_then(number);
        let delay = delay_after(failures.unwrap_or_default()).max(FIRST_DELAY);
        self.0.backend().write(vec![Write::Set(keys::limit(WAIT, who), "1".into(), delay)]).await;
        delay
    }

    /// They succeeded: their failures are forgotten, here as well. False where Redis could not be reached.
    pub async fn reset(self, who: &str) -> bool {
        let forget = || vec![Write::Delete(keys::limit(FAILURES, who)), Write::Delete(keys::limit(WAIT, who))];
        self.0.local().write(forget()).await;
        self.0.backend().write(forget()).await.is_delivered()
    }
}

/// The first value, as a number.
fn number(found: Vec<Option<Bytes>>) -> Option<u64> {
    std::str::from_utf8(&found.into_iter().next()??).ok()?.parse().ok()
}

async fn record(backend: &Backend, who: &str) -> Known<Duration> {
    let Known::Known(failures) = backend.increment(keys::limit(FAILURES, who), REMEMBERED).await else {
        return Known::Unknown;
    };
    let delay = delay_after(failures);
    if delay.is_zero() {
        return Known::Known(delay);
    }
    let wait = Write::Set(keys::limit(WAIT, who), "1".into(), delay);
    if backend.write(vec![wait]).await.is_delivered() { Known::Known(delay) } else { Known::Unknown }
}

/// How long to wait after so many failures.
fn delay_after(failures: u64) -> Duration {
    let Some(doublings) = failures.checked_sub(FREE_FAILURES + 1) else {
        return Duration::ZERO;
    };
    let factor = 1_u32.checked_shl(doublings.min(31) as u32).unwrap_or(u32::MAX);
    FIRST_DELAY.saturating_mul(factor).min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_after_four_failures_and_stops_at_a_quarter_of_an_hour() {
        let seconds = |failures| delay_after(failures).as_secs();

        assert_eq!([0, 1, 4].map(seconds), [0, 0, 0]);
        assert_eq!([5, 6, 7, 14].map(seconds), [1, 2, 4, 512]);
        assert_eq!([15, 40, u64::MAX].map(seconds), [900, 900, 900]);
    }
}
