//! Sign-ups that wait for the form behind a mailed link.

crate::text::catalogue! {
    LEAD = "네 가지를 적으면 확인 메일을 보내 드립니다. 메일에 있는 주소에서 비밀번호를 적으면 가입이 끝납니다.", "Fill in four things and we send you a mail. Enter your password behind its link, and you are a member.";
    SENT_TEXT = "적어 주신 이메일로 메일을 보냈습니다. 메일에 있는 주소를 열어 비밀번호를 적으면 가입이 끝나고 바로 로그인됩니다. 주소는 하루 동안 쓸 수 있습니다.", "A mail is on its way to the e-mail you entered. Open the link in it and enter your password: then you are a member and signed in. The link is good for a day.";
    SENT_MEMBER = "이미 회원이라면 그렇다고 알려 드리는 메일이 갑니다. 쓰던 비밀번호로 로그인하시면 됩니다.", "If you are a member already, the mail says so. Sign in with the password you had.";
    SENT_AGAIN = "이메일을 바르게 적었는지 확인하고 다시 가입해 주세요. 같은 이메일로 다시 가입하면 메일을 한 번 더 보내 드립니다.", "Check whether the e-mail was typed correctly and sign up again. Signing up again with the same e-mail sends another mail.";
    SENT_STAFF = "메일을 쓰기 어려우면 운영자에게 알려 주세요. 운영자가 가입을 확인해 드릴 수 있습니다.", "If you cannot use mail, tell the staff: they can confirm your sign-up.";
    AGAIN = "다시 가입하기", "Sign up again";
    TO_LOGIN = "로그인하기", "Sign in";
    CONFIRM_TITLE = "가입 마치기", "Finish signing up";
    CONFIRM_LEAD = "아래 내용으로 가입합니다. 가입할 때 정한 비밀번호를 적고 단추를 누르면 바로 로그인됩니다.", "You are about to join with what stands below. Enter the password that you chose and press the button: then you are signed in.";
    PASSWORD_HINT = "가입할 때 적은 비밀번호", "The one that you chose when you signed up";
    SIGN_UP_PASSWORD_WRONG = "가입할 때 적은 비밀번호와 다릅니다. 잊으셨다면 다시 가입해 주세요", "It is not the password of this sign-up. If you forgot it, sign up again";
    FLASH_JOINED = "가입이 끝났습니다. 환영합니다.", "You are a member now. Welcome.";
    CONFIRM_BUTTON = "가입 마치기", "Finish signing up";
    CONFIRM_NOT_YOU = "가입하신 적이 없다면 이 화면을 닫아 주세요. 계정은 만들어지지 않습니다.", "If you did not sign up, close this page. No account is made.";
    NAME_MEANWHILE = "가입하신 뒤에 다른 회원이 같은 이름을 먼저 썼습니다. 다른 이름을 적어 주세요. 나머지는 그대로입니다.", "Since you signed up, another member took this name. Choose another one; all else stays as it is.";
    EXPIRED_TITLE = "쓸 수 없는 주소입니다", "This link does not work";
    EXPIRED_TEXT = "이미 가입을 마쳤거나, 하루가 지났거나, 그 뒤에 다시 가입하셨습니다. 다시 가입하셨다면 가장 나중에 온 메일을 열어 주세요.", "You have finished already, a day has passed, or you signed up again since. If you did, open the newest mail.";
    EXPIRED_DONE = "이미 마쳤다면 로그인하면 됩니다.", "If you have finished already, just sign in.";
    ACCOUNT_TITLE = "이미 계정이 있는 이메일입니다", "This e-mail has an account already";
    ACCOUNT_TEXT = "{email} 주소의 계정이 이미 있습니다. 그 계정으로 로그인해 주세요.", "There is an account with {email} already. Please sign in with it.";
    NOTICE_CONFIRMED = "가입이 끝났습니다. 이메일과 비밀번호로 로그인해 주세요.", "You are a member now. Sign in with your e-mail and password.";
    LOGIN_HINT = "방금 가입하셨다면 먼저 메일에 있는 주소를 열어 가입을 마쳐 주세요.", "If you signed up just now, first open the link in the mail and finish there.";
    EMAIL_MAILED_OFTEN = "이 이메일로 한 시간에 보낼 수 있는 메일을 모두 보냈습니다. 메일함과 스팸 메일함을 살펴보고, 한 시간 뒤에 다시 시도해 주세요", "As many mails as one e-mail gets in an hour have been sent. Look into the mailbox and the folder for spam, or try again in an hour";
    SIGN_UP_NAME_TAKEN = "그 사이에 다른 회원이 같은 이름을 썼습니다. 다른 이름으로 다시 가입하도록 알려 주세요", "Another member has taken this name since. Ask them to sign up again with another one";
    SIGN_UP_GONE = "이미 가입을 마쳤거나 기한이 지난 신청입니다", "This sign-up was confirmed already or has expired";
}
