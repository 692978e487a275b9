//! /jobs: what is done beside the requests, which of it fails, and trying that again or dropping it.

use crate::domain::jobs::{JobId, manage};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, Result, Staff, Submission, form, form_token, present, reply};
use poem::web::Path;
use poem::{Response, handler};
use templates::admin::{jobs as views, text};
use templates::paths::admin as paths;

/// GET /jobs
#[handler]
pub async fn index(staff: Staff) -> Result<Response> {
    render(&staff, &Rejection::default()).await
}

async fn render(staff: &Staff, rejection: &Rejection) -> Result<Response> {
    let request = &staff.request;
    let seen = manage::overview(&request.app.context, &staff.actor).await?;
    let (key, errors, shell) = (form_token::issue(request, "staff.jobs"), rejection.errors(), present::admin_shell(request));
    let kinds = present::jobs::kinds(&seen);
    let page = present::jobs::page(request, &shell, (&seen, &kinds), &key, &errors);
    Ok(rejection.page(request, views::page(&page)))
}

/// POST /jobs/:id/retry
#[handler]
pub async fn retry(staff: Staff, Path(id): Path<JobId>, fields: Fields) -> Result<Response> {
    let retry = async |key| manage::retry(&staff.request.app.context, &staff.by(), &key, id).await;
    let done = form::submit_one(&staff.request, ("staff.jobs", format!("retry.{id}")), &fields, retry).await?;
    finish(&staff, done, Flash(text::FLASH_RETRY)).await
}

/// POST /jobs/:id/delete
#[handler]
pub async fn destroy(staff: Staff, Path(id): Path<JobId>, fields: Fields) -> Result<Response> {
    let destroy = async |key| manage::destroy(&staff.request.app.context, &staff.by(), &key, id).await;
    let done = form::submit_one(&staff.request, ("staff.jobs", format!("delete.{id}")), &fields, destroy).await?;
    finish(&staff, done, Flash(text::FLASH_DROPPED)).await
}

async fn finish<T>(staff: &Staff, done: Submission<T>, flash: Flash) -> Result<Response> {
    match done {
        Accepted(_) => Ok(reply::see_other_with(&staff.request, paths::JOBS, flash)),
        Rejected(rejection) => render(staff, &rejection).await,
    }
}
