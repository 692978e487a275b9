//! Files below a post, and in the editor: none, some, some that were refused.

use super::{Files, Item, editor, list, paths};
use crate::Lang;
use crate::samples::{Rendered, fault};

pub(crate) const ITEMS: [Item; 3] = [
    Item { id: 12, name: "2026년 나눔 바자회 참가 신청서.hwpx", alt: "", bytes: 48_213, is_picture: false },
    Item { id: 13, name: "오시는 길.jpg", alt: "센터 1층 입구. 턱이 없습니다.", bytes: 2_411_724, is_picture: true },
    Item {
        id: 14,
        name: "아주아주긴이름도줄이바뀌어화면밖으로나가지않아야합니다_a_very_long_name_without_any_spaces_that_goes_on_and_on.pdf",
        alt: "",
        bytes: 25_000_000,
        is_picture: false,
    },
];

pub(crate) fn all(lang: Lang) -> Rendered {
    let action = paths::create("free");
    let (refused, errors) = ([("휴가.iso", fault("files", "file.too_large", 25))], [fault("files", "file.refused", 0)]);
    let empty = Files { lang, action: &action, items: &[], refused: &[], errors: &[] };
    vec![
        ("fragment-files", list(lang, &ITEMS)),
        ("fragment-files-editor-empty", editor(&empty)),
        ("fragment-files-editor", editor(&Files { items: &ITEMS, ..empty })),
        ("fragment-files-editor-refused", editor(&Files { items: &ITEMS[..1], refused: &refused, errors: &errors, ..empty })),
    ]
}
