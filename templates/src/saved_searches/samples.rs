//! Saved searches: some, too many, none.

use super::{Board, Item, Kind, SavedSearchesPage, page};
use crate::Lang;
use crate::samples::{Rendered, fault, member, moment};

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = member(lang, "/my/searches");
    let item = |id, words| Item { id, words, kind: None, board: Board::Any, author: "", at: moment(lang, 12) };
    let items = vec![
        Item { kind: Some(Kind::Posts), board: Board::Named("자유게시판"), author: "김하늘", ..item(3, "바자회") },
        Item { kind: Some(Kind::Comments), board: Board::Gone, ..item(2, "활동지원사 모집") },
        item(1, "나들이"),
    ];
    let full = [fault("form", "saved_search.full", 0)];
    let list = SavedSearchesPage { shell: &shell, items, most: 20, once: "k-once", errors: &[] };
    vec![
        ("saved-searches", page(&list)),
        ("saved-searches-full", page(&SavedSearchesPage { errors: &full, ..list.clone() })),
        ("saved-searches-none", page(&SavedSearchesPage { items: Vec::new(), ..list.clone() })),
    ]
}
