//! Letters that members are sent.

crate::text::catalogue! {
    SUBJECT = "[민스쿨] {subject}", "[MinSchool] {subject}";
    GREETING = "{name}님, 안녕하세요.", "Hello {name},";
    OR_COPY = "단추가 눌리지 않으면 이 주소를 브라우저에 붙여 넣어 주세요.", "If the button does not work, paste this address into your browser.";
    RESET_SUBJECT = "새 비밀번호 정하기", "Choose a new password";
    RESET_TEXT = "비밀번호를 잊으셨다는 요청을 받았습니다. 아래 주소에서 새 비밀번호를 정할 수 있습니다.", "We were asked for a new password for your account. You can choose one at the address below.";
    RESET_LINK = "새 비밀번호 정하기", "Choose a new password";
    RESET_MINUTES = "이 주소는 {n}분 동안, 한 번만 쓸 수 있습니다.", "The address is good for {n} minutes and for one use.";
    RESET_NOT_YOU = "요청하신 적이 없다면 이 메일을 그냥 두셔도 됩니다. 비밀번호는 바뀌지 않습니다.", "If you did not ask for this, you can leave this mail as it is. Your password stays the same.";
    CHANGED_SUBJECT = "비밀번호가 바뀌었습니다", "Your password was changed";
    CHANGED_TEXT = "방금 비밀번호가 바뀌었고, 모든 기기에서 로그아웃되었습니다. 직접 바꾸셨다면 하실 일은 없습니다.", "Your password was changed just now, and all devices were signed out. If that was you, there is nothing to do.";
    CHANGED_LINK = "내가 바꾸지 않았습니다", "It was not me";
    CHANGED_NOT_YOU = "바꾸신 적이 없다면 위 주소에서 바로 새 비밀번호를 정하고, 운영자에게 알려 주세요.", "If it was not you, choose a new password at the address above right away, and let the staff know.";
}
