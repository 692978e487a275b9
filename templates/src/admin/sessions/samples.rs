//! Open sessions, of everyone and of one member.

use super::{SessionRow, SessionsPage};
use crate::Lang;
use crate::admin::samples::shell;
use crate::samples::{Rendered, moment};

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = shell(lang, "/sessions");
    let page = SessionsPage { shell: &shell, rows: sessions_of(lang), user: None, total: 640, page: 2, total_pages: 32, once: "k-once" };
    let of = SessionsPage { user: Some((8, "이두리")), total: 1, page: 1, total_pages: 1, ..page.clone() };
    let none = SessionsPage { rows: Vec::new(), total: 0, page: 1, total_pages: 1, ..page.clone() };
    vec![("admin-sessions", super::index(&page)), ("admin-sessions-of", super::index(&of)), ("admin-sessions-none", super::index(&none))]
}

pub(crate) fn sessions_of(lang: Lang) -> Vec<SessionRow<'static>> {
    let row = SessionRow {
        id: 1,
        user_id: 8,
        name: "이두리",
        device: "Windows · Chrome",
        ip: "203.0.113.7",
        in_admin: false,
        created: moment(lang, 1),
        last_seen: moment(lang, 50),
        is_current: false,
    };
    vec![SessionRow { id: 2, in_admin: true, is_current: true, ..row.clone() }, row]
}
