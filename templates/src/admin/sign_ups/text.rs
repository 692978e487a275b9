//! Sign-ups that wait, in the panel.

crate::text::catalogue! {
    TITLE = "가입 확인을 기다리는 사람", "People who wait to be confirmed";
    LEAD = "가입을 신청하고 메일에 있는 주소에서 아직 가입을 마치지 않은 사람들입니다. 하루가 지나면 저절로 지워집니다. 메일을 쓰기 어려운 사람은 여기에서 확인해 줄 수 있습니다. 본인인지 먼저 확인해 주세요.", "They signed up and have not finished behind the mailed link yet. After a day a sign-up is deleted. You can confirm one for a person who cannot use mail; make sure first that it is theirs.";
    COUNT_ONE = "가입 확인을 기다리는 사람 {n}명", "{n} person waits to be confirmed";
    COUNT_MANY = "가입 확인을 기다리는 사람 {n}명", "{n} people wait to be confirmed";
    COUNT_MORE = "가입 확인을 기다리는 사람 {n}명 넘음", "More than {n} people wait to be confirmed";
    NEWEST = "가장 나중에 신청한 {n}명입니다.", "The newest {n} are shown.";
    SINCE = "신청한 때:", "Signed up:";
    CONFIRM = "가입 확인", "Confirm";
    CONFIRM_LABEL = "{name}님의 가입 확인", "Confirm the sign-up of {name}";
    DROP = "신청 지우기", "Drop";
    DROP_LABEL = "{name}님의 가입 신청 지우기", "Drop the sign-up of {name}";
    FLASH_CONFIRMED = "가입을 확인했습니다. 이제 로그인할 수 있습니다.", "The sign-up is confirmed. The member can sign in now.";
    FLASH_DROPPED = "가입 신청을 지웠습니다.", "The sign-up is dropped.";
    ACTION_CONFIRM = "가입 확인", "Sign-up confirmed";
    ACTION_DELETE = "가입 신청 지움", "Sign-up dropped";
}
