//! Posts.

pub fn post(slug: &str, id: i64) -> String {
    format!("/community/{slug}/{id}")
}

/// One post with a page of its comments.
pub fn post_page(slug: &str, id: i64, page: u64) -> String {
    if page <= 1 { format!("/community/{slug}/{id}#comments") } else { format!("/community/{slug}/{id}?page={page}#comments") }
}

/// Change a post.
pub fn post_edit(slug: &str, id: i64) -> String {
    format!("/community/{slug}/{id}/edit")
}

/// Delete a post: asks on GET, does on POST.
pub fn post_delete(slug: &str, id: i64) -> String {
    format!("/community/{slug}/{id}/delete")
}

/// Staff bring a post back.
pub fn post_restore(id: i64) -> String {
    format!("/posts/{id}/restore")
}

/// Staff hide a post.
pub fn post_hide(id: i64) -> String {
    format!("/posts/{id}/hide")
}

/// A post's comments: POST writes one.
pub fn post_comments(slug: &str, id: i64) -> String {
    format!("/community/{slug}/{id}/comments")
}

/// The stream of a post's comments that are newer than the newest that the page knows of.
pub fn post_events(id: i64, newest: i64) -> String {
    format!("/events/posts/{id}?after={newest}")
}

/// Turns Markdown into a preview fragment.
pub const PREVIEW: &str = "/preview";
