//! Roles and their grids.

use super::{GrantRow, NewRolePage, RoleGrid, RolesPage};
use crate::Lang;
use crate::admin::samples::shell;
use crate::samples::{Rendered, fault};

pub(crate) fn all(lang: Lang) -> Rendered {
    let at = shell(lang, "/roles");
    let grant = |on: bool| {
        let row = |resource, grants| GrantRow { resource, grants };
        vec![
            row("post", vec![Some(true), Some(true), Some(on), Some(on), None]),
            row("comment", vec![Some(true), Some(true), Some(on), Some(on), None]),
            row("user", vec![Some(on), None, None, Some(false), Some(false)]),
            row("audit", vec![Some(on), None, None, None, None]),
        ]
    };
    let role = |id, name, builtin, locked, members| RoleGrid { id, name, builtin, locked, members, rows: grant(id != 3) };
    let roles = vec![
        role(1, "관리자", true, true, 2),
        role(2, "운영자", true, false, 1),
        role(3, "회원", true, false, 1_281),
        role(4, "편집자", false, false, 0),
    ];
    let errors = [fault("form", "role.last_admin", 0)];
    let page = |errors| RolesPage {
        shell: &at,
        actions: vec!["read", "write", "delete", "moderate", "manage"],
        roles: roles.clone(),
        may_manage: true,
        once: "k-once",
        errors,
    };
    let name = [fault("name", "name.empty", 0)];
    let new = |errors| super::new(&NewRolePage { shell: &at, name: "", once: "k-once", errors });
    vec![
        ("admin-roles", super::index(&page(&[]))),
        ("admin-roles-faults", super::index(&page(&errors))),
        ("admin-roles-read-only", super::index(&RolesPage { may_manage: false, ..page(&[]) })),
        ("admin-role-new", new(&[])),
        ("admin-role-new-faults", new(&name)),
    ]
}
