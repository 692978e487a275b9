//! Profiles and who is here.

catalogue! {
    PROFILE_TITLE = "{name}님", "{name}";
    JOINED = "가입한 날", "Joined";
    POSTS = "글", "Posts";
    COMMENTS = "댓글", "Comments";
    RECENT = "최근에 쓴 글", "Recent posts";
    RECENT_EMPTY = "아직 쓴 글이 없습니다", "No posts yet";
    RECENT_EMPTY_OWN = "게시판에서 첫 글을 남겨 보세요.", "Write your first post in a board.";
    RECENT_EMPTY_OTHER = "글을 쓰면 여기에 보입니다.", "Posts will show here.";
    EDIT_OWN = "내 정보 수정", "Edit my settings";
    STAFF = "운영진", "Staff";
    WHO_TITLE = "지금 함께 있는 회원", "Who is here";
    WHO_ONE = "최근 1분 안에 {n}명이 다녀갔습니다.", "{n} person was here in the last minute.";
    WHO_MANY = "최근 1분 안에 {n}명이 다녀갔습니다.", "{n} people were here in the last minute.";
    WHO_HIDDEN = "이 가운데 {n}명은 이름을 드러내지 않았습니다.", "{n} of them prefer not to show their name.";
    WHO_EMPTY = "지금은 이름을 드러낸 회원이 없습니다", "Nobody is showing their name right now";
    WHO_EMPTY_TEXT = "조금 뒤에 다시 들러 주세요.", "Please look in again later.";
    WHO_OPT_OUT = "내 정보에서 이 목록에 내 이름을 보일지 정할 수 있습니다.", "You can choose in your settings whether your name is shown here.";
}
