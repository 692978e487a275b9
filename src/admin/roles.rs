//! /roles: what each role may do, as a grid of resource × action.

use crate::domain::permissions::{ALL, Permissions};
use crate::domain::{Action, Error, Problem, Resource, RoleId, roles};
use crate::web::{Fields, Flash, Result, Staff, form_token, present, reply};
use poem::http::StatusCode;
use poem::web::Path;
use poem::{Response, handler};
use templates::admin::roles::{self as views, GrantRow, NewRolePage, RoleGrid, RolesPage};
use templates::paths::admin as paths;

const ACTIONS: [Action; 5] = [Action::Read, Action::Write, Action::Delete, Action::Moderate, Action::Manage];
const RESOURCES: [Resource; 8] = [
    Resource::Panel,
    Resource::Board,
    Resource::Post,
    Resource::Comment,
    Resource::User,
    Resource::Role,
    Resource::Session,
    Resource::Audit,
];

/// GET /roles
#[handler]
pub async fn index(staff: Staff) -> Result<Response> {
    render(&staff, &[]).await
}

async fn render(staff: &Staff, problems: &[Problem]) -> Result<Response> {
    staff.actor.must(Resource::Role, Action::Manage)?;
    let all = roles::all(&staff.request.app.db).await?;
    let (key, errors) = (form_token::issue(&staff.request, "staff.roles"), present::errors(problems));
    let page = RolesPage {
        shell: &present::admin_shell(&staff.request),
        actions: ACTIONS.iter().map(|action| action.as_str()).collect(),
        roles: all.iter().map(|role| grid(staff, role)).collect(),
        may_manage: true,
        once: &key,
        errors: &errors,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(reply::page_with(&staff.request, status, views::index(&page)))
}

fn grid<'a>(staff: &Staff, role: &'a roles::Role) -> RoleGrid<'a> {
    let cell = |resource: Resource, action: Action| ALL.contains(&(resource, action)).then(|| role.permissions.allow(resource, action));
    let row = |resource: &Resource| GrantRow {
        resource: resource.as_str(),
        grants: ACTIONS.iter().map(|action| cell(*resource, *action)).collect(),
    };
    RoleGrid {
        id: role.id.0,
        name: present::role_name(&role.slug, &role.name, staff.request.lang),
        builtin: role.built_in,
        // The administrators' role keeps everything, and nobody changes a role that may do more than they.
        locked: role.slug == roles::ADMIN || !staff.actor.permissions.cover(role.permissions),
        members: present::count(role.members),
        rows: RESOURCES.iter().map(row).collect(),
    }
}

/// POST /roles/:id
#[handler]
pub async fn update(staff: Staff, Path(id): Path<RoleId>, fields: Fields) -> Result<Response> {
    let granted = Permissions::from_words(fields.all("grant"));
    let done = match form_token::check_one(&staff.request, "staff.roles", fields.text("once"), id) {
        Ok(key) => roles::grant(&staff.request.app, &staff.by(), &key, id, granted).await,
        Err(stale) => Err(stale),
    };
    finish(&staff, done.map(|_| ()), "saved").await
}

/// POST /roles/:id/delete
#[handler]
pub async fn destroy(staff: Staff, Path(id): Path<RoleId>, fields: Fields) -> Result<Response> {
    let done = match form_token::check_one(&staff.request, "staff.roles", fields.text("once"), format!("delete.{id}")) {
        Ok(key) => roles::destroy(&staff.request.app, &staff.by(), &key, id).await,
        Err(stale) => Err(stale),
    };
    finish(&staff, done.map(|_| ()), "staff.deleted").await
}

async fn finish(staff: &Staff, done: Result<(), Error>, flash: &'static str) -> Result<Response> {
    match done {
        Ok(()) => Ok(reply::see_other_with(&staff.request, paths::ROLES, Flash(flash))),
        Err(Error::Invalid(problems)) => render(staff, &problems).await,
        Err(err) => Err(err.into()),
    }
}

fn form(staff: &Staff, name: &str, problems: &[Problem]) -> Response {
    let (key, errors) = (form_token::issue(&staff.request, "staff.role.new"), present::errors(problems));
    let page = NewRolePage { shell: &present::admin_shell(&staff.request), name, once: &key, errors: &errors };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    reply::page_with(&staff.request, status, views::new(&page))
}

/// GET /roles/new
#[handler]
pub fn new(staff: Staff) -> Result<Response> {
    staff.actor.must(Resource::Role, Action::Manage)?;
    Ok(form(&staff, "", &[]))
}

/// POST /roles/new
#[handler]
pub async fn create(staff: Staff, fields: Fields) -> Result<Response> {
    let name = fields.text("name");
    let done = match form_token::check(&staff.request, "staff.role.new", fields.text("once")) {
        Ok(key) => roles::create(&staff.request.app, &staff.by(), &key, name).await,
        Err(stale) => Err(stale),
    };
    match done {
        Ok(_) => Ok(reply::see_other_with(&staff.request, paths::ROLES, Flash("staff.created"))),
        Err(Error::Invalid(problems)) => Ok(form(&staff, name, &problems)),
        Err(err) => Err(err.into()),
    }
}
