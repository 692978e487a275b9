//! The first page for everyone who reads it, and with each reading aid.

use super::{HomePage, Recent};
use crate::Lang;
use crate::layout::{Aids, Motion, Shell, Spacing, TextSize, Theme};
use crate::posts::Card;
use crate::posts::samples::card;
use crate::samples::{Rendered, guest, member, staff, with_flash};

pub(crate) fn all(lang: Lang) -> Rendered {
    let render = |shell: &Shell, recent: &str| super::page(&HomePage { shell, recent });
    let aids = |aids| Shell { aids, ..member(lang, "/") };
    let full = recent(lang, 8);
    vec![
        ("home-guest", render(&guest(lang, "/"), &full)),
        ("home-member", render(&member(lang, "/"), &full)),
        ("home-staff-flash", render(&with_flash(staff(lang, "/"), "김하나님, 환영합니다."), &full)),
        ("home-empty", render(&guest(lang, "/"), &recent(lang, 0))),
        ("home-dark", render(&aids(Aids { theme: Theme::Dark, ..Aids::default() }), &full)),
        ("home-contrast", render(&aids(Aids { theme: Theme::Contrast, size: TextSize::Larger, ..Aids::default() }), &full)),
        (
            "home-wide",
            render(&aids(Aids { theme: Theme::Light, spacing: Spacing::Wide, motion: Motion::Reduced, size: TextSize::Large }), &full),
        ),
    ]
}

fn recent(lang: Lang, n: i64) -> String {
    let posts = (0..n).map(|id| Card { board: "자유게시판", ..card(lang, id) }).collect();
    super::recent(&Recent { lang, posts }).into_string()
}
