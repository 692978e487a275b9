//! Reading, writing and deleting a post.

crate::text::catalogue! {
    VIEWS_ONE = "조회 {n}", "{n} view";
    VIEWS_MANY = "조회 {n}", "{n} views";
    COMMENTS_ONE = "댓글 {n}개", "{n} comment";
    COMMENTS_MANY = "댓글 {n}개", "{n} comments";
    EDITED = "{when} 수정됨", "Edited {when}";
    EDITED_BY_STAFF = "{when} 운영자가 고침", "Edited by staff {when}";
    ACTIONS = "글 관리", "Post actions";
    HIDDEN = "숨겨진 글입니다. 운영자와 글쓴이만 볼 수 있습니다.", "This post is hidden. Only staff and its author see it.";
    DELETED = "삭제된 글입니다. 운영자만 볼 수 있습니다.", "This post is deleted. Only staff see it.";
    REASON = "사유: {reason}", "Reason: {reason}";
    STATE_HIDDEN = "숨김", "Hidden";
    STATE_DELETED = "삭제됨", "Deleted";
    NEIGHBOURS = "앞뒤 글", "Nearby posts";
    NEWER = "다음 글", "Newer post";
    OLDER = "이전 글", "Older post";
    TO_LIST = "목록", "Back to the list";
    NEW_TITLE = "{board}에 글쓰기", "Write in {board}";
    EDIT_TITLE = "글 수정", "Edit post";
    TITLE = "제목", "Title";
    BODY = "내용", "Text";
    BODY_HINT = "마크다운을 쓸 수 있습니다: **굵게**, # 제목, - 목록, > 인용, [글자](주소). 유튜브 주소만 한 줄에 쓰면 영상 카드가 됩니다.", "Markdown works: **bold**, # heading, - list, > quote, [text](address). A YouTube address on its own line becomes a video card.";
    IS_NOTICE = "공지로 올리기", "Post as a notice";
    IS_NOTICE_HINT = "게시판 맨 위에 항상 보입니다.", "It always stays at the top of the board.";
    PUBLISH = "등록", "Publish";
    SAVE_CHANGES = "수정 저장", "Save changes";
    PREVIEW = "미리보기", "Preview";
    PREVIEW_EMPTY = "내용을 쓰면 여기에 미리 보입니다.", "Your text will show here as you write.";
    DELETE_TITLE = "글을 삭제할까요?", "Delete this post?";
    DELETE_TEXT = "삭제한 글은 목록에서 사라집니다. 되살리려면 운영자에게 알려 주세요.", "A deleted post leaves the lists. Ask the staff if you need it back.";
    DELETE_COMMENTS_ONE = "달린 댓글 {n}개도 함께 보이지 않게 됩니다.", "Its {n} comment will not be shown either.";
    DELETE_COMMENTS_MANY = "달린 댓글 {n}개도 함께 보이지 않게 됩니다.", "Its {n} comments will not be shown either.";
    DELETE_BUTTON = "글 삭제", "Delete post";
    FLASH_CREATED = "글을 등록했습니다.", "Your post is published.";
    FLASH_SAVED = "수정한 내용을 저장했습니다.", "Your changes are saved.";
    FLASH_DELETED = "글을 삭제했습니다.", "The post is deleted.";
    FLASH_RESTORED = "글을 복원했습니다.", "The post is restored.";
    FLASH_HIDDEN = "글을 숨겼습니다.", "The post is hidden.";
}
