//! Durations counted in buckets, and the quantiles that can be read from such counts: for the requests of an instance and
//! for what nginx logged.

/// The upper ends of buckets, rising; one bucket more takes the rest.
pub struct Scale<const ENDS: usize>(pub [f64; ENDS]);

impl<const ENDS: usize> Scale<ENDS> {
    /// One for each end and one for the rest.
    pub const BUCKETS: usize = ENDS + 1;

    /// The bucket of a value: an end belongs to the bucket below it.
    pub fn bucket(&self, value: f64) -> usize {
        self.0.partition_point(|end| *end < value)
    }

    /// The value that this share of the counted values does not exceed, interpolated within its bucket. Beyond the last end
    /// no more is known than that end. None: nothing was counted.
    pub fn quantile(&self, counts: impl Iterator<Item = u64> + Clone, share: f64) -> Option<f64> {
        let wanted = share * counts.clone().sum::<u64>() as f64;
        let mut below = 0.0;
        for (n, count) in counts.enumerate().filter(|(_, count)| *count > 0) {
            let count = count as f64;
            if below + count >= wanted {
                let start = if n == 0 { 0.0 } else { self.0[n - 1] };
                let end = self.0.get(n).copied().unwrap_or(start);
                return Some(start + (end - start) * (wanted - below) / count);
            }
            below += count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: Scale<3> = Scale([1.0, 10.0, 100.0]);

    #[test]
    fn a_value_on_the_border_belongs_below_it() {
        assert_eq!([0.5, 1.0, 1.1, 100.0, 1e9].map(|value| SCALE.bucket(value)), [0, 0, 1, 2, 3]);
    }

    #[test]
    fn quantiles_lie_within_their_bucket() {
        let of = |counts: [u64; 4], share| SCALE.quantile(counts.into_iter(), share);

        assert_eq!(of([0; 4], 0.5), None);
        assert_eq!(of([0, 90, 10, 0], 0.5), Some(6.0));
        assert_eq!(of([0, 90, 10, 0], 0.95), Some(55.0));
        assert_eq!(of([0, 0, 0, 5], 0.5), Some(100.0));
    }
}
