//! /sessions: who is signed in where.

use super::bulk;
use crate::domain::sessions::{self, SessionSelector};
use crate::domain::users::{self, manage};
use crate::domain::{Action, Resource, SessionId};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Result, Staff, form, form_token, present, reply};
use poem::web::{Path, Query};
use poem::{Response, handler};
use serde::Deserialize;
use templates::admin::sessions::{self as views, SessionsPage};
use templates::admin::text;
use templates::paths::admin as paths;

/// Sessions on one page.
const PAGE: i64 = 50;

/// Whose sessions.
#[derive(Deserialize, Default)]
pub struct Search {
    user: Option<String>,
    page: Option<String>,
}

/// GET /sessions
#[handler]
pub async fn index(staff: Staff, search: Option<Query<Search>>) -> Result<Response> {
    staff.actor.must(Resource::Session, Action::Read)?;
    let search = search.map(|Query(search)| search).unwrap_or_default();
    let (request, ctx, number) = (&staff.request, &staff.request.app.context, bulk::number(search.page.as_deref()));
    let user = match search.user.and_then(|id| id.parse().ok()) {
        Some(id) => Some(users::find(&ctx.db, id).await?),
        None => None,
    };
    let found = sessions::page(ctx, user.as_ref().map(|user| user.id), number, PAGE).await?;
    let devices: Vec<String> = found.rows.iter().map(|row| present::device(&row.user_agent)).collect();
    let key = form_token::issue(request, "staff.sessions");
    let page = SessionsPage {
        shell: &present::admin_shell(request),
        rows: present::session_rows(request, &found.rows, &devices),
        user: user.as_ref().map(|user| (user.id.0, user.name.as_str())),
        total: present::count(sessions::count_open(ctx).await?),
        page: present::count(number),
        total_pages: present::count(number + i64::from(found.more)),
        once: &key,
    };
    Ok(reply::page(views::index(&page)))
}

/// POST /sessions/:id/end
#[handler]
pub async fn end(staff: Staff, Path(id): Path<SessionId>, fields: Fields) -> Result<Response> {
    let request = &staff.request;
    let user = sessions::owner(&request.app.context.db, id).await?;
    let end = async |key| manage::end_sessions(&request.app.context, &staff.by(), &key, SessionSelector::One { user, session: id }).await;
    let mut done = form::submit_one(request, ("staff.sessions", id), &fields, end).await?;
    if matches!(done, Rejected(_)) {
        // The button also stands on the member's page, with that page's key.
        let own = format!("staff.user.{user}");
        done = form::submit_one(request, (&own, format!("session.{id}")), &fields, end).await?;
    }
    match done {
        Accepted(_) => Ok(reply::see_other_with(request, paths::SESSIONS, Flash(text::FLASH_ENDED))),
        Rejected(_) => Ok(reply::see_other(request, paths::SESSIONS)),
    }
}
