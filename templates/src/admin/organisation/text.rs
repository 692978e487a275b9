//! The organisation in the panel, and at the foot of the site's pages.

crate::text::catalogue! {
    TITLE = "기관 정보", "Organisation";
    LEAD = "사이트 모든 화면의 맨 아래에 보입니다. 비워 둔 칸은 보이지 않습니다.", "Shown at the foot of each page of the site. What is left empty is not shown.";
    NAME = "기관 이름", "Name of the organisation";
    REPRESENTATIVE = "대표자", "Representative";
    BUSINESS_NUMBER = "사업자등록번호 또는 고유번호", "Business number";
    ADDRESS = "주소", "Address";
    PHONE = "전화", "Telephone";
    EMAIL = "대표 이메일", "E-mail";
    LINKS = "다른 페이지 주소", "Other pages";
    LINKS_HINT = "한 줄에 하나씩, 여섯 개까지. 예: https://www.youtube.com/@우리센터", "One a line, up to six. Example: https://www.youtube.com/@our-centre";
    ACTION_UPDATE = "기관 정보 바꿈", "Organisation changed";
    FOOT_NUMBER = "고유번호", "Business no.";
    FOOT_LINKS = "다른 페이지", "Other pages of ours";
}
