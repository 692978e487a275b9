//! /users: who the members are, and what staff may do about them.

use super::sign_ups::FORM;
use crate::domain::page::Page;
use crate::domain::sessions::{self, SessionSelector};
use crate::domain::users::avatar;
use crate::domain::users::manage::{self, Listed};
use crate::domain::users::sign_ups::manage as sign_ups;
use crate::domain::{Action, Error, Resource, RoleId, UserId, roles, users};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, Result, Staff, Submission, form, form_token, present, reply};
use poem::web::{Path, Query};
use poem::{Response, handler};
use serde::Deserialize;
use templates::admin::sign_ups::{Waiting, WaitingRow};
use templates::admin::text;
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
    let at = |time| present::moment(time, staff.request.app.context.clock.now(), staff.request.lang);
    UserRow {
        id: m.id.0,
        name: &m.name,
        picture: m.avatar.as_deref(),
        email: &m.email,
        role: present::role_name(&m.role, &m.role_name, staff.request.lang),
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
    list(&staff, &text, number, &Rejection::default()).await
}

/// The members that a search finds; on the first page of all of them the sign-ups that wait, for those who may decide.
pub(super) async fn list(staff: &Staff, text: &str, number: i64, rejection: &Rejection) -> Result<Response> {
    let (request, ctx) = (&staff.request, &staff.request.app.context);
    let found = manage::search(ctx, &staff.actor, text, number, PAGE).await?;
    let decides = sign_ups::may(&staff.actor) && text.is_empty() && number == 1;
    let waiting = if decides { sign_ups::list(ctx, &staff.actor).await? } else { Page::of(Vec::new(), 0) };
    let (key, errors) = (form_token::issue(request, FORM), rejection.errors());
    let page = UsersPage {
        shell: &present::admin_shell(request),
        query: text,
        users: found.rows.iter().map(|m| row(staff, m)).collect(),
        page: present::count(number),
        total_pages: present::count(number + i64::from(found.more)),
        waiting: Waiting { rows: waiting.rows.iter().map(|w| waiting_row(staff, w)).collect(), more: waiting.more, once: &key },
        errors: &errors,
    };
    Ok(rejection.page(request, views::index(&page)))
}

fn waiting_row<'a>(staff: &Staff, w: &'a sign_ups::Waiting) -> WaitingRow<'a> {
    let at = present::moment(w.created_at, staff.request.app.context.clock.now(), staff.request.lang);
    WaitingRow { id: w.id.0, name: &w.name, email: &w.email, at }
}

/// What was typed into the suspension's form.
#[derive(Default)]
struct Typed<'a> {
    reason: &'a str,
    until: &'a str,
    role: &'a str,
}

/// GET /users/:id
#[handler]
pub async fn show(staff: Staff, Path(id): Path<UserId>) -> Result<Response> {
    render(&staff, id, &Typed::default(), &Rejection::default()).await
}

async fn render(staff: &Staff, id: UserId, typed: &Typed<'_>, rejection: &Rejection) -> Result<Response> {
    let (request, ctx) = (&staff.request, &staff.request.app.context);
    let may = |resource, action| staff.actor.may(resource, action);
    staff.actor.must(Resource::User, Action::Read)?;
    let member = users::find(&ctx.db, id).await?;
    let all = roles::all(&ctx.db).await?;
    let open = if may(Resource::Session, Action::Read) { sessions::open(ctx, id, PAGE).await? } else { Vec::new() };
    let devices: Vec<String> = open.iter().map(|s| present::device(&s.user_agent)).collect();
    let by = match member.suspended_by {
        Some(by) => users::find(&ctx.db, by).await.map(|by| by.name).unwrap_or_default(),
        None => String::from("-"),
    };
    let (key, errors, now) = (form_token::issue(request, &form_name(id)), rejection.errors(), ctx.clock.now());
    let at = |time| present::moment(time, now, request.lang);
    let ids: Vec<String> = all.iter().map(|r| r.id.to_string()).collect();
    let held = member.role_id.to_string();
    let role_name = all.iter().find(|r| r.id == member.role_id).map_or("", |r| present::role_name(&r.slug, &r.name, request.lang));
    let suspended = users::suspended(&member, now);
    let page = UserPage {
        shell: &present::admin_shell(request),
        user: UserRow {
            id: id.0,
            name: &member.name,
            picture: member.avatar.as_deref(),
            email: &member.email,
            role: role_name,
            joined: at(member.created_at),
            last_seen: member.last_seen_at.map(at),
            suspended: suspended.is_some(),
        },
        roles: all
            .iter()
            .zip(&ids)
            .map(|(r, id)| Choice { value: id, label: present::role_name(&r.slug, &r.name, request.lang) })
            .collect(),
        role: if typed.role.is_empty() { &held } else { typed.role },
        suspension: suspended.as_deref().map(|reason| Suspension {
            reason,
            by: &by,
            at: at(member.suspended_at.unwrap_or(now)),
            until: member.suspended_until.map(at),
        }),
        sessions: present::session_rows(request, &open, &devices),
        may_change_role: may(Resource::User, Action::Manage),
        may_suspend: may(Resource::User, Action::Moderate),
        may_remove_picture: may(Resource::User, Action::Moderate),
        may_end_sessions: may(Resource::Session, Action::Delete),
        is_self: staff.actor.id == id,
        reason: typed.reason,
        until: typed.until,
        once: &key,
        errors: &errors,
    };
    Ok(rejection.page(request, views::show(&page)))
}

