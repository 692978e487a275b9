//! The admin's frame and rows for the views.

use super::super::request::RequestContext;
use super::{flash, moment};
use crate::domain::sessions::{Area, Listed};
use crate::domain::{Action, Resource, SessionId, audit};
use templates::admin::audit::{AuditRow, Change, text as audit_text};
use templates::admin::jobs::kind_name;
use templates::admin::layout::{AdminShell, Permissions};
use templates::admin::roles::text as roles;
use templates::admin::sessions::SessionRow;
use templates::text::Lang;

/// A role's name: the built-in ones have one in each language, the others the one that staff gave.
pub fn role_name<'a>(slug: &str, name: &'a str, lang: Lang) -> &'a str {
    match slug {
        "admin" => lang.t(roles::ROLE_ADMIN),
        "moderator" => lang.t(roles::ROLE_MODERATOR),
        "member" => lang.t(roles::ROLE_MEMBER),
        _ => name,
    }
}

/// The frame of a page of the admin.
pub fn admin_shell(request: &RequestContext) -> AdminShell<'_> {
    let may = |resource, action| request.actor.as_ref().is_some_and(|actor| actor.may(resource, action));
    let (staff_id, staff) = request.actor.as_ref().map_or((0, ""), |actor| (actor.id.0, actor.name.as_str()));
    AdminShell {
        lang: request.lang,
        path: &request.head.path,
        staff,
        staff_id,
        staff_picture: super::picture(request),
        may: Permissions {
            users: may(Resource::User, Action::Read),
            roles: may(Resource::Role, Action::Manage),
            boards: may(Resource::Board, Action::Manage),
            posts: may(Resource::Post, Action::Moderate),
            comments: may(Resource::Comment, Action::Moderate),
            sessions: may(Resource::Session, Action::Read),
            audit: may(Resource::Audit, Action::Read),
        },
        aids: request.aids,
        flash: flash(request),
        site_url: request.app.config.public_url.as_str(),
    }
}

/// Sessions for the admin's tables; `devices` holds what `sessions::device` returned for each.
pub fn session_rows<'a>(request: &RequestContext, rows: &'a [Listed], devices: &'a [String]) -> Vec<SessionRow<'a>> {
    let (now, lang) = (request.app.context.clock.now(), request.lang);
    let current = request.session.as_ref().map(|session| session.copy.session_id);
    let row = |(row, device): (&'a Listed, &'a String)| SessionRow {
        id: row.id.0,
        user_id: row.user_id.0,
        name: &row.name,
        device,
        ip: &row.ip,
        in_admin: row.area == Area::Admin,
        created: moment(row.created_at, now, lang),
        last_seen: moment(row.last_seen_at, now, lang),
        is_current: Some(row.id) == current.map(SessionId),
    };
    rows.iter().zip(devices).map(row).collect()
}

/// The audit log for the admin's tables; `changes` holds what each row's `changes()` returned.
pub fn audit_rows<'a>(
    request: &RequestContext,
    rows: &'a [audit::AuditRow],
    changes: &'a [Vec<(String, String, String)>],
) -> Vec<AuditRow<'a>> {
    let (now, lang) = (request.app.context.clock.now(), request.lang);
    let change = |(field, before, after): &'a (String, String, String)| Change { field, before, after };
    let row = |(row, changes): (&'a audit::AuditRow, &'a Vec<(String, String, String)>)| AuditRow {
        at: moment(row.created_at, now, lang),
        staff: &row.actor_name,
        action: &row.action,
        target: match row.target_name.as_str() {
            "" => lang.t(audit_text::WITHHELD),
            kind if row.target_kind == "job" => kind_name(lang, kind),
            name => name,
        },
        reason: &row.reason,
        ip: &row.ip,
        changes: changes.iter().map(change).collect(),
    };
    rows.iter().zip(changes).map(row).collect()
}
