//! Posts in the panel.

use super::{Bulk, PostRow, PostsPage};
use crate::Lang;
use crate::admin::samples::shell;
use crate::samples::{BOARDS, Rendered, fault, moment};
use crate::ui::State;

pub(crate) fn all(lang: Lang) -> Rendered {
    let at = shell(lang, "/posts");
    let rows = vec![post_row(lang, 42, State::Shown), post_row(lang, 43, State::Hidden), post_row(lang, 44, State::Deleted)];
    let page = PostsPage {
        shell: &at,
        query: "",
        is_cut: false,
        board: "",
        state: "",
        boards: &BOARDS,
        rows,
        page: 1,
        total_pages: 40,
        selected: &[],
        bulk: Bulk::default(),
        once: "k-once",
        errors: &[],
    };
    let errors = [
        fault("item", "item.empty", 0),
        fault("task", "task.unknown", 0),
        fault("board_to", "board.unknown", 0),
        fault("reason", "reason.empty", 0),
    ];
    let bulk = Bulk { task: "move", board_to: "qna", reason: "" };
    let came_back =
        PostsPage { selected: &[43], bulk, errors: &errors, board: "free", state: "hidden", query: "바자회", ..page.clone() };
    vec![
        ("admin-posts", super::index(&page)),
        ("admin-posts-faults", super::index(&came_back)),
        ("admin-posts-none", super::index(&PostsPage { rows: Vec::new(), total_pages: 1, query: "없는 글", is_cut: true, ..page.clone() })),
    ]
}

fn post_row(lang: Lang, id: i64, state: State) -> PostRow<'static> {
    PostRow {
        id,
        title: "겨울 나눔 바자회에 함께해 주세요",
        url: format!("https://www.example.com/community/free/{id}"),
        board: "자유게시판",
        author: "이두리",
        author_id: (id != 43).then_some(8),
        at: moment(lang, 3),
        state,
    }
}