fn form_name(id: UserId) -> String {
    format!("staff.user.{id}")
}

/// Back to the member's page with a sentence, or the page with what is wrong and all that was typed.
async fn finish<T>(staff: &Staff, id: UserId, done: Submission<T>, flash: Flash, typed: Typed<'_>) -> Result<Response> {
    match done {
        Accepted(_) => Ok(reply::see_other_with(&staff.request, &paths::user(id.0), flash)),
        Rejected(rejection) => render(staff, id, &typed, &rejection).await,
    }
}

/// POST /users/:id/role
#[handler]
pub async fn role(staff: Staff, Path(id): Path<UserId>, fields: Fields) -> Result<Response> {
    let set_role = async |key| {
        let role = fields.number("role").ok_or(Error::invalid("role", "role.unknown"))?;
        manage::set_role(&staff.request.app.context, &staff.by(), &key, id, RoleId(role), "").await
    };
    let done = form::submit_one(&staff.request, (&form_name(id), "role"), &fields, set_role).await?;
    finish(&staff, id, done, Flash(text::FLASH_ROLE), Typed { role: fields.text("role"), ..Typed::default() }).await
}

/// POST /users/:id/suspend
#[handler]
pub async fn suspend(staff: Staff, Path(id): Path<UserId>, fields: Fields) -> Result<Response> {
    let (reason, until) = (fields.text("reason"), fields.text("until"));
    let suspend = async |key| manage::suspend(&staff.request.app.context, &staff.by(), &key, id, end_of(until)?, reason).await;
    let done = form::submit_one(&staff.request, (&form_name(id), "suspend"), &fields, suspend).await?;
    finish(&staff, id, done, Flash(text::FLASH_SUSPENDED), Typed { reason, until, ..Typed::default() }).await
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
pub async fn unsuspend(staff: Staff, Path(id): Path<UserId>, fields: Fields) -> Result<Response> {
    let unsuspend = async |key| manage::unsuspend(&staff.request.app.context, &staff.by(), &key, id).await;
    let done = form::submit_one(&staff.request, (&form_name(id), "lift"), &fields, unsuspend).await?;
    finish(&staff, id, done, Flash(text::FLASH_LIFTED), Typed::default()).await
}

/// POST /users/:id/picture/delete
#[handler]
pub async fn remove_picture(staff: Staff, Path(id): Path<UserId>, fields: Fields) -> Result<Response> {
    let remove = async |key| avatar::remove_of(&staff.request.app.context, &staff.by(), &key, id).await;
    let done = form::submit_one(&staff.request, (&form_name(id), "picture"), &fields, remove).await?;
    finish(&staff, id, done, Flash(templates::avatars::text::FLASH_STAFF_REMOVED), Typed::default()).await
}

/// POST /users/:id/end-sessions
#[handler]
pub async fn end_sessions(staff: Staff, Path(id): Path<UserId>, fields: Fields) -> Result<Response> {
    let end = async |key| manage::end_sessions(&staff.request.app.context, &staff.by(), &key, SessionSelector::All { user: id }).await;
    let done = form::submit_one(&staff.request, (&form_name(id), "end"), &fields, end).await?;
    finish(&staff, id, done, Flash(text::FLASH_ENDED), Typed::default()).await
}
