//! Whose piece of shared state it is. Keys and copies name members by number; `domain` has the id of the row and turns one into
//! the other, because this room does not know the tables.

use serde::{Deserialize, Serialize};

/// The number of a member's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserKey(pub i64);

impl std::fmt::Display for UserKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
