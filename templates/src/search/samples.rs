//! Search: nothing asked for, found, narrowed, meant otherwise, nothing found, too broad.

use super::{Asked, Found, Hit, OfPost, Part, Results, SearchPage};
use crate::Lang;
use crate::samples::{Rendered, guest, member, moment};
use crate::saved_searches::Watch;
use crate::ui::Author;

fn hits(lang: Lang) -> Vec<Hit<'static>> {
    let author = Author { id: Some(7), name: "김하늘", picture: None };
    let plain = |text| Part { text, is_hit: false };
    let hit = |text| Part { text, is_hit: true };
    vec![
        Hit {
            found: Found::Post { id: 5, slug: "notice", board: "공지사항" },
            title: vec![plain("겨울 "), hit("활동 지원"), plain(" 신청 안내")],
            excerpt: vec![plain("…12월부터 "), hit("활동지원"), plain(" 시간이 바뀝니다. 신청하실 분은 사무실로…")],
            author,
            at: moment(lang, 3),
        },
        Hit {
            found: Found::Comment { id: 9, board: "자유게시판" },
            title: vec![plain("다음 주 나들이")],
            excerpt: vec![plain("저도 "), hit("활동지원"), plain("사와 함께 갑니다.")],
            author,
            at: moment(lang, 30),
        },
        Hit {
            found: Found::File {
                id: 12,
                name: "활동지원 신청서.hwpx",
                page: Some(2),
                of: OfPost { id: 5, slug: "notice", title: "겨울 활동 지원 신청 안내", comment: None },
                board: "공지사항",
            },
            title: vec![hit("활동지원"), plain(" 신청서.hwpx")],
            excerpt: vec![plain("…별지 제1호 "), hit("활동지원"), plain(" 급여 신청서…")],
            author,
            at: moment(lang, 30),
        },
        Hit {
            found: Found::File {
                id: 13,
                name: "활동지원.jpg",
                page: None,
                of: OfPost { id: 5, slug: "notice", title: "겨울 활동 지원 신청 안내", comment: None },
                board: "공지사항",
            },
            title: vec![hit("활동지원"), plain(".jpg")],
            excerpt: Vec::new(),
            author,
            at: moment(lang, 30),
        },
        Hit {
            found: Found::File {
                id: 14,
                name: "활동지원 후기.docx",
                page: Some(1),
                of: OfPost { id: 7, slug: "free", title: "다음 주 나들이", comment: Some(9) },
                board: "자유게시판",
            },
            title: vec![hit("활동지원"), plain(" 후기.docx")],
            excerpt: vec![plain("…처음으로 "), hit("활동지원"), plain("을 받은 날…")],
            author,
            at: moment(lang, 40),
        },
        Hit {
            found: Found::Member { id: 8 },
            title: vec![hit("활동지원"), plain("팀")],
            excerpt: Vec::new(),
            author,
            at: moment(lang, 45),
        },
    ]
}

pub(crate) fn all(lang: Lang) -> Rendered {
    let boards = vec![("notice", "공지사항"), ("free", "자유게시판")];
    let asked = Asked { text: "활동지원", ..Asked::default() };
    let (member, guest) = (member(lang, "/search?q=x"), guest(lang, "/search"));
    let watch = Some(Watch { once: "k-once", kept: None });
    let show = |asked, results, watch| super::page(&SearchPage { shell: &member, asked, boards: boards.clone(), results, watch });
    let page = |asked, results| show(asked, results, watch);
    let found = Results { hits: hits(lang), next: "a12", ..Results::default() };
    let narrowed = Asked { kind: "post", board: "free", since: "year", by: "김하늘", sort: "new", ..asked };
    let slip = Results { suggestion: Some("안녕"), next: "", ..found.clone() };
    vec![
        ("search", super::page(&SearchPage { shell: &guest, asked: Asked::default(), boards: boards.clone(), results: None, watch: None })),
        ("search-found", page(asked, Some(found.clone()))),
        ("search-watched", show(asked, Some(found.clone()), Some(Watch { once: "k-once", kept: Some(4) }))),
        ("search-members", show(Asked { kind: "member", ..asked }, Some(found.clone()), None)),
        ("search-narrowed", page(narrowed, Some(found.clone()))),
        ("search-instead", page(Asked { text: "ghkfehd", ..asked }, Some(Results { instead: Some("활동"), ..found.clone() }))),
        ("search-suggestion", page(Asked { text: "dkssud", ..asked }, Some(slip))),
        ("search-nothing", page(asked, Some(Results::default()))),
        ("search-nothing-more", page(asked, Some(Results { is_later_page: true, ..Results::default() }))),
        ("search-too-broad", page(asked, Some(Results { is_too_broad: true, shortened_to: Some(100), ..Results::default() }))),
    ]
}
