//! What the lists of posts and comments share: the search, the page's number, and what to do with the rows that were
//! ticked.

use crate::domain::page::DEEPEST;
use crate::domain::posts::State;
use crate::domain::posts::moderate::{Filter, ModerationAction};
use crate::domain::{BoardId, Error, Result};
use crate::web::{Fields, Rejection, Staff};
use poem::web::Query;
use serde::Deserialize;
use templates::admin::posts::Bulk;

/// Rows on one page.
pub const PAGE: i64 = 50;

/// What is looked for.
#[derive(Deserialize, Default)]
pub struct Search {
    q: Option<String>,
    board: Option<String>,
    state: Option<String>,
    page: Option<String>,
}

impl Search {
    fn filter(self) -> Filter {
        Filter {
            words: self.q.unwrap_or_default(),
            board: self.board.unwrap_or_default(),
            state: self.state.as_deref().and_then(State::parse),
            page: number(self.page.as_deref()),
        }
    }
}

/// The search that a form's page showed; the form's address carries it.
pub fn shown(search: Option<Query<Search>>) -> Filter {
    search.map(|Query(search)| search).unwrap_or_default().filter()
}

/// What came back with a form, to be shown again.
#[derive(Default)]
pub struct Sent {
    /// The rows that were ticked.
    pub selected: Vec<i64>,
    pub fields: Fields,
    /// What was wrong with it.
    pub rejection: Rejection,
}

impl Sent {
    /// What was to be done.
    pub fn bulk(&self) -> Bulk<'_> {
        Bulk { task: self.fields.text("task"), board_to: self.fields.text("board_to"), reason: self.fields.text("reason") }
    }
}

/// An address on the site: staff look at it there.
pub fn url(staff: &Staff, path: &str) -> String {
    format!("{}{path}", staff.request.app.config.origin())
}

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
pub fn action(fields: &Fields, board: Option<BoardId>) -> Result<ModerationAction> {
    match fields.text("task") {
        "hide" => Ok(ModerationAction::Hide),
        "restore" => Ok(ModerationAction::Restore),
        "delete" => Ok(ModerationAction::Delete),
        "move" => board.map(ModerationAction::Move).ok_or(Error::invalid("board_to", "board.unknown")),
        _ => Err(Error::invalid("task", "task.unknown")),
    }
}
