//! Errors as a status and a page. No other file makes error pages.

use super::request::RequestContext;
use super::{present, reply};
use crate::domain::sessions::Area;
use crate::domain::{self, Error};
use poem::error::ResponseError;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Response, http};
use templates::errors::{Again, ErrorPage, Problem};
use templates::users::sign_in;
use templates::{admin, paths};

/// The result of a handler.
pub type Result<T, E = HttpError> = std::result::Result<T, E>;

/// Why a handler returned no page.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// An error of the domain.
    #[error(transparent)]
    Domain(#[from] Error),
    /// A request that cannot be understood.
    #[error("status {0}")]
    Status(u16),
    /// A form from another site.
    #[error("cross-site request")]
    CrossSite,
    /// Only for members who are signed in.
    #[error("sign in first")]
    SignIn,
    /// The same, for a form that was sent: its fields are kept.
    #[error("sign in again")]
    SignInAgain(Vec<(String, String)>),
}

impl ResponseError for HttpError {
    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl HttpError {
    fn code(&self) -> u16 {
        match self {
            Self::Domain(Error::NotFound) => 404,
            Self::Domain(Error::Forbidden) | Self::CrossSite => 403,
            Self::Domain(Error::Invalid(_)) => 422,
            Self::Domain(Error::Conflict(_)) => 409,
            Self::Domain(Error::Slow(_)) => 429,
            Self::Domain(Error::Busy(_) | Error::Full) => 503,
            Self::Domain(Error::Internal(_)) => 500,
            Self::Status(code) => *code,
            Self::SignIn | Self::SignInAgain(_) => 401,
        }
    }

    fn retry_after(&self) -> u64 {
        match self {
            Self::Domain(Error::Slow(seconds) | Error::Busy(seconds)) => *seconds,
            Self::Domain(Error::Full) => crate::db::disk_full::PAUSE,
            _ => 0,
        }
    }
}

/// The page of an error that a handler, an extractor or poem itself returned.
pub fn answer(request: &RequestContext, error: &poem::Error) -> Response {
    match error.downcast_ref::<HttpError>() {
        Some(err) => page(request, err),
        None => page(request, &HttpError::Status(plain_status(error.status()))),
    }
}

/// poem's own errors, as far as a visitor needs to distinguish them: an id that is no number is a page that is not there.
fn plain_status(status: StatusCode) -> u16 {
    match status {
        StatusCode::BAD_REQUEST => 404,
        other => other.as_u16(),
    }
}

/// The page of a fault.
pub fn page(request: &RequestContext, err: &HttpError) -> Response {
    let head = &request.head;
    match err {
        HttpError::SignIn => return reply::see_other(request, &login_then(request)),
        HttpError::SignInAgain(fields) => {
            return sign_in_again(request, reply::local(&head.path), fields, &[], sign_in::LoginNotice::None, "");
        }
        HttpError::Domain(Error::Internal(text)) => tracing::error!(request.id = %head.request_id, "{text}"),
        _ => {}
    }
    let problem = Problem {
        status: err.code(),
        cross_site: matches!(err, HttpError::CrossSite),
        retry_after: err.retry_after(),
        request_id: if err.code() >= 500 { &head.request_id } else { "" },
        reading_only: err.code() == 503 && !request.app.db_health.is_up(),
        full: matches!(err, HttpError::Domain(Error::Full)),
        again: head.sent.get().filter(|_| err.code() >= 500).map(|fields| Again { action: reply::local(&head.path), fields }),
    };
    let markup = match head.area {
        Area::Site => templates::errors::page(&ErrorPage { shell: &present::shell(request, &present::nav(request)), problem }),
        Area::Admin if request.actor.is_some() => {
            admin::errors::page(&admin::errors::ErrorPage { shell: &present::admin_shell(request), problem })
        }
        Area::Admin => templates::errors::bare(&templates::errors::BarePage { lang: request.lang, problem }),
    };
    let mut response = reply::page_with(request, err.status(), markup);
    if problem.retry_after > 0 {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(problem.retry_after));
    }
    response
}

fn login_then(request: &RequestContext) -> String {
    let next = reply::local(&request.head.path);
    match request.head.area {
        Area::Site => paths::login_then(next),
        Area::Admin => paths::admin::login_then(next),
    }
}

/// Sign in again: nothing that was typed is lost.
pub fn sign_in_again(
    request: &RequestContext,
    next: &str,
    fields: &[(String, String)],
    problems: &[domain::Problem],
    notice: sign_in::LoginNotice,
    email: &str,
) -> Response {
    let errors = present::errors(problems);
    // Passwords do not go back into a page: those of a form that changes one are typed again.
    let fields = &fields.iter().filter(|(name, _)| !matches!(name.as_str(), "password" | "current")).cloned().collect::<Vec<_>>()[..];
    let once = super::form_token::issue(request, "login");
    let markup = match request.head.area {
        Area::Site => {
            let nav = present::nav(request);
            let shell = present::shell(request, &nav);
            let confirms_sign_ups = request.app.context.confirms_sign_ups;
            let shell = &shell;
            sign_in::relogin(&sign_in::ReloginPage { shell, email, next, fields, once: &once, errors: &errors, notice, confirms_sign_ups })
        }
        Area::Admin => admin::users::sign_in::page(&admin::users::sign_in::LoginPage {
            lang: request.lang,
            aids: request.aids,
            email,
            next,
            fields,
            once: &once,
            errors: &errors,
            notice,
            not_staff: false,
        }),
    };
    reply::page_with(request, http::StatusCode::UNAUTHORIZED, markup)
}
