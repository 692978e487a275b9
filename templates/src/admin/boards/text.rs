//! Board settings in the panel.

crate::text::catalogue! {
    BOARD_NEW = "게시판 만들기", "New board";
    BOARD_EDIT = "{name} 설정", "Settings of {name}";
    BOARDS_CAPTION = "게시판 차례와 설정", "Boards in order";
    COL_BOARD = "게시판", "Board";
    COL_SLUG = "주소 이름", "Address";
    COL_ACCESS = "읽기 / 쓰기", "Read / write";
    COL_POSTS = "글", "Posts";
    COL_ORDER = "차례", "Order";
    UP = "{name} 위로", "Move {name} up";
    DOWN = "{name} 아래로", "Move {name} down";
    NAME = "게시판 이름", "Board name";
    NAME_EN = "영어 이름", "Name in English";
    NAME_EN_HINT = "비워 두면 영어 화면에도 위의 이름이 보입니다.", "If empty, the name above is shown in English too.";
    SLUG = "주소 이름", "Address";
    SLUG_HINT = "게시판 주소에 쓰입니다. 영어 소문자, 숫자, 붙임표(-)만 쓸 수 있습니다.", "Used in the board's address. Lower-case letters, numbers and hyphens.";
    DESCRIPTION = "설명", "Description";
    DESCRIPTION_EN = "영어 설명", "Description in English";
    WHO = "누가 할 수 있나요", "Who may do what";
    WHO_LIST = "게시판 이름 보기", "See the board";
    WHO_READ = "글 읽기", "Read posts";
    WHO_WRITE = "글 쓰기", "Write posts";
    WHO_COMMENT = "댓글 쓰기", "Write comments";
    WHO_REVISIONS = "수정 내역 보기", "See edit history";
    NOBODY = "아무도 못 함", "Nobody";
    EVERYONE = "누구나", "Everyone";
    MEMBERS = "회원", "Members";
    STAFF = "운영진", "Staff";
    ADMINS = "관리자", "Administrators";
    OPTIONS = "그 밖의 설정", "Other settings";
    COMMENTS_ON = "댓글 받기", "Allow comments";
    LOOK = "글 목록의 모양", "How posts are listed";
    LOOK_LIST = "한 줄씩", "Line by line";
    LOOK_CARDS = "첨부 파일과 함께 (자료실)", "With their files";
    LOOK_GALLERY = "사진과 함께 (갤러리)", "With a picture (gallery)";
    NEEDS_ALT = "사진 설명을 꼭 받기", "Require descriptions of pictures";
    NEEDS_ALT_HINT = "설명이 없는 사진이 있으면 글을 등록할 수 없습니다.", "A post cannot be published while one of its pictures has none.";
    ARCHIVED = "보관하기", "Archive";
    ARCHIVED_HINT = "보관한 게시판은 읽을 수만 있습니다.", "An archived board can only be read.";
}
