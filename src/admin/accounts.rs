//! Staff sign in and out; the first administrator is made here.

use crate::domain::idempotency::Outcome;
use crate::domain::sessions::{self, Area};
use crate::domain::users::{self, SignupForm};
use crate::domain::{Error, UserId, bootstrap};
use crate::web::fields::Sent;
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::sign_in::{self, Form};
use crate::web::{Fields, LinkToken, Rejection, RequestContext, Result, Staff, cookies, form, form_token, language, present, reply};
use poem::http::StatusCode;
use poem::web::Query;
use poem::{Response, handler};
use serde::Deserialize;
use templates::admin::users::setup::SetupPage;
use templates::admin::users::sign_in::{self as views, LoginPage, LogoutPage};
use templates::paths::admin as paths;
use templates::text::Lang;
use templates::users::sign_in::LoginNotice;

/// Where to go afterwards.
#[derive(Deserialize, Default)]
pub struct SignInQuery {
    next: Option<String>,
}

fn login(request: &RequestContext, status: StatusCode, form: &Form<'_>) -> Response {
    let (key, errors) = (form_token::issue(request, "login"), present::errors(form.problems));
    let page = LoginPage {
        lang: request.lang,
        aids: request.aids,
        email: form.email,
        next: form.next,
        fields: form.kept,
        once: &key,
        errors: &errors,
        notice: form.notice,
        not_staff: form.not_staff,
    };
    reply::page_with(request, status, views::page(&page))
}

/// GET /login
#[handler]
pub fn new(request: RequestContext, arrival: Option<Query<SignInQuery>>) -> Response {
    let next = arrival.and_then(|Query(arrival)| arrival.next).unwrap_or_default();
    let next = reply::local(&next);
    if Staff::of(&request).is_some() {
        return reply::see_other(&request, next);
    }
    login(&request, StatusCode::OK, &Form::empty(next, LoginNotice::None))
}

/// POST /login
#[handler]
pub async fn create(request: RequestContext, Sent(fields): Sent) -> Result<Response> {
    sign_in::submit(&request, &fields, |status, form| login(&request, status, form)).await
}

/// GET /logout
#[handler]
pub fn delete(staff: Staff) -> Response {
    let key = form_token::issue(&staff.request, "logout");
    reply::page(views::logout(&LogoutPage { shell: &present::admin_shell(&staff.request), once: &key }))
}

/// POST /logout
#[handler]
pub async fn destroy(request: RequestContext) -> Result<Response> {
    if let Some(session) = &request.session {
        users::sign_out(&request.app.context, session).await?;
    }
    let mut response = reply::see_other(&request, paths::LOGIN);
    cookies::set(response.headers_mut(), &cookies::no_session(Area::Admin, request.secure()));
    reply::clear_cache(&mut response);
    Ok(response)
}

/// POST /my/reading: the panel's language and reading aids, in a cookie.
#[handler]
pub fn reading(request: RequestContext, fields: Fields) -> Response {
    let lang = Lang::from_tag(fields.text("language")).unwrap_or(request.lang);
    let mut response = reply::see_other(&request, reply::local(fields.text("next")));
    cookies::set(response.headers_mut(), &cookies::reading(language::pack(Some(lang), request.aids), request.secure()));
    response
}

fn setup_form(request: &RequestContext, token: &str, form: &SignupForm, rejection: &Rejection) -> Response {
    let (key, errors) = (form_token::issue(request, "setup"), rejection.errors());
    let page =
        SetupPage { lang: request.lang, aids: request.aids, token, email: &form.email, name: &form.name, once: &key, errors: &errors };
    rejection.page(request, templates::admin::users::setup::page(&page))
}

/// GET /setup?token=…
#[handler]
pub async fn invite(request: RequestContext, LinkToken(token): LinkToken) -> Result<Response> {
    if !bootstrap::is_invited(&request.app.context, &token).await? {
        return Err(Error::NotFound.into());
    }
    Ok(setup_form(&request, &token, &SignupForm::default(), &Rejection::default()))
}

/// The session of an administrator who was just made. None for a repeat of the form: they sign in.
async fn begin(request: &RequestContext, outcome: Outcome<UserId>) -> Result<Option<String>> {
    if outcome.repeated {
        return Ok(None);
    }
    let member = users::find(&request.app.context.db, outcome.id).await?;
    let (user, verified, client) = (member.id, &member.password_hash, &request.head.client);
    let session = sessions::New { user, verified, area: Area::Admin, persistent: false, client, new_device: None };
    Ok(sessions::start(&request.app.context, session).await?)
}

/// POST /setup: makes the first administrator and signs them in. The link is used up.
#[handler]
pub async fn set_up(request: RequestContext, fields: Fields) -> Result<Response> {
    let token = fields.text("token");
    let form = SignupForm {
        email: fields.text("email").into(),
        name: fields.text("name").into(),
        password: fields.text("password").into(),
        terms: true,
        privacy: true,
        ..SignupForm::default()
    };
    let first_admin = async |key| bootstrap::first_admin(&request.app.context, &key, token, &form, &request.head.client).await;
    match form::submit(&request, "setup", &fields, first_admin).await? {
        Accepted(outcome) => {
            let Some(session) = begin(&request, outcome).await? else { return Ok(reply::see_other(&request, paths::LOGIN)) };
            let mut response = reply::see_other(&request, paths::DASHBOARD);
            cookies::set(response.headers_mut(), &cookies::session(Area::Admin, request.secure(), session, false));
            Ok(response)
        }
        Rejected(rejection) => Ok(setup_form(&request, token, &form, &rejection)),
    }
}
