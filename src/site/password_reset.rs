//! /password/…: a new password for those who forgot theirs.

use crate::domain::users::password_reset;
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::routes::{Routes, page};
use crate::web::{Fields, LinkToken, Rejection, RequestContext, Result, form, form_token, present, reply};
use poem::http::StatusCode;
use poem::{Response, get, handler};
use templates::password::{self as views, ForgotPage, ResetPage, paths};

const FORGOT: &str = "password.forgot";
const RESET: &str = "password.reset";

pub fn routes(routes: Routes) -> Routes {
    routes
        .at(page(paths::FORGOT).private().cost(0, 0), get(new).post(create))
        .at(page(paths::SENT).private().cost(0, 0), get(sent))
        .at(page(paths::RESET).private().cost(1, 0), get(edit).post(update))
}

fn forgot(request: &RequestContext, email: &str, rejection: &Rejection) -> Response {
    let (key, nav, errors) = (form_token::issue(request, FORGOT), present::nav(request), present::errors(&rejection.problems));
    let sends_mail = request.app.context.sends_mail;
    let shell = present::shell(request, &nav);
    let page = ForgotPage { shell: &shell, email, once: &key, errors: &errors, wait: rejection.wait, sends_mail };
    rejection.page(request, views::forgot(&page))
}

/// GET /password/forgot
#[handler]
pub fn new(request: RequestContext) -> Response {
    forgot(&request, "", &Rejection::default())
}

/// POST /password/forgot. Whether the address has an account does not show in the answer.
#[handler]
pub async fn create(request: RequestContext, fields: Fields) -> Result<Response> {
    let (ctx, email, lang) = (&request.app.context, fields.text("email"), request.lang.tag());
    let ask = async |key| password_reset::request(ctx, &key, email, lang, &request.head.client).await;
    match form::submit(&request, FORGOT, &fields, ask).await? {
        Accepted(()) => Ok(reply::see_other(&request, paths::SENT)),
        Rejected(rejection) => Ok(forgot(&request, email, &rejection)),
    }
}

/// GET /password/sent
#[handler]
pub fn sent(request: RequestContext) -> Response {
    let nav = present::nav(&request);
    reply::page(views::sent(&present::shell(&request, &nav)))
}

async fn reset(request: &RequestContext, token: &str, rejection: &Rejection) -> Result<Response> {
    let email = password_reset::find(&request.app.context, token).await?;
    let (key, nav, errors) = (form_token::issue(request, RESET), present::nav(request), rejection.errors());
    let page = ResetPage { shell: &present::shell(request, &nav), email: email.as_deref(), token, once: &key, errors: &errors };
    match &email {
        Some(_) => Ok(rejection.page(request, views::reset(&page))),
        // It was there once, or its reader may think so (RFC 9110 section 15.5.11).
        None => Ok(reply::page_with(request, StatusCode::GONE, views::reset(&page))),
    }
}

/// GET /password/reset: changes nothing, as programs open the links of mails before people do.
#[handler]
pub async fn edit(request: RequestContext, LinkToken(token): LinkToken) -> Result<Response> {
    reset(&request, &token, &Rejection::default()).await
}

/// POST /password/reset
#[handler]
pub async fn update(request: RequestContext, fields: Fields) -> Result<Response> {
    let (ctx, token, password) = (&request.app.context, fields.text("token"), fields.text("password"));
    match form::submit(&request, RESET, &fields, async |key| password_reset::complete(ctx, &key, token, password).await).await? {
        Accepted(_) => Ok(reply::see_other(&request, templates::paths::LOGIN_CHANGED)),
        Rejected(rejection) => reset(&request, token, &rejection).await,
    }
}
