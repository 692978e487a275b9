//! Comments.

/// Leads to a comment on the page where it stands.
pub fn comment(id: i64) -> String {
    format!("/comments/{id}")
}

/// Where a comment stands on the page that is open.
pub fn comment_anchor(id: i64) -> String {
    format!("#comment-{id}")
}

/// A comment on its page of a post's comments.
pub fn comment_on(slug: &str, post: i64, page: u64, id: i64) -> String {
    let page = if page > 1 { format!("?page={page}") } else { String::new() };
    format!("/community/{slug}/{post}{page}#comment-{id}")
}

/// Answer a comment.
pub fn comment_reply(id: i64) -> String {
    format!("/comments/{id}/reply")
}

/// Change a comment.
pub fn comment_edit(id: i64) -> String {
    format!("/comments/{id}/edit")
}

/// Delete a comment: asks on GET, does on POST.
pub fn comment_delete(id: i64) -> String {
    format!("/comments/{id}/delete")
}
