//! The tiles and lists of the dashboard.

crate::text::catalogue! {
    TILE_MEMBERS = "회원", "Members";
    TILE_MEMBERS_HINT = "오늘 {n}명 가입", "{n} joined today";
    TILE_POSTS = "글", "Posts";
    TILE_COMMENTS = "댓글", "Comments";
    TILE_TODAY_HINT = "오늘 {n}개", "{n} today";
    TILE_ONLINE = "지금 접속", "Here now";
    TILE_ONLINE_HINT = "최근 1분", "In the last minute";
    TILE_SESSIONS = "열린 세션", "Open sessions";
    TILE_SESSIONS_HINT = "관리 화면 {n}개", "{n} in the admin";
    TILE_SUSPENDED = "정지된 회원", "Suspended members";
    TILE_SUSPENDED_HINT = "기한이 지나면 저절로 풀립니다", "Lifted by itself when due";
    TILES = "지금의 민스쿨", "MinSchool now";
    RECENT_AUDIT = "최근 조치", "Recent actions";
    RECENT_SIGNUPS = "최근 가입", "Recent sign-ups";
    ALL_AUDIT = "감사 기록 모두 보기", "See the whole audit log";
    ALL_USERS = "회원 모두 보기", "See all members";
}
