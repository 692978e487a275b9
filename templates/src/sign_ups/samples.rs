//! A sign-up that waits, in every state.

use super::{Behind, ConfirmPage, SentPage, confirm, sent};
use crate::Lang;
use crate::samples::{Rendered, fault, guest};

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = guest(lang, "/signup/confirm?token=k-token");
    let (email, name) = ("ada@example.com", "에이다");
    let open = ConfirmPage {
        shell: &shell,
        behind: Behind::Waiting { email, name },
        renames: false,
        token: "k-token",
        next: "/community/free/write",
        once: "k-once",
        errors: &[],
    };
    let taken = [fault("name", "name.taken", 0)];
    vec![
        ("sign-up-sent", sent(&SentPage { shell: &shell, next: "/" })),
        ("sign-up-confirm", confirm(&open)),
        ("sign-up-confirm-name-taken", confirm(&ConfirmPage { renames: true, errors: &taken, ..open })),
        ("sign-up-has-account", confirm(&ConfirmPage { behind: Behind::HasAccount { email }, ..open })),
        ("sign-up-expired", confirm(&ConfirmPage { behind: Behind::Nothing, ..open })),
    ]
}
