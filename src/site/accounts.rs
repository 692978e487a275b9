//! Signing up, in and out.

use crate::domain::sessions::Area;
use crate::domain::users::{self, Registration, SignupForm, sign_in_limits};
use crate::web::fields::Sent;
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::sign_in::{self, Form};
use crate::web::{Fields, Rejection, RequestContext, Result, cookies, error, form, form_token, present, reply};
use poem::http::StatusCode;
use poem::web::Query;
use poem::{Response, handler};
use serde::Deserialize;
use templates::paths;
use templates::sign_ups::paths as sign_ups;
use templates::users::register::{self, SignupPage};
use templates::users::sign_in::{self as views, LoginNotice, LoginPage, LogoutPage};

/// Where to go afterwards, and why the form is shown.
#[derive(Deserialize, Default)]
pub struct SignInQuery {
    next: Option<String>,
    why: Option<String>,
}

/// GET /login
#[handler]
pub fn new_session(request: RequestContext, arrival: Option<Query<SignInQuery>>) -> Response {
    let arrival = arrival.map(|Query(arrival)| arrival).unwrap_or_default();
    let next = reply::local(arrival.next.as_deref().unwrap_or_default()).to_owned();
    if request.actor.is_some() {
        return reply::see_other(&request, &next);
    }
    let notice = match arrival.why.as_deref() {
        Some("joined") => LoginNotice::Registered,
        Some("confirmed") => LoginNotice::Confirmed,
        Some("left") => LoginNotice::SignedOut,
        Some("changed") => LoginNotice::PasswordChanged,
        // The sign-up form leads here with the home page, which needs no member.
        _ if next != paths::HOME => LoginNotice::Required,
        _ => LoginNotice::None,
    };
    login(&request, StatusCode::OK, &Form::empty(&next, notice))
}

fn login(request: &RequestContext, status: StatusCode, form: &Form<'_>) -> Response {
    if !form.kept.is_empty() {
        // The form that is kept stays kept.
        return error::sign_in_again(request, form.next, form.kept, form.problems, form.notice, form.email);
    }
    let (key, nav, errors) = (form_token::issue(request, "login"), present::nav(request), present::errors(form.problems));
    let page = LoginPage {
        shell: &present::shell(request, &nav),
        email: form.email,
        remember: form.remember,
        next: form.next,
        once: &key,
        errors: &errors,
        notice: form.notice,
        confirms_sign_ups: request.app.context.confirms_sign_ups,
    };
    reply::page_with(request, status, views::login(&page))
}

/// POST /login
#[handler]
pub async fn create_session(request: RequestContext, Sent(fields): Sent) -> Result<Response> {
    sign_in::submit(&request, &fields, |status, form| login(&request, status, form)).await
}

/// GET /logout
#[handler]
pub fn delete_session(request: RequestContext) -> Response {
    if request.actor.is_none() {
        return reply::see_other(&request, paths::HOME);
    }
    let (key, nav) = (form_token::issue(&request, "logout"), present::nav(&request));
    reply::page(views::logout(&LogoutPage { shell: &present::shell(&request, &nav), once: &key }))
}

/// POST /logout. Signing out twice is the same as once, so the one-time key is not checked, and a form with an expired key works too.
#[handler]
pub async fn destroy_session(request: RequestContext) -> Result<Response> {
    if let Some(session) = &request.session {
        users::sign_out(&request.app.context, session).await?;
        request.app.context.shared.presence().leave(session.copy.user_id).await;
    }
    let mut response = reply::see_other(&request, paths::LOGIN_LEFT);
    cookies::set(response.headers_mut(), &cookies::no_session(Area::Site, request.secure()));
    reply::clear_cache(&mut response);
    Ok(response)
}

/// GET /signup
#[handler]
pub fn new(request: RequestContext, arrival: Option<Query<SignInQuery>>) -> Response {
    if request.actor.is_some() {
        return reply::see_other(&request, paths::HOME);
    }
    let next = arrival.and_then(|Query(arrival)| arrival.next).unwrap_or_default();
    let form = SignupForm { next: reply::local(&next).into(), ..SignupForm::default() };
    signup(&request, &form, &Rejection::default())
}

fn signup(request: &RequestContext, form: &SignupForm, rejection: &Rejection) -> Response {
    let (key, nav, errors) = (form_token::issue(request, "signup"), present::nav(request), present::errors(&rejection.problems));
    let page = SignupPage {
        shell: &present::shell(request, &nav),
        email: &form.email,
        name: &form.name,
        terms: form.terms,
        privacy: form.privacy,
        terms_version: users::TERMS_VERSION,
        privacy_version: users::PRIVACY_VERSION,
        confirms: request.app.context.confirms_sign_ups,
        next: &form.next,
        once: &key,
        errors: &errors,
        wait: rejection.wait,
    };
    rejection.page(request, register::page(&page))
}

/// POST /signup. Whether the address was known does not show: both lead to the mailbox, or where no mail is sent to signing in.
#[handler]
pub async fn create(request: RequestContext, fields: Fields) -> Result<Response> {
    let form = SignupForm {
        email: fields.text("email").into(),
        name: fields.text("name").into(),
        password: fields.text("password").into(),
        terms: fields.ticked("terms"),
        privacy: fields.ticked("privacy"),
        lang: request.lang.tag(),
        next: reply::local(fields.text("next")).into(),
    };
    let register = async |key| sign_in_limits::register(&request.app.context, &key, &form, &request.head.client).await;
    match form::submit(&request, "signup", &fields, register).await? {
        Accepted(Registration::Mailed) => Ok(reply::see_other(&request, &sign_ups::sent(&form.next))),
        Accepted(Registration::New(_) | Registration::Known) => Ok(reply::see_other(&request, &paths::login_joined(&form.next))),
        Rejected(rejection) => Ok(signup(&request, &form, &rejection)),
    }
}
