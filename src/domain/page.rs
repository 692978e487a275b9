//! Pages of the lists that staff see: a number of rows, and whether more follow.

/// One page of a list, and whether there is another.
#[derive(Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether there are more.
    pub more: bool,
    /// Whether the search for them ended before it had come to the oldest.
    pub is_cut: bool,
}

impl<T> Page<T> {
    /// From one row more than a page holds.
    pub fn of(mut rows: Vec<T>, size: i64) -> Self {
        let size = usize::try_from(size).unwrap_or(0);
        let more = rows.len() > size;
        rows.truncate(size);
        Self { rows, more, is_cut: false }
    }
}

/// The last page of a staff list; rows further back are found by searching.
pub const DEEPEST: i64 = 500;

/// How many rows stand before a page. Bounded, so that no page costs more than [`DEEPEST`] pages of rows.
pub fn skip(page: i64, size: i64) -> i64 {
    (page.clamp(1, DEEPEST) - 1) * size
}
