//! The panel's frame, and what several of its pages share.

crate::text::catalogue! {
    SITE_NAME = "민스쿨 관리", "MinSchool admin";
    PAGE_TITLE = "{title} - 민스쿨 관리", "{title} - MinSchool admin";
    MENU = "관리 메뉴", "Admin menu";
    TO_SITE = "사이트 보기", "View site";
    SIGNED_IN_AS = "{name}님", "{name}";
    DASHBOARD = "대시보드", "Dashboard";
    USERS = "회원", "Members";
    ROLES = "역할과 권한", "Roles";
    BOARDS = "게시판", "Boards";
    POSTS = "글", "Posts";
    COMMENTS = "댓글", "Comments";
    SESSIONS = "세션", "Sessions";
    AUDIT = "감사 기록", "Audit log";
    NONE = "아직 없습니다", "None yet";
    NO_MATCH = "찾는 것이 없습니다", "Nothing found";
    NO_MATCH_TEXT = "검색어나 조건을 바꾸어 보세요.", "Try other words or filters.";
    COL_NAME = "이름", "Name";
    COL_EMAIL = "이메일", "E-mail";
    COL_ROLE = "역할", "Role";
    COL_LAST_SEEN = "마지막 이용", "Last seen";
    COL_STATE = "상태", "State";
    COL_ACTIONS = "할 일", "Actions";
    SUSPENDED_REASON = "사유: {reason}", "Reason: {reason}";
    SESSIONS_OF = "{name}님의 세션", "Sessions of {name}";
    COL_IP = "IP 주소", "IP address";
    FLASH_SAVED = "저장했습니다.", "Saved.";
    FLASH_ROLE = "역할을 바꾸었습니다.", "The role is changed.";
    FLASH_SUSPENDED = "이용을 정지했습니다.", "The member is suspended.";
    FLASH_LIFTED = "정지를 풀었습니다.", "The suspension is lifted.";
    FLASH_ENDED = "세션을 끝냈습니다.", "The sessions are ended.";
    FLASH_DONE = "고른 항목을 처리했습니다.", "The chosen items are done.";
    FLASH_CREATED = "만들었습니다.", "Created.";
    FLASH_DELETED = "삭제했습니다.", "Deleted.";
    FLASH_RETRY = "곧 다시 시도합니다.", "It will be tried again in a moment.";
    FLASH_DROPPED = "작업을 버렸습니다.", "The job is dropped.";
}
