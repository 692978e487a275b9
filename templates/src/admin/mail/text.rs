//! Mail, as staff see it.

crate::text::catalogue! {
    TITLE = "메일", "Mail";
    LEAD = "사이트가 회원에게 보내는 메일입니다. 보내지 못한 메일은 잠시 뒤에 저절로 다시 보냅니다.", "What the site mails to members. A mail that could not be sent is sent again after a while, by itself.";
    SETTINGS = "설정", "Settings";
    RELAY = "메일 서버", "Relay";
    SECURITY = "암호화", "Encryption";
    SECURITY_TLS = "처음부터 암호화 (TLS)", "From the start (TLS)";
    SECURITY_STARTTLS = "STARTTLS로 암호화", "By STARTTLS";
    SECURITY_PLAIN = "이 컴퓨터 안이라 필요 없음", "Not needed on this machine";
    FROM = "보내는 사람", "From";
    A_MINUTE = "1분에 보내는 메일", "Mails a minute";
    WAY_LOG = "메일 서버(SMTP_URL)가 정해지지 않아 메일을 로그에 적습니다. 개발할 때만 그렇습니다.", "No relay (SMTP_URL) is set, so mails are written to the log. That is so for development only.";
    WAY_NONE = "메일 서버(SMTP_URL)가 정해지지 않아 메일을 보내지 않습니다. 회원은 비밀번호를 스스로 되찾을 수 없습니다.", "No relay (SMTP_URL) is set, so no mail is sent. Members cannot get back in by themselves when they forget their password.";
    TEST_TEXT = "{email}(으)로 시험 메일을 보냅니다. 다른 메일과 같은 길로 갑니다.", "Sends a mail to {email}, by the way that every mail goes.";
    TEST = "시험 메일 보내기", "Send a test mail";
    QUEUE = "보낼 메일", "Queue";
    TILE_WAITING_HINT = "아직 보내지 않음", "not sent yet";
    TILE_RUNNING_HINT = "지금 보내는 중", "being sent now";
    TILE_FAILED_HINT = "30일 동안 보내지 못함", "given up in 30 days";
    TILE_SENT = "보냄", "Sent";
    TILE_SENT_HINT = "7일 동안 처리함", "done in 7 days";
    FAILING = "보내지 못한 메일", "Failing mails";
    FAILING_NONE = "보내지 못한 메일이 없습니다.", "No mail fails.";
    TO_JOBS = "작업 화면에서 다시 보내거나 버릴 수 있습니다", "They can be tried again or dropped on the page of jobs";
    REFUSED = "메일이 되돌아오는 주소", "Addresses that are refused";
    REFUSED_NONE = "되돌아온 주소가 없습니다.", "No address is refused.";
    REFUSED_TEXT = "받는 쪽 서버가 없는 주소라고 답했습니다. 회원의 내 정보에도 보입니다. 메일이 다시 도착하면 저절로 사라집니다.", "The other server says that there is no such address. The member sees it in the settings too. It goes away by itself once a mail arrives again.";
    TIMES_ONE = "{n}번 되돌아옴", "refused {n} time";
    TIMES_MANY = "{n}번 되돌아옴", "refused {n} times";
    MAIL_OFF = "메일 서버가 정해지지 않아 보낼 수 없습니다", "No relay is set, so nothing can be sent";
    FLASH_TEST = "시험 메일을 보냅니다. 곧 받은 메일함을 확인해 주세요.", "The test mail is on its way. Please look at your mail in a moment.";
}
