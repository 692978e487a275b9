//! Addresses of revisions.

use crate::paths;

/// All versions of a post, and one of them; POST goes back to it, or erases it.
pub const OF_POST: &str = "/community/:board/:id/revisions";
pub const POST_VERSION: &str = "/community/:board/:id/revisions/:number";
pub const POST_RESTORE: &str = "/community/:board/:id/revisions/:number/restore";
pub const POST_ERASE: &str = "/community/:board/:id/revisions/:number/erase";
/// The same of a comment.
pub const OF_COMMENT: &str = "/comments/:id/revisions";
pub const COMMENT_VERSION: &str = "/comments/:id/revisions/:number";
pub const COMMENT_RESTORE: &str = "/comments/:id/revisions/:number/restore";
pub const COMMENT_ERASE: &str = "/comments/:id/revisions/:number/erase";

/// Whose history.
#[derive(Clone, Copy, Debug)]
pub enum Of<'a> {
    /// A post's: the address of its board, its number.
    Post(&'a str, i64),
    /// A comment's.
    Comment(i64),
}

/// Where it is read.
pub fn back(of: Of) -> String {
    match of {
        Of::Post(slug, id) => paths::post(slug, id),
        Of::Comment(id) => paths::comment(id),
    }
}

/// All versions.
pub fn index(of: Of) -> String {
    match of {
        Of::Post(slug, id) => format!("/community/{slug}/{id}/revisions"),
        Of::Comment(id) => format!("/comments/{id}/revisions"),
    }
}

/// One version.
pub fn show(of: Of, number: i64) -> String {
    format!("{}/{number}", index(of))
}

/// POST goes back to a version.
pub fn restore(of: Of, number: i64) -> String {
    format!("{}/{number}/restore", index(of))
}

/// POST erases a version.
pub fn erase(of: Of, number: i64) -> String {
    format!("{}/{number}/erase", index(of))
}
