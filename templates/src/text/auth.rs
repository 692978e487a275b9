//! Signing in, signing up, signing out.

catalogue! {
    LOGIN_TITLE = "로그인", "Sign in";
    EMAIL = "이메일", "E-mail";
    EMAIL_HINT = "로그인할 때 씁니다. 다른 사람에게 보이지 않습니다.", "You sign in with it. Nobody else sees it.";
    PASSWORD = "비밀번호", "Password";
    REMEMBER = "로그인 유지", "Stay signed in";
    REMEMBER_HINT = "여럿이 쓰는 기기에서는 선택하지 마세요.", "Leave this off on a shared device.";
    LOGIN_BUTTON = "로그인", "Sign in";
    NO_ACCOUNT = "아직 회원이 아니신가요?", "Not a member yet?";
    HAVE_ACCOUNT = "이미 회원이신가요?", "Already a member?";
    SIGNUP_TITLE = "회원가입", "Sign up";
    SIGNUP_LEAD = "네 가지만 적으면 바로 시작할 수 있습니다.", "Four things, and you can start right away.";
    NAME = "이름(별명)", "Name or nickname";
    NAME_HINT = "글과 댓글에 표시됩니다. 2자에서 20자까지 쓸 수 있습니다.", "Shown beside your posts and comments. 2 to 20 characters.";
    PASSWORD_HINT = "10자 이상으로 정해 주세요. 15자 이상이 안전합니다. 서로 상관없는 낱말을 몇 개 이으면 기억하기 쉽습니다.", "Use at least 10 characters; 15 or more are safer. A few unrelated words in a row are easy to remember.";
    CONSENTS = "동의", "Consent";
    CONSENT_TERMS = "이용약관에 동의합니다", "I agree to the terms of use";
    CONSENT_PRIVACY = "개인정보 수집과 이용에 동의합니다", "I agree to the collection and use of my personal data";
    READ_TERMS = "이용약관 읽기 (새 창, 판: {version})", "Read the terms of use (new tab, version {version})";
    READ_PRIVACY = "개인정보 처리방침 읽기 (새 창, 판: {version})", "Read the privacy policy (new tab, version {version})";
    REQUIRED_CONSENT = "필수", "Required";
    SIGNUP_BUTTON = "가입하기", "Create account";
    SIGNUP_WAIT = "이 네트워크에서 한 시간 동안 만들 수 있는 계정을 모두 만들었습니다. {n}분 뒤에 다시 시도해 주세요. 쓰신 내용은 그대로 있으니 비밀번호만 다시 적어 주시면 됩니다.", "As many accounts as one network may open in an hour have been opened. Please try again in {n} minutes. What you typed is kept; only the password has to be typed again.";
    LOGOUT_TITLE = "로그아웃할까요?", "Sign out?";
    LOGOUT_TEXT = "이 기기에서 로그아웃합니다. 다른 기기의 로그인은 그대로 유지됩니다.", "You will be signed out on this device. Other devices stay signed in.";
    LOGOUT_BUTTON = "로그아웃", "Sign out";
    STAY = "계속 둘러보기", "Keep browsing";
    NOTICE_JOINED = "가입 신청을 처리했습니다. 이메일과 비밀번호로 로그인해 주세요. 이미 회원이었다면 쓰던 비밀번호로 로그인하시면 됩니다.", "Your application is done. Sign in with your e-mail and password. If you were a member already, use the password you had.";
    NOTICE_SIGNED_OUT = "로그아웃했습니다.", "You are signed out.";
    NOTICE_REQUIRED = "이 화면을 보려면 로그인해 주세요.", "Please sign in to see this page.";
    NOTICE_EXPIRED = "오랫동안 쓰지 않아 로그아웃되었습니다. 다시 로그인해 주세요.", "You were signed out after a long pause. Please sign in again.";
    NOTICE_ENDED = "다른 기기나 운영자가 이 로그인을 끝냈습니다. 다시 로그인해 주세요.", "This session was ended from another device or by staff. Please sign in again.";
    NOTICE_SUSPENDED = "이 계정은 이용이 정지되었습니다. 사유: {reason}", "This account is suspended. Reason: {reason}";
    NOTICE_SUSPENDED_UNTIL = "이 계정은 {until}까지 이용이 정지되었습니다. 사유: {reason}", "This account is suspended until {until}. Reason: {reason}";
    NOTICE_WAIT_SECONDS = "로그인 시도가 많았습니다. {n}초 뒤에 다시 시도해 주세요.", "Too many attempts. Please try again in {n} seconds.";
    NOTICE_WAIT_MINUTES = "로그인 시도가 많았습니다. {n}분 뒤에 다시 시도해 주세요.", "Too many attempts. Please try again in {n} minutes.";
    NOTICE_PASSWORD_CHANGED = "비밀번호를 바꾸었습니다. 새 비밀번호로 로그인해 주세요.", "Your password has changed. Please sign in with the new one.";
    WELCOME = "{name}님, 환영합니다.", "Welcome, {name}.";
    RELOGIN_TITLE = "다시 로그인해 주세요", "Please sign in again";
    RELOGIN_TEXT = "글을 쓰는 동안 로그인 시간이 지났습니다. 쓰신 내용은 아래에 그대로 있습니다. 로그인하면 바로 이어서 등록됩니다.", "Your session ran out while you were writing. What you wrote is kept below. Sign in and it is sent at once.";
    RELOGIN_BUTTON = "로그인하고 등록", "Sign in and send";
    RELOGIN_KEPT = "보관된 내용", "What you wrote";
    KEPT_TITLE = "제목", "Title";
    KEPT_BODY = "내용", "Text";
}
