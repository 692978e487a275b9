//! Search: what can be asked for, and what is said of what was found.

crate::text::catalogue! {
    TITLE = "검색", "Search";
    TITLE_OF = "'{text}' 검색", "Search: {text}";
    DETAILED = "자세히 찾기", "Detailed search";
    FIELD = "찾을 말", "Words to find";
    FIND = "찾기", "Search";
    HINT = "글, 댓글, 첨부 파일, 회원 이름에서 찾습니다. 한 글자도, 낱말 가운데도, 초성(ㄱㅈ)으로도 찾을 수 있습니다.",
        "Finds posts, comments, files and members' names: parts of words too, and the first consonants of Korean titles and names.";
    MORE_FILTERS = "조건", "Filters";
    KIND = "종류", "Kind";
    KIND_ALL = "모두", "All";
    KIND_POST = "글", "Posts";
    KIND_COMMENT = "댓글", "Comments";
    KIND_MEMBER = "회원", "Members";
    KIND_FILE = "첨부 파일", "Files";
    BOARD = "게시판", "Board";
    BOARD_ALL = "모든 게시판", "All boards";
    SINCE = "기간", "Period";
    SINCE_ALL = "전체 기간", "Any time";
    SINCE_WEEK = "지난 한 주", "Past week";
    SINCE_MONTH = "지난 한 달", "Past month";
    SINCE_YEAR = "지난 한 해", "Past year";
    BY = "쓴 사람", "Written by";
    BY_HINT = "회원 이름 그대로", "The member's exact name";
    ORDER = "순서", "Order";
    BEST = "제목에 있는 것부터", "In titles first";
    NEWEST = "새것부터", "Newest first";
    RESULTS = "찾은 것", "Results";
    POST = "글", "Post";
    COMMENT = "댓글", "Comment";
    COMMENT_ON = "댓글: {title}", "Comment on {title}";
    MEMBER = "회원", "Member";
    FILE = "파일", "File";
    IN_FILE = "파일 안", "In a file";
    OF_POST = "글: {title}", "Post: {title}";
    JOINED = "가입", "Joined";
    MORE = "더 찾기", "Find more";
    NOTHING = "찾은 것이 없습니다", "Nothing was found";
    NOTHING_MORE = "더 찾은 것이 없습니다", "Nothing more was found";
    NOTHING_TEXT = "낱말을 줄이거나 조건을 풀어 보세요. 읽을 수 있는 게시판에서만 찾습니다.",
        "Try fewer words or filters. Only boards that you may read are searched.";
    TOO_BROAD = "너무 넓게 찾았습니다. 낱말을 더 쓰거나 조건을 골라 주세요.", "That search is too broad. Add words or choose filters.";
    INSTEAD = "'{text}'(으)로는 찾은 것이 없어 '{instead}'(으)로 찾았습니다.", "Nothing was found for “{text}”, so “{instead}” was searched.";
    SUGGESTION = "'{text}'(으)로 찾기", "Search for “{text}” instead";
    SUGGESTION_LEAD = "글자판이 바뀌어 있었나요?", "Was the keyboard in the other language?";
    SHORTENED = "앞 {n}자로 찾았습니다.", "The first {n} characters were searched.";
}
