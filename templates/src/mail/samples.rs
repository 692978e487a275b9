//! Letters, as text and as HTML.

use super::{Frame, Letter, LinkLetter, body, password_changed, reset_password, text};
use crate::samples::Rendered;
use crate::{Lang, Markup};
use maud::html;

pub(crate) fn all(lang: Lang) -> Rendered {
    let frame = Frame { lang, name: "김하나", origin: "https://example.org" };
    let reset = reset_password(&LinkLetter { frame, token: "k-token", minutes: 30 });
    vec![("mail-reset-password", drawn(&reset)), ("mail-password-changed", drawn(&password_changed(&frame)))]
}

fn drawn(letter: &Letter) -> Markup {
    html! { section { h2 { (letter.subject) } pre { (text(letter)) } (body(letter)) } }
}
