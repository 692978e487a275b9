//! What time it is: one clock for every row, in whole milliseconds of UTC.

pub mod monotonic;

use monotonic::MonotonicClock;
pub use time::OffsetDateTime;

/// The clock of an instance: the same by which it keeps what is shared.
#[derive(Clone, Default)]
pub struct Clock {
    steady: MonotonicClock,
}

impl Clock {
    /// Now, as stored.
    pub fn now(&self) -> OffsetDateTime {
        from_ms(self.steady.now_ms())
    }

    /// Moves this clock on. Tests do; nothing else does.
    pub fn advance(&self, by: time::Duration) {
        self.steady.advance_ms(by.whole_milliseconds() as i64);
    }

    /// Goes on when the machine's clock is set.
    pub fn monotonic(&self) -> &MonotonicClock {
        &self.steady
    }
}

/// A moment from its Unix time in milliseconds, as stored.
///
/// SQLite keeps moments as RFC 3339 text, which sorts like time only while every text is equally long,
/// and zeros at the end of the fraction are not written. So no stored moment ends in a zero: a
/// millisecond that would is moved on by one.
pub fn from_ms(ms: i64) -> OffsetDateTime {
    let ms = if ms % 10 == 0 { ms + 1 } else { ms };
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// The Unix time of a moment in milliseconds.
pub fn to_ms(moment: OffsetDateTime) -> i64 {
    (moment.unix_timestamp_nanos() / 1_000_000) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::format_description::well_known::Rfc3339;

    #[test]
    fn stored_moments_sort_as_text_like_they_sort_as_time() {
        let moments: Vec<_> = (1_700_000_000_000..1_700_000_002_500).map(from_ms).collect();

        let texts: Vec<_> = moments.iter().map(|m| m.format(&Rfc3339).expect("a moment can be written")).collect();

        assert!(texts.iter().all(|text| text.len() == "2023-11-14T22:13:20.001Z".len()));
        assert!(texts.is_sorted());
    }
}
