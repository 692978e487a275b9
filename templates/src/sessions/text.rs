//! Where a member is signed in.

crate::text::catalogue! {
    SESSIONS_TITLE = "로그인한 기기", "Where you are signed in";
    SESSIONS_TEXT = "모르는 기기가 있으면 끝내고 비밀번호를 바꿔 주세요.", "If you see a device you do not know, end it and change your password.";
    THIS_DEVICE = "이 기기", "This device";
    LAST_SEEN = "마지막 이용", "Last used";
    STARTED = "로그인한 때", "Signed in";
    ADDRESS = "IP 주소", "IP address";
    KEPT = "로그인 유지", "Stays signed in";
    END_ONE = "로그아웃시키기", "Sign out";
    END_ONE_LABEL = "{device} 로그아웃시키기", "Sign out {device}";
    END_OTHERS = "다른 기기 모두 로그아웃시키기", "Sign out all other devices";
    ONLY_THIS = "이 기기에서만 로그인되어 있습니다.", "You are signed in on this device only.";
    FLASH_ENDED = "그 기기를 로그아웃시켰습니다.", "That device is signed out.";
    FLASH_ENDED_OTHERS = "다른 기기를 모두 로그아웃시켰습니다.", "All other devices are signed out.";
}
