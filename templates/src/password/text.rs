//! A forgotten password.

crate::text::catalogue! {
    FORGOT = "비밀번호를 잊으셨나요?", "Forgot your password?";
    FORGOT_TITLE = "비밀번호 찾기", "Forgot your password?";
    FORGOT_LEAD = "가입할 때 쓴 이메일을 적어 주세요. 새 비밀번호를 정할 수 있는 주소를 메일로 보내 드립니다.", "Enter the e-mail that you signed up with. We will mail you a link with which you choose a new password.";
    FORGOT_HINT = "메일은 몇 분 안에 도착합니다.", "The mail arrives within a few minutes.";
    FORGOT_BUTTON = "메일 보내기", "Send the mail";
    FORGOT_WAIT = "짧은 시간에 여러 번 요청하셨습니다. 이미 받은 메일이 있는지 확인해 주세요. {n}분 뒤에 다시 요청할 수 있습니다.", "Several mails were asked for in a short time. Please look for one that has arrived already. You can ask again in {n} minutes.";
    NO_MAIL = "이 사이트는 메일을 보내지 않습니다. 새 비밀번호가 필요하시면 운영자에게 알려 주세요.", "This site does not send mail. Please ask the staff for a new password.";
    TO_LOGIN = "로그인으로 돌아가기", "Back to signing in";
    SENT_TEXT = "적어 주신 이메일로 가입한 계정이 있으면 메일을 보냈습니다. 메일에 있는 주소는 30분 동안 쓸 수 있습니다.", "If there is an account with that e-mail, a mail is on its way. The link in it is good for 30 minutes.";
    SENT_REMEMBERED = "비밀번호가 생각나셨다면 그 비밀번호로 로그인하시면 됩니다.", "If you remember your password, sign in with it.";
    SENT_AGAIN = "이메일을 바르게 적었는지 확인하고 메일을 다시 받아 주세요.", "Check whether the e-mail was typed correctly and ask for another mail.";
    SEND_AGAIN = "메일 다시 받기", "Ask for another mail";
    RESET_TITLE = "새 비밀번호 정하기", "Choose a new password";
    RESET_LEAD = "{email} 계정의 새 비밀번호를 정합니다.", "A new password for the account {email}.";
    RESET_BUTTON = "새 비밀번호로 바꾸기", "Change the password";
    RESET_NOTE = "바꾸면 모든 기기에서 로그아웃되고, 새 비밀번호로 다시 로그인하시면 됩니다.", "All devices are signed out then, and you sign in with the new password.";
    EXPIRED_TITLE = "쓸 수 없는 주소입니다", "This link does not work";
    EXPIRED_TEXT = "이미 쓰였거나, 30분이 지났거나, 주소의 일부가 빠졌습니다. 메일을 다시 받아 주세요.", "It was used already, 30 minutes have passed, or a part of the address is missing. Please ask for another mail.";
}
