//! Durations of requests, by route, method and kind of answer. All counters are allocated at the start; a request adds to three of them.

use super::gauge::Gauge;
use super::routes::Routes;
use super::text::Page;
use crate::histogram::Scale;
use poem::http::{Method, StatusCode};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// In microseconds.
const SCALE: Scale<12> =
    Scale([500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 25_000.0, 50_000.0, 100_000.0, 250_000.0, 500_000.0, 1_000_000.0, 5_000_000.0]);
const BUCKETS: usize = Scale::<12>::BUCKETS;
const METHODS: [&str; 3] = ["GET", "POST", "other"];
/// 499, as in nginx: the client did not wait for the answer.
const CODES: [&str; 5] = ["2xx", "3xx", "4xx", "5xx", "499"];
const GONE: usize = 4;

/// The times of one router.
pub struct Times {
    routes: Routes,
    places: Box<[RouteTimes]>,
}

#[derive(Default)]
struct RouteTimes {
    buckets: [AtomicU64; BUCKETS],
    micros: AtomicU64,
    statements: AtomicU64,
}

impl RouteTimes {
    fn add(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.buckets[SCALE.bucket(micros as f64)].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// Counts of several requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Sum {
    /// By how long they took, as the buckets are.
    pub buckets: [u64; BUCKETS],
    /// How long they took together, in microseconds.
    pub micros: u64,
    /// SQL statements that they waited for.
    pub statements: u64,
    /// How many of them were answered with 5xx.
    pub errors: u64,
}

impl Sum {
    /// How many requests.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// What came since an earlier count.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self {
            buckets: std::array::from_fn(|n| self.buckets[n].saturating_sub(before.buckets[n])),
            micros: self.micros.saturating_sub(before.micros),
            statements: self.statements.saturating_sub(before.statements),
            errors: self.errors.saturating_sub(before.errors),
        }
    }

    /// Adds others.
    pub fn add(&mut self, more: &Self) {
        self.buckets.iter_mut().zip(more.buckets).for_each(|(have, more)| *have += more);
        self.micros += more.micros;
        self.statements += more.statements;
        self.errors += more.errors;
    }

    /// So many microseconds the given share of them took at most, as far as the buckets show. None: there were none.
    pub fn quantile(&self, share: f64) -> Option<u64> {
        SCALE.quantile(self.buckets.iter().copied(), share).map(|micros| micros as u64)
    }
}

impl Times {
    /// What was asked so far, by route; routes that nobody asked for are left out.
    pub(super) fn by_route(&self) -> Vec<(String, Sum)> {
        let sum = |places: &[RouteTimes]| {
            let mut sum = Sum::default();
            for (n, place) in places.iter().enumerate() {
                let buckets: [u64; BUCKETS] = std::array::from_fn(|i| place.buckets[i].load(Ordering::Relaxed));
                let errors = if CODES[n % CODES.len()] == "5xx" { buckets.iter().sum() } else { 0 };
                let (micros, statements) = (place.micros.load(Ordering::Relaxed), place.statements.load(Ordering::Relaxed));
                sum.add(&Sum { buckets, micros, statements, errors });
            }
            sum
        };
        let rows = self.places.chunks(METHODS.len() * CODES.len()).enumerate();
        rows.map(|(route, places)| (self.routes.label(route), sum(places))).filter(|(_, sum)| sum.count() > 0).collect()
    }

    /// Nothing has been asked yet.
    pub fn new(routes: Routes) -> Self {
        let places = (0..routes.len() * METHODS.len() * CODES.len()).map(|_| RouteTimes::default()).collect();
        Self { routes, places }
    }

    fn row(&self, method: &Method, route: usize) -> usize {
        let method = match *method {
            Method::GET => 0,
            Method::POST => 1,
            _ => 2,
        };
        (route * METHODS.len() + method) * CODES.len()
    }

    /// Writes what has been asked so far, under a name that is already on the page.
    pub fn write(&self, page: &mut Page<'_>) -> std::fmt::Result {
        for (n, place) in self.places.iter().enumerate() {
            let counts: [u64; BUCKETS] = std::array::from_fn(|i| place.buckets[i].load(Ordering::Relaxed));
            let count = counts.iter().sum::<u64>();
            if count == 0 {
                continue;
            }
            let ends = SCALE.0.iter().map(|end| end / 1e6).chain([f64::MAX]);
            let buckets: Vec<(f64, u64)> = ends.zip(counts).collect();
            let (code, rest) = (CODES[n % CODES.len()], n / CODES.len());
            let route = self.routes.label(rest / METHODS.len());
            let labels = [("route", route.as_str()), ("method", METHODS[rest % METHODS.len()]), ("code", code)];
            page.histogram_of(&labels, place.micros.load(Ordering::Relaxed) as f64 / 1e6, count, &buckets)?;
        }
        Ok(())
    }
}

