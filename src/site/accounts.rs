//! Joining, signing in, signing out.

use crate::domain::sessions::Area;
use crate::domain::users::sign_in::{self, Credentials, Entry};
use crate::domain::users::{self, Joining, sign_in_limits};
use crate::domain::{Error, Problem};
use crate::web::fields::Sent;
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Rejection, RequestContext, Result, cookies, error, form, form_token, present, reply};
use poem::http::{StatusCode, header};
use poem::web::Query;
use poem::{Response, handler};
use serde::Deserialize;
use templates::paths;
use templates::users::register::{self, SignupPage};
use templates::users::sign_in::{self as views, LoginNotice, LoginPage, LogoutPage};

/// Where to go afterwards, and why somebody is here.
#[derive(Deserialize, Default)]
pub struct Arrival {
    next: Option<String>,
    why: Option<String>,
}

/// GET /login
#[handler]
pub fn new_session(request: RequestContext, arrival: Option<Query<Arrival>>) -> Response {
    let arrival = arrival.map(|Query(arrival)| arrival).unwrap_or_default();
    let next = reply::local(arrival.next.as_deref().unwrap_or_default()).to_owned();
    if request.actor.is_some() {
        return reply::see_other(&request, &next);
    }
    let notice = match arrival.why.as_deref() {
        Some("joined") => LoginNotice::Joined,
        Some("left") => LoginNotice::SignedOut,
        _ if arrival.next.is_some() => LoginNotice::Required,
        _ => LoginNotice::None,
    };
    let form = Login { email: "", remember: false, next: &next, problems: &[], notice };
    login(&request, StatusCode::OK, &form)
}

struct Login<'a> {
    email: &'a str,
    remember: bool,
    next: &'a str,
    problems: &'a [Problem],
    notice: LoginNotice<'a>,
}

fn login(request: &RequestContext, status: StatusCode, f: &Login<'_>) -> Response {
    let (key, nav, errors) = (form_token::issue(request, "login"), present::nav(request), present::errors(f.problems));
    let page = LoginPage {
        shell: &present::shell(request, &nav),
        email: f.email,
        remember: f.remember,
        next: f.next,
        once: &key,
        errors: &errors,
        notice: f.notice,
    };
    reply::page_with(request, status, views::login(&page))
}

/// POST /login. A form that waited for this goes on to where it was meant for.
#[handler]
pub async fn create_session(request: RequestContext, Sent(fields): Sent) -> Result<Response> {
    enter(&request, &fields).await
}

async fn enter(request: &RequestContext, fields: &Fields) -> Result<Response> {
    let next = reply::local(fields.text("next"));
    let form =
        Credentials { email: fields.text("email").into(), password: fields.text("password").into(), persistent: fields.ticked("remember") };
    let key = match form_token::check(request, "login", fields.text("once")) {
        Ok(key) => key,
        Err(Error::Invalid(problems)) => {
            return Ok(refuse(request, fields, StatusCode::UNPROCESSABLE_ENTITY, &problems, LoginNotice::None));
        }
        Err(err) => return Err(err.into()),
    };
    match sign_in::enter(&request.app, Area::Site, &key, &form, &request.client, &request.device).await {
        Ok(Entry::Welcome { token, device, .. }) => {
            let mut response = if fields.kept().is_empty() { reply::see_other(request, next) } else { reply::send_again(request, next) };
            let cookie = cookies::session(Area::Site, request.secure(), token, form.persistent);
            cookies::set(response.headers_mut(), &cookie);
            cookies::set(response.headers_mut(), &cookies::device(device, request.secure()));
            leave_old(request).await;
            Ok(response)
        }
        Ok(Entry::Wrong) => {
            let wrong = [Problem { field: "email", message: "login.wrong" }];
            Ok(refuse(request, fields, StatusCode::UNPROCESSABLE_ENTITY, &wrong, LoginNotice::None))
        }
        Ok(Entry::Suspended { until, reason }) => {
            let until = until.map(|until| present::day(until, request.lang)).unwrap_or_default();
            let notice = LoginNotice::Suspended { reason: &reason, until: &until };
            Ok(refuse(request, fields, StatusCode::FORBIDDEN, &[], notice))
        }
        Err(Error::Slow(seconds)) => {
            let mut response = refuse(request, fields, StatusCode::TOO_MANY_REQUESTS, &[], LoginNotice::Wait { seconds });
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            Ok(response)
        }
        Err(err) => Err(err.into()),
    }
}

/// The form again, with everything but the password; a form that waited goes on waiting.
fn refuse(request: &RequestContext, fields: &Fields, status: StatusCode, problems: &[Problem], notice: LoginNotice<'_>) -> Response {
    let (email, next) = (fields.text("email"), reply::local(fields.text("next")));
    let kept = fields.kept();
    if !kept.is_empty() {
        return error::sign_in_again(request, next, &kept, problems, notice, email);
    }
    login(request, status, &Login { email, remember: fields.ticked("remember"), next, problems, notice })
}

/// Somebody who signs in while signed in leaves the old session behind: its id changes with every change of privilege.
async fn leave_old(request: &RequestContext) {
    if let Some(old) = &request.session
        && let Err(err) = users::leave(&request.app, old).await
    {
        tracing::warn!("could not end the session before: {err}");
    }
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

/// POST /logout. Leaving twice is the same as once, so the key is not used up; and nobody is kept in by a stale form.
#[handler]
pub async fn destroy_session(request: RequestContext) -> Result<Response> {
    if let Some(session) = &request.session {
        users::leave(&request.app, session).await?;
        request.app.shared.presence().leave(session.copy.user_id).await;
    }
    let mut response = reply::see_other(&request, paths::LOGIN_LEFT);
    cookies::set(response.headers_mut(), &cookies::no_session(Area::Site, request.secure()));
    reply::clear_cache(&mut response);
    Ok(response)
}

/// GET /signup
#[handler]
pub fn new(request: RequestContext, arrival: Option<Query<Arrival>>) -> Response {
    if request.actor.is_some() {
        return reply::see_other(&request, paths::HOME);
    }
    let next = arrival.and_then(|Query(arrival)| arrival.next).unwrap_or_default();
    signup(&request, &Joining::default(), reply::local(&next), &Rejection::default())
}

fn signup(request: &RequestContext, form: &Joining, next: &str, rejection: &Rejection) -> Response {
    let (key, nav, errors) = (form_token::issue(request, "signup"), present::nav(request), present::errors(&rejection.problems));
    let page = SignupPage {
        shell: &present::shell(request, &nav),
        email: &form.email,
        name: &form.name,
        terms: form.terms,
        privacy: form.privacy,
        terms_version: users::TERMS_VERSION,
        privacy_version: users::PRIVACY_VERSION,
        next,
        once: &key,
        errors: &errors,
        wait: rejection.wait,
    };
    rejection.page(request, register::page(&page))
}

/// POST /signup. Whether the address was known, the answer does not tell: both lead to signing in.
#[handler]
pub async fn create(request: RequestContext, fields: Fields) -> Result<Response> {
    let form = Joining {
        email: fields.text("email").into(),
        name: fields.text("name").into(),
        password: fields.text("password").into(),
        terms: fields.ticked("terms"),
        privacy: fields.ticked("privacy"),
    };
    let next = reply::local(fields.text("next"));
    let register = async |key| sign_in_limits::join(&request.app, &key, &form, &request.client).await;
    match form::submit(&request, "signup", &fields, register).await? {
        Accepted(_) => Ok(reply::see_other(&request, &paths::login_joined(next))),
        Rejected(rejection) => Ok(signup(&request, &form, next, &rejection)),
    }
}
