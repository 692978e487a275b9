//! The list of boards, and a board in each of its states.

use super::{BoardCard, BoardList, BoardPage, BoardsPage, Latest, Look, NewComment, Sort, Write};
use crate::Lang;
use crate::files::samples::ITEMS;
use crate::layout::Shell;
use crate::posts::Card;
use crate::posts::samples::card;
use crate::samples::{Rendered, ago, guest, member, moment};

pub(crate) fn all(lang: Lang) -> Rendered {
    let path = "/community/free";
    let render = |shell: &Shell, list: &str, write, archived| {
        super::page(&BoardPage {
            shell,
            slug: "free",
            name: "자유게시판",
            description: "무엇이든 편하게 이야기해요.",
            archived,
            write,
            page: 1,
            list,
        })
    };
    let boards = board_cards(lang);
    vec![
        ("boards", super::index(&BoardsPage { shell: &guest(lang, "/community"), boards })),
        ("boards-none", super::index(&BoardsPage { shell: &guest(lang, "/community"), boards: Vec::new() })),
        ("board", render(&member(lang, path), &list(lang, 2, 12, 1, 52_429), Write::Allowed, false)),
        ("board-page-9-guest", render(&guest(lang, path), &list(lang, 1, 5, 9, 10), Write::SignIn, false)),
        ("board-cards", render(&guest(lang, path), &looking(lang, Look::Cards), Write::SignIn, false)),
        ("board-gallery", render(&guest(lang, path), &looking(lang, Look::Gallery), Write::SignIn, false)),
        ("board-comments", render(&member(lang, path), &commented(lang), Write::Allowed, false)),
        ("board-empty", render(&member(lang, path), &list(lang, 0, 0, 1, 1), Write::Allowed, false)),
        ("board-past-the-end", render(&member(lang, path), &list(lang, 1, 0, 9, 2), Write::Allowed, false)),
        ("board-archived", render(&member(lang, path), &list(lang, 0, 3, 1, 1), Write::Closed, true)),
    ]
}

fn board_cards(lang: Lang) -> Vec<BoardCard<'static>> {
    let latest = Latest { id: 5, title: "겨울 나눔 바자회에 함께해 주세요", at: moment(lang, 3) };
    let base = BoardCard {
        slug: "notice",
        name: "공지사항",
        description: "센터의 소식을 알립니다.",
        posts: 128,
        latest: Some(latest),
        readable: true,
        archived: false,
    };
    vec![
        base.clone(),
        BoardCard {
            slug: "free", name: "자유게시판", description: "무엇이든 편하게 이야기해요.", posts: 1_048_576, ..base.clone()
        },
        BoardCard {
            slug: "qna",
            name: "질문과 답변",
            description: "궁금한 것을 묻고 답합니다.",
            posts: 1,
            latest: None,
            readable: false,
            ..base.clone()
        },
        BoardCard { slug: "old", name: "지난 행사", description: "", posts: 0, latest: None, archived: true, ..base },
    ]
}

fn list(lang: Lang, notices: i64, posts: i64, page: u64, total_pages: u64) -> String {
    super::list(&board_list(lang, notices, posts, page, total_pages)).into_string()
}

/// A list with the newest comments beside it; the last has no letters.
fn commented(lang: Lang) -> String {
    let texts = [
        "저도 토요일에 갑니다. 휠체어로 들어가는 문이 어느 쪽인지 아시는 분 계신가요? 지난번에는…",
        "고맙습니다!",
        "<b>굵게</b> 쓰는 법도 알려 주세요.",
        "",
    ];
    let comment = |(n, excerpt): (u8, _)| NewComment {
        id: 9 - i64::from(n),
        author: "이두리",
        excerpt,
        post: "겨울 나눔 바자회에 함께해 주세요",
        at: ago(lang, 3 + n),
    };
    super::list(&BoardList { comments: (0..).zip(texts).map(comment).collect(), ..board_list(lang, 1, 6, 1, 3) }).into_string()
}

/// A list of a board that shows more of each post.
fn looking(lang: Lang, look: Look) -> String {
    let pictures = vec![ITEMS[1], ITEMS[0]];
    let many = [ITEMS, ITEMS].concat();
    super::list(&BoardList { look, files: vec![(2, many), (4, pictures)], ..board_list(lang, 1, 5, 1, 3) }).into_string()
}

fn board_list(lang: Lang, notices: i64, posts: i64, page: u64, total_pages: u64) -> BoardList<'static> {
    let pinned = |id| Card { is_notice: true, ..card(lang, id) };
    BoardList {
        lang,
        slug: "free",
        name: "자유게시판",
        notices: (0..notices).map(pinned).collect(),
        posts: (2..2 + posts).map(|id| card(lang, id)).collect(),
        look: Look::List,
        files: Vec::new(),
        sort: if page == 1 { Sort::New } else { Sort::Active },
        comments: Vec::new(),
        page,
        total_pages,
    }
}
