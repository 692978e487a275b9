//! Answers: a page, a part of one, or "see there". The one file that knows htmx's headers.

use super::packed::{Packed, PackedParts};
use super::request::RequestContext;
use super::{cookies, pieces};
use maud::Markup;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Body, Request, Response};
use std::sync::Arc;
use templates::Page;
use templates::text::Text;

/// What an answer will be put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HtmxTarget {
    /// The window: a browser without scripts, or a first load.
    Page,
    /// `#main`, taken out of a whole page.
    Main,
    /// A place on the open page.
    Part,
}

impl HtmxTarget {
    /// Reads it from a request.
    pub fn of(req: &Request) -> Self {
        match req.headers().get("hx-request-type").map(HeaderValue::as_bytes) {
            Some(b"partial") => Self::Part,
            Some(_) => Self::Main,
            None => Self::Page,
        }
    }
}

/// htmx's header for "go there".
pub const HX_REDIRECT: &str = "hx-redirect";

/// A sentence for the page after a redirect, one of the noun's `FLASH_…`. The cookie carries its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flash(pub Text);

/// A whole page.
pub fn page(markup: Markup) -> Response {
    html(StatusCode::OK, markup.into_string())
}

/// A whole page in pieces, with its shared parts compressed where they are.
pub fn page_in_pieces(page: Page, packed: Option<Arc<[Packed]>>) -> Response {
    let pieces = page.into_pieces();
    let mut response = html(StatusCode::OK, pieces::body(&pieces));
    if let Some(packed) = packed {
        response.extensions_mut().insert(PackedParts { packed, pieces });
    }
    response
}

/// An answer to a form that came too soon (RFC 6585 section 4): all that was typed is in it, and when to go on.
pub fn or_wait(mut response: Response, seconds: Option<u64>) -> Response {
    if let Some(seconds) = seconds {
        response.set_status(StatusCode::TOO_MANY_REQUESTS);
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A whole page about something that did not work: a form with its faults, an error.
pub fn page_with(request: &RequestContext, status: StatusCode, markup: Markup) -> Response {
    let mut response = html(status, markup.into_string());
    if request.head.target == HtmxTarget::Part {
        // The place that was to be filled is too small for a page.
        let headers = response.headers_mut();
        headers.insert("hx-retarget", HeaderValue::from_static("#main"));
        headers.insert("hx-reselect", HeaderValue::from_static("#main"));
        headers.insert("hx-reswap", HeaderValue::from_static("outerHTML"));
        headers.insert("hx-push-url", HeaderValue::from_static("false"));
    }
    response
}

/// A part of the open page.
pub fn part(status: StatusCode, markup: Markup) -> Response {
    html(status, markup.into_string())
}

fn html(status: StatusCode, body: impl Into<Body>) -> Response {
    Response::builder().status(status).header(header::CONTENT_TYPE, "text/html; charset=utf-8").body(body)
}

/// "See there": what a form that worked answers (RFC 9110 section 15.4.4).
pub fn see_other(request: &RequestContext, path: &str) -> Response {
    redirect(request, StatusCode::SEE_OTHER, path)
}

/// "See there", to a place within a page. A script that follows a redirect does not get the place, because the address of a response has
/// no fragment (Fetch standard, section 2.2.6), so the browser itself opens it.
pub fn see_place(request: &RequestContext, path: &str) -> Response {
    match request.head.target {
        HtmxTarget::Page => see_other(request, path),
        HtmxTarget::Main | HtmxTarget::Part => lead(path),
    }
}

/// "See there", with a sentence for the page that is shown then.
pub fn see_other_with(request: &RequestContext, path: &str, flash: Flash) -> Response {
    let mut response = see_other(request, path);
    cookies::set(response.headers_mut(), &cookies::flash(flash.0.flash_name(), request.secure()));
    response
}

/// "Send it there again": a form that waited for its writer to sign in goes where it was meant for, fields
/// and all (RFC 9110 section 15.4.8).
pub fn send_again(request: &RequestContext, path: &str) -> Response {
    redirect(request, StatusCode::TEMPORARY_REDIRECT, path)
}

fn redirect(request: &RequestContext, status: StatusCode, path: &str) -> Response {
    if request.head.target == HtmxTarget::Part {
        // A redirect would be followed by the script, and its page put into the small place.
        return lead(path);
    }
    Response::builder().status(status).header(header::LOCATION, place(path)).finish()
}

/// Has the browser open an address, where a script sent the request.
fn lead(path: &str) -> Response {
    Response::builder().status(StatusCode::OK).header(HX_REDIRECT, place(path)).finish()
}

fn place(path: &str) -> HeaderValue {
    HeaderValue::from_str(path).unwrap_or_else(|_| HeaderValue::from_static("/"))
}

/// Lets the browser drop every page of this origin that it keeps, those behind "back" too (W3C Clear Site Data).
pub fn clear_cache(response: &mut Response) {
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
}

/// An address of this site to go on to, from a form or a query; anything else is the first page.
pub fn local(path: &str) -> &str {
    let fits = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.len() < 2_000
        && path.bytes().all(|b| b.is_ascii_graphic());
    if fits { path } else { "/" }
}

/// Headers by which caches distinguish answers.
pub const VARY: &str = "Cookie, Accept-Language, Accept-Encoding, HX-Request, HX-Request-Type";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        for path in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a b", "/\r\nSet-Cookie: x"] {
            assert_eq!(local(path), "/", "{path:?}");
        }
        assert_eq!(local("/community/free?page=2#x"), "/community/free?page=2#x");
    }
}
