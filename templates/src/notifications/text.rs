//! The bell and the list behind it.

crate::text::catalogue! {
    TITLE = "알림", "Notifications";
    BELL_NONE = "알림", "Notifications";
    BELL_MANY = "알림, 읽지 않은 것 {n}개", "Notifications, {n} unread";
    UNREAD_ONE = "읽지 않은 알림이 {n}개 있습니다.", "You have {n} unread notification.";
    UNREAD_MANY = "읽지 않은 알림이 {n}개 있습니다.", "You have {n} unread notifications.";
    ALL_READ = "새 알림을 모두 읽었습니다.", "You have read everything.";
    UNREAD_MARK = "읽지 않음", "Unread";
    READ_ALL = "모두 읽음으로 표시", "Mark all as read";
    KIND_COMMENT = "{name}님이 내 글 「{post}」에 댓글을 남겼습니다.", "{name} commented on your post “{post}”.";
    KIND_REPLY = "{name}님이 「{post}」에서 내 댓글에 답했습니다.", "{name} answered your comment on “{post}”.";
    KIND_MENTION = "{name}님이 「{post}」에서 나를 불렀습니다.", "{name} mentioned you on “{post}”.";
    KIND_SIGN_UP_AGAIN = "누군가 회원님의 이메일로 다시 가입하려고 했습니다. 회원님이 아니라면 비밀번호를 바꿔 두세요.", "Somebody tried to join again with your e-mail. If it was not you, consider changing your password.";
    KIND_ADDRESS_REFUSED = "회원님의 이메일로 보낸 메일이 되돌아왔습니다. 주소가 맞는지 확인해 주세요.", "Mails to your address came back. Please check that it is right.";
    KIND_SEARCH_ONE = "「{words}」 검색에 새 글이 {n}개 있습니다.", "{n} new post or comment for your search “{words}”.";
    KIND_SEARCH_MANY = "「{words}」 검색에 새 글이 {n}개 있습니다.", "{n} new posts or comments for your search “{words}”.";
    BY_MAIL = "메일로 받는 알림 정하기", "Choose which notifications are mailed";
    EMPTY = "아직 알림이 없습니다", "No notifications yet";
    EMPTY_TEXT = "내 글에 댓글이 달리거나 누가 나를 부르면 여기에 알려 드립니다.", "When somebody comments on your post or mentions you, it shows here.";
    OLDER = "이전 알림 더 보기", "Show older notifications";
    FLASH_READ_ALL = "모두 읽음으로 표시했습니다.", "All marked as read.";
}
