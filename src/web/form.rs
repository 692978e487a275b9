//! What each form goes through: its one-time key is checked, the rule runs with the key, and where the rule refuses what was
//! typed, the form is shown again with all of it and the reasons.

use super::fields::Fields;
use super::request::RequestContext;
use super::{HttpError, form_token, present, reply};
use crate::domain::idempotency::Key;
use crate::domain::{self, Error, Problem};
use maud::Markup;
use poem::Response;
use poem::http::StatusCode;
use templates::ui::FieldError;

/// What became of a form.
pub enum Submission<T> {
    Accepted(T),
    Rejected(Rejection),
}

/// Why a form is shown again. The default is a form that was not sent yet.
#[derive(Debug, Default)]
pub struct Rejection {
    pub problems: Vec<Problem>,
    /// Seconds after which it may be sent again.
    pub wait: Option<u64>,
}

impl Rejection {
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty() && self.wait.is_none()
    }

    /// For the view.
    pub fn errors(&self) -> Vec<FieldError<'static>> {
        let wait = self.wait.map(|n| FieldError { field: "form", key: "flood.wait", n });
        present::errors(&self.problems).into_iter().chain(wait).collect()
    }

    /// 200 for a form that was not sent yet, 422 for what was typed (RFC 9110 section 15.5.21), 429 for too often (RFC 6585
    /// section 4).
    pub fn status(&self) -> StatusCode {
        match self {
            Self { wait: Some(_), .. } => StatusCode::TOO_MANY_REQUESTS,
            Self { problems, .. } if problems.is_empty() => StatusCode::OK,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// The page of the form.
    pub fn page(&self, request: &RequestContext, markup: Markup) -> Response {
        reply::or_wait(reply::page_with(request, self.status(), markup), self.wait)
    }
}

impl From<Problem> for Rejection {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem], wait: None }
    }
}

/// Checks the key of the form named `name` and runs `rule` with it.
///
/// # Errors
/// All but `Invalid` and `Slow`, which the form itself answers.
pub async fn submit<T>(
    request: &RequestContext,
    name: &str,
    fields: &Fields,
    rule: impl AsyncFnOnce(Key) -> domain::Result<T>,
) -> Result<Submission<T>, HttpError> {
    run(form_token::check(request, name, key_of(fields)), rule).await
}

/// The same for one of several buttons that share the key of their page: each `target` is answered once.
///
/// # Errors
/// As [`submit`].
pub async fn submit_one<T>(
    request: &RequestContext,
    (name, target): (&str, impl std::fmt::Display),
    fields: &Fields,
    rule: impl AsyncFnOnce(Key) -> domain::Result<T>,
) -> Result<Submission<T>, HttpError> {
    run(form_token::check_one(request, name, key_of(fields), target), rule).await
}

async fn run<T>(key: domain::Result<Key>, rule: impl AsyncFnOnce(Key) -> domain::Result<T>) -> Result<Submission<T>, HttpError> {
    let done = match key {
        // Boxed: the futures of rules are large, and are passed on through several functions.
        Ok(key) => Box::pin(rule(key)).await,
        Err(stale) => Err(stale),
    };
    match done {
        Ok(made) => Ok(Submission::Accepted(made)),
        Err(Error::Invalid(problems)) => Ok(Submission::Rejected(Rejection { problems, wait: None })),
        Err(Error::Slow(seconds)) => Ok(Submission::Rejected(Rejection { problems: Vec::new(), wait: Some(seconds) })),
        Err(err) => Err(err.into()),
    }
}

/// The one-time key that came with a form.
fn key_of(fields: &Fields) -> &str {
    fields.text("once")
}
