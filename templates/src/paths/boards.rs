//! Boards.

/// The list of boards.
pub const COMMUNITY: &str = "/community";

pub fn board(slug: &str) -> String {
    format!("/community/{slug}")
}

/// One board at a page and in an order; the plain address where both are the usual ones.
pub fn board_page(slug: &str, page: u64, by_activity: bool) -> String {
    let path = board(slug);
    match (page, by_activity) {
        (0 | 1, false) => path,
        (0 | 1, true) => format!("{path}?sort=active"),
        (n, false) => format!("{path}?page={n}"),
        (n, true) => format!("{path}?page={n}&sort=active"),
    }
}

/// Write into a board.
pub fn write(slug: &str) -> String {
    format!("/community/{slug}/write")
}
