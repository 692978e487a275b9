//! What lists of staff share: the page's number, and what to do with the rows that were ticked.

use crate::domain::members::DEEPEST;
use crate::domain::posts::moderate::Deed;
use crate::domain::{Error, Result};
use crate::web::Fields;

/// The page of a list; anything that is no number is the first.
pub fn number(page: Option<&str>) -> i64 {
    page.and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, DEEPEST)
}

/// The rows that were ticked.
pub fn ticked(fields: &Fields) -> Vec<i64> {
    let mut ids: Vec<i64> = fields.all("item").filter_map(|id| id.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(200);
    ids
}

/// What to do with them. `board` is the id of the board that they are moved to.
///
/// # Errors
/// `Invalid("task" | "board_to", …)`.
pub fn deed(fields: &Fields, board: Option<i64>) -> Result<Deed> {
    match fields.text("task") {
        "hide" => Ok(Deed::Hide),
        "restore" => Ok(Deed::Restore),
        "delete" => Ok(Deed::Delete),
        "move" => board.map(Deed::Move).ok_or(Error::invalid("board_to", "board.unknown")),
        _ => Err(Error::invalid("task", "task.unknown")),
    }
}
