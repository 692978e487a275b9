//! The list with and without drafts, one draft, two side by side, and the lines of the editor.

use super::{DraftPage, DraftsPage, Item, Place, Status, Version, paths, refused};
use crate::Lang;
use crate::samples::{Rendered, member, moment};

pub(crate) fn all(lang: Lang) -> Rendered {
    [lists(lang), texts(lang), lines(lang)].concat()
}

const NEW: Place = Place { slug: "free", board: "자유게시판", post: None };

fn lists(lang: Lang) -> Rendered {
    let shell = member(lang, paths::INDEX);
    let item = |id, title, start, place: Option<Place<'static>>| Item {
        id,
        title,
        start,
        is_edit: place.is_some_and(|place| place.post.is_some()),
        place,
        is_apart: false,
        at: moment(lang, 12),
    };
    let items = vec![
        item(9, "겨울 나눔 바자회에 함께해 주세요", "안녕하세요.", Some(Place { post: Some(42), ..NEW })),
        Item { is_apart: true, ..item(8, "겨울 나눔 바자회", "안녕하세요.", Some(NEW)) },
        item(7, "", "제목은 나중에 정하려고 합니다. 휠체어로 갈 수 있는 카페를 모아 봅시다.", Some(NEW)),
        item(6, "", "", None),
    ];
    let list = DraftsPage { shell: &shell, items, once: "k-once" };
    let none = DraftsPage { items: Vec::new(), ..list.clone() };
    vec![("drafts", super::page(&list)), ("drafts-none", super::page(&none))]
}

fn texts(lang: Lang) -> Rendered {
    let shell = member(lang, "/my/drafts/8");
    let version = |id, title, body| Version { id, title, body, at: moment(lang, 12) };
    let own = version(8, "겨울 나눔 바자회", "안녕하세요.\n\n12월 12일 토요일에 **나눔 바자회**를 엽니다.\n<b>태그는 글자로 남습니다</b>");
    let other = version(7, "", "안녕하세요.\n\n12월 13일 일요일에 엽니다.");
    let both = DraftPage { shell: &shell, place: Some(NEW), own, other: Some(other) };
    let one = DraftPage { other: None, ..both.clone() };
    let closed = DraftPage { place: None, ..one.clone() };
    vec![("draft-both", super::show(&both)), ("draft", super::show(&one)), ("draft-no-place", super::show(&closed))]
}

fn lines(lang: Lang) -> Rendered {
    let status = Status { lang, draft: 8, version: 3, time: "14:03", is_apart: false };
    vec![
        ("fragment-draft-saved", status.line()),
        ("fragment-draft-apart", Status { is_apart: true, ..status }.line()),
        ("fragment-draft-gone", refused(lang, "draft.gone")),
    ]
}
