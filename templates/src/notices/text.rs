//! Notifications by mail.

crate::text::catalogue! {
    TAB = "메일 알림", "Mail";
    TITLE = "메일로 받는 알림", "Notifications by mail";
    LEAD = "사이트에서 이미 읽으신 알림은 메일로 보내지 않습니다. 바로 받기로 하면 {n}분 동안 읽지 않으셨을 때 보내고, 한 글에 대해서는 읽으실 때까지 한 번만 보냅니다.", "What you have read on the site is not mailed. At once means: after {n} minutes in which you did not read it, and once for each post until you do.";
    REACH_YES = "메일은 {email} 주소로 보냅니다.", "Mails go to {email}.";
    REACH_UNVERIFIED = "{email} 주소가 아직 확인되지 않아 알림을 메일로 보내지 않습니다. 주소를 확인하시면 아래에서 정하신 대로 보냅니다.", "{email} is not verified yet, so no notifications are mailed. Once it is, they are sent as chosen below.";
    REACH_REFUSED = "{email} 주소로 보낸 메일이 되돌아와서 알림을 메일로 보내지 않습니다. 주소를 바꾸거나 다시 확인해 주세요.", "Mails to {email} came back, so no notifications are mailed. Please change the address, or verify it again.";
    REACH_NO_MAIL = "이 사이트는 지금 메일을 보내지 않습니다. 아래에서 정하신 것은 남아 있습니다.", "This site sends no mail at present. What you choose below is kept.";
    TO_EMAIL = "내 이메일 보기", "See my e-mail";
    KINDS_TITLE = "알림 종류", "Kinds";
    KIND_COMMENT = "내 글에 달린 댓글", "Comments on my posts";
    KIND_REPLY = "내 댓글에 달린 답글", "Answers to my comments";
    KIND_MENTION = "나를 부른 댓글", "Comments that mention me";
    KIND_SEARCH = "저장한 검색에 걸린 새 글", "What is new for my saved searches";
    BOARDS_TITLE = "게시판마다 다르게", "Boards that differ";
    BOARDS_LEAD = "게시판을 따로 정하면 그 게시판의 모든 알림에 위의 종류 대신 쓰입니다.", "What you choose for a board holds for all its notifications, instead of the kinds above.";
    AS_ABOVE = "위와 같음", "As above";
    AT_ONCE = "바로", "At once";
    DAILY = "하루에 한 번 (아침 8시)", "Once a day (8 in the morning, Korea)";
    WEEKLY = "일주일에 한 번 (월요일 아침 8시)", "Once a week (Monday, 8 in the morning, Korea)";
    NEVER = "받지 않음", "Never";
    FLASH_SAVED = "메일로 받는 알림을 정했습니다.", "Your choice is saved.";
    STOP_TITLE = "메일 그만 받기", "Stop these mails";
    STOP_LEAD = "다음 알림을 앞으로 메일로 받지 않으시겠습니까? 사이트에서는 그대로 보실 수 있습니다.", "Shall these notifications no longer be mailed? You still see them on the site.";
    STOP_BUTTON = "그만 받기", "Stop them";
    STOP_NOT = "계속 받기", "Keep them";
    DONE_TITLE = "이제 보내지 않습니다", "They are stopped";
    DONE_TEXT = "다음 알림을 앞으로 메일로 보내지 않습니다.", "These notifications are no longer mailed.";
    BACK_BUTTON = "다시 받기", "Put it back as it was";
    ENDS_BOARD = "「{board}」 게시판의 알림", "Notifications of the board “{board}”";
    ENDS_SOME_BOARD = "한 게시판의 알림", "Notifications of one board";
    ENDS_DAY = "하루에 한 번 받던 알림 모두", "Everything that was mailed once a day";
    ENDS_WEEK = "일주일에 한 번 받던 알림 모두", "Everything that was mailed once a week";
    WRONG_TITLE = "알아볼 수 없는 주소입니다", "We do not know this link";
    WRONG_TEXT = "주소가 중간에 잘렸거나 바뀌었습니다. 바뀐 것은 없습니다. 로그인하시면 설정에서 직접 정하실 수 있습니다.", "It was cut or changed on its way. Nothing is changed. After signing in you can choose in your settings.";
    TO_SETTINGS = "어떤 알림을 메일로 받을지 정하기", "Choose which notifications are mailed";
}
