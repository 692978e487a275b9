//! The first page, boards, posts, fixed texts and errors.

use super::{BODY, Drawn, author, card, guest, member, moment, staff, with_flash};
use crate::boards::{self, BoardCard, BoardList, BoardPage, BoardsPage, Latest, Sort, Write};
use crate::comments::{Entry, Thread};
use crate::errors::{self, Again, BarePage, ErrorPage, Problem};
use crate::home::{self, HomePage, Recent};
use crate::layout::{Aids, Motion, Shell, Spacing, TextSize, Theme};
use crate::pages::{self, TextPage};
use crate::posts::{self, Card, DeletePage, Neighbour, Post, PostPage};
use crate::text::posts as words;
use crate::ui::State;
use crate::{Lang, Markup};

pub(super) fn all(lang: Lang) -> Drawn {
    [home_pages(lang), board_pages(lang), post_pages(lang), texts(lang), failures(lang)].concat()
}

fn recent(lang: Lang, n: i64) -> String {
    let posts = (0..n).map(|id| Card { board: "자유게시판", ..card(lang, id) }).collect();
    home::recent(&Recent { lang, posts }).into_string()
}

fn home_pages(lang: Lang) -> Drawn {
    let draw = |shell: &Shell, recent: &str| home::page(&HomePage { shell, recent });
    let aids = |aids| Shell { aids, ..member(lang, "/") };
    let full = recent(lang, 8);
    vec![
        ("home-guest", draw(&guest(lang, "/"), &full)),
        ("home-member", draw(&member(lang, "/"), &full)),
        ("home-staff-flash", draw(&with_flash(staff(lang, "/"), "김하나님, 환영합니다."), &full)),
        ("home-empty", draw(&guest(lang, "/"), &recent(lang, 0))),
        ("home-dark", draw(&aids(Aids { theme: Theme::Dark, ..Aids::default() }), &full)),
        ("home-contrast", draw(&aids(Aids { theme: Theme::Contrast, size: TextSize::Larger, ..Aids::default() }), &full)),
        (
            "home-wide",
            draw(&aids(Aids { theme: Theme::Light, spacing: Spacing::Wide, motion: Motion::Reduced, size: TextSize::Large }), &full),
        ),
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
    let pinned = |id| Card { is_notice: true, ..card(lang, id) };
    let list = BoardList {
        lang,
        slug: "free",
        name: "자유게시판",
        notices: (0..notices).map(pinned).collect(),
        posts: (2..2 + posts).map(|id| card(lang, id)).collect(),
        sort: if page == 1 { Sort::New } else { Sort::Active },
        page,
        total_pages,
    };
    boards::list(&list).into_string()
}

fn board_pages(lang: Lang) -> Drawn {
    let path = "/community/free";
    let draw = |shell: &Shell, list: &str, write, archived| {
        boards::page(&BoardPage {
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
        ("boards", boards::index(&BoardsPage { shell: &guest(lang, "/community"), boards })),
        ("boards-none", boards::index(&BoardsPage { shell: &guest(lang, "/community"), boards: Vec::new() })),
        ("board", draw(&member(lang, path), &list(lang, 2, 12, 1, 52_429), Write::Allowed, false)),
        ("board-page-9-guest", draw(&guest(lang, path), &list(lang, 1, 5, 9, 10), Write::SignIn, false)),
        ("board-empty", draw(&member(lang, path), &list(lang, 0, 0, 1, 1), Write::Allowed, false)),
        ("board-past-the-end", draw(&member(lang, path), &list(lang, 1, 0, 9, 2), Write::Allowed, false)),
        ("board-archived", draw(&member(lang, path), &list(lang, 0, 3, 1, 1), Write::Closed, true)),
    ]
}

/// A post without comments, as a reader sees it.
pub(super) fn post_page<'a>(shell: &'a Shell<'a>, comments: Thread<'a>) -> PostPage<'a> {
    let lang = shell.lang;
    let post = Post {
        id: 42,
        slug: "free",
        board: "자유게시판",
        title: "겨울 나눔 바자회에 함께해 주세요",
        body_html: BODY,
        author: author(8, "이두리"),
        at: moment(lang, 3),
        edited: None,
        edited_by_staff: false,
        views: 1_204,
        newest_comment: 87,
        is_notice: false,
        state: State::Shown,
        state_reason: "",
    };
    PostPage {
        shell,
        post,
        can_edit: false,
        can_delete: false,
        can_moderate: false,
        newer: Some(Neighbour { id: 43, title: "오늘 점심 모임 사진입니다" }),
        older: Some(Neighbour { id: 41, title: "활동지원사 신청은 어디에서 하나요?" }),
        comments,
        once: "k-once",
    }
}

/// A thread in which nobody said anything yet.
pub(super) fn silence<'a>(lang: Lang, entry: Entry<'a>) -> Thread<'a> {
    Thread { lang, slug: "free", post: 42, count: 0, branches: Vec::new(), page: 1, total_pages: 1, entry }
}

