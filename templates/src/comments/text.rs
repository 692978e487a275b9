//! Comments and the answers to them.

crate::text::catalogue! {
    TITLE = "댓글", "Comments";
    COUNT_ONE = "댓글 {n}개", "{n} comment";
    COUNT_MANY = "댓글 {n}개", "{n} comments";
    EMPTY = "아직 댓글이 없습니다. 첫 댓글을 남겨 보세요.", "No comments yet. Write the first one.";
    BY = "{name}님의 댓글", "Comment by {name}";
    REPLY_BY = "{name}님의 답글", "Reply by {name}";
    DELETED = "삭제된 댓글입니다", "This comment was deleted";
    DELETED_BY_STAFF = "운영자가 삭제한 댓글입니다", "Staff deleted this comment";
    HIDDEN = "운영자가 숨긴 댓글입니다", "This comment was hidden by staff";
    EDITED = "수정됨", "edited";
    AUTHOR_MARK = "글쓴이", "Author";
    REPLY = "답글", "Reply";
    REPLY_TO = "{name}님에게 답글 쓰기", "Reply to {name}";
    EDIT_OF = "내 댓글 수정", "Edit my comment";
    DELETE_OF = "내 댓글 삭제", "Delete my comment";
    REPLIES = "{name}님의 댓글에 달린 답글", "Replies to {name}";
    NEW_LABEL = "댓글 쓰기", "Write a comment";
    NEW_HINT = "@이름을 쓰면 그 회원에게 알려 줍니다.", "Write @name to let a member know.";
    FILES = "파일 붙이기", "Add files";
    FILES_HINT = "{n}개까지, 파일 하나에 {mb} MB까지. 사진 설명은 등록한 뒤 「수정」에서 적을 수 있고, 그 전에는 파일 이름을 읽어 줍니다.", "Up to {n}, {mb} MB each. You can describe pictures with “Edit” once it is posted; until then their file names are read out.";
    ALT_HINT = "사진을 볼 수 없는 사람에게 읽어 줍니다.", "It is read to people who cannot see the picture.";
    COMMENT_FILES_REFUSED = "올릴 수 없는 파일이 있어 댓글을 등록하지 않았습니다. 쓴 글은 그대로 있으니 파일을 다시 골라 주세요", "The comment is not posted because of a file. Your text is kept; please choose the files again";
    COMMENT_FILES_AGAIN = "등록하지 못했습니다. 쓴 글은 그대로 있지만 파일은 다시 골라 주세요", "It was not posted. Your text is kept, but please choose the files again";
    COMMENT_FILES_TOO_MANY = "댓글 하나에 파일을 {n}개까지 올릴 수 있습니다", "A comment can have up to {n} files";
    SUBMIT = "댓글 등록", "Post comment";
    SUBMIT_REPLY = "답글 등록", "Post reply";
    REPLY_TITLE = "답글 쓰기", "Write a reply";
    EDIT_TITLE = "댓글 수정", "Edit comment";
    ANSWERING = "답하는 댓글", "The comment you answer";
    ON_POST = "글: {title}", "On: {title}";
    SIGN_IN = "댓글을 쓰려면 로그인해 주세요.", "Sign in to write a comment.";
    CLOSED = "이 글에는 댓글을 쓸 수 없습니다.", "Comments are closed.";
    DELETE_TITLE = "댓글을 삭제할까요?", "Delete this comment?";
    DELETE_TEXT = "댓글의 자리는 남고 내용은 보이지 않게 됩니다. 달린 답글은 그대로 있습니다.", "Its place stays but the text is no longer shown. Replies to it remain.";
    DELETE_BUTTON = "댓글 삭제", "Delete comment";
    ANNOUNCE_CREATED = "댓글을 등록했습니다. 모두 {n}개입니다.", "Your comment is posted. There are {n} now.";
    ANNOUNCE_SAVED = "댓글을 수정했습니다.", "Your comment is saved.";
    ANNOUNCE_NEW = "{name}님이 새 댓글을 남겼습니다.", "{name} wrote a new comment.";
    FLASH_CREATED = "댓글을 등록했습니다.", "Your comment is posted.";
    FLASH_SAVED = "댓글을 수정했습니다.", "Your comment is saved.";
    FLASH_DELETED = "댓글을 삭제했습니다.", "The comment is deleted.";
}
