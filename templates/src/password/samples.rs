//! A forgotten password, in every state.

use super::{ForgotPage, ResetPage, forgot, reset, sent};
use crate::Lang;
use crate::samples::{Rendered, fault, guest};

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = guest(lang, "/password/forgot");
    let empty = ForgotPage { shell: &shell, email: "", once: "k-once", errors: &[], wait: None, sends_mail: true };
    let faulty = [fault("email", "email.invalid", 0)];
    let there = guest(lang, "/password/reset?token=k-token");
    let open = ResetPage { shell: &there, email: Some("ada@example.com"), token: "k-token", once: "k-once", errors: &[] };
    let weak = [fault("password", "password.weak", 0)];
    vec![
        ("password-forgot", forgot(&empty)),
        ("password-forgot-faults", forgot(&ForgotPage { email: "ada", errors: &faulty, ..empty })),
        ("password-forgot-wait", forgot(&ForgotPage { email: "ada@example.com", wait: Some(1_700), ..empty })),
        ("password-forgot-no-mail", forgot(&ForgotPage { sends_mail: false, ..empty })),
        ("password-sent", sent(&guest(lang, "/password/sent"))),
        ("password-reset", reset(&open)),
        ("password-reset-faults", reset(&ResetPage { errors: &weak, ..open })),
        ("password-reset-expired", reset(&ResetPage { email: None, ..open })),
    ]
}
