//! Sign-ups that wait, below the members.

use super::{Waiting, WaitingRow};
use crate::Lang;
use crate::admin::samples::shell;
use crate::admin::users::{UsersPage, index};
use crate::samples::{Rendered, fault, moment};

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = shell(lang, "/users");
    let row = |id, name, email| WaitingRow { id, name, email, at: moment(lang, 9) };
    let long = "someone.with.a.very.long.name.indeed@mail.example.com";
    let rows = vec![row(1, "에이다", "ada@example.com"), row(2, "이름이아주아주긴사람입니다스무자쯤", long)];
    let taken = [fault("form", "sign_up.name_taken", 0)];
    let page = |more, errors| {
        let waiting = Waiting { rows: rows.clone(), more, once: "k-once" };
        index(&UsersPage { shell: &shell, query: "", users: Vec::new(), page: 1, total_pages: 1, waiting, errors })
    };
    vec![("admin-sign-ups", page(false, &[])), ("admin-sign-ups-more-fault", page(true, &taken))]
}
