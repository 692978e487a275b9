//! Posts in the panel, and the bulk form that comments share.

crate::text::catalogue! {
    QUERY_POSTS = "제목, 내용이나 글쓴이", "Title, text or author";
    IS_CUT = "찾는 말이 너무 넓어 가장 새로운 것 가운데서만 찾았습니다. 낱말을 더 적어 보세요.", "There is too much with these words, so only the newest were looked through. Try more words.";
    STATE = "상태", "State";
    STATE_ANY = "모두", "Any";
    STATE_SHOWN = "보임", "Shown";
    STATE_HIDDEN = "숨김", "Hidden";
    STATE_DELETED = "삭제됨", "Deleted";
    BOARD_ANY = "모든 게시판", "All boards";
    COL_SELECT = "선택", "Select";
    SELECT_ONE = "「{title}」 선택", "Select “{title}”";
    COL_TITLE = "제목", "Title";
    COL_AUTHOR = "글쓴이", "Author";
    COL_DATE = "날짜", "Date";
    POSTS_CAPTION = "글 목록", "Posts";
    BULK = "고른 것 처리하기", "With the selected";
    ACTION = "할 일", "Action";
    ACTION_CHOOSE = "골라 주세요", "Choose";
    ACTION_HIDE = "숨기기", "Hide";
    ACTION_RESTORE = "다시 보이기", "Show again";
    ACTION_DELETE = "삭제", "Delete";
    ACTION_MOVE = "다른 게시판으로 옮기기", "Move to another board";
    MOVE_TO = "옮길 게시판", "Board to move to";
    MOVE_HINT = "옮길 때만 골라 주세요.", "Only for moving.";
    REASON = "사유", "Reason";
    REASON_HINT = "감사 기록에 남고, 글쓴이에게 보일 수 있습니다.", "Kept in the audit log; the author may see it.";
    APPLY = "처리하기", "Apply";
}
