//! How long requests took, by route, method and kind of answer. All places for the numbers are made at the start:
//! a request only adds to three of them.

use super::gauge::Gauge;
use super::routes::Routes;
use super::text::Page;
use poem::http::{Method, StatusCode};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Upper ends of the buckets, in microseconds; one more takes the rest.
const ENDS: [u64; 12] = [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];
const BUCKETS: usize = ENDS.len() + 1;
const METHODS: [&str; 3] = ["GET", "POST", "other"];
/// 499, as in nginx: whoever asked did not wait for the answer.
const CODES: [&str; 5] = ["2xx", "3xx", "4xx", "5xx", "499"];
const GONE: usize = 4;

/// The times of one router.
pub struct Times {
    routes: Routes,
    places: Box<[Place]>,
}

#[derive(Default)]
struct Place {
    buckets: [AtomicU64; BUCKETS],
    micros: AtomicU64,
}

impl Place {
    fn add(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.buckets[ENDS.partition_point(|end| *end < micros)].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Times {
    /// Nothing has been asked yet.
    pub fn new(routes: Routes) -> Self {
        let places = (0..routes.len() * METHODS.len() * CODES.len()).map(|_| Place::default()).collect();
        Self { routes, places }
    }

    fn row(&self, method: &Method, path: &str) -> usize {
        let method = match *method {
            Method::GET => 0,
            Method::POST => 1,
            _ => 2,
        };
        (self.routes.find(path) * METHODS.len() + method) * CODES.len()
    }

    /// Writes what has been asked so far, under a name that is already on the page.
    pub fn write(&self, page: &mut Page<'_>) -> std::fmt::Result {
        for (n, place) in self.places.iter().enumerate() {
            let counts: [u64; BUCKETS] = std::array::from_fn(|i| place.buckets[i].load(Ordering::Relaxed));
            let count = counts.iter().sum::<u64>();
            if count == 0 {
                continue;
            }
            let ends = ENDS.iter().map(|end| *end as f64 / 1e6).chain([f64::MAX]);
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
    begun: Instant,
}

impl<'a> Timed<'a> {
    pub(super) fn begin(times: Option<&'a Times>, in_flight: &'a Gauge, method: &Method, path: &str) -> Self {
        in_flight.add();
        let row = times.map_or(0, |times| times.row(method, path));
        Self { times, in_flight, row, code: GONE, begun: Instant::now() }
    }

    /// Its answer is ready.
    pub fn done(mut self, status: StatusCode) {
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

        Timed::begin(Some(&times), &in_flight, &Method::GET, "/u/7").done(StatusCode::OK);
        Timed::begin(Some(&times), &in_flight, &Method::GET, "/u/8").done(StatusCode::OK);
        Timed::begin(Some(&times), &in_flight, &Method::PUT, "/x").done(StatusCode::NOT_FOUND);
        drop(Timed::begin(Some(&times), &in_flight, &Method::POST, "/"));

        let text = text::of(Lone(times));
        assert!(text.contains(r#"t_count{route="/u/:id",method="GET",code="2xx"} 2"#), "{text}");
        assert!(text.contains(r#"t_count{route="other",method="other",code="4xx"} 1"#), "{text}");
        assert!(text.contains(r#"t_count{route="/",method="POST",code="499"} 1"#), "{text}");
        assert_eq!(text.matches("t_count").count(), 3, "rows in which nothing happened are not written");
        assert_eq!(in_flight.now(), 0);
    }

    #[test]
    fn a_time_on_the_border_belongs_below_it() {
        let place = Place::default();

        place.add(Duration::from_micros(500));
        place.add(Duration::from_micros(501));
        place.add(Duration::from_secs(60));

        let counts: Vec<u64> = place.buckets.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        assert_eq!((counts[0], counts[1], counts[BUCKETS - 1]), (1, 1, 1));
    }
}
