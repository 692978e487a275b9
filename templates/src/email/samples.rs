//! A member's address, in every state.

use super::{EmailPage, LinkPage, Purpose, State, done, link, page};
use crate::samples::{Rendered, fault, guest, member};
use crate::{Lang, Markup};

pub(crate) fn all(lang: Lang) -> Rendered {
    [own(lang), links(lang)].concat()
}

fn own(lang: Lang) -> Rendered {
    let shell = member(lang, "/my/email");
    let plain = EmailPage {
        shell: &shell,
        email: "ada@example.com",
        state: State::Unverified,
        sends_mail: true,
        wanted: "",
        once: "k-once",
        once_send: "k-send",
        errors: &[],
        wait: None,
    };
    let wrong = [fault("email", "email.same", 0), fault("current", "password.wrong", 0)];
    vec![
        ("email-unverified", page(&plain)),
        ("email-verified", page(&EmailPage { state: State::Verified, ..plain })),
        ("email-refused", page(&EmailPage { state: State::Refused, ..plain })),
        ("email-faults", page(&EmailPage { wanted: "ada@example.com", errors: &wrong, ..plain })),
        ("email-wait", page(&EmailPage { wanted: "ada@example.org", wait: Some(1_900), ..plain })),
        ("email-no-mail", page(&EmailPage { sends_mail: false, ..plain })),
    ]
}

fn links(lang: Lang) -> Rendered {
    let shell = guest(lang, "/email/verify?token=k-token");
    let open =
        LinkPage { shell: &shell, purpose: Purpose::Verify, email: Some("ada@example.com"), token: "k-token", once: "k-once", errors: &[] };
    let change = |errors: &[_]| -> Markup { link(&LinkPage { purpose: Purpose::Change, errors, ..open }) };
    vec![
        ("email-link-verify", link(&open)),
        ("email-link-change", change(&[])),
        ("email-link-used", change(&[fault("form", "email.used", 0)])),
        ("email-link-expired", link(&LinkPage { email: None, ..open })),
        ("email-done-verify", done(&shell, Purpose::Verify)),
        ("email-done-change", done(&shell, Purpose::Change)),
    ]
}
