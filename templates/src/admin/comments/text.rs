//! Comments in the panel.

crate::text::catalogue! {
    QUERY_COMMENTS = "내용이나 글쓴이", "Text or author";
    COL_TEXT = "내용", "Text";
    COMMENTS_CAPTION = "댓글 목록", "Comments";
    ON_POST = "글: {title}", "On: {title}";
}
