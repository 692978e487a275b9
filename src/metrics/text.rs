//! Writes OpenMetrics text with the official encoder, from numbers that were read before.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use std::fmt::Result;

/// What the answer is (OpenMetrics 1.0).
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A label and its value.
pub type Label<'a> = (&'a str, &'a str);

/// The text of what a collector has.
pub fn of(collector: impl Collector) -> String {
    let (mut registry, mut text) = (Registry::default(), String::with_capacity(16 * 1024));
    registry.register_collector(Box::new(collector));
    // Writing into a String cannot fail.
    let _ = encode(&mut text, &registry);
    text
}

/// A page being written.
pub struct Sheet<'a>(DescriptorEncoder<'a>);

/// One name on it, with its lines.
pub struct Page<'a>(MetricEncoder<'a>);

impl<'a> Sheet<'a> {
    /// Begins.
    pub fn new(encoder: DescriptorEncoder<'a>) -> Self {
        Self(encoder)
    }

    /// A number that only grows. `_total` is added to its name.
    pub fn counter(&mut self, name: &str, help: &str, value: u64) -> Result {
        self.0.encode_descriptor(name, help, None, MetricType::Counter)?.encode_counter::<NoLabelSet, _, f64>(&value, None)
    }

    /// The same with a fraction.
    pub fn counter_of_seconds(&mut self, name: &str, help: &str, value: Option<f64>) -> Result {
        let mut named = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        value.map_or(Ok(()), |value| named.encode_counter::<NoLabelSet, _, f64>(&value, None))
    }

    /// A number that goes up and down; without a line where it is not known.
    pub fn gauge(&mut self, name: &str, help: &str, value: Option<f64>) -> Result {
        let mut named = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        value.map_or(Ok(()), |value| named.encode_gauge(&value))
    }

    /// What stays the same, as labels. Older tools do not know the type `info`, and a gauge says as much.
    pub fn info(&mut self, name: &'static str, help: &str, labels: &[Label<'_>]) -> Result {
        self.gauges(name, help)?.gauge_of(labels, 1.0)
    }

    /// Begins a name whose lines have labels.
    pub fn counters(&mut self, name: &'static str, help: &str) -> std::result::Result<Page<'_>, std::fmt::Error> {
        Ok(Page(self.0.encode_descriptor(name, help, None, MetricType::Counter)?))
    }

    /// The same for numbers that go up and down.
    pub fn gauges(&mut self, name: &'static str, help: &str) -> std::result::Result<Page<'_>, std::fmt::Error> {
        Ok(Page(self.0.encode_descriptor(name, help, None, MetricType::Gauge)?))
    }

    /// The same for times.
    pub fn histograms(&mut self, name: &'static str, help: &str) -> std::result::Result<Page<'_>, std::fmt::Error> {
        Ok(Page(self.0.encode_descriptor(name, help, None, MetricType::Histogram)?))
    }
}

impl Page<'_> {
    /// A line.
    pub fn counter_of(&mut self, labels: &[Label<'_>], value: u64) -> Result {
        self.0.encode_family(&Labels(labels))?.encode_counter::<NoLabelSet, _, f64>(&value, None)
    }

    /// A line.
    pub fn gauge_of(&mut self, labels: &[Label<'_>], value: f64) -> Result {
        self.0.encode_family(&Labels(labels))?.encode_gauge(&value)
    }

    /// The lines of one histogram; the end of the last bucket is `f64::MAX`.
    pub fn histogram_of(&mut self, labels: &[Label<'_>], sum: f64, count: u64, buckets: &[(f64, u64)]) -> Result {
        self.0.encode_family(&Labels(labels))?.encode_histogram::<NoLabelSet>(sum, count, buckets, None)
    }
}

struct Labels<'a>(&'a [Label<'a>]);

impl EncodeLabelSet for Labels<'_> {
    fn encode(&self, encoder: &mut prometheus_client::encoding::LabelSetEncoder<'_>) -> Result {
        self.0.encode(encoder)
    }
}
