//! Roles and the names of permissions.

crate::text::catalogue! {
    ROLES_TEXT = "역할마다 무엇을 할 수 있는지 정합니다. 저장하면 모든 세션에 바로 적용됩니다.", "Choose what each role may do. Changes apply to every session at once.";
    ROLE_NEW = "역할 만들기", "New role";
    ROLE_NAME = "역할 이름", "Role name";
    ROLE_ADMIN = "관리자", "Administrator";
    ROLE_MODERATOR = "운영자", "Moderator";
    ROLE_MEMBER = "회원", "Member";
    ROLE_BUILTIN = "기본 역할", "Built-in";
    ROLE_MEMBERS_ONE = "회원 {n}명", "{n} member";
    ROLE_MEMBERS_MANY = "회원 {n}명", "{n} members";
    ROLE_GRID = "{name} 권한", "Permissions of {name}";
    ROLE_SAVE_GRID = "{name} 권한 저장", "Save {name}";
    ROLE_DELETE = "{name} 역할 삭제", "Delete {name}";
    ROLE_LOCKED = "이 역할은 항상 모든 권한을 가집니다.", "This role always has every permission.";
    RESOURCE = "대상", "Resource";
    RES_POSTS = "글", "Posts";
    RES_COMMENTS = "댓글", "Comments";
    RES_BOARDS = "게시판", "Boards";
    RES_USERS = "회원", "Members";
    RES_ROLES = "역할", "Roles";
    RES_SESSIONS = "세션", "Sessions";
    RES_AUDIT = "감사 기록", "Audit log";
    RES_PANEL = "관리 화면", "Admin panel";
    ACT_READ = "읽기", "Read";
    ACT_WRITE = "쓰기", "Write";
    ACT_DELETE = "삭제", "Delete";
    ACT_MODERATE = "조치", "Moderate";
    ACT_MANAGE = "관리", "Manage";
}
