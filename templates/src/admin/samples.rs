//! The panel's frame for every page's samples, and an error in it.

use super::errors::{self, ErrorPage};
use super::layout::{AdminShell, Permissions};
use crate::Lang;
use crate::errors::Problem;
use crate::layout::Aids;
use crate::samples::Rendered;

pub(crate) fn all(lang: Lang) -> Rendered {
    let problem = Problem { status: 403, request_id: "01JD9Z3K7Q", ..Problem::default() };
    vec![("admin-error-403", errors::page(&ErrorPage { shell: &shell(lang, "/logout"), problem }))]
}

/// The frame for staff who may do everything.
pub(crate) fn shell(lang: Lang, path: &'static str) -> AdminShell<'static> {
    let may = Permissions { users: true, roles: true, boards: true, posts: true, comments: true, sessions: true, audit: true };
    AdminShell {
        lang,
        path,
        staff: "운영자",
        staff_id: 1,
        staff_picture: None,
        may,
        aids: Aids::default(),
        flash: None,
        site_url: "https://www.example.com/",
    }
}
