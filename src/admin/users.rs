//! /users: who the members are, and what staff may do about them.

use crate::domain::sessions::{self, Which};
use crate::domain::users::manage::{self, Listed};
use crate::domain::{Action, Error, Problem, Resource, RoleId, UserId, audit, idempotency as keys, roles, users};
use crate::web::{Fields, Flash, Result, Staff, form_token, present, reply};
use poem::http::StatusCode;
use poem::web::{Path, Query};
use poem::{Response, handler};
use serde::Deserialize;
use templates::admin::users::{self as views, Suspension, UserPage, UserRow, UsersPage};
use templates::paths::admin as paths;
use templates::ui::Choice;
use time::macros::{format_description, offset};
use time::{Date, OffsetDateTime, Time};

/// Members on one page.
const PAGE: i64 = 50;

/// What is looked for.
#[derive(Deserialize, Default)]
pub struct Search {
    q: Option<String>,
    page: Option<String>,
}

fn row<'a>(staff: &Staff, m: &'a Listed) -> UserRow<'a> {
    let at = |time| present::moment(time, staff.visit.app.clock.now(), staff.visit.lang);
    UserRow {
        id: m.id.0,
        name: &m.name,
        email: &m.email,
        role: present::role_name(&m.role, &m.role_name, staff.visit.lang),
        joined: at(m.created_at),
        last_seen: m.last_seen_at.map(at),
        suspended: m.suspended,
    }
}

/// GET /users
#[handler]
pub async fn index(staff: Staff, search: Option<Query<Search>>) -> Result<Response> {
    let search = search.map(|Query(search)| search).unwrap_or_default();
    let (text, number) = (search.q.unwrap_or_default(), super::bulk::number(search.page.as_deref()));
    let found = manage::search(&staff.visit.app, &staff.actor, &text, number, PAGE).await?;
    let page = UsersPage {
        shell: &present::admin_shell(&staff.visit),
        query: &text,
        users: found.rows.iter().map(|m| row(&staff, m)).collect(),
        page: present::count(number),
        total_pages: present::count(number + i64::from(found.more)),
    };
    Ok(reply::page(views::index(&page)))
}

/// What was typed into the suspension's form.
#[derive(Default)]
struct Typed<'a> {
    reason: &'a str,
    until: &'a str,
    role: &'a str,
    problems: &'a [Problem],
}

/// GET /users/:id
#[handler]
pub async fn show(staff: Staff, Path(id): Path<UserId>) -> Result<Response> {
    draw(&staff, id, &Typed::default()).await
}

