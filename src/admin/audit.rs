//! /audit: what staff did.

use super::bulk;
use crate::domain::audit::{self, AuditRow};
use crate::web::{Result, Staff, present, reply};
use poem::web::Query;
use poem::{Response, handler};
use serde::Deserialize;
use templates::admin::audit::{self as views, AuditPage};

/// Entries on one page.
const PAGE: i64 = 50;

/// Which page.
#[derive(Deserialize, Default)]
pub struct AuditQuery {
    page: Option<String>,
}

/// GET /audit
#[handler]
pub async fn index(staff: Staff, place: Option<Query<AuditQuery>>) -> Result<Response> {
    let number = bulk::number(place.and_then(|Query(place)| place.page).as_deref());
    let found = audit::list(&staff.request.app.context, &staff.actor, &staff.request.boards, number, PAGE).await?;
    let changes: Vec<_> = found.rows.iter().map(AuditRow::changes).collect();
    let page = AuditPage {
        shell: &present::admin_shell(&staff.request),
        rows: present::audit_rows(&staff.request, &found.rows, &changes),
        page: present::count(number),
        total_pages: present::count(number + i64::from(found.more)),
    };
    Ok(reply::page(views::page(&page)))
}