/// A request at work.
pub struct Timed<'a> {
    times: Option<&'a Times>,
    in_flight: &'a Gauge,
    row: usize,
    code: usize,
    statements: u32,
    begun: Instant,
}

impl<'a> Timed<'a> {
    pub(super) fn begin(times: Option<&'a Times>, in_flight: &'a Gauge, method: &Method, route: usize) -> Self {
        in_flight.add();
        let row = times.map_or(0, |times| times.row(method, route));
        Self { times, in_flight, row, code: GONE, statements: 0, begun: Instant::now() }
    }

    /// Its answer is ready, after so many SQL statements.
    pub fn done(mut self, status: StatusCode, statements: u32) {
        self.statements = statements;
        self.code = match status.as_u16() {
            0..300 => 0,
            300..400 => 1,
            400..500 => 2,
            _ => 3,
        };
    }
}

impl Drop for Timed<'_> {
    fn drop(&mut self) {
        self.in_flight.take();
        if let Some(place) = self.times.and_then(|times| times.places.get(self.row + self.code)) {
            place.add(self.begun.elapsed());
            place.statements.fetch_add(self.statements.into(), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::text;
    use super::*;

    struct Lone(Times);

    impl std::fmt::Debug for Lone {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("times")
        }
    }

    impl prometheus_client::collector::Collector for Lone {
        fn encode(&self, encoder: prometheus_client::encoding::DescriptorEncoder<'_>) -> std::fmt::Result {
            self.0.write(&mut text::Sheet::new(encoder).histograms("t", "times")?)
        }
    }

    #[test]
    fn a_request_is_one_in_its_row_however_it_ends() {
        let (times, in_flight) = (Times::new(Routes::labelled("", &["/", "/u/:id"])), Gauge::default());

        Timed::begin(Some(&times), &in_flight, &Method::GET, 1).done(StatusCode::OK, 2);
        Timed::begin(Some(&times), &in_flight, &Method::GET, 1).done(StatusCode::OK, 2);
        Timed::begin(Some(&times), &in_flight, &Method::PUT, 2).done(StatusCode::NOT_FOUND, 0);
        drop(Timed::begin(Some(&times), &in_flight, &Method::POST, 0));

        let text = text::of(Lone(times));
        assert!(text.contains(r#"t_count{route="/u/:id",method="GET",code="2xx"} 2"#), "{text}");
        assert!(text.contains(r#"t_count{route="other",method="other",code="4xx"} 1"#), "{text}");
        assert!(text.contains(r#"t_count{route="/",method="POST",code="499"} 1"#), "{text}");
        assert_eq!(text.matches("t_count").count(), 3, "rows in which nothing happened are not written");
        assert_eq!(in_flight.now(), 0);
    }

    #[test]
    fn routes_are_summed_over_methods_and_answers() {
        let (times, in_flight) = (Times::new(Routes::labelled("", &["/", "/u/:id"])), Gauge::default());
        Timed::begin(Some(&times), &in_flight, &Method::GET, 1).done(StatusCode::OK, 2);
        let before = times.by_route();
        Timed::begin(Some(&times), &in_flight, &Method::POST, 1).done(StatusCode::BAD_GATEWAY, 3);

        let now = times.by_route();

        assert_eq!(now.len(), 1, "the others were not asked for");
        let (label, sum) = &now[0];
        assert_eq!((label.as_str(), sum.count(), sum.statements, sum.errors), ("/u/:id", 2, 5, 1));
        assert_eq!((sum.since(&before[0].1).count(), sum.since(&before[0].1).statements), (1, 3));
    }

    #[test]
    fn a_time_on_the_border_belongs_below_it() {
        let place = RouteTimes::default();

        place.add(Duration::from_micros(500));
        place.add(Duration::from_micros(501));
        place.add(Duration::from_secs(60));

        let counts: Vec<u64> = place.buckets.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        assert_eq!((counts[0], counts[1], counts[BUCKETS - 1]), (1, 1, 1));
    }
}
