//! /roles: what each role may do, as a grid of resource × action.

use crate::domain::permissions::{ALL, Permissions};
use crate::domain::{Action, Resource, RoleId, roles};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, Result, Staff, Submission, form, form_token, present, reply};
use poem::web::Path;
use poem::{Response, handler};
use templates::admin::roles::{self as views, GrantRow, NewRolePage, RoleGrid, RolesPage};
use templates::admin::text;
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
    render(&staff, &Rejection::default()).await
}

async fn render(staff: &Staff, rejection: &Rejection) -> Result<Response> {
    staff.actor.must(Resource::Role, Action::Manage)?;
    let all = roles::all(&staff.request.app.context.db).await?;
    let (key, errors) = (form_token::issue(&staff.request, "staff.roles"), rejection.errors());
    let page = RolesPage {
        shell: &present::admin_shell(&staff.request),
        actions: ACTIONS.iter().map(|action| action.as_str()).collect(),
        roles: all.iter().map(|role| grid(staff, role)).collect(),
        may_manage: true,
        once: &key,
        errors: &errors,
    };
    Ok(rejection.page(&staff.request, views::index(&page)))
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
    let grant = async |key| roles::grant(&staff.request.app.context, &staff.by(), &key, id, granted).await;
    let done = form::submit_one(&staff.request, ("staff.roles", id), &fields, grant).await?;
    finish(&staff, done, Flash(text::FLASH_SAVED)).await
}

/// POST /roles/:id/delete
#[handler]
pub async fn destroy(staff: Staff, Path(id): Path<RoleId>, fields: Fields) -> Result<Response> {
    let destroy = async |key| roles::destroy(&staff.request.app.context, &staff.by(), &key, id).await;
    let done = form::submit_one(&staff.request, ("staff.roles", format!("delete.{id}")), &fields, destroy).await?;
    finish(&staff, done, Flash(text::FLASH_DELETED)).await
}

async fn finish<T>(staff: &Staff, done: Submission<T>, flash: Flash) -> Result<Response> {
    match done {
        Accepted(_) => Ok(reply::see_other_with(&staff.request, paths::ROLES, flash)),
        Rejected(rejection) => render(staff, &rejection).await,
    }
}

fn new_form(staff: &Staff, name: &str, rejection: &Rejection) -> Response {
    let (key, errors) = (form_token::issue(&staff.request, "staff.role.new"), rejection.errors());
    let page = NewRolePage { shell: &present::admin_shell(&staff.request), name, once: &key, errors: &errors };
    rejection.page(&staff.request, views::new(&page))
}

/// GET /roles/new
#[handler]
pub fn new(staff: Staff) -> Result<Response> {
    staff.actor.must(Resource::Role, Action::Manage)?;
    Ok(new_form(&staff, "", &Rejection::default()))
}

/// POST /roles/new
#[handler]
pub async fn create(staff: Staff, fields: Fields) -> Result<Response> {
    let name = fields.text("name");
    let create = async |key| roles::create(&staff.request.app.context, &staff.by(), &key, name).await;
    match form::submit(&staff.request, "staff.role.new", &fields, create).await? {
        Accepted(_) => Ok(reply::see_other_with(&staff.request, paths::ROLES, Flash(text::FLASH_CREATED))),
        Rejected(rejection) => Ok(new_form(&staff, name, &rejection)),
    }
}
