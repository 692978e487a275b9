//! Roles, and what each of them may do.

use super::layout::{self, AdminShell};
use super::{action_name, resource_name};
use crate::paths::admin as paths;
use crate::text::{Lang, admin as words, common};
use crate::ui::{self, Fault, Field};
use maud::{Markup, html};

/// Every role with its grid. A grid sends `grant` once for each ticked box, as `posts:moderate`.
#[derive(Clone)]
pub struct RolesPage<'a> {
    /// The frame.
    pub shell: &'a AdminShell<'a>,
    /// The actions, the columns of each grid.
    pub actions: Vec<&'a str>,
    /// The roles.
    pub roles: Vec<RoleGrid<'a>>,
    /// Whether the reader may change them.
    pub may_manage: bool,
    /// One-time key; saving replaces a role's grants, so the forms may share it.
    pub once: &'a str,
    /// What was wrong with what was sent.
    pub faults: &'a [Fault<'a>],
}

/// One role.
#[derive(Clone, Debug)]
pub struct RoleGrid<'a> {
    /// Its number.
    pub id: i64,
    /// Its name.
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
    /// The resource.
    pub resource: &'a str,
    /// In the order of the page's actions; `None` where the action means nothing here.
    pub grants: Vec<Option<bool>>,
}

/// The form for a new role: `name`, `once`.
#[derive(Clone, Copy)]
pub struct NewRolePage<'a> {
    /// The frame.
    pub shell: &'a AdminShell<'a>,
    /// The name in it.
    pub name: &'a str,
    /// One-time key.
    pub once: &'a str,
    /// What was wrong with it.
    pub faults: &'a [Fault<'a>],
}

/// Draws the roles.
pub fn index(p: &RolesPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.page-head {
            h1 tabindex="-1" { (lang.t(words::ROLES)) }
            @if p.may_manage { a.button href=(paths::ROLES_NEW) { (lang.t(words::ROLE_NEW)) } }
        }
        p.lead { (lang.t(words::ROLES_TEXT)) }
        (ui::error_summary(lang, "", p.faults))
        @for role in &p.roles { (section(p, role)) }
    };
    layout::form_page(p.shell, lang.t(words::ROLES), p.faults, main)
}

fn section(p: &RolesPage, role: &RoleGrid) -> Markup {
    let lang = p.shell.lang;
    let heading = format!("role-{}", role.id);
    html! {
        section.role aria-labelledby=(heading) {
            h2 id=(heading) { (role.name) @if role.builtin { " " (ui::badge("quiet", lang.t(words::ROLE_BUILTIN))) } }
            p.muted { (lang.count(words::ROLE_MEMBERS_ONE, words::ROLE_MEMBERS_MANY, role.members)) }
            @if role.locked { p { (lang.t(words::ROLE_LOCKED)) } }
            form method="post" action=(paths::role(role.id)) novalidate hx-sync="this:drop" {
                (ui::once(p.once))
                (grid(p, role))
                @if p.may_manage && !role.locked { button.button { (lang.fill(words::ROLE_SAVE_GRID, &[("name", &role.name)])) } }
            }
            @if p.may_manage && !role.builtin && role.members == 0 {
                form method="post" action=(paths::role_delete(role.id)) novalidate hx-sync="this:drop" {
                    (ui::once(p.once))
                    button.button.danger { (lang.fill(words::ROLE_DELETE, &[("name", &role.name)])) }
                }
            }
        }
    }
}

fn grid(p: &RolesPage, role: &RoleGrid) -> Markup {
    let lang = p.shell.lang;
    let caption = lang.fill(words::ROLE_GRID, &[("name", &role.name)]);
    html! {
        div.scroller tabindex="0" role="region" aria-label=(caption) {
            table.data.grid {
                caption.visually-hidden { (caption) }
                thead { tr { th scope="col" { (lang.t(words::RESOURCE)) } @for action in &p.actions { th scope="col" { (action_word(lang, action)) } } } }
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

/// Draws the form for a new role.
pub fn new(p: &NewRolePage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        p.crumb { a href=(paths::ROLES) { (lang.t(words::ROLES)) } }
        h1 tabindex="-1" { (lang.t(words::ROLE_NEW)) }
        form method="post" action=(paths::ROLES_NEW) novalidate hx-sync="this:drop" {
            (ui::error_summary(lang, "", p.faults))
            (ui::once(p.once))
            (ui::field(&Field { lang, name: "name", label: lang.t(words::ROLE_NAME), value: p.name, required: true, faults: p.faults, ..Field::default() }))
            div.actions {
                button.button { (lang.t(common::SAVE)) }
                a.button.secondary href=(paths::ROLES) { (lang.t(common::CANCEL)) }
            }
        }
    };
    layout::form_page(p.shell, lang.t(words::ROLE_NEW), p.faults, main)
}
