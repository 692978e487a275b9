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
    CHANGED_LINK = "내가 바꾸지 않았습니다", "I did not change it";
    NOT_ME = "내가 한 일이 아닙니다", "It was not me";
    LINK_HOURS = "이 주소는 {n}시간 동안, 한 번만 쓸 수 있습니다.", "The address is good for {n} hours and for one use.";
    VERIFY_SUBJECT = "이메일을 확인해 주세요", "Please verify your e-mail";
    VERIFY_TEXT = "가입하신 이메일이 맞는지 확인합니다. 아래 주소에서 단추를 눌러 주세요. 비밀번호를 잊었을 때 이 메일로 되찾을 수 있습니다.", "We would like to know that this e-mail is yours. Please press the button at the address below. If you forget your password, you get back in by it.";
    VERIFY_LINK = "이메일 확인하기", "Verify my e-mail";
    VERIFY_NOT_YOU = "가입하신 적이 없다면 이 메일을 그냥 두세요. 주소는 확인되지 않습니다.", "If you did not sign up, leave this mail as it is. The address stays unverified.";
    TAKE_SUBJECT = "새 이메일을 확인해 주세요", "Please confirm your new e-mail";
    TAKE_TEXT = "이 주소로 이메일을 바꾸겠다는 요청을 받았습니다. 아래 주소에서 단추를 누르면 바뀝니다.", "We were asked to make this your e-mail. It changes once you press the button at the address below.";
    TAKE_LINK = "이 주소로 바꾸기", "Change to this address";
    TAKE_NOT_YOU = "요청하신 적이 없다면 이 메일을 그냥 두세요. 아무것도 바뀌지 않습니다.", "If you did not ask for this, leave this mail as it is. Nothing changes.";
    ASKED_SUBJECT = "이메일을 바꾸겠다는 요청이 있었습니다", "A change of your e-mail was asked for";
    ASKED_TEXT = "로그인 이메일을 {email}(으)로 바꾸겠다는 요청을 받았습니다. 그 주소로 보낸 메일에서 확인하면 바뀝니다. 직접 요청하셨다면 하실 일은 없습니다.", "We were asked to change the e-mail that you sign in with to {email}. It changes once that is confirmed from the mail sent there. If that was you, there is nothing to do.";
    ASKED_NOT_YOU = "요청하신 적이 없다면 누군가 비밀번호를 알고 있습니다. 위 주소에서 바로 새 비밀번호를 정하시면 이 요청도 없던 일이 됩니다.", "If it was not you, somebody knows your password. Choose a new one at the address above right away; that undoes the request as well.";
    TAKEN_SUBJECT = "이메일이 바뀌었습니다", "Your e-mail was changed";
    TAKEN_TEXT = "이제부터 {email}(으)로 로그인하시면 됩니다.", "From now on you sign in with {email}.";
    AGAIN_SUBJECT = "이미 가입하신 이메일입니다", "You have an account already";
    AGAIN_TEXT = "누군가 이 이메일로 가입하려고 했습니다. 이미 계정이 있으니 새로 가입하지 않으셔도 됩니다. 비밀번호를 잊으셨다면 아래 주소에서 새로 정할 수 있습니다.", "Somebody tried to sign up with this e-mail. You have an account already. If you forgot its password, you can choose a new one at the address below.";
    AGAIN_LINK = "비밀번호 찾기", "I forgot my password";
    AGAIN_NOT_YOU = "직접 하신 일이 아니어도 걱정하지 않으셔도 됩니다. 계정은 그대로입니다.", "If it was not you, there is no need to worry. Your account is as it was.";
    DEVICE_SUBJECT = "새 기기에서 로그인했습니다", "A new device signed in";
    DEVICE_TEXT = "처음 보는 기기에서 회원님의 계정으로 로그인했습니다. 직접 하셨다면 하실 일은 없습니다.", "A device that we had not seen before signed in to your account. If that was you, there is nothing to do.";
    DEVICE_FACTS = "기기: {device}, 주소: {ip}, 때: {at} (한국 시간)", "Device: {device}, address: {ip}, time: {at} (Korea)";
    DEVICE_LINK = "로그인한 기기 보기", "See my devices";
    DEVICE_NOT_YOU = "직접 하신 일이 아니면 위 화면에서 그 기기를 로그아웃하고 비밀번호를 바꿔 주세요.", "If it was not you, sign that device out there and change your password.";
    TEST_SUBJECT = "시험 메일", "Test mail";
    TEST_TEXT = "관리 화면에서 보낸 시험 메일입니다. 이 글을 읽으셨다면 메일이 잘 도착하는 것입니다.", "This is a test mail from the panel. If you read this, mail arrives.";
    CHANGED_NOT_YOU = "바꾸신 적이 없다면 위 주소에서 바로 새 비밀번호를 정하고, 운영자에게 알려 주세요.", "If it was not you, choose a new password at the address above right away, and let the staff know.";
}
