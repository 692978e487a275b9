//! Roles, and what each of them may do.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use super::layout::{self, AdminShell};
use crate::admin::text as admin_text;
use crate::paths::admin as paths;
use crate::text::{Lang, Text, common};
use crate::ui::{self, ButtonForm, Field, FieldError};
use maud::{Markup, html};

/// Every role with its grid. A grid sends `grant` once for each ticked box, as `posts:moderate`.
#[derive(Clone)]
pub struct RolesPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// The actions, the columns of each grid.
    pub actions: Vec<&'a str>,
    pub roles: Vec<RoleGrid<'a>>,
    /// Whether the reader may change them.
    pub may_manage: bool,
    /// One-time key; saving replaces a role's grants, so the forms may share it.
    pub once: &'a str,
    /// What was wrong with what was sent.
    pub errors: &'a [FieldError<'a>],
}

#[derive(Clone, Debug)]
pub struct RoleGrid<'a> {
    pub id: i64,
    pub name: &'a str,
    /// It came with MinSchool and cannot be deleted.
    pub builtin: bool,
    /// It has every permission and cannot be changed.
    pub locked: bool,
    /// How many members have it.
    pub members: u64,
    /// One row for each resource.
    pub rows: Vec<GrantRow<'a>>,
}

/// What a role may do with one resource.
#[derive(Clone, Debug)]
pub struct GrantRow<'a> {
    pub resource: &'a str,
    /// In the order of the page's actions; `None` where the action means nothing here.
    pub grants: Vec<Option<bool>>,
}

/// The form for a new role: `name`, `once`.
#[derive(Clone, Copy)]
pub struct NewRolePage<'a> {
    pub shell: &'a AdminShell<'a>,
    pub name: &'a str,
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
}

/// Renders the roles.
pub fn index(p: &RolesPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.page-head {
            h1 tabindex="-1" { (lang.t(admin_text::ROLES)) }
            @if p.may_manage { a.button href=(paths::ROLES_NEW) { (lang.t(t::ROLE_NEW)) } }
        }
        p.lead { (lang.t(t::ROLES_TEXT)) }
        (ui::error_summary(lang, "", p.errors))
        @for role in &p.roles { (section(p, role)) }
    };
    layout::form_page(p.shell, lang.t(admin_text::ROLES), p.errors, main)
}

fn section(p: &RolesPage, role: &RoleGrid) -> Markup {
    let lang = p.shell.lang;
    let heading = format!("role-{}", role.id);
    html! {
        section.role aria-labelledby=(heading) {
            h2 id=(heading) { (role.name) @if role.builtin { " " (ui::badge("quiet", lang.t(t::ROLE_BUILTIN))) } }
            p.muted { (lang.count(t::ROLE_MEMBERS_ONE, t::ROLE_MEMBERS_MANY, role.members)) }
            @if role.locked { p { (lang.t(t::ROLE_LOCKED)) } }
            form method="post" action=(paths::role(role.id)) novalidate hx-sync="this:drop" {
                (ui::once(p.once))
                (grid(p, role))
                @if p.may_manage && !role.locked { button.button { (lang.fill(t::ROLE_SAVE_GRID, &[("name", &role.name)])) } }
            }
            @if p.may_manage && !role.builtin && role.members == 0 {
                @let (action, text) = (paths::role_delete(role.id), lang.fill(t::ROLE_DELETE, &[("name", &role.name)]));
                (ui::button_form(&ButtonForm { class: "danger", ..ButtonForm::new(&action, p.once, &text) }))
            }
        }
    }
}

fn grid(p: &RolesPage, role: &RoleGrid) -> Markup {
    let lang = p.shell.lang;
    let caption = lang.fill(t::ROLE_GRID, &[("name", &role.name)]);
    html! {
        div.scroller tabindex="0" role="region" aria-label=(caption) {
            table.data.grid {
                caption.visually-hidden { (caption) }
                thead { tr { th scope="col" { (lang.t(t::RESOURCE)) } @for action in &p.actions { th scope="col" { (action_word(lang, action)) } } } }
                tbody {
                    @for row in &role.rows {
                        tr {
                            th scope="row" { (resource_word(lang, row.resource)) }
                            @for (action, grant) in p.actions.iter().zip(&row.grants) { td { (cell(p, role, row.resource, action, *grant)) } }
                        }
                    }
                }
            }
        }
    }
}

fn cell(p: &RolesPage, role: &RoleGrid, resource: &str, action: &str, grant: Option<bool>) -> Markup {
    let lang = p.shell.lang;
    let Some(granted) = grant else {
        return Markup::default();
    };
    html! {
        input type="checkbox" name="grant" value={ (resource) ":" (action) } checked[granted] disabled[role.locked || !p.may_manage]
            aria-label={ (role.name) ": " (resource_word(lang, resource)) " " (action_word(lang, action)) };
    }
}

fn resource_word(lang: Lang, key: &str) -> &str {
    resource_name(key).map_or(key, |text| lang.t(text))
}

fn action_word(lang: Lang, key: &str) -> &str {
    action_name(key).map_or(key, |text| lang.t(text))
}

/// Renders the form for a new role.
pub fn new(p: &NewRolePage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        p.crumb { a href=(paths::ROLES) { (lang.t(admin_text::ROLES)) } }
        h1 tabindex="-1" { (lang.t(t::ROLE_NEW)) }
        form method="post" action=(paths::ROLES_NEW) novalidate hx-sync="this:drop" {
            (ui::error_summary(lang, "", p.errors))
            (ui::once(p.once))
            (ui::field(&Field { lang, name: "name", label: lang.t(t::ROLE_NAME), value: p.name, required: true, errors: p.errors, ..Field::default() }))
            div.actions {
                button.button { (lang.t(common::SAVE)) }
                a.button.secondary href=(paths::ROLES) { (lang.t(common::CANCEL)) }
            }
        }
    };
    layout::form_page(p.shell, lang.t(t::ROLE_NEW), p.errors, main)
}

/// The word for a resource of a permission; unknown ones are shown as they are.
pub fn resource_name(key: &str) -> Option<Text> {
    Some(match key {
        "post" => t::RES_POSTS,
        "comment" => t::RES_COMMENTS,
        "board" => t::RES_BOARDS,
        "user" => t::RES_USERS,
        "role" => t::RES_ROLES,
        "session" => t::RES_SESSIONS,
        "audit" => t::RES_AUDIT,
        "panel" => t::RES_PANEL,
        _ => return None,
    })
}

/// The word for an action of a permission; unknown ones are shown as they are.
pub fn action_name(key: &str) -> Option<Text> {
    Some(match key {
        "read" => t::ACT_READ,
        "write" => t::ACT_WRITE,
        "delete" => t::ACT_DELETE,
        "moderate" => t::ACT_MODERATE,
        "manage" => t::ACT_MANAGE,
        _ => return None,
    })
}
