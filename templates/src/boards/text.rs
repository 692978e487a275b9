//! The list of boards and the page of one board.

crate::text::catalogue! {
    INDEX_TITLE = "게시판", "Boards";
    INDEX_LEAD = "이야기를 나눌 게시판을 골라 보세요.", "Choose a board to read or write in.";
    INDEX_EMPTY = "볼 수 있는 게시판이 없습니다", "There are no boards to show";
    INDEX_EMPTY_TEXT = "운영자가 게시판을 준비하고 있습니다.", "The staff are preparing the boards.";
    POSTS_ONE = "글 {n}개", "{n} post";
    POSTS_MANY = "글 {n}개", "{n} posts";
    LATEST = "최근 글", "Latest";
    MEMBERS_ONLY = "회원만 읽을 수 있습니다", "Members only";
    ARCHIVED = "보관됨", "Archived";
    ARCHIVED_TEXT = "보관된 게시판입니다. 읽을 수만 있습니다.", "This board is archived. It can only be read.";
    WRITE = "글쓰기", "Write a post";
    WRITE_SIGN_IN = "로그인하고 글쓰기", "Sign in to write";
    CAPTION = "{name} 글 목록", "Posts in {name}";
    MORE_FILES_ONE = "파일 {n}개 더", "{n} more file";
    MORE_FILES_MANY = "파일 {n}개 더", "{n} more files";
    COL_TITLE = "제목", "Title";
    COL_AUTHOR = "글쓴이", "Author";
    COL_DATE = "날짜", "Date";
    COL_VIEWS = "조회", "Views";
    SORT = "정렬", "Order";
    SORT_NEW = "최신 글", "Newest";
    SORT_ACTIVE = "최근 댓글", "Latest comment";
    NEW_COMMENTS = "새 댓글", "New comments";
    ON_POST = "글:", "On the post";
    EMPTY = "아직 글이 없습니다", "No posts yet";
    EMPTY_TEXT = "이 게시판의 첫 글을 남겨 보세요.", "Be the first to write in this board.";
    EMPTY_PAGE = "이 쪽에는 글이 없습니다", "There are no posts on this page";
    EMPTY_PAGE_TEXT = "첫 쪽으로 돌아가 보세요.", "Go back to the first page.";
    TO_FIRST = "첫 쪽 보기", "See the first page";
}
