//! Terms of use, privacy policy and the accessibility statement.

crate::text::catalogue! {
    TERMS_TITLE = "이용약관", "Terms of use";
    PRIVACY_TITLE = "개인정보 처리방침", "Privacy policy";
    ACCESS_TITLE = "접근성 안내", "Accessibility";
    VERSION = "판: {version}", "Version {version}";
    TERMS_1 = "이 약관이 정하는 것", "What these terms cover";
    TERMS_1_TEXT = "이 약관은 민스쿨이 제공하는 게시판과 알림 서비스를 이용하는 조건, 그리고 회원과 운영자의 권리와 의무를 정합니다.", "These terms set out how the boards and notifications of MinSchool may be used, and the rights and duties of members and staff.";
    TERMS_2 = "가입과 탈퇴", "Joining and leaving";
    TERMS_2_TEXT = "누구나 이메일과 이름을 적고 필수 항목에 동의하면 가입할 수 있습니다. 탈퇴는 언제든 운영자에게 요청할 수 있습니다.", "Anyone can join by giving an e-mail and a name and agreeing to the required points. You can ask the staff to close your account at any time.";
    TERMS_3 = "글과 댓글", "Posts and comments";
    TERMS_3_TEXT = "글과 댓글의 권리와 책임은 쓴 사람에게 있습니다. 다른 사람을 괴롭히거나 차별하는 글, 남의 개인정보를 드러내는 글, 광고는 쓸 수 없습니다.", "Writers own their posts and answer for them. Harassment, discrimination, other people's personal data and advertising are not allowed.";
    TERMS_4 = "운영자가 하는 일", "What staff do";
    TERMS_4_TEXT = "운영자는 약관에 어긋나는 글을 숨기거나 삭제하고, 되풀이되면 이용을 정지할 수 있습니다. 모든 조치는 사유와 함께 기록으로 남습니다.", "Staff may hide or delete what breaks these terms and suspend accounts that keep doing so. Every such action is recorded with its reason.";
    TERMS_5 = "약관이 바뀔 때", "When the terms change";
    TERMS_5_TEXT = "약관을 바꿀 때는 7일 전에 공지사항으로 알립니다. 회원에게 불리한 변경은 30일 전에 알립니다.", "Changes are announced in the notice board 7 days ahead, and 30 days ahead where they are to members' disadvantage.";
    PRIVACY_1 = "모으는 개인정보", "What we collect";
    PRIVACY_1_TEXT = "가입할 때 이메일, 이름(별명), 비밀번호를 받습니다. 비밀번호는 되돌릴 수 없게 바꾸어 저장합니다. 이용하는 동안 로그인한 기기, IP 주소, 마지막 이용 시각이 기록됩니다.", "When you join: your e-mail, name or nickname, and password, which is stored so that it cannot be read back. While you use the site: the device you sign in with, its IP address and when it was last used.";
    PRIVACY_2 = "쓰는 목적", "Why we use it";
    PRIVACY_2_TEXT = "회원을 알아보고, 글과 댓글의 글쓴이를 보이고, 알림을 보내고, 부정한 이용을 막는 데에만 씁니다.", "To recognise members, show who wrote a post, send notifications and prevent abuse. Nothing else.";
    PRIVACY_3 = "보관하는 기간", "How long we keep it";
    PRIVACY_3_TEXT = "회원 정보는 탈퇴할 때까지, 로그인 기록은 3개월 동안 보관합니다. 마치지 않은 가입 신청은 하루 뒤에 지웁니다. 법에서 정한 기간이 있으면 그에 따릅니다.", "Account data until you leave; sign-in records for three months; a sign-up that was not finished for a day; longer only where the law says so.";
    PRIVACY_4 = "다른 곳에 넘기지 않습니다", "We do not pass it on";
    PRIVACY_4_TEXT = "개인정보를 다른 곳에 팔거나 넘기지 않습니다. 화면에 다른 회사의 추적 도구나 광고를 두지 않습니다.", "Personal data are not sold or handed to others. No page carries trackers or advertisements of other companies.";
    PRIVACY_5 = "회원의 권리", "Your rights";
    PRIVACY_5_TEXT = "언제든 자신의 정보를 보고, 고치고, 지워 달라고 할 수 있습니다. 동의하지 않을 권리가 있으며, 필수 항목에 동의하지 않으면 가입할 수 없습니다.", "You can see, correct and ask us to erase your data at any time. You may refuse consent; without the required consents you cannot join.";
    PRIVACY_6 = "쿠키", "Cookies";
    PRIVACY_6_TEXT = "로그인을 유지하는 쿠키, 읽기 도구 설정을 담는 쿠키, 전에 로그인한 적이 있는 브라우저를 알아보는 쿠키(1년)만 씁니다. 마지막 것은 다른 사람이 비밀번호를 잘못 입력해도 회원님이 로그인할 수 있게 합니다.", "We use one cookie to keep you signed in, one to keep your reading aids, and one, for a year, by which a browser that you signed in with before is known. The last one lets you sign in even while somebody else types wrong passwords for your account.";
    ACCESS_1 = "우리의 약속", "Our promise";
    ACCESS_1_TEXT = "민스쿨은 한국형 웹 콘텐츠 접근성 지침 2.2와 WCAG 2.2 AA를 지키려고 합니다. 모든 화면과 기능은 스크립트 없이도, 키보드만으로도 쓸 수 있습니다.", "MinSchool aims to meet KWCAG 2.2 and WCAG 2.2 AA. Every page and function works without scripts and with a keyboard alone.";
    ACCESS_2 = "읽기 도구", "Reading aids";
    ACCESS_2_TEXT = "글자 크기, 색, 간격, 움직임을 바꿀 수 있습니다.", "You can change text size, colours, spacing and motion.";
    ACCESS_2_LINK = "읽기 도구 열기", "Open the reading aids";
    ACCESS_3 = "키보드로 쓰기", "Using the keyboard";
    ACCESS_3_TEXT = "Tab 키로 다음 항목, Shift+Tab으로 이전 항목, Enter로 실행합니다. 화면 맨 앞의 ‘본문으로 건너뛰기’로 메뉴를 건너뛸 수 있습니다.", "Tab moves on, Shift+Tab moves back, Enter activates. ‘Skip to main content’ at the top jumps over the menu.";
    ACCESS_4 = "화면 낭독기", "Screen readers";
    ACCESS_4_TEXT = "새 알림과 댓글은 읽던 곳을 방해하지 않고 한 문장으로 알려 드립니다.", "New notifications and comments are announced in one sentence without moving you from where you read.";
    ACCESS_5 = "불편을 알려 주세요", "Tell us about barriers";
    ACCESS_5_TEXT = "쓰기 어려운 곳이 있으면 질문과 답변 게시판이나 운영자에게 알려 주세요. 7일 안에 답하겠습니다.", "If something is hard to use, write in the questions board or tell the staff. We answer within 7 days.";
}
