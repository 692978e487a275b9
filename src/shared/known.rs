//! The answers of the shared state: a value, or that Redis did not answer.

/// An answer from the shared state. "The key is not there" is `Known(None)`; "Redis did not answer" is `Unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Known<T> {
    /// It answered, and this is the answer.
    Known(T),
    /// It did not answer in time, or the connection is not validated: read SQL.
    Unknown,
}

impl<T> Known<T> {
    /// The answer, for a caller that treats no answer as no value.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown => None,
        }
    }

    /// Did it not answer?
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The same answer, seen differently.
    pub fn map<U>(self, see: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Self::Known(value) => Known::Known(see(value)),
            Self::Unknown => Known::Unknown,
        }
    }
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It arrived.
    Delivered,
    /// It may not have arrived: what must not be lost is written down in SQL.
    Lost,
}

impl<T> From<Known<T>> for Effect {
    fn from(answer: Known<T>) -> Self {
        match answer {
            Known::Known(_) => Self::Delivered,
            Known::Unknown => Self::Lost,
        }
    }
}

impl Effect {
    /// Did it arrive?
    pub fn is_delivered(self) -> bool {
        self == Self::Delivered
    }
}
