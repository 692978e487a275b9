//! Limits how many requests are worked on at once. Those beyond it wait in a bounded queue for a bounded moment, and are refused (503
//! with Retry-After) when the queue is full or the moment is over.
//!
//! A request that finds no room in the queue is refused after a pause, so that refusing leaves CPU for answers.
//!
//! `learnt` is the limit itself. The queue distinguishes a burst from an overload: after a pause of the scheduler or of Redis some hundred
//! requests come in one millisecond, at any load. It follows controlled delay (RFC 8289; for queues of requests: Maurer, "Fail
//! at Scale", ACM Queue 2015): a queue that was empty a moment ago holds a request for as long as a burst takes, one that does
//! not empty holds it for the target wait alone. It has room for as many as are answered within that time. First in, first out: with
//! a wait that short, last in, first out would only make the waits uneven.
//!
//! Our own, because the crates for it (tower's `ConcurrencyLimit`, `little-loadshedder`) have a fixed limit, no wait that is bounded
//! in time, or take a short stall of the database for saturation, which collapsed the limit in the overload drill.

mod learnt;

use learnt::{LearntLimit, millis};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{sleep, timeout};

/// Longest wait in a queue that was empty within this time: so long may a burst take.
const BURST_WAIT: Duration = Duration::from_millis(200);
/// Longest wait in a queue that has not been empty for longer than [`BURST_WAIT`].
const TARGET_WAIT: Duration = Duration::from_millis(100);
/// Bounds of how many may wait. The lower one is for an instance that has not been busy yet.
const MIN_QUEUE: usize = 128;
const MAX_QUEUE: usize = 4_096;

pub struct ConcurrencyLimit {
    learnt: LearntLimit,
    /// The free places below the limit. It is fair: a place that comes free goes to the request that waits longest.
    places: Semaphore,
    /// Places to be withdrawn, because the limit fell while they were taken.
    surplus: AtomicUsize,
    in_flight: AtomicUsize,
    waiting: AtomicUsize,
    /// Requests whose refusal is held back.
    paused: AtomicUsize,
    started: Instant,
    /// When the queue was last seen empty, in milliseconds after `started`.
    queue_start: AtomicU64,
}

/// One request in flight; released when dropped.
pub struct Permit<'a> {
    limiter: &'a ConcurrencyLimit,
    place: Option<SemaphorePermit<'a>>,
    begun: Duration,
}

/// One request that a number counts until this is dropped.
struct Counted<'a>(&'a AtomicUsize);

impl ConcurrencyLimit {
    pub fn new(max: usize) -> Self {
        let learnt = LearntLimit::new(max);
        Self {
            places: Semaphore::new(learnt.now()),
            learnt,
            surplus: AtomicUsize::default(),
            in_flight: AtomicUsize::default(),
            waiting: AtomicUsize::default(),
            paused: AtomicUsize::default(),
            started: Instant::now(),
            queue_start: AtomicU64::default(),
        }
    }

