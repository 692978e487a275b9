//! The first page.

crate::text::catalogue! {
    HERO_TITLE = "민스쿨에 오신 것을 환영합니다", "Welcome to MinSchool";
    HERO_TEXT = "소식을 읽고, 궁금한 것을 묻고, 서로의 경험을 나누는 곳입니다. 누구나 읽을 수 있고, 회원이 되면 글과 댓글을 쓸 수 있습니다.", "Read the news, ask what you want to know and share what you have learned. Anyone can read; members can write posts and comments.";
    HERO_MEMBER = "{name}님, 어서 오세요", "Welcome back, {name}";
    HERO_MEMBER_TEXT = "오늘도 함께해 주셔서 고맙습니다. 새로 올라온 글부터 살펴보세요.", "Good to see you. Start with the newest posts.";
    RECENT = "최근 글", "Recent posts";
    RECENT_EMPTY = "아직 올라온 글이 없습니다", "No posts yet";
    RECENT_EMPTY_TEXT = "게시판을 골라 첫 글을 남겨 보세요.", "Pick a board and write the first post.";
    ALL_BOARDS = "게시판 모두 보기", "See all boards";
}
