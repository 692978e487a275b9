//! /mail: where mail goes, what waits and fails, whose address is refused, and a mail to oneself.

use crate::domain::mail::manage;
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, Result, Staff, form, form_token, present, reply};
use poem::{Response, handler};
use templates::admin::mail as views;
use templates::paths::admin as paths;

const TEST: &str = "staff.mail";

/// GET /mail
#[handler]
pub async fn index(staff: Staff) -> Result<Response> {
    render(&staff, &Rejection::default()).await
}

async fn render(staff: &Staff, rejection: &Rejection) -> Result<Response> {
    let request = &staff.request;
    let seen = manage::overview(&request.app.context, &staff.actor).await?;
    let (key, errors, shell) = (form_token::issue(request, TEST), rejection.errors(), present::admin_shell(request));
    let place = present::mail::place(request);
    let page = present::mail::page(request, &shell, (&seen, &place), &key, &errors);
    Ok(rejection.page(request, views::page(&page)))
}

/// POST /mail/test
#[handler]
pub async fn test(staff: Staff, fields: Fields) -> Result<Response> {
    let send = async |key| manage::send_test(&staff.request.app.context, &staff.actor, &key).await;
    match form::submit(&staff.request, TEST, &fields, send).await? {
        Accepted(_) => Ok(reply::see_other_with(&staff.request, paths::MAIL, Flash(views::text::FLASH_TEST))),
        Rejected(rejection) => render(&staff, &rejection).await,
    }
}
