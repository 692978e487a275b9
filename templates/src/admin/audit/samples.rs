//! The audit log with and without entries.

use super::{AuditPage, AuditRow, Change};
use crate::Lang;
use crate::admin::samples::shell;
use crate::samples::{Rendered, moment};

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = shell(lang, "/audit");
    let log = |rows, total_pages| super::page(&AuditPage { shell: &shell, rows, page: 1, total_pages });
    vec![("admin-audit", log(audit_rows(lang), 12)), ("admin-audit-none", log(Vec::new(), 1))]
}

pub(crate) fn audit_rows(lang: Lang) -> Vec<AuditRow<'static>> {
    let role = Change { field: "역할", before: "회원", after: "운영자" };
    let until = Change { field: "정지 기한", before: "", after: "2026-12-31" };
    let row = AuditRow {
        at: moment(lang, 21),
        staff: "운영자",
        action: "user.role",
        target: "이두리 (#8)",
        reason: "",
        ip: "203.0.113.7",
        changes: vec![role],
    };
    vec![
        row.clone(),
        AuditRow {
            action: "user.suspend", target: "Ada (#9)", reason: "광고 글을 되풀이해 올림", changes: vec![until], ..row.clone()
        },
        AuditRow { staff: "", action: "user.lift", changes: Vec::new(), ..row },
    ]
}
