//! Drafts: what the editor says of them, a member's list, two of them side by side.

crate::text::catalogue! {
    TITLE = "임시저장한 글", "My drafts";
    SAVE = "임시저장", "Save draft";
    SAVED = "{time}에 임시저장했습니다.", "Draft saved at {time}.";
    SAVED_APART = "다른 창에서 먼저 저장한 글이 있어, 이 글은 따로 임시저장했습니다.", "Another window saved a different text first. This one is saved separately.";
    COMPARE = "두 글 나란히 보기", "See both side by side";
    FAILED = "임시저장하지 못했습니다. 쓴 글은 이 화면에 그대로 있고, 잠시 뒤에 다시 저장합니다.", "The draft could not be saved. Your text is still here and will be saved again in a moment.";
    SIGNED_OUT = "로그인이 끝나 임시저장하지 못했습니다. 쓴 글은 이 화면에 그대로 있습니다. 「등록」을 누르면 다시 로그인한 뒤 이어집니다.", "You are signed out, so the draft could not be saved. Your text is still here. Press the button that publishes it: you sign in again and it goes on.";
    OFFER = "임시저장한 글이 있습니다 ({time}).", "You have a draft ({time}).";
    OUTDATED = "이 글을 임시저장한 뒤에 원래 글이 바뀌었습니다.", "The post was changed after this draft was begun.";
    SEE_POST = "지금 글 보기", "See the post as it is now";
    CONTINUE = "이어 쓰기", "Continue";
    CONTINUE_OF = "이어 쓰기: {title}", "Continue: {title}";
    REMOVE = "지우기", "Delete";
    REMOVE_OF = "지우기: {title}", "Delete: {title}";
    UNTITLED = "제목 없음", "Untitled";
    OF_EDIT = "글 수정", "Change of a post";
    APART = "따로 저장한 글", "Saved separately";
    NO_PLACE = "지금은 쓸 수 없는 곳", "Not open to you now";
    EMPTY = "임시저장한 글이 없습니다", "No drafts";
    EMPTY_TEXT = "글을 쓰는 동안 저절로 저장되고, 등록하면 여기에서 사라집니다.", "What you write is saved by itself, and leaves this list when you publish it.";
    BOTH_TITLE = "서로 다른 글 두 개", "Two different texts";
    BOTH_TEXT = "두 창에서 따로 고쳐, 두 글을 모두 저장했습니다. 고르지 않은 글은 임시저장한 글 목록에 남습니다.", "Two windows changed it, so both texts are saved. The one that you do not choose stays among your drafts.";
    THIS_WINDOW = "방금 쓰던 글", "What you were just writing";
    OTHER_WINDOW = "다른 창에서 저장한 글", "What another window saved";
    CHOOSE = "이 글로 계속 쓰기", "Continue with this text";
    TO_ALL = "임시저장한 글 모두 보기", "Show all drafts";
    FLASH_DELETED = "임시저장한 글을 지웠습니다.", "The draft is deleted.";
    DRAFT_EMPTY = "제목이나 내용을 먼저 적어 주세요", "Enter a title or a text first";
    DRAFT_GONE = "이미 등록했거나 지운 글이라 임시저장하지 않았습니다. 쓴 글은 이 화면에 그대로 있습니다", "This was published or deleted already, so no draft was saved. Your text is still here";
    DRAFT_FULL = "임시저장은 50개까지 할 수 있습니다. 「임시저장한 글」에서 필요 없는 것을 먼저 지워 주세요", "You can have up to 50 drafts. Delete some in “My drafts” first";
}
