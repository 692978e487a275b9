//! The one place where something that went wrong becomes a status and a page.

use super::visit::Visit;
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

/// Why a handler has no page of its own to show.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// What the domain says.
    #[error(transparent)]
    Domain(#[from] Error),
    /// A request that cannot be understood.
    #[error("status {0}")]
    Status(u16),
    /// A form from another site.
    #[error("cross-site request")]
    CrossSite,
    /// Only for somebody who is signed in.
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
pub fn answer(visit: &Visit, error: &poem::Error) -> Response {
    match error.downcast_ref::<HttpError>() {
        Some(err) => page(visit, err),
        None => page(visit, &HttpError::Status(plain_status(error.status()))),
    }
}

/// poem's own errors, told apart as far as a visitor cares: an id that is no number is a page that is not there.
fn plain_status(status: StatusCode) -> u16 {
    match status {
        StatusCode::BAD_REQUEST => 404,
        other => other.as_u16(),
    }
}

/// The page of a fault.
pub fn page(visit: &Visit, err: &HttpError) -> Response {
    match err {
        HttpError::SignIn => return reply::see_other(visit, &login_then(visit)),
        HttpError::SignInAgain(fields) => {
            return sign_in_again(visit, reply::local(&visit.path), fields, &[], sign_in::LoginNotice::None, "");
        }
        HttpError::Domain(Error::Internal(text)) => tracing::error!(request.id = %visit.request_id, "{text}"),
        _ => {}
    }
    let problem = Problem {
        status: err.code(),
        cross_site: matches!(err, HttpError::CrossSite),
        retry_after: err.retry_after(),
        request_id: if err.code() >= 500 { &visit.request_id } else { "" },
        reading_only: err.code() == 503 && !visit.app.db_health.is_up(),
        full: matches!(err, HttpError::Domain(Error::Full)),
        again: visit.sent.get().filter(|_| err.code() >= 500).map(|fields| Again { action: reply::local(&visit.path), fields }),
    };
    let markup = match visit.area {
        Area::Site => templates::errors::page(&ErrorPage { shell: &present::shell(visit, &present::nav(visit)), problem }),
        Area::Admin if visit.actor.is_some() => {
            admin::errors::page(&admin::errors::ErrorPage { shell: &present::admin_shell(visit), problem })
        }
        Area::Admin => templates::errors::bare(&templates::errors::BarePage { lang: visit.lang, problem }),
    };
    let mut response = reply::page_with(visit, err.status(), markup);
    if problem.retry_after > 0 {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(problem.retry_after));
    }
    response
}

fn login_then(visit: &Visit) -> String {
    let next = reply::local(&visit.path);
    match visit.area {
        Area::Site => paths::login_then(next),
        Area::Admin => paths::admin::login_then(next),
    }
}

/// Sign in again: nothing that was typed is lost.
pub fn sign_in_again(
    visit: &Visit,
    next: &str,
    fields: &[(String, String)],
    problems: &[domain::Problem],
    notice: sign_in::LoginNotice,
    email: &str,
) -> Response {
    let errors = present::errors(problems);
    // Passwords do not go back into a page: those of a form that changes one are typed again.
    let fields = &fields.iter().filter(|(name, _)| !matches!(name.as_str(), "password" | "current")).cloned().collect::<Vec<_>>()[..];
    let once = super::form_token::issue(visit, "login");
    let markup = match visit.area {
        Area::Site => {
            let nav = present::nav(visit);
            let shell = present::shell(visit, &nav);
            sign_in::relogin(&sign_in::ReloginPage { shell: &shell, email, next, fields, once: &once, errors: &errors, notice })
        }
        Area::Admin => admin::users::sign_in::page(&admin::users::sign_in::LoginPage {
            lang: visit.lang,
            aids: visit.aids,
            email,
            next,
            fields,
            once: &once,
            errors: &errors,
            notice,
            not_staff: false,
        }),
    };
    reply::page_with(visit, http::StatusCode::UNAUTHORIZED, markup)
}
