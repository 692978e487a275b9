//! Comments in the panel.

use super::{CommentRow, CommentsPage};
use crate::Lang;
use crate::admin::posts::Bulk;
use crate::admin::samples::shell;
use crate::samples::{Rendered, fault, moment};
use crate::ui::State;

pub(crate) fn all(lang: Lang) -> Rendered {
    let at = shell(lang, "/comments");
    let row = |id, state| CommentRow {
        id,
        excerpt: "꼭 갈게요! 점자 안내문도 있나요?",
        url: format!("https://www.example.com/comments/{id}"),
        post_title: "겨울 나눔 바자회에 함께해 주세요",
        author: "Ada",
        author_id: Some(9),
        at: moment(lang, 12),
        state,
    };
    let page = CommentsPage {
        shell: &at,
        query: "",
        is_cut: false,
        state: "",
        rows: vec![row(1, State::Shown), row(2, State::Hidden), row(3, State::Deleted)],
        page: 1,
        total_pages: 3,
        selected: &[],
        bulk: Bulk::default(),
        once: "k-once",
        errors: &[],
    };
    let errors = [fault("item", "item.empty", 0)];
    vec![
        ("admin-comments", super::index(&page)),
        ("admin-comments-faults", super::index(&CommentsPage { errors: &errors, ..page.clone() })),
        ("admin-comments-none", super::index(&CommentsPage { rows: Vec::new(), total_pages: 1, ..page.clone() })),
    ]
}
