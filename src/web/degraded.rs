//! While the database is down: requests that need it fail at once, and guests get the last copies of pages.

use super::language;
use super::request::RequestContext;
use crate::app::App;
use crate::domain::Error;
use crate::shared::cache::Generation;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Body, Response};
use std::time::Duration;

/// Seconds after which to try again.
const PAUSE: u64 = 2;
/// A page is kept again only after this time.
const RECENT: Duration = Duration::from_secs(10);

/// How the keys of kept pages begin.
const PAGES: &str = "page.";

/// Whether there are copies of pages to show while the database is down.
pub fn can_show(app: &App) -> bool {
    app.context.shared.cache().has_pages(PAGES)
}

/// What a form's one-time key looks like (see `templates::ui::once`).
const ONCE: &str = "name=\"once\"";

/// The outcome of `work`, or `Busy` as soon as the database is known to be away and `work` seems to wait for it.
///
/// # Errors
/// Those of `work`; `Busy`.
pub async fn unless_away<T, E: From<Error>>(app: &App, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    tokio::select! {
        biased;
        done = work => done,
        () = app.db_health.wait_until_down() => Err(Error::Busy(PAUSE).into()),
    }
}

/// The place of a visitor's page among those that are kept.
///
/// Only pages for guests are kept. A page is not shown if something was edited, hidden or deleted since, or if that cannot be known
/// because Redis does not answer either.
pub struct StaleCopies {
    key: String,
    withdrawn: Generation,
}

impl StaleCopies {
    /// The place of the page that this visit asks for. None: such a page is not kept.
    pub fn of(request: &RequestContext, is_page: bool) -> Option<Self> {
        let anonymous = request.session.is_none() && !request.dead_cookie && request.head.flash.is_none();
        if !is_page || !anonymous || request.head.area != crate::domain::sessions::Area::Site {
            return None;
        }
        let key = format!("{PAGES}{}.{}", language::pack(Some(request.lang), request.aids), request.head.path);
        Some(Self { key, withdrawn: request.generations.withdrawn? })
    }

    /// Keeps an answer, if it is a page, and gives it back.
    pub async fn keep(self, request: &RequestContext, response: Response) -> Response {
        let cache = request.app.context.shared.cache();
        let recent = cache.page(&self.key, self.withdrawn).is_some_and(|(_, age)| age < RECENT);
        let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        if recent || response.status() != StatusCode::OK || !kind.is_some_and(|kind| kind.starts_with(b"text/html")) {
            return response;
        }
        let (parts, body) = response.into_parts();
        match body.into_string().await {
            Ok(text) => {
                // A form's one-time key is for one visitor; its page is not to be shown to others.
                if !text.contains(ONCE) {
                    cache.keep_page(&self.key, self.withdrawn, text.as_str().into());
                }
                Response::from_parts(parts, Body::from_string(text))
            }
            // Our own pages are text; a body that breaks here would have broken on its way out.
            Err(_) => Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).finish(),
        }
    }

    /// The page as it was last, with a sentence about that.
    pub fn page(self, request: &RequestContext) -> Option<Response> {
        let (text, age) = request.app.context.shared.cache().page(&self.key, self.withdrawn)?;
        let text = templates::errors::as_it_was(request.lang, &text, age.as_secs() / 60)?;
        Some(
            Response::builder()
                .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
                .header(header::CACHE_CONTROL, "no-store")
                .header(header::AGE, age.as_secs())
                .body(Body::from_string(text)),
        )
    }
}