fn post_pages(lang: Lang) -> Drawn {
    let path = "/community/free/42";
    let (reader, boss) = (guest(lang, path), staff(lang, path));
    let flashed = with_flash(member(lang, path), lang.t(words::FLASH_CREATED));
    let mut own = post_page(&flashed, silence(lang, Entry::Closed));
    (own.can_edit, own.can_delete) = (true, true);
    own.post.edited = Some(moment(lang, 40));
    let hidden = moderated(&boss, State::Hidden, "광고");
    let deleted = moderated(&boss, State::Deleted, "");
    vec![
        ("post-guest", posts::page(&post_page(&reader, silence(lang, Entry::SignIn)))),
        ("post-own", posts::page(&own)),
        ("post-hidden-staff", posts::page(&hidden)),
        ("post-deleted-staff", posts::page(&deleted)),
        ("post-delete", delete(&flashed)),
    ]
}

fn moderated<'a>(shell: &'a Shell<'a>, state: State, reason: &'a str) -> PostPage<'a> {
    let mut page = post_page(shell, silence(shell.lang, Entry::Closed));
    page.post.state = state;
    page.post.state_reason = reason;
    page.post.is_notice = true;
    page.can_moderate = true;
    page.newer = None;
    page
}

fn delete(shell: &Shell) -> Markup {
    posts::delete(&DeletePage {
        shell, slug: "free", id: 42, title: "겨울 나눔 바자회에 함께해 주세요", comments: 3, once: "k-once"
    })
}

fn texts(lang: Lang) -> Drawn {
    let shell = guest(lang, "/terms");
    let page = TextPage { shell: &shell, version: "2026-11-01" };
    vec![("terms", pages::terms(&page)), ("privacy", pages::privacy(&page)), ("accessibility", pages::accessibility(&page))]
}

fn failures(lang: Lang) -> Drawn {
    let shell = member(lang, "/nowhere");
    let problem = |status, retry_after| Problem { status, retry_after, ..Problem::default() };
    let typed: Vec<(String, String)> =
        [("once", "k-once"), ("title", "겨울 나눔"), ("body", "함께해요.")].map(|(name, value)| (name.into(), value.into())).into();
    let again = Again { action: "/community/free/write", fields: &typed };
    let secret: Vec<(String, String)> =
        [("email", "ada@example.com"), ("password", "x")].map(|(name, value)| (name.into(), value.into())).into();
    let draw = |problem| errors::page(&ErrorPage { shell: &shell, problem });
    vec![
        ("error-400", draw(problem(400, 0))),
        ("error-403", draw(problem(403, 0))),
        ("error-403-cross-site", draw(Problem { cross_site: true, ..problem(403, 0) })),
        ("error-404", draw(problem(404, 0))),
        ("error-405", draw(problem(405, 0))),
        ("error-408", draw(problem(408, 0))),
        ("error-409", draw(problem(409, 0))),
        ("error-413", draw(problem(413, 0))),
        ("error-422", draw(problem(422, 0))),
        ("error-429", draw(problem(429, 12))),
        ("error-500", draw(Problem { request_id: "01JD9Z3K7Q", ..problem(500, 0) })),
        ("error-503-reading-only", draw(Problem { reading_only: true, ..problem(503, 2) })),
        ("error-503-full", draw(Problem { full: true, again: Some(again), ..problem(503, 60) })),
        ("error-503-again", draw(Problem { reading_only: true, again: Some(again), ..problem(503, 2) })),
        ("error-503-again-secret", draw(Problem { again: Some(Again { action: "/login", fields: &secret }), ..problem(503, 2) })),
        ("error-503-bare", errors::bare(&BarePage { lang, problem: Problem { request_id: "01JD9Z3K7Q", ..problem(503, 5) } })),
    ]
}
