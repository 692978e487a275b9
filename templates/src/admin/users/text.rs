//! Members in the panel: signing in, the first administrator, roles and suspensions.

crate::text::catalogue! {
    LOGIN_TITLE = "관리자 로그인", "Staff sign-in";
    LOGIN_TEXT = "운영 권한이 있는 계정으로 로그인해 주세요. 30분 동안 쓰지 않으면 로그아웃됩니다.", "Sign in with an account that has staff rights. You are signed out after 30 idle minutes.";
    LOGIN_NOT_STAFF = "운영 권한이 없는 계정입니다.", "This account has no staff rights.";
    SETUP_TITLE = "첫 관리자 만들기", "Create the first administrator";
    SETUP_TEXT = "이 화면은 한 번만 쓸 수 있습니다. 만든 계정으로 사이트와 관리 화면에 모두 로그인합니다.", "This page works once. The account signs in to both the site and the admin.";
    SETUP_BUTTON = "관리자 만들기", "Create administrator";
    USERS_SEARCH = "이름이나 이메일", "Name or e-mail";
    COL_JOINED = "가입", "Joined";
    STATE_ACTIVE = "이용 중", "Active";
    STATE_SUSPENDED = "정지", "Suspended";
    NEVER = "없음", "Never";
    USER_FACTS = "계정", "Account";
    ROLE_FORM = "역할 바꾸기", "Change role";
    ROLE_SAVE = "역할 저장", "Save role";
    SUSPEND_FORM = "이용 정지", "Suspend";
    SUSPEND_REASON = "사유", "Reason";
    SUSPEND_REASON_HINT = "회원이 로그인할 때 이 사유가 보입니다.", "The member sees it when signing in.";
    SUSPEND_UNTIL = "언제까지", "Until";
    SUSPEND_UNTIL_HINT = "비워 두면 풀어 줄 때까지 정지됩니다.", "Leave empty to suspend until lifted.";
    SUSPEND_BUTTON = "이용 정지하기", "Suspend member";
    SUSPENDED_NOW = "{when}부터 {by}님이 정지했습니다.", "Suspended by {by} since {when}.";
    SUSPENDED_UNTIL = "{until}까지", "Until {until}";
    SUSPENDED_FOREVER = "기한 없음", "No end date";
    LIFT_BUTTON = "정지 풀기", "Lift suspension";
    END_SESSIONS_BUTTON = "모든 기기에서 로그아웃시키기", "Sign out everywhere";
    SELF_NOTE = "자기 계정의 역할과 정지는 다른 관리자가 바꿀 수 있습니다.", "Another administrator can change your role or suspend you.";
}
