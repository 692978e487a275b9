//! Staff sign in and out; the first administrator is made here.

use crate::domain::idempotency::Outcome;
use crate::domain::sessions::Area;
use crate::domain::users::sign_in::{self, Credentials, Entry};
use crate::domain::users::{self, Joining, password};
use crate::domain::{Action, Error, Permissions, Problem, Resource, UserId, bootstrap, tokens};
use crate::web::fields::Sent;
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Rejection, RequestContext, Result, Staff, cookies, form, form_token, language, present, reply};
use poem::http::StatusCode;
use poem::web::Query;
use poem::{Response, handler};
use serde::Deserialize;
use templates::admin::users::setup::SetupPage;
use templates::admin::users::sign_in::{self as views, LoginPage, LogoutPage};
use templates::paths::admin as paths;
use templates::text::Lang;
use templates::users::sign_in::LoginNotice;

/// Where to go afterwards, or with which link somebody came.
#[derive(Deserialize, Default)]
pub struct Arrival {
    next: Option<String>,
    token: Option<String>,
}

struct Login<'a> {
    email: &'a str,
    next: &'a str,
    kept: &'a [(String, String)],
    problems: &'a [Problem],
    notice: LoginNotice<'a>,
    not_staff: bool,
}

fn login(request: &RequestContext, status: StatusCode, f: &Login<'_>) -> Response {
    let (key, errors) = (form_token::issue(request, "login"), present::errors(f.problems));
    let page = LoginPage {
        lang: request.lang,
        aids: request.aids,
        email: f.email,
        next: f.next,
        fields: f.kept,
        once: &key,
        errors: &errors,
        notice: f.notice,
        not_staff: f.not_staff,
    };
    reply::page_with(request, status, views::page(&page))
}

/// GET /login
#[handler]
pub fn new(request: RequestContext, arrival: Option<Query<Arrival>>) -> Response {
    let next = arrival.and_then(|Query(arrival)| arrival.next).unwrap_or_default();
    let next = reply::local(&next);
    if Staff::of(&request).is_some() {
        return reply::see_other(&request, next);
    }
    let form = Login { email: "", next, kept: &[], problems: &[], notice: LoginNotice::None, not_staff: false };
    login(&request, StatusCode::OK, &form)
}

/// POST /login
#[handler]
pub async fn create(request: RequestContext, Sent(fields): Sent) -> Result<Response> {
    let form = Credentials { email: fields.text("email").into(), password: fields.text("password").into(), persistent: false };
    let (next, kept) = (reply::local(fields.text("next")).to_owned(), fields.kept());
    let again = |status: StatusCode, problems: &[Problem], notice: LoginNotice<'_>, not_staff: bool| {
        login(&request, status, &Login { email: &form.email, next: &next, kept: &kept, problems, notice, not_staff })
    };
    let key = match form_token::check(&request, "login", fields.text("once")) {
        Ok(key) => key,
        Err(Error::Invalid(problems)) => {
            return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, &problems, LoginNotice::None, false));
        }
        Err(err) => return Err(err.into()),
    };
    match sign_in::enter(&request.app, Area::Admin, &key, &form, &request.client, &request.device).await {
        Ok(Entry::Welcome { token, user, device }) => {
            if !is_staff(&request, user).await? {
                leave(&request, &token).await?;
                return Ok(again(StatusCode::FORBIDDEN, &[], LoginNotice::None, true));
            }
            // A member who was given a role may still have a member's password; only here is it seen how long it is.
            if form.password.chars().count() < password::MIN_STAFF {
                leave(&request, &token).await?;
                let short = [Problem { field: "password", message: "password.short_for_panel" }];
                return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, &short, LoginNotice::None, false));
            }
            let mut response = if kept.is_empty() { reply::see_other(&request, &next) } else { reply::send_again(&request, &next) };
            cookies::set(response.headers_mut(), &cookies::session(Area::Admin, request.secure(), token, false));
            cookies::set(response.headers_mut(), &cookies::device(device, request.secure()));
            if let Some(old) = &request.session
                && let Err(err) = users::leave(&request.app, old).await
            {
                tracing::warn!("could not end the session before: {err}");
            }
            Ok(response)
        }
        Ok(Entry::Wrong) => {
            let wrong = [Problem { field: "email", message: "login.wrong" }];
            Ok(again(StatusCode::UNPROCESSABLE_ENTITY, &wrong, LoginNotice::None, false))
        }
        Ok(Entry::Suspended { until, reason }) => {
            let until = until.map(|until| present::day(until, request.lang)).unwrap_or_default();
            let notice = LoginNotice::Suspended { reason: &reason, until: &until };
            Ok(again(StatusCode::FORBIDDEN, &[], notice, false))
        }
        Err(Error::Slow(seconds)) => {
            let mut response = again(StatusCode::TOO_MANY_REQUESTS, &[], LoginNotice::Wait { seconds }, false);
            response.headers_mut().insert(poem::http::header::RETRY_AFTER, seconds.into());
            Ok(response)
        }
        Err(err) => Err(err.into()),
    }
}

async fn is_staff(request: &RequestContext, user: UserId) -> Result<bool> {
    let member = users::find(&request.app.db, user).await?;
    let permissions: Permissions = crate::domain::roles::find(&request.app.db, member.role_id).await?.permissions;
    Ok(permissions.allow(Resource::Panel, Action::Read))
}

/// Ends the session of somebody who knows the password but has no business here.
async fn leave(request: &RequestContext, token: &str) -> Result<()> {
    let hash = tokens::hash(token);
    if let Some(session) = crate::domain::sessions::load(&request.app, &hash, Area::Admin).await? {
        users::leave(&request.app, &session).await?;
    }
    Ok(())
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
        users::leave(&request.app, session).await?;
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

fn setup_form(request: &RequestContext, token: &str, form: &Joining, rejection: &Rejection) -> Response {
    let (key, errors) = (form_token::issue(request, "setup"), rejection.errors());
    let page =
        SetupPage { lang: request.lang, aids: request.aids, token, email: &form.email, name: &form.name, once: &key, errors: &errors };
    rejection.page(request, templates::admin::users::setup::page(&page))
}

/// GET /setup?token=…
#[handler]
pub async fn invite(request: RequestContext, arrival: Option<Query<Arrival>>) -> Result<Response> {
    let token = arrival.and_then(|Query(arrival)| arrival.token).unwrap_or_default();
    if !bootstrap::is_invited(&request.app, &token).await? {
        return Err(Error::NotFound.into());
    }
    Ok(setup_form(&request, &token, &Joining::default(), &Rejection::default()))
}

/// The session of an administrator who was just made. None for a repeat of the form: they sign in.
async fn begin(request: &RequestContext, outcome: Outcome) -> Result<Option<String>> {
    if outcome.repeated {
        return Ok(None);
    }
    let member = users::find(&request.app.db, UserId(outcome.id)).await?;
    Ok(crate::domain::sessions::start(&request.app, member.id, &member.password_hash, Area::Admin, false, &request.client).await?)
}

/// POST /setup: makes the first administrator and signs them in. The link is used up.
#[handler]
pub async fn set_up(request: RequestContext, fields: Fields) -> Result<Response> {
    let token = fields.text("token");
    let form = Joining {
        email: fields.text("email").into(),
        name: fields.text("name").into(),
        password: fields.text("password").into(),
        terms: true,
        privacy: true,
    };
    let first_admin = async |key| bootstrap::first_admin(&request.app, &key, token, &form, &request.client).await;
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
