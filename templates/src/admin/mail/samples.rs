//! Mail that goes, mail that fails, and none.

use super::{MailPage, RefusedRow, Security, Way, page, text as t};
use crate::Lang;
use crate::admin::dashboard::Tile;
use crate::admin::jobs::{FailingJob, Next, text as jobs};
use crate::admin::samples::shell;
use crate::samples::{Rendered, fault, moment};

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = shell(lang, "/mail");
    let well = MailPage {
        shell: &shell,
        way: Way::Relay { place: "mail.example.org:587", security: Security::StartTls },
        from: "민스쿨 <noreply@example.org>",
        a_minute: 60,
        own: "boss@example.org",
        tiles: tiles(lang, ["0", "1", "0", "1,204"]),
        failing: Vec::new(),
        refused: Some(Vec::new()),
        once: "k-once",
        errors: &[],
    };
    let ill =
        MailPage { tiles: tiles(lang, ["12", "0", "2", "1,204"]), failing: failing(lang), refused: Some(refused(lang)), ..well.clone() };
    let off = [fault("form", "mail.off", 0)];
    vec![
        ("admin-mail", page(&well)),
        ("admin-mail-failing", page(&ill)),
        ("admin-mail-log", page(&MailPage { way: Way::Log, ..well.clone() })),
        ("admin-mail-none", page(&MailPage { way: Way::None, errors: &off, ..well.clone() })),
        ("admin-mail-read-only", page(&MailPage { own: "", refused: None, ..well })),
    ]
}

fn tiles(lang: Lang, [waiting, running, failed, sent]: [&str; 4]) -> Vec<Tile<'static>> {
    let tile = |label, value: &str, hint| Tile { label: lang.t(label), value: value.into(), hint: lang.t(hint).into() };
    vec![
        tile(jobs::TILE_WAITING, waiting, t::TILE_WAITING_HINT),
        tile(jobs::TILE_RUNNING, running, t::TILE_RUNNING_HINT),
        tile(jobs::TILE_FAILED, failed, t::TILE_FAILED_HINT),
        tile(t::TILE_SENT, sent, t::TILE_SENT_HINT),
    ]
}

fn failing(lang: Lang) -> Vec<FailingJob<'static>> {
    let refused = "the address is refused: permanent error (550): 5.1.1 <hana@example.com>: Recipient address rejected: User unknown";
    vec![
        FailingJob {
            id: 4_812,
            kind: "mail",
            tries: 3,
            last_error: "Connection error: connection timed out",
            next: Next::Try(moment(lang, 51)),
        },
        FailingJob { id: 4_790, kind: "mail", tries: 1, last_error: refused, next: Next::GivenUp(moment(lang, 2)) },
    ]
}

fn refused(lang: Lang) -> Vec<RefusedRow<'static>> {
    let row = |user_id, name, email, failures| RefusedRow {
        user_id,
        name,
        email,
        failures,
        at: moment(lang, 2),
        last_error: "permanent error (550): 5.1.1 User unknown",
    };
    vec![row(7, "김하나", "hana@example.com", 1), row(8, "이두리", "duri-with-a-very-long-name@mail.example.co.kr", 3)]
}