async fn draw(staff: &Staff, id: UserId, typed: &Typed<'_>) -> Result<Response> {
    let (visit, app) = (&staff.visit, &staff.visit.app);
    let may = |resource, action| staff.actor.may(resource, action);
    staff.actor.must(Resource::User, Action::Read)?;
    let member = users::find(&app.db, id).await?;
    let all = roles::all(&app.db).await?;
    let open = if may(Resource::Session, Action::Read) { sessions::open(app, id, PAGE).await? } else { Vec::new() };
    let devices: Vec<String> = open.iter().map(|s| present::device(&s.user_agent)).collect();
    let by = match member.suspended_by {
        Some(by) => users::find(&app.db, by).await.map(|by| by.name).unwrap_or_default(),
        None => String::from("-"),
    };
    let (key, errors, now) = (form_token::issue(visit, &form(id)), present::errors(typed.problems), app.clock.now());
    let at = |time| present::moment(time, now, visit.lang);
    let ids: Vec<String> = all.iter().map(|r| r.id.to_string()).collect();
    let held = member.role_id.to_string();
    let role_name = all.iter().find(|r| r.id == member.role_id).map_or("", |r| present::role_name(&r.slug, &r.name, visit.lang));
    let suspended = users::suspended(&member, now);
    let page = UserPage {
        shell: &present::admin_shell(visit),
        user: UserRow {
            id: id.0,
            name: &member.name,
            email: &member.email,
            role: role_name,
            joined: at(member.created_at),
            last_seen: member.last_seen_at.map(at),
            suspended: suspended.is_some(),
        },
        roles: all.iter().zip(&ids).map(|(r, id)| Choice { value: id, label: present::role_name(&r.slug, &r.name, visit.lang) }).collect(),
        role: if typed.role.is_empty() { &held } else { typed.role },
        suspension: suspended.as_deref().map(|reason| Suspension {
            reason,
            by: &by,
            at: at(member.suspended_at.unwrap_or(now)),
            until: member.suspended_until.map(at),
        }),
        sessions: present::session_rows(visit, &open, &devices),
        may_change_role: may(Resource::User, Action::Manage),
        may_suspend: may(Resource::User, Action::Moderate),
        may_end_sessions: may(Resource::Session, Action::Delete),
        is_self: staff.actor.id == id,
        reason: typed.reason,
        until: typed.until,
        once: &key,
        errors: &errors,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(reply::page_with(visit, status, views::show(&page)))
}

fn form(id: UserId) -> String {
    format!("staff.user.{id}")
}

fn key(staff: &Staff, id: UserId, fields: &Fields, action: &str) -> Result<keys::Key, Error> {
    form_token::check_one(&staff.visit, &form(id), fields.text("once"), action)
}

/// Back to the member's page with a sentence, or the page with what is wrong and all that was typed.
async fn finish(
    staff: &Staff,
    id: UserId,
    done: Result<keys::Outcome<UserId>, Error>,
    flash: &'static str,
    typed: Typed<'_>,
) -> Result<Response> {
    match done {
        Ok(_) => Ok(reply::see_other_with(&staff.visit, &paths::user(id.0), Flash(flash))),
        Err(Error::Invalid(problems)) => draw(staff, id, &Typed { problems: &problems, ..typed }).await,
        Err(err) => Err(err.into()),
    }
}

/// POST /users/:id/role
#[handler]
pub async fn role(staff: Staff, Path(id): Path<UserId>, fields: Fields) -> Result<Response> {
    let done = match (key(&staff, id, &fields, "role"), fields.number("role")) {
        (Ok(key), Some(role)) => manage::set_role(&staff.visit.app, &staff.by(), Some(&key), id, RoleId(role), "").await,
        (Ok(_), None) => Err(Error::invalid("role", "role.unknown")),
        (Err(stale), _) => Err(stale),
    };
    finish(&staff, id, done, "staff.role", Typed { role: fields.text("role"), ..Typed::default() }).await
}

/// POST /users/:id/suspend
#[handler]
pub async fn suspend(staff: Staff, Path(id): Path<UserId>, fields: Fields) -> Result<Response> {
    let (reason, until) = (fields.text("reason"), fields.text("until"));
    let done = match (key(&staff, id, &fields, "suspend"), end_of(until)) {
        (Ok(key), Ok(end)) => manage::suspend(&staff.visit.app, &staff.by(), Some(&key), id, end, reason).await,
        (Err(err), _) | (_, Err(err)) => Err(err),
    };
    finish(&staff, id, done, "staff.suspended", Typed { reason, until, ..Typed::default() }).await
}

/// The end of a day in Seoul; none where no day was typed.
fn end_of(day: &str) -> Result<Option<OffsetDateTime>, Error> {
    if day.trim().is_empty() {
        return Ok(None);
    }
    let date = Date::parse(day.trim(), format_description!("[year]-[month]-[day]"));
    let date = date.map_err(|_| Error::invalid("until", "until.invalid"))?;
    let last = Time::from_hms(23, 59, 59).map_err(|_| Error::invalid("until", "until.invalid"))?;
    let end = date.with_time(last).assume_offset(offset!(+9)).to_offset(time::UtcOffset::UTC);
    Ok(Some(crate::clock::from_ms(crate::clock::to_ms(end))))
}

/// POST /users/:id/lift
#[handler]
pub async fn lift(staff: Staff, Path(id): Path<UserId>, fields: Fields) -> Result<Response> {
    let done = match key(&staff, id, &fields, "lift") {
        Ok(key) => manage::lift(&staff.visit.app, &staff.by(), &key, id).await,
        Err(stale) => Err(stale),
    };
    finish(&staff, id, done, "staff.lifted", Typed::default()).await
}

/// POST /users/:id/end-sessions
#[handler]
pub async fn end_sessions(staff: Staff, Path(id): Path<UserId>, fields: Fields) -> Result<Response> {
    let by: audit::By = staff.by();
    let done = match key(&staff, id, &fields, "end") {
        Ok(key) => manage::end_sessions(&staff.visit.app, &by, &key, Which::All { user: id }).await,
        Err(stale) => Err(stale),
    };
    finish(&staff, id, done, "ended", Typed::default()).await
}
