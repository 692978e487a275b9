//! /organisation: what stands at the foot of each page of the site.

use crate::domain::organisation::{self, Organisation};
use crate::domain::{Action, Resource};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, Result, Staff, form, form_token, present, reply};
use poem::{Response, handler};
use templates::admin::organisation::{self as views, OrganisationForm};
use templates::admin::text;
use templates::paths::admin as paths;

const FORM: &str = "staff.organisation";

fn render(staff: &Staff, typed: &Organisation, rejection: &Rejection) -> Response {
    let (key, errors) = (form_token::issue(&staff.request, FORM), rejection.errors());
    let page = OrganisationForm {
        shell: &present::admin_shell(&staff.request),
        name: &typed.name,
        representative: &typed.representative,
        business_number: &typed.business_number,
        address: &typed.address,
        phone: &typed.phone,
        email: &typed.email,
        links: &typed.links,
        once: &key,
        errors: &errors,
    };
    rejection.page(&staff.request, views::form(&page))
}

/// GET /organisation
#[handler]
pub async fn edit(staff: Staff) -> Result<Response> {
    staff.actor.must(Resource::Board, Action::Manage)?;
    let stored = organisation::read(&staff.request.app.context.db).await?;
    Ok(render(&staff, &stored, &Rejection::default()))
}

/// POST /organisation
#[handler]
pub async fn update(staff: Staff, fields: Fields) -> Result<Response> {
    let text = |name: &str| fields.text(name).to_owned();
    let typed = Organisation {
        name: text("name"),
        representative: text("representative"),
        business_number: text("business_number"),
        address: text("address"),
        phone: text("phone"),
        email: text("email"),
        links: text("links"),
        named_links: Vec::new(),
    };
    let save = async |key| organisation::save(&staff.request.app.context, &staff.by(), &key, &typed).await;
    match form::submit(&staff.request, FORM, &fields, save).await? {
        Accepted(_) => Ok(reply::see_other_with(&staff.request, paths::ORGANISATION, Flash(text::FLASH_SAVED))),
        Rejected(rejection) => Ok(render(&staff, &typed, &rejection)),
    }
}
