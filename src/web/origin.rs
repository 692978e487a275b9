//! Where a form comes from: another site must not send one in a member's name.

use poem::Request;
use poem::http::Method;
use url::Url;

/// Forms come from our own pages only (OWASP CSRF cheat sheet, "Fetch Metadata" and "Verifying origin").
///
/// `public` is the address of the router as browsers see it.
pub fn is_ours(public: &Url, req: &Request) -> bool {
    if matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let text = |name: &str| req.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin").or_else(|| text("referer")) else {
        // No browser: all of them send one of these headers with a form. Other programs send no cookies that their user did not give them.
        return true;
    };
    let Ok(origin) = Url::parse(origin) else { return false };
    let is_public = origin.origin() == public.origin();
    if public.scheme() == "https" {
        // The Host header has no scheme, so a page of http://host, which anybody in the network can forge, would pass as same origin.
        return is_public;
    }
    let host = origin.host_str().map(|host| origin.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")));
    is_public || host.as_deref() == text("host")
}
