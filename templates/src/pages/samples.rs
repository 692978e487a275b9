//! The three pages of fixed text.

use super::TextPage;
use crate::Lang;
use crate::samples::{Rendered, guest};

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = guest(lang, "/terms");
    let page = TextPage { shell: &shell, version: "2026-11-01" };
    vec![("terms", super::terms(&page)), ("privacy", super::privacy(&page)), ("accessibility", super::accessibility(&page))]
}
