//! Staff sign in and out; the first administrator is made here.

use crate::domain::idempotency::Outcome;
use crate::domain::sessions::Area;
use crate::domain::users::sign_in::{self, Credentials, Entry};
use crate::domain::users::{self, Joining, password};
use crate::domain::{Action, Error, Permissions, Problem, Resource, UserId, bootstrap, tokens};
use crate::web::fields::Sent;
use crate::web::{Fields, Result, Staff, Visit, cookies, form_token, language, present, reply};
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

fn login(visit: &Visit, status: StatusCode, f: &Login<'_>) -> Response {
    let (key, errors) = (form_token::issue(visit, "login"), present::errors(f.problems));
    let page = LoginPage {
        lang: visit.lang,
        aids: visit.aids,
        email: f.email,
        next: f.next,
        fields: f.kept,
        once: &key,
        errors: &errors,
        notice: f.notice,
        not_staff: f.not_staff,
    };
    reply::page_with(visit, status, views::page(&page))
}

/// GET /login
#[handler]
pub fn new(visit: Visit, arrival: Option<Query<Arrival>>) -> Response {
    let next = arrival.and_then(|Query(arrival)| arrival.next).unwrap_or_default();
    let next = reply::local(&next);
    if Staff::of(&visit).is_some() {
        return reply::see_other(&visit, next);
    }
    let form = Login { email: "", next, kept: &[], problems: &[], notice: LoginNotice::None, not_staff: false };
    login(&visit, StatusCode::OK, &form)
}

/// POST /login
#[handler]
pub async fn create(visit: Visit, Sent(fields): Sent) -> Result<Response> {
    let form = Credentials { email: fields.text("email").into(), password: fields.text("password").into(), persistent: false };
    let (next, kept) = (reply::local(fields.text("next")).to_owned(), fields.kept());
    let again = |status: StatusCode, problems: &[Problem], notice: LoginNotice<'_>, not_staff: bool| {
        login(&visit, status, &Login { email: &form.email, next: &next, kept: &kept, problems, notice, not_staff })
    };
    let key = match form_token::check(&visit, "login", fields.text("once")) {
        Ok(key) => key,
        Err(Error::Invalid(problems)) => {
            return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, &problems, LoginNotice::None, false));
        }
        Err(err) => return Err(err.into()),
    };
    match sign_in::enter(&visit.app, Area::Admin, &key, &form, &visit.client, &visit.device).await {
        Ok(Entry::Welcome { token, user, device }) => {
            if !is_staff(&visit, user).await? {
                leave(&visit, &token).await?;
                return Ok(again(StatusCode::FORBIDDEN, &[], LoginNotice::None, true));
            }
            // A member who was given a role may still have a member's password; only here is it seen how long it is.
            if form.password.chars().count() < password::MIN_STAFF {
                leave(&visit, &token).await?;
                let short = [Problem { field: "password", message: "password.short_for_panel" }];
                return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, &short, LoginNotice::None, false));
            }
            let mut response = if kept.is_empty() { reply::see_other(&visit, &next) } else { reply::send_again(&visit, &next) };
            cookies::set(response.headers_mut(), &cookies::session(Area::Admin, visit.secure(), token, false));
            cookies::set(response.headers_mut(), &cookies::device(device, visit.secure()));
            if let Some(old) = &visit.session
                && let Err(err) = users::leave(&visit.app, old).await
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
            let until = until.map(|until| present::day(until, visit.lang)).unwrap_or_default();
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

async fn is_staff(visit: &Visit, user: UserId) -> Result<bool> {
    let member = users::find(&visit.app.db, user).await?;
    let permissions: Permissions = crate::domain::roles::find(&visit.app.db, member.role_id).await?.permissions;
    Ok(permissions.allow(Resource::Panel, Action::Read))
}

/// Ends the session of somebody who knows the password but has no business here.
async fn leave(visit: &Visit, token: &str) -> Result<()> {
    let hash = tokens::hash(token);
    if let Some(session) = crate::domain::sessions::load(&visit.app, &hash, Area::Admin).await? {
        users::leave(&visit.app, &session).await?;
    }
    Ok(())
}

/// GET /logout
#[handler]
pub fn confirm(staff: Staff) -> Response {
    let key = form_token::issue(&staff.visit, "logout");
    reply::page(views::logout(&LogoutPage { shell: &present::admin_shell(&staff.visit), once: &key }))
}

/// POST /logout
#[handler]
pub async fn destroy(visit: Visit) -> Result<Response> {
    if let Some(session) = &visit.session {
        users::leave(&visit.app, session).await?;
    }
    let mut response = reply::see_other(&visit, paths::LOGIN);
    cookies::set(response.headers_mut(), &cookies::no_session(Area::Admin, visit.secure()));
    reply::clear_cache(&mut response);
    Ok(response)
}

/// POST /my/reading: the panel's language and reading aids, in a cookie.
#[handler]
pub fn reading(visit: Visit, fields: Fields) -> Response {
    let lang = Lang::from_tag(fields.text("language")).unwrap_or(visit.lang);
    let mut response = reply::see_other(&visit, reply::local(fields.text("next")));
    cookies::set(response.headers_mut(), &cookies::reading(language::pack(Some(lang), visit.aids), visit.secure()));
    response
}

fn setup_form(visit: &Visit, token: &str, form: &Joining, problems: &[Problem]) -> Response {
    let (key, errors) = (form_token::issue(visit, "setup"), present::errors(problems));
    let page = SetupPage { lang: visit.lang, aids: visit.aids, token, email: &form.email, name: &form.name, once: &key, errors: &errors };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    reply::page_with(visit, status, templates::admin::users::setup::page(&page))
}

/// GET /setup?token=…
#[handler]
pub async fn invite(visit: Visit, arrival: Option<Query<Arrival>>) -> Result<Response> {
    let token = arrival.and_then(|Query(arrival)| arrival.token).unwrap_or_default();
    if !bootstrap::is_invited(&visit.app, &token).await? {
        return Err(Error::NotFound.into());
    }
    Ok(setup_form(&visit, &token, &Joining::default(), &[]))
}

/// The session of an administrator who was just made. None for a repeat of the form: they sign in.
async fn begin(visit: &Visit, outcome: Outcome<UserId>) -> Result<Option<String>> {
    if outcome.repeated {
        return Ok(None);
    }
    let member = users::find(&visit.app.db, outcome.id).await?;
    Ok(crate::domain::sessions::start(&visit.app, member.id, &member.password_hash, Area::Admin, false, &visit.client).await?)
}

/// POST /setup: makes the first administrator and signs them in. The link is used up.
#[handler]
pub async fn set_up(visit: Visit, fields: Fields) -> Result<Response> {
    let token = fields.text("token");
    let form = Joining {
        email: fields.text("email").into(),
        name: fields.text("name").into(),
        password: fields.text("password").into(),
        terms: true,
        privacy: true,
    };
    let done = match form_token::check(&visit, "setup", fields.text("once")) {
        Ok(key) => bootstrap::first_admin(&visit.app, &key, token, &form, &visit.client).await,
        Err(stale) => Err(stale),
    };
    match done {
        Ok(outcome) => {
            let Some(session) = begin(&visit, outcome).await? else { return Ok(reply::see_other(&visit, paths::LOGIN)) };
            let mut response = reply::see_other(&visit, paths::DASHBOARD);
            cookies::set(response.headers_mut(), &cookies::session(Area::Admin, visit.secure(), session, false));
            Ok(response)
        }
        Err(Error::Invalid(problems)) => Ok(setup_form(&visit, token, &form, &problems)),
        Err(err) => Err(err.into()),
    }
}
