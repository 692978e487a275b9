//! The first page.

crate::text::catalogue! {
    HERO_TITLE = "민스쿨에 오신 것을 환영합니다", "Welcome to MinSchool";
    HERO_TEXT = "소식을 읽고, 궁금한 것을 묻고, 서로의 경험을 나누는 곳입니다.", "Read the news, ask what you want to know and share what you have learned.";
    HERO_MEMBER = "{name}님, 어서 오세요", "Welcome back, {name}";
    UNREAD_ONE = "읽지 않은 알림 {n}개", "{n} unread notification";
    UNREAD_MANY = "읽지 않은 알림 {n}개", "{n} unread notifications";
    NOTICES = "공지", "Notices";
    RECENT = "게시판 새 글", "New on the boards";
    HERE = "지금 있는 사람", "Here now";
    HERE_ALL = "모두 보기", "See everyone";
    TALKED = "댓글이 많은 글", "Much discussed";
    RECENT_EMPTY = "아직 올라온 글이 없습니다", "No posts yet";
    RECENT_EMPTY_TEXT = "게시판을 골라 첫 글을 남겨 보세요.", "Pick a board and write the first post.";
    ALL_BOARDS = "게시판 모두 보기", "See all boards";
    JOIN_TITLE = "함께해 주세요", "Join us";
    JOIN_TEXT = "글은 누구나 읽을 수 있습니다. 회원이 되면 글과 댓글을 쓰고, 답이 달리면 바로 알 수 있습니다. 가입에는 이름과 전자우편 주소만 있으면 됩니다.", "Anyone can read. Members write posts and comments, and learn at once when somebody answers. All it takes is a name and an e-mail address.";
}
