//! The staff's side: boards, posts, comments.

use super::admin::shell;
use super::{BOARDS, Drawn, fault, moment};
use crate::Lang;
use crate::admin::boards::{self, Audience, BoardForm, BoardRow, BoardsPage};
use crate::admin::comments::{self, CommentRow, CommentsPage};
use crate::admin::posts::{self, Bulk, PostRow, PostsPage};
use crate::ui::State;

pub(super) fn all(lang: Lang) -> Drawn {
    [board_pages(lang), post_pages(lang), comment_pages(lang)].concat()
}

fn board_pages(lang: Lang) -> Drawn {
    let (list, edit) = (shell(lang, "/boards"), shell(lang, "/boards/2/edit"));
    let row =
        |id, slug, name, archived| BoardRow { id, slug, name, read: Audience::Everyone, write: Audience::Members, posts: 1_204, archived };
    let rows = vec![row(1, "notice", "공지사항", false), row(2, "free", "자유게시판", false), row(3, "old", "지난 행사", true)];
    let index = |boards| boards::index(&BoardsPage { shell: &list, boards, once: "k-once" });
    let form = BoardForm {
        shell: &edit,
        id: Some(2),
        name: "자유게시판",
        name_en: "Open board",
        slug: "free",
        description: "무엇이든 편하게 이야기해요.",
        list: Audience::Everyone,
        read: Audience::Everyone,
        write: Audience::Members,
        comment: Audience::Members,
        comments_on: true,
        archived: false,
        once: "k-once",
        faults: &[],
    };
    let faults = [fault("name", "name.empty", 0), fault("slug", "slug.taken", 0)];
    vec![
        ("admin-boards", index(rows)),
        ("admin-boards-none", index(Vec::new())),
        ("admin-board-edit", boards::form(&form)),
        ("admin-board-new-faults", boards::form(&BoardForm { id: None, name: "", faults: &faults, ..form })),
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

fn post_pages(lang: Lang) -> Drawn {
    let at = shell(lang, "/posts");
    let rows = vec![post_row(lang, 42, State::Shown), post_row(lang, 43, State::Hidden), post_row(lang, 44, State::Deleted)];
    let page = PostsPage {
        shell: &at,
        query: "",
        board: "",
        state: "",
        boards: &BOARDS,
        rows,
        page: 1,
        total_pages: 40,
        selected: &[],
        bulk: Bulk::default(),
        once: "k-once",
        faults: &[],
    };
    let faults = [
        fault("item", "item.empty", 0),
        fault("task", "task.unknown", 0),
        fault("board_to", "board.unknown", 0),
        fault("reason", "reason.empty", 0),
    ];
    let bulk = Bulk { task: "move", board_to: "qna", reason: "" };
    let came_back =
        PostsPage { selected: &[43], bulk, faults: &faults, board: "free", state: "hidden", query: "바자회", ..page.clone() };
    vec![
        ("admin-posts", posts::index(&page)),
        ("admin-posts-faults", posts::index(&came_back)),
        ("admin-posts-none", posts::index(&PostsPage { rows: Vec::new(), total_pages: 1, query: "없는 글", ..page.clone() })),
    ]
}

fn comment_pages(lang: Lang) -> Drawn {
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
        state: "",
        rows: vec![row(1, State::Shown), row(2, State::Hidden), row(3, State::Deleted)],
        page: 1,
        total_pages: 3,
        selected: &[],
        bulk: Bulk::default(),
        once: "k-once",
        faults: &[],
    };
    let faults = [fault("item", "item.empty", 0)];
    vec![
        ("admin-comments", comments::index(&page)),
        ("admin-comments-faults", comments::index(&CommentsPage { faults: &faults, ..page.clone() })),
        ("admin-comments-none", comments::index(&CommentsPage { rows: Vec::new(), total_pages: 1, ..page.clone() })),
    ]
}
