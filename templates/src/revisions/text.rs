//! Versions of a text.

crate::text::catalogue! {
    HISTORY = "수정 내역", "Edit history";
    SHORT = "수정 내역", "History";
    OF_COMMENT = "이 댓글의 수정 내역", "Edit history of this comment";
    TO_POST = "글로 돌아가기", "Back to the post";
    TO_COMMENT = "댓글로 돌아가기", "Back to the comment";
    NONE = "수정한 적이 없습니다", "It was never edited";
    NONE_TEXT = "고치면 전에 쓴 내용이 여기에 남습니다.", "When it is edited, the earlier text is kept here.";
    FIRST = "처음 쓴 글", "First version";
    NTH = "{n}번째 수정", "Edit {n}";
    IN_FORCE = "지금 보이는 글", "Shown now";
    FIRST_TEXT = "이때 쓴 글입니다.", "This is what was written then.";
    COMPARED = "바로 전 글과 견주었습니다. 지운 말에는 가운뎃줄을, 더한 말에는 밑줄을 그었습니다.", "Compared with the version before. Removed words are struck through, added words are underlined.";
    REMOVED = "지움:", "removed:";
    ADDED = "더함:", "added:";
    SKIPPED = "… (바뀌지 않은 부분) …", "… (not changed) …";
    GO_BACK = "이 글로 되돌리기", "Go back to this version";
    ERASE = "이 내역 지우기", "Erase this version";
    ERASE_HINT = "지운 내역은 되살릴 수 없습니다. 개인정보가 남았을 때 씁니다.", "An erased version cannot be brought back. Meant for private details that were left in it.";
    ALL_VERSIONS = "수정 내역 모두 보기", "All versions";
    FLASH_RESTORED = "이전 글로 되돌렸습니다.", "The earlier version is back.";
    FLASH_ERASED = "내역을 지웠습니다.", "The version is erased.";
}
