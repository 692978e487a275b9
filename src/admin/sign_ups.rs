//! /sign-ups/…: what staff may do about sign-ups that wait. The list of them stands below the members.

use super::users;
use crate::domain::users::sign_ups::{SignUpId, manage};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Result, Staff, form, reply};
use poem::web::Path;
use poem::{Response, handler};
use templates::admin::sign_ups::text;
use templates::paths::admin as paths;

/// The form of the list: its buttons share a key.
pub const FORM: &str = "staff.sign-ups";

/// POST /sign-ups/:id/confirm. Leads to the new member.
#[handler]
pub async fn confirm(staff: Staff, Path(id): Path<SignUpId>, fields: Fields) -> Result<Response> {
    let confirm = async |key| manage::confirm(&staff.request.app.context, &staff.by(), &key, id).await;
    match form::submit_one(&staff.request, (FORM, format!("confirm.{id}")), &fields, confirm).await? {
        Accepted(member) => Ok(reply::see_other_with(&staff.request, &paths::user(member.id.0), Flash(text::FLASH_CONFIRMED))),
        Rejected(rejection) => users::list(&staff, "", 1, &rejection).await,
    }
}

/// POST /sign-ups/:id/delete
#[handler]
pub async fn destroy(staff: Staff, Path(id): Path<SignUpId>, fields: Fields) -> Result<Response> {
    let destroy = async |key| manage::destroy(&staff.request.app.context, &staff.by(), &key, id).await;
    match form::submit_one(&staff.request, (FORM, format!("delete.{id}")), &fields, destroy).await? {
        Accepted(_) => Ok(reply::see_other_with(&staff.request, paths::USERS, Flash(text::FLASH_DROPPED))),
        Rejected(rejection) => users::list(&staff, "", 1, &rejection).await,
    }
}
