//! The history of a post and of a comment.

use super::paths::Of;
use super::{Change, HistoryPage, Piece, Subject, Version, VersionPage};
use crate::Lang;
use crate::samples::{Rendered, author, guest, member, moment, staff};

pub(crate) fn all(lang: Lang) -> Rendered {
    let post = Subject { of: Of::Post("free", 42), title: "겨울 나눔 바자회에 함께해 주세요" };
    let comment = Subject { of: Of::Comment(7), ..post };
    let version = |number, in_force| Version { number, editor: author(8, "이두리"), at: moment(lang, number as u8 + 1), in_force };
    let piece = |change, text: &str| Piece { change, text: text.into() };
    let (reader, own, boss) = (guest(lang, "/"), member(lang, "/"), staff(lang, "/"));
    let body = vec![
        piece(Change::Skipped, ""),
        piece(Change::Kept, "모임은 "),
        piece(Change::Removed, "금요일"),
        piece(Change::Added, "토요일"),
        piece(Change::Kept, " 두 시에 시작합니다.\n\n오실 때 전화해 주세요."),
    ];
    let page = VersionPage {
        shell: &boss,
        subject: post,
        version: version(1, false),
        is_first: false,
        title: vec![piece(Change::Kept, "겨울 나눔 바자회"), piece(Change::Added, "에 함께해 주세요")],
        body,
        may_restore: true,
        may_erase: true,
        once: "k-once",
    };
    let first = VersionPage { shell: &own, version: version(0, false), is_first: true, may_erase: false, ..page.clone() };
    let of_comment =
        VersionPage { shell: &reader, subject: comment, version: version(1, true), title: Vec::new(), may_restore: false, ..page.clone() };
    let versions = vec![version(2, true), version(1, false), version(0, false)];
    vec![
        ("revisions", super::index(&HistoryPage { shell: &own, subject: post, versions })),
        ("revisions-none", super::index(&HistoryPage { shell: &own, subject: post, versions: vec![version(0, true)] })),
        ("revision-staff", super::show(&page)),
        ("revision-first", super::show(&first)),
        ("revision-comment", super::show(&of_comment)),
    ]
}
