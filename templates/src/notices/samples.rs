//! What a member chose, in every state, and the page behind the link that ends notices.

use super::{Board, Ends, Kind, NoticesPage, Pace, Reach, StopPage, StopState, page, stop};
use crate::Lang;
use crate::samples::{Rendered, fault, guest, member};

pub(crate) fn all(lang: Lang) -> Rendered {
    [chosen(lang), stops(lang)].concat()
}

fn chosen(lang: Lang) -> Rendered {
    let shell = member(lang, "/my/notifications/mail");
    let board = |id, name, pace| Board { id, name, pace };
    let plain = NoticesPage {
        shell: &shell,
        email: "ada@example.com",
        reach: Reach::Yes,
        kinds: vec![
            (Kind::Comment, Pace::Daily),
            (Kind::Reply, Pace::AtOnce),
            (Kind::Mention, Pace::Never),
            (Kind::SavedSearch, Pace::Daily),
        ],
        boards: vec![board(1, "공지사항", None), board(2, "자유게시판", Some(Pace::Weekly))],
        minutes: 10,
        once: "k-once",
        errors: &[],
    };
    let stale = [fault("form", "form.stale", 0)];
    vec![
        ("notices", page(&plain)),
        ("notices-unverified", page(&NoticesPage { reach: Reach::Unverified, ..plain.clone() })),
        ("notices-refused", page(&NoticesPage { reach: Reach::Refused, ..plain.clone() })),
        ("notices-no-mail", page(&NoticesPage { reach: Reach::NoMail, boards: Vec::new(), ..plain.clone() })),
        ("notices-stale", page(&NoticesPage { errors: &stale, ..plain })),
    ]
}

fn stops(lang: Lang) -> Rendered {
    let (reader, own) = (guest(lang, "/mail/stop?t=token"), member(lang, "/mail/stop?t=token"));
    let asks = |ends| stop(&StopPage { shell: &reader, state: StopState::Asks { ends, token: "token" } });
    let back = vec![("kind.reply".to_owned(), "at_once"), ("board.2".to_owned(), "same")];
    let done = |shell, ends, back| stop(&StopPage { shell, state: StopState::Done { ends, back } });
    vec![
        ("notices-stop", asks(Ends::Kinds(vec![Kind::Comment, Kind::Reply]))),
        ("notices-stop-board", asks(Ends::Board(Some("자유게시판")))),
        ("notices-stop-some-board", asks(Ends::Board(None))),
        ("notices-stop-day", asks(Ends::Day)),
        ("notices-stopped", done(&reader, Ends::Week, None)),
        ("notices-stopped-own", done(&own, Ends::Kinds(vec![Kind::Reply]), Some(("k-once", back)))),
        ("notices-stop-wrong", stop(&StopPage { shell: &reader, state: StopState::Wrong })),
    ]
}