    /// `None` when the limit is reached.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.places.try_acquire().ok().map(|place| self.permit(place))
    }

    /// Waits for a place where there is none. `None` when too many wait already, or none came free in time.
    pub async fn acquire(&self) -> Option<Permit<'_>> {
        if let Some(permit) = self.try_acquire() {
            return Some(permit);
        }
        let Some((_waiting, longest)) = self.enter_queue(self.started.elapsed()) else {
            self.pause().await;
            return None;
        };
        let place = timeout(longest, self.places.acquire()).await.ok()?.ok()?;
        Some(self.permit(place))
    }

    fn permit<'a>(&'a self, place: SemaphorePermit<'a>) -> Permit<'a> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        Permit { limiter: self, place: Some(place), begun: self.started.elapsed() }
    }

    /// A place in the queue at this time (since `started`), and how long it may be kept. `None` when the queue is full.
    fn enter_queue(&self, at: Duration) -> Option<(Counted<'_>, Duration)> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Counted(&self.waiting);
        if before == 0 {
            self.queue_start.store(millis(at), Ordering::Relaxed);
        }
        let since = millis(at).saturating_sub(self.queue_start.load(Ordering::Relaxed));
        let longest = if since > millis(BURST_WAIT) { TARGET_WAIT } else { BURST_WAIT };
        let room = self.learnt.answered_within(longest).clamp(MIN_QUEUE, MAX_QUEUE);
        (before < room).then_some((place, longest))
    }

    /// Holds a refusal back. Clients that send again at once otherwise get thousands of refusals a second, and a refusal is a page
    /// too: a thousand such connections left a tenth of the answers. Where that many are held back already, none is.
    async fn pause(&self) {
        let before = self.paused.fetch_add(1, Ordering::Relaxed);
        let _paused = Counted(&self.paused);
        if before < MAX_QUEUE {
            sleep(BURST_WAIT).await;
        }
    }

    /// Follows the limit where it changed from the first number to the second. Places that are taken are withdrawn when their
    /// requests end.
    fn resize(&self, changed: Option<(usize, usize)>) {
        let Some((before, after)) = changed else { return };
        if after < before {
            let free = self.places.forget_permits(before - after);
            self.surplus.fetch_add(before - after - free, Ordering::Relaxed);
        } else {
            let kept = (before..after).take_while(|_| self.withdraw()).count();
            self.places.add_permits(after - before - kept);
        }
    }

    /// Whether there was a place to be withdrawn; then there is one less.
    fn withdraw(&self) -> bool {
        let less = |surplus: usize| surplus.checked_sub(1);
        self.surplus.load(Ordering::Relaxed) > 0 && self.surplus.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let (limiter, now) = (self.limiter, self.limiter.started.elapsed());
        let in_flight = limiter.in_flight.fetch_sub(1, Ordering::Relaxed);
        limiter.resize(limiter.learnt.learn(now.saturating_sub(self.begun), now, in_flight));
        if limiter.withdraw()
            && let Some(place) = self.place.take()
        {
            place.forget();
        }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use futures_util::future::join_all;
    use std::pin::pin;

    #[test]
    fn no_permit_is_given_beyond_the_limit() {
        let limiter = ConcurrencyLimit::new(2);
        let (first, second) = (limiter.try_acquire(), limiter.try_acquire());

        assert!(first.is_some() && second.is_some() && limiter.try_acquire().is_none());
        drop(first);
        assert!(limiter.try_acquire().is_some());
    }

    #[test]
    fn a_limit_that_falls_and_rises_while_its_places_are_taken_gives_out_as_many_as_it_says() {
        let limiter = ConcurrencyLimit::new(100);
        // Nothing is learnt meanwhile.
        limiter.learnt.stop_learning();
        let mut taken: Vec<_> = (0..100).map_while(|_| limiter.try_acquire()).collect();

        limiter.resize(limiter.learnt.set(20));
        taken.truncate(30);
        assert!(limiter.try_acquire().is_none(), "thirty are in flight, twenty are allowed");
        limiter.resize(limiter.learnt.set(40));
        let more = (0..100).map_while(|_| limiter.try_acquire()).collect::<Vec<_>>();

        assert_eq!((taken.len(), more.len(), limiter.in_flight.load(Ordering::Relaxed)), (30, 10, 40));
        drop((taken, more));
        assert_eq!((0..100).map_while(|_| limiter.try_acquire()).collect::<Vec<_>>().len(), 40);
    }

    #[tokio::test]
    async fn a_burst_below_what_can_be_answered_is_never_refused() {
        let limiter = ConcurrencyLimit::new(512);
        // Thirteen thousand a second until now, then none for fifty milliseconds: they all come at once.
        limiter.learnt.update_throughput(13_000.0);
        let requests = (0..650).map(|_| async {
            let permit = limiter.acquire().await;
            sleep(Duration::from_millis(5)).await;
            permit.is_some()
        });

        assert!(join_all(requests).await.into_iter().all(|accepted| accepted));
        assert_eq!((limiter.in_flight.load(Ordering::Relaxed), limiter.waiting.load(Ordering::Relaxed)), (0, 0));
    }

    #[tokio::test]
    async fn a_request_that_waits_is_let_in_when_one_ends_and_the_first_comes_first() {
        let limiter = ConcurrencyLimit::new(1);
        let at_work = limiter.try_acquire();
        let (mut first, mut second) = (pin!(limiter.acquire()), pin!(limiter.acquire()));
        assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());

        drop(at_work);

        assert!(second.as_mut().now_or_never().is_none(), "it came later");
        let permit = first.await;
        assert!(permit.is_some() && second.as_mut().now_or_never().is_none());
        drop(permit);
        assert!(second.await.is_some());
    }

    #[tokio::test]
    async fn a_request_is_refused_when_no_place_came_free_in_time() {
        let limiter = ConcurrencyLimit::new(1);
        let _at_work = limiter.try_acquire();
        let begun = Instant::now();

        assert!(limiter.acquire().await.is_none());

        assert!((BURST_WAIT..BURST_WAIT * 3).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        assert_eq!(limiter.waiting.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_queue_that_does_not_empty_holds_requests_for_a_shorter_time_and_fewer_of_them() {
        let limiter = ConcurrencyLimit::new(1);
        limiter.learnt.update_throughput(10_000.0);
        let at = |ms| limiter.enter_queue(Duration::from_millis(ms));
        let burst: Vec<_> = (0..2_000).map_while(|_| at(1_000)).collect();
        assert!(burst.len() == 2_000 && burst.iter().all(|(_, longest)| *longest == BURST_WAIT));
        assert!(at(1_000).is_none(), "the next one would not be answered in time");

        let late = at(1_250).map(|(_, longest)| longest);
        drop(burst);
        let again = at(1_251).map(|(_, longest)| longest);

        assert_eq!((late, again), (None, Some(BURST_WAIT)), "it was empty once, so this is another burst");
        let standing: Vec<_> = [2_000, 2_201].into_iter().filter_map(at).collect();
        assert_eq!(standing.iter().map(|(_, longest)| *longest).collect::<Vec<_>>(), [BURST_WAIT, TARGET_WAIT]);
    }

    #[tokio::test]
    async fn the_queue_is_bounded_and_a_request_beyond_it_is_refused_after_a_pause() {
        for (throughput, bound) in [(0.0, MIN_QUEUE), (1e9, MAX_QUEUE)] {
            let limiter = ConcurrencyLimit::new(1);
            let _at_work = limiter.try_acquire();
            limiter.learnt.update_throughput(throughput);
            let mut queue: Vec<_> = (0..bound).map(|_| Box::pin(limiter.acquire())).collect();
            assert!(queue.iter_mut().all(|waiting| waiting.now_or_never().is_none()));
            let begun = Instant::now();

            assert!(limiter.acquire().await.is_none());

            assert!((BURST_WAIT..BURST_WAIT * 3).contains(&begun.elapsed()), "{:?}", begun.elapsed());
            assert_eq!((limiter.waiting.load(Ordering::Relaxed), limiter.paused.load(Ordering::Relaxed)), (bound, 0));
        }
    }

    #[tokio::test]
    async fn refusals_are_held_back_in_a_bounded_number() {
        let limiter = ConcurrencyLimit::new(1);
        let mut paused: Vec<_> = (0..MAX_QUEUE).map(|_| Box::pin(limiter.pause())).collect();
        assert!(paused.iter_mut().all(|pause| pause.now_or_never().is_none()));

        assert!(limiter.pause().now_or_never().is_some());

        drop(paused);
        assert_eq!(limiter.paused.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_request_that_is_cut_while_it_waits_frees_its_place_in_the_queue_and_takes_none_at_work() {
        let limiter = ConcurrencyLimit::new(1);
        let at_work = limiter.try_acquire();
        let mut cut = Box::pin(limiter.acquire());
        let mut next = pin!(limiter.acquire());
        assert!(cut.as_mut().now_or_never().is_none() && next.as_mut().now_or_never().is_none());

        // Its place came free, and it is cut before it takes it.
        drop(at_work);
        drop(cut);

        assert!(next.await.is_some());
        assert_eq!((limiter.waiting.load(Ordering::Relaxed), limiter.in_flight.load(Ordering::Relaxed)), (0, 0));
        assert!(limiter.try_acquire().is_some());
    }
}
