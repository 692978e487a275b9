//! Pages for HTTP statuses, and a sentence for each validation key.

use crate::text::Text;

crate::text::catalogue! {
    NOT_FOUND = "찾는 화면이 없습니다", "Page not found";
    NOT_FOUND_TEXT = "주소가 바뀌었거나 삭제된 글일 수 있습니다. 주소를 확인하거나 게시판에서 찾아보세요.", "The address may have changed, or the post was deleted. Check the address or look in the boards.";
    FORBIDDEN = "볼 수 있는 권한이 없습니다", "You may not see this";
    FORBIDDEN_TEXT = "이 화면은 정해진 회원만 볼 수 있습니다. 필요한 권한이라고 생각하시면 운영자에게 알려 주세요.", "This page is open to certain members only. If you think you need it, tell the staff.";
    METHOD = "이렇게는 열 수 없는 주소입니다", "This address cannot be opened this way";
    METHOD_TEXT = "앞 화면으로 돌아가 단추를 다시 눌러 주세요.", "Go back and press the button again.";
    TOO_LARGE = "보낸 내용이 너무 큽니다", "What you sent is too large";
    TOO_LARGE_TEXT = "내용을 줄이거나 나누어 보내 주세요.", "Shorten it or send it in parts.";
    UNPROCESSABLE = "보낸 내용을 읽을 수 없습니다", "What you sent could not be read";
    UNPROCESSABLE_TEXT = "앞 화면으로 돌아가 다시 보내 주세요. 쓰신 내용은 브라우저에 남아 있습니다.", "Go back and send it again. Your browser still has what you typed.";
    CROSS_SITE = "다른 사이트에서 보낸 요청이라 막았습니다", "A request from another site was blocked";
    CROSS_SITE_TEXT = "민스쿨 화면에서 다시 시도해 주세요.", "Please try again from a MinSchool page.";
    TOO_MANY = "요청이 너무 많습니다", "Too many requests";
    TOO_MANY_TEXT = "잠시 쉬었다가 다시 시도해 주세요.", "Please wait a moment and try again.";
    INTERNAL = "문제가 생겼습니다", "Something went wrong";
    INTERNAL_TEXT = "잘못하신 것이 아닙니다. 잠시 뒤에 다시 시도해 주세요. 계속되면 아래 번호를 운영자에게 알려 주세요.", "It is not your fault. Please try again in a while. If it goes on, give the staff the number below.";
    UNAVAILABLE = "지금은 이용자가 많습니다", "We are very busy right now";
    UNAVAILABLE_TEXT = "잠시 뒤에 다시 시도해 주세요. 쓰신 내용은 브라우저에 남아 있습니다.", "Please try again in a while. Your browser still has what you typed.";
    READING_ONLY = "지금은 저장할 수 없습니다", "Nothing can be saved right now";
    READING_ONLY_TEXT = "글을 보관하는 곳에 잠시 연결되지 않습니다. 운영자에게 이미 알렸고, 보통 곧 돌아옵니다.", "The place where everything is kept cannot be reached. The staff have been told; it is usually back soon.";
    FULL_TEXT = "저장 공간이 가득 차서 새 글이나 바꾼 내용을 저장할 수 없습니다. 읽는 데에는 문제가 없습니다. 운영자에게 이미 알렸습니다.", "There is no space left to save anything new. You can read everything as before. The staff have been told.";
    AGAIN = "다시 보내기", "Send again";
    AGAIN_TEXT = "보내신 내용은 아직 저장되지 않았습니다. 잠시 뒤에 다시 보내 주세요. 여러 번 눌러도 한 번만 저장됩니다.", "What you sent has not been saved yet. Please send it again in a while. However often you press, it is saved once.";
    AS_IT_WAS = "글을 보관하는 곳에 잠시 연결되지 않아 {when}에 보관한 화면을 보여 드립니다. 읽을 수는 있지만 쓰거나 바꿀 수는 없습니다.", "The place where everything is kept cannot be reached, so this page is shown as it was {when}. You can read, but not write or change anything.";
    JUST_NOW = "조금 전", "a moment ago";
    MINUTES_ONE = "1분 전", "a minute ago";
    MINUTES_MANY = "{n}분 전", "{n} minutes ago";
    CONFLICT = "그 사이에 내용이 바뀌었습니다", "It changed in the meantime";
    CONFLICT_TEXT = "다른 사람이 먼저 처리했습니다. 화면을 새로 열어 확인해 주세요.", "Somebody else was first. Open the page again to see.";
    BAD_REQUEST = "요청을 이해하지 못했습니다", "The request was not understood";
    BAD_REQUEST_TEXT = "앞 화면으로 돌아가 다시 시도해 주세요.", "Go back and try again.";
    TIMEOUT = "응답이 너무 늦어졌습니다", "It took too long";
    RETRY_AFTER = "{n}초 뒤에 다시 시도할 수 있습니다.", "You can try again in {n} seconds.";
    REQUEST_ID = "문의 번호: {id}", "Reference: {id}";
    TO_HOME = "홈으로 가기", "Go to the home page";
    FALLBACK = "이 항목을 확인해 주세요", "Please check this field";
    EMAIL_EMPTY = "이메일을 적어 주세요", "Enter your e-mail";
    EMAIL_INVALID = "이메일은 name@example.com처럼 적어 주세요", "Enter an e-mail address like name@example.com";
    EMAIL_TAKEN = "이 이메일로는 가입할 수 없습니다. 이미 회원이라면 로그인해 주세요", "This e-mail cannot be used. If you are already a member, sign in";
    EMAIL_UNMAILABLE = "메일을 보낼 수 없는 주소입니다. 다른 이메일을 적어 주세요", "Mail cannot be sent to this address. Enter another one";
    EMAIL_USED = "다른 계정이 쓰고 있는 이메일입니다", "Another account uses this e-mail";
    EMAIL_SAME = "지금 쓰고 있는 이메일입니다", "This is your e-mail already";
    EMAIL_TOO_LONG = "이메일이 너무 깁니다", "The e-mail is too long";
    NAME_EMPTY = "이름을 적어 주세요", "Enter a name";
    NAME_TOO_SHORT = "이름은 2자 이상이어야 합니다", "The name needs at least 2 characters";
    NAME_TOO_LONG = "이름은 {n}자까지 쓸 수 있습니다", "The name can have up to {n} characters";
    NAME_INVALID = "이름에는 글자, 숫자, 밑줄(_), 붙임표(-)만 쓸 수 있습니다", "Use letters, numbers, underscores and hyphens only";
    NAME_RESERVED = "운영자로 보일 수 있는 이름은 쓸 수 없습니다", "A name that looks like one of the staff cannot be used";
    NAME_TAKEN = "다른 회원이 쓰고 있는 이름입니다. 다른 이름을 적어 주세요", "Another member uses this name. Choose another one";
    PASSWORD_EMPTY = "비밀번호를 적어 주세요", "Enter a password";
    PASSWORD_TOO_SHORT = "비밀번호는 {n}자 이상이어야 합니다", "The password needs at least {n} characters";
    PASSWORD_TOO_LONG = "비밀번호가 너무 깁니다", "The password is too long";
    PASSWORD_TOO_SHORT_STAFF = "운영자의 비밀번호는 {n}자 이상이어야 합니다", "The password of staff needs at least {n} characters";
    PASSWORD_SHORT_FOR_PANEL = "관리 화면에는 {n}자 이상의 비밀번호로만 들어올 수 있습니다. 사이트의 내 정보에서 비밀번호를 먼저 바꿔 주세요", "The panel takes passwords of at least {n} characters only. Change yours on the site first, in your profile";
    PASSWORD_OWN = "이름이나 이메일 주소는 누구나 짐작할 수 있습니다. 다른 낱말을 더 이어 주세요", "Anybody can guess your name or e-mail address. Add other words";
    PASSWORD_WEAK = "쉽게 알아낼 수 있는 비밀번호입니다. 서로 상관없는 낱말을 더 이어 주세요", "This password is easy to guess. Add more unrelated words";
    PASSWORD_WRONG = "지금 비밀번호가 맞지 않습니다", "The current password is not right";
    LOGIN_WRONG = "이메일이나 비밀번호가 맞지 않습니다", "The e-mail or the password is not right";
    TERMS_REQUIRED = "가입하려면 이용약관에 동의해야 합니다", "Agree to the terms of use to join";
    PRIVACY_REQUIRED = "가입하려면 개인정보 수집과 이용에 동의해야 합니다", "Agree to the use of your personal data to join";
    TITLE_EMPTY = "제목을 적어 주세요", "Enter a title";
    TITLE_TOO_LONG = "제목은 {n}자까지 쓸 수 있습니다", "The title can have up to {n} characters";
    BODY_EMPTY = "내용을 적어 주세요", "Write some text";
    BODY_TOO_LONG = "내용은 {n}자까지 쓸 수 있습니다", "The text can have up to {n} characters";
    BODY_TOO_COMPLEX = "표, 목록, 링크가 너무 많습니다. 조금 단순하게 쓰거나 나누어 주세요", "There are too many tables, lists or links. Please simplify the text or split it";
    FLOOD_WAIT = "짧은 시간에 많이 쓰셨습니다. 쓴 내용은 그대로 있으니 {n}초 뒤에 다시 눌러 주세요", "You wrote a lot in a short time. Your text is still here: please press the button again in {n} seconds";
    FORM_STALE = "오래 열어 둔 화면이라 한 번 더 확인이 필요합니다. 내용은 그대로 있으니 다시 눌러 주세요", "This page was open for a long time. Your text is still here: please press the button again";
    FORM_UNREADABLE = "보낸 내용을 읽을 수 없습니다. 다시 보내 주세요", "What you sent could not be read. Please send it again";
    TEXT_CONTROL = "쓸 수 없는 문자가 들어 있습니다", "It contains characters that cannot be used";
    REASON_EMPTY = "사유를 적어 주세요", "Enter a reason";
    REASON_TOO_LONG = "사유는 {n}자까지 쓸 수 있습니다", "The reason can have up to {n} characters";
    ROLE_UNKNOWN = "없는 역할입니다. 다시 골라 주세요", "There is no such role. Choose again";
    ROLE_LAST_ADMIN = "마지막 관리자의 역할은 바꿀 수 없습니다", "The last administrator must keep the role";
    ROLE_BUILTIN = "기본 역할은 삭제할 수 없습니다", "Built-in roles cannot be deleted";
    ROLE_IN_USE = "회원이 쓰고 있는 역할은 삭제할 수 없습니다", "A role that members have cannot be deleted";
    SLUG_EMPTY = "주소 이름을 적어 주세요", "Enter a short address";
    SLUG_INVALID = "주소 이름에는 영어 소문자, 숫자, 붙임표(-)만 쓸 수 있습니다", "Use lower-case letters, numbers and hyphens only";
    SLUG_TAKEN = "다른 게시판이 쓰고 있는 주소입니다", "Another board uses this address";
    POST_CHANGED = "글을 여는 동안 다른 사람이 먼저 고쳤습니다. 쓴 내용은 그대로 있습니다. 새 글과 견주어 본 뒤 다시 저장하면 이 내용으로 바뀝니다", "Someone changed this post while you were editing it. Your text is still here: compare it with the post, then save again to replace it";
    BOARD_CLOSED = "글을 받지 않는 게시판입니다. 다른 게시판을 골라 주세요", "That board takes no posts. Choose another";
    BOARD_UNKNOWN = "없는 게시판입니다. 다시 골라 주세요", "There is no such board. Choose again";
    DESCRIPTION_TOO_LONG = "설명은 {n}자까지 쓸 수 있습니다", "The description can have up to {n} characters";
    NUMBER_INVALID = "숫자로 적어 주세요", "Enter a number";
    NUMBER_RANGE = "쓸 수 있는 범위를 벗어났습니다", "The number is out of range";
    UNTIL_INVALID = "날짜를 확인해 주세요", "Check the date";
    UNTIL_PAST = "지난 날짜는 쓸 수 없습니다", "The date must be in the future";
    ITEM_EMPTY = "하나 이상 골라 주세요", "Choose at least one";
    TASK_UNKNOWN = "할 일을 골라 주세요", "Choose an action";
    SELF_FORBIDDEN = "자기 계정에는 할 수 없습니다", "You cannot do this to your own account";
    BOARD_ACCESS_UNKNOWN = "누가 할 수 있는지 다시 골라 주세요", "Choose again who may do this";
    ORGANISATION_TOO_LONG = "한 줄에 {n}자까지 쓸 수 있습니다", "A line can have up to {n} characters";
    ORGANISATION_LINKS = "https://로 시작하는 주소를 한 줄에 하나씩, {n}개까지 적어 주세요", "Enter addresses that begin with https://, one a line, up to {n}";
    BOARD_NAME_TOO_LONG = "게시판 이름은 {n}자까지 쓸 수 있습니다", "The board's name can have up to {n} characters";
    COMMENT_TOO_LONG = "댓글은 {n}자까지 쓸 수 있습니다", "A comment can have up to {n} characters";
    TOKEN_INVALID = "이 연결 주소는 이미 쓰였거나 기한이 지났습니다", "This link was used or has expired";
}

/// The sentence for a validation key: `name.taken` is `NAME_TAKEN`, here or among the sentences of the noun that needs it.
/// `{n}` is the limit that the fault names.
pub fn message(key: &str) -> Option<Text> {
    let wanted = key.replace('.', "_").to_uppercase();
    let own = ALL.iter().copied().find(|(name, _)| *name == wanted);
    let other = || crate::sentences().find(|(_, name, _)| *name == wanted).map(|(_, name, text)| (name, text));
    own.or_else(other).map(|(_, text)| text)
}
