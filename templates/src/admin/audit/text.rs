//! The audit log: actions, fields, before and after.

crate::text::catalogue! {
    FIELD_PERMISSIONS = "권한", "Permissions";
    FIELD_SUSPENDED = "정지", "Suspension";
    ACTION_USER_PASSWORD = "비밀번호 변경", "Password set";
    ACTION_USER_CREATE = "회원 추가", "Member added";
    ACTION_USER_ROLE = "역할 변경", "Role changed";
    ACTION_USER_SUSPEND = "이용 정지", "Member suspended";
    ACTION_USER_UNLOCK = "로그인 대기 해제", "Sign-in wait lifted";
    ACTION_USER_LIFT = "정지 해제", "Suspension lifted";
    ACTION_SESSION_END = "세션 종료", "Sessions ended";
    ACTION_ROLE_CREATE = "역할 추가", "Role added";
    ACTION_ROLE_GRANT = "권한 변경", "Permissions changed";
    ACTION_ROLE_DELETE = "역할 삭제", "Role deleted";
    ACTION_BOARD_CREATE = "게시판 추가", "Board added";
    ACTION_BOARD_UPDATE = "게시판 설정 변경", "Board settings changed";
    ACTION_BOARD_ORDER = "게시판 순서 변경", "Boards reordered";
    ACTION_POST_HIDE = "글 숨김", "Post hidden";
    ACTION_POST_RESTORE = "글 복원", "Post restored";
    ACTION_POST_EDIT = "글 수정", "Post edited";
    ACTION_POST_DELETE = "글 삭제", "Post deleted";
    ACTION_POST_MOVE = "글 이동", "Post moved";
    ACTION_COMMENT_HIDE = "댓글 숨김", "Comment hidden";
    ACTION_COMMENT_RESTORE = "댓글 복원", "Comment restored";
    ACTION_COMMENT_DELETE = "댓글 삭제", "Comment deleted";
    ACTION_REVISION_ERASE = "수정 내역 지움", "Version erased";
    FIELD_REVISION = "수정 번호", "Edit number";
    ACTION_JOB_RETRY = "작업 다시 시도", "Job tried again";
    ACTION_JOB_DELETE = "작업 버림", "Job dropped";
    FIELD_TRIES = "시도 횟수", "Tries";
    COL_WHEN = "언제", "When";
    COL_WHO = "누가", "Who";
    COL_WHAT = "무엇을", "What";
    WITHHELD = "(볼 권한이 없는 글)", "(not yours to see)";
    COL_TARGET = "대상", "Target";
    COL_CHANGES = "바뀐 내용", "Changes";
    CHANGE_BEFORE = "전", "Before";
    CHANGE_AFTER = "뒤", "After";
    CHANGE_EMPTY = "(없음)", "(none)";
    SYSTEM = "시스템", "System";
}
