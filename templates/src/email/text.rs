//! A member's address.

crate::text::catalogue! {
    TAB = "이메일", "E-mail";
    TITLE = "이메일", "E-mail";
    VERIFIED = "확인됨", "Verified";
    UNVERIFIED = "확인 안 됨", "Not verified";
    REFUSED = "도착하지 않음", "Does not arrive";
    VERIFIED_TEXT = "이 주소로 오는 메일을 읽으시는 것을 확인했습니다.", "You proved that you read what is sent there.";
    UNVERIFIED_TEXT = "아직 확인하지 않은 주소입니다. 주소가 틀리면 비밀번호를 잊었을 때 메일을 받을 수 없으니 확인해 두세요.", "This address is not verified yet. If it is wrong, no mail can reach you when you forget your password.";
    REFUSED_TEXT = "이 주소로 보낸 메일이 되돌아왔습니다. 주소를 바꾸거나, 다시 받을 수 있게 되었으면 확인해 주세요.", "A mail to this address came back. Change the address, or verify it once it takes mail again.";
    SEND = "확인 메일 받기", "Send me a link";
    CHANGE_TITLE = "이메일 바꾸기", "Change the address";
    CHANGE_LEAD = "새 주소로 보내는 메일에서 단추를 누르면 바뀝니다. 지금 주소에도 알려 드립니다.", "It changes once you press the button behind the link that we send to the new address. The present address gets a mail about it too.";
    NEW = "새 이메일", "New e-mail";
    CHANGE_BUTTON = "새 주소로 메일 보내기", "Send the mail to the new address";
    NO_MAIL = "이 사이트는 메일을 보내지 않아 주소를 바꿀 수 없습니다. 운영자에게 알려 주세요.", "This site does not send mail, so the address cannot be changed here. Please ask the staff.";
    WAIT = "메일을 여러 번 요청하셨습니다. 이미 받은 메일이 있는지 확인하고, {n}분 뒤에 다시 요청해 주세요.", "Several mails were asked for. Please look for one that has arrived already, or ask again in {n} minutes.";
    VERIFY_TITLE = "이메일 확인", "Verify your e-mail";
    VERIFY_LEAD = "{email} 주소를 쓰는 분이 맞으면 단추를 눌러 주세요.", "Press the button if {email} is yours.";
    VERIFY_BUTTON = "내 주소가 맞습니다", "It is my address";
    TAKE_TITLE = "이메일 바꾸기", "Change the address";
    TAKE_LEAD = "이제부터 {email} 주소로 로그인합니다. 맞으면 단추를 눌러 주세요.", "From now on you sign in with {email}. Press the button if that is right.";
    TAKE_BUTTON = "이 주소로 바꾸기", "Change to this address";
    NOT_NOW = "나중에", "Not now";
    EXPIRED_TITLE = "쓸 수 없는 주소입니다", "This link does not work";
    EXPIRED_TEXT = "이미 쓰였거나, 하루가 지났거나, 새 메일을 요청하셨습니다. 내 정보에서 다시 요청할 수 있습니다.", "It was used already, a day has passed, or a newer mail was asked for. You can ask for another one in your settings.";
    EXPIRED_LINK = "내 이메일 보기", "See my e-mail";
    DONE_VERIFY = "확인했습니다", "Verified";
    DONE_VERIFY_TEXT = "고맙습니다. 이메일이 확인되었습니다.", "Thank you. Your e-mail is verified.";
    DONE_CHANGE = "이메일을 바꾸었습니다", "Your e-mail was changed";
    DONE_CHANGE_TEXT = "이제부터 새 주소로 로그인하시면 됩니다.", "From now on you sign in with the new address.";
    TO_HOME = "홈으로 가기", "Go to the home page";
    FLASH_SENT = "메일을 보냈습니다. 메일에 있는 단추를 눌러 주세요.", "A mail is on its way. Please press the button in it.";
    FLASH_CHANGE_SENT = "새 주소로 메일을 보냈습니다. 메일에 있는 단추를 누르면 바뀝니다.", "A mail to the new address is on its way. It changes once you press the button in it.";
}
