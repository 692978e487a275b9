//! The first page for everyone who reads it, and with each reading aid.

use super::{Column, Gallery, HomePage, Overview};
use crate::Lang;
use crate::files::samples::ITEMS;
use crate::layout::{Aids, Motion, Shell, Spacing, TextSize, Theme};
use crate::posts::Card;
use crate::posts::samples::card;
use crate::samples::{Rendered, ago, guest, member, staff, with_flash};
use crate::ui::Avatar;

pub(crate) fn all(lang: Lang) -> Rendered {
    let with = |shell: &Shell, overview: &str, here| super::page(&HomePage { shell, overview, here });
    let render = |shell: &Shell, overview: &str| with(shell, overview, Vec::new());
    let aids = |aids| Shell { aids, ..member(lang, "/") };
    let here = [(8, "이두리"), (9, "박서준"), (31, "홍 길동")].map(|(member, name)| Avatar { member, name, picture: None }).into();
    let full = overview(lang);
    let nothing = Overview { lang, notices: Vec::new(), boards: Vec::new(), galleries: Vec::new(), talked: Vec::new() };
    vec![
        ("home-guest", render(&guest(lang, "/"), &full)),
        ("home-member", with(&member(lang, "/"), &full, here)),
        ("home-staff-flash", render(&with_flash(staff(lang, "/"), "김하나님, 환영합니다."), &full)),
        ("home-empty", render(&guest(lang, "/"), &super::overview(&nothing).into_string())),
        ("home-dark", render(&aids(Aids { theme: Theme::Dark, ..Aids::default() }), &full)),
        ("home-contrast", render(&aids(Aids { theme: Theme::Contrast, size: TextSize::Larger, ..Aids::default() }), &full)),
        (
            "home-wide",
            render(&aids(Aids { theme: Theme::Light, spacing: Spacing::Wide, motion: Motion::Reduced, size: TextSize::Large }), &full),
        ),
    ]
}

fn overview(lang: Lang) -> String {
    let cards = |ids: std::ops::Range<i64>, board| ids.map(|id| Card { board, at: ago(lang, 12), ..card(lang, id) }).collect();
    let column = |slug, name, ids| Column { slug, name, posts: cards(ids, "") };
    super::overview(&Overview {
        lang,
        notices: cards(0..2, "공지사항"),
        boards: vec![column("free", "자유게시판", 2..7), column("qna", "질문과 답변", 7..10)],
        galleries: vec![Gallery {
            slug: "gallery",
            name: "사진첩",
            posts: (20..24).map(|id| (Card { at: ago(lang, 12), ..card(lang, id) }, vec![ITEMS[1]])).collect(),
        }],
        talked: cards(10..12, "자유게시판"),
    })
    .into_string()
}
