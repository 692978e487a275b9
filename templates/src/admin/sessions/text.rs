//! Open sessions in the panel.

crate::text::catalogue! {
    SESSIONS_TOTAL_ONE = "열린 세션 {n}개", "{n} open session";
    SESSIONS_TOTAL_MANY = "열린 세션 {n}개", "{n} open sessions";
    SESSIONS_ALL = "모든 세션 보기", "See all sessions";
    COL_DEVICE = "기기", "Device";
    COL_AREA = "화면", "Area";
    AREA_SITE = "사이트", "Site";
    AREA_ADMIN = "관리", "Admin";
    COL_STARTED = "로그인", "Signed in";
    END = "끝내기", "End";
    END_LABEL = "{name}님의 {device} 세션 끝내기", "End the session of {name} on {device}";
}
