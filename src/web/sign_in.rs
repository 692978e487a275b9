//! POST /login of both routers: one protocol, two forms.

use super::fields::Fields;
use super::request::RequestContext;
use super::{HttpError, cookies, form_token, present, reply};
use crate::domain::users::sign_in::{self, Credentials, SignIn};
use crate::domain::{Error, Problem, users};
use poem::Response;
use poem::http::StatusCode;
use templates::users::sign_in::LoginNotice;

/// What the form shows: everything that was typed but the password.
pub struct Form<'a> {
    pub email: &'a str,
    pub remember: bool,
    /// Where to go afterwards.
    pub next: &'a str,
    /// The fields of a form that waits for the sign-in.
    pub kept: &'a [(String, String)],
    pub problems: &'a [Problem],
    pub notice: LoginNotice<'a>,
    /// The password is right, but the panel is not for this account.
    pub not_staff: bool,
}

impl<'a> Form<'a> {
    /// Before anything was typed.
    pub fn empty(next: &'a str, notice: LoginNotice<'a>) -> Self {
        Self { email: "", remember: false, next, kept: &[], problems: &[], notice, not_staff: false }
    }
}

/// Signs in, or shows the form again by `render`. A form that waited for this goes on to where it was meant for. The session
/// before ends: its id changes with every change of privilege (OWASP Session Management Cheat Sheet).
///
/// # Errors
/// `Busy` when too many sign in at once; those of the database.
pub async fn submit(
    request: &RequestContext,
    fields: &Fields,
    render: impl Fn(StatusCode, &Form<'_>) -> Response,
) -> Result<Response, HttpError> {
    let persistent = fields.ticked("remember");
    let typed = Credentials { email: fields.text("email").into(), password: fields.text("password").into(), persistent };
    let (next, kept) = (reply::local(fields.text("next")), fields.kept());
    let form = Form { email: &typed.email, remember: persistent, kept: &kept, ..Form::empty(next, LoginNotice::None) };
    let invalid = |problems: &[Problem]| render(StatusCode::UNPROCESSABLE_ENTITY, &Form { problems, ..form });
    let (ctx, head) = (&request.app.context, &request.head);
    let outcome = match form_token::check(request, "login", fields.text("once")) {
        Ok(key) => sign_in::sign_in(ctx, head.area, &key, &typed, &head.client, &head.device).await,
        Err(stale) => Err(stale),
    };
    match outcome {
        Ok(SignIn::Accepted { token, device }) => {
            let response = if kept.is_empty() { reply::see_other(request, next) } else { reply::send_again(request, next) };
            Ok(with_session(request, response, token, device, persistent).await)
        }
        Ok(SignIn::BadCredentials) => Ok(invalid(&[Problem { field: "email", message: "login.wrong" }])),
        Ok(SignIn::PasswordTooShort) => Ok(invalid(&[Problem { field: "password", message: "password.short_for_panel" }])),
        Ok(SignIn::NotStaff) => Ok(render(StatusCode::FORBIDDEN, &Form { not_staff: true, ..form })),
        Ok(SignIn::Suspended { until, reason }) => {
            let until = until.map(|until| present::day(until, request.lang)).unwrap_or_default();
            let notice = LoginNotice::Suspended { reason: &reason, until: &until };
            Ok(render(StatusCode::FORBIDDEN, &Form { notice, ..form }))
        }
        Err(Error::Invalid(problems)) => Ok(invalid(&problems)),
        Err(Error::Slow(seconds)) => {
            let notice = LoginNotice::Wait { seconds };
            Ok(reply::or_wait(render(StatusCode::TOO_MANY_REQUESTS, &Form { notice, ..form }), Some(seconds)))
        }
        Err(err) => Err(err.into()),
    }
}

/// An answer with the cookies of a session that has begun; the session before ends.
pub async fn with_session(request: &RequestContext, mut response: Response, token: String, device: String, persistent: bool) -> Response {
    cookies::set(response.headers_mut(), &cookies::session(request.head.area, request.secure(), token, persistent));
    cookies::set(response.headers_mut(), &cookies::device(device, request.secure()));
    end_session_before(request).await;
    response
}

async fn end_session_before(request: &RequestContext) {
    if let Some(old) = &request.session
        && let Err(err) = users::sign_out(&request.app.context, old).await
    {
        tracing::warn!("could not end the session before: {err}");
    }
}
