//! Saved searches.

crate::text::catalogue! {
    TITLE = "저장한 검색", "Saved searches";
    LEAD = "검색에 걸리는 새 글이나 댓글이 올라오면 알려 드립니다. 내가 쓴 것은 알리지 않습니다. {most}개까지 저장할 수 있습니다.",
        "You are notified when a new post or comment matches. What you wrote yourself does not count. You can save up to {most}.";
    WATCH = "이 검색 알림 받기", "Notify me of new results";
    WATCHED = "이 검색에 걸리는 새 글을 알려 드립니다.", "You are notified of new results.";
    UNWATCH = "알림 그만 받기", "Stop notifying me";
    TO_LIST = "저장한 검색 보기", "See saved searches";
    REMOVE = "지우기", "Remove";
    REMOVE_OF = "저장한 검색 지우기: {words}", "Remove the saved search: {words}";
    ON_BOARD = "게시판: {board}", "Board: {board}";
    GONE_BOARD = "지금은 볼 수 없는 게시판", "A board that cannot be seen now";
    BY = "쓴 사람: {name}", "Written by {name}";
    POSTS_ONLY = "글만", "Posts only";
    COMMENTS_ONLY = "댓글만", "Comments only";
    EMPTY = "아직 저장한 검색이 없습니다", "No saved searches yet";
    EMPTY_TEXT = "검색하신 다음 「이 검색 알림 받기」를 누르면 여기에 모입니다.", "Search for something and press “Notify me of new results”.";
    TO_SEARCH = "검색하기", "Search";
    TO_NOTICES = "메일로도 받을지 정하기", "Choose whether they are mailed, too";
    FLASH_ADDED = "새 글이 올라오면 알려 드립니다.", "You will be notified of new results.";
    FLASH_REMOVED = "저장한 검색을 지웠습니다.", "The saved search is removed.";
    SAVED_SEARCH_FULL = "검색은 20개까지 저장할 수 있습니다. 필요 없는 것을 먼저 지워 주세요", "You can save up to 20 searches. Remove some that you no longer need first";
    SAVED_SEARCH_WORDS = "글이나 댓글에서 찾을 말이 있는 검색만 저장할 수 있습니다", "Only searches for words in posts or comments can be saved";
    SAVED_SEARCH_AUTHOR = "그런 이름의 회원이 없어 저장할 수 없습니다", "No member has that name, so the search cannot be saved";
}
