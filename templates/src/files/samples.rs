//! Files below a post, and in the editor: none, some, some that were refused.

use super::{Files, Item, Origin, Paragraph, Picture, Reading, TextPage, editor, list, page, paths, place};
use crate::samples::{Rendered, fault, guest, member};
use crate::{Lang, PreEscaped};

pub(crate) const ITEMS: [Item; 3] = [
    Item { id: 12, name: "2026년 나눔 바자회 참가 신청서.hwpx", alt: "", bytes: 48_213, picture: None, reading: Reading::Text },
    Item {
        id: 13,
        name: "오시는 길.jpg",
        alt: "센터 1층 입구. 턱이 없습니다.",
        bytes: 2_411_724,
        picture: Some(Picture { width: 4_000, height: 3_000, moves: false }),
        reading: Reading::Nothing,
    },
    Item {
        id: 14,
        name: "아주아주긴이름도줄이바뀌어화면밖으로나가지않아야합니다_a_very_long_name_without_any_spaces_that_goes_on_and_on.pdf",
        alt: "",
        bytes: 25_000_000,
        picture: None,
        reading: Reading::Waiting,
    },
];

const TEXT: [Paragraph; 3] =
    [Paragraph::Text("나눔 바자회 참가 신청서"), Paragraph::Text("이름:\n전화:"), Paragraph::Text("함께 <오실> 분을 적어 주세요.")];

/// With the headings of the document.
const OUTLINE: [Paragraph; 5] = [
    Paragraph::Heading(2, "1. 참가 안내"),
    Paragraph::Heading(3, "1) 언제 <어디서>"),
    Paragraph::Text("12월 12일 토요일, 센터 1층"),
    Paragraph::Heading(4, "오시는 길"),
    Paragraph::Text("엘리베이터로 올라오세요."),
];

pub(crate) fn all(lang: Lang) -> Rendered {
    let action = paths::create("free");
    let (member, guest) = (member(lang, "/files/12/a/text"), guest(lang, "/files/12/a/text"));
    let origin = Origin { address: "/community/notice/5", title: "겨울 나눔 바자회를 엽니다", is_comment: false };
    let of_comment = Some(Origin { address: "/comments/9", is_comment: true, ..origin });
    let text_page = TextPage {
        shell: &member,
        id: 12,
        name: ITEMS[0].name,
        bytes: ITEMS[0].bytes,
        reading: Reading::Text,
        origin: Some(origin),
        paragraphs: &TEXT,
        number: 1,
        pages: 1,
    };
    let (refused, errors) = ([("휴가.iso", fault("files", "file.too_large", 25))], [fault("files", "file.refused", 0)]);
    let (undescribed, missing) = ([Item { alt: "", ..ITEMS[1] }], [fault("alt.13", "file.alt_required", 0)]);
    let empty = Files { lang, action: &action, items: &[], refused: &[], errors: &[], needs_alt: false };
    let moving = Item {
        id: 15,
        name: "손뼉.gif",
        alt: "",
        bytes: 90_000,
        picture: Some(Picture { width: 200, height: 100, moves: true }),
        reading: Reading::Nothing,
    };
    let unread = [Reading::NoText, Reading::Locked, Reading::Damaged, Reading::TooLarge, Reading::TooSlow];
    let unread = unread.map(|reading| Item { reading, ..ITEMS[0] });
    let text = "<p>입구: <a title=\"file:13\" rel=\"x\">턱 없는 &quot;입구&quot;</a> <a title=\"file:99\" rel=\"x\">남의 사진</a></p>";
    let (placed, _) = place(text.into(), ITEMS.to_vec());
    vec![
        ("fragment-files-placed", PreEscaped(placed.into_owned())),
        ("fragment-files-pictures", list(lang, &[ITEMS[1], moving])),
        ("fragment-files", list(lang, &ITEMS)),
        ("fragment-files-without-text", list(lang, &unread)),
        ("file-text", page(&text_page)),
        ("file-text-headings", page(&TextPage { paragraphs: &OUTLINE, number: 2, pages: 7, ..text_page.clone() })),
        ("file-text-long", page(&TextPage { number: 2, pages: 7, ..text_page.clone() })),
        ("file-text-waits", page(&TextPage { reading: Reading::Waiting, paragraphs: &[], pages: 0, shell: &guest, ..text_page.clone() })),
        ("file-text-locked", page(&TextPage { reading: Reading::Locked, paragraphs: &[], pages: 0, origin: None, ..text_page.clone() })),
        ("file-text-of-comment", page(&TextPage { origin: of_comment, ..text_page.clone() })),
        ("fragment-files-editor-empty", editor(&empty)),
        ("fragment-files-editor", editor(&Files { items: &ITEMS, ..empty })),
        ("fragment-files-editor-undescribed", editor(&Files { items: &undescribed, errors: &missing, needs_alt: true, ..empty })),
        ("fragment-files-editor-refused", editor(&Files { items: &ITEMS[..1], refused: &refused, errors: &errors, ..empty })),
    ]
}
