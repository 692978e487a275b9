//! GET /terms, /privacy, /accessibility: texts of the organisation; /.well-known/security.txt for those who found a vulnerability.

use crate::domain::users::{PRIVACY_VERSION, TERMS_VERSION};
use crate::web::{RequestContext, Result, present, reply};
use maud::Markup;
use poem::http::header;
use poem::{Response, handler};
use templates::pages::{self, TextPage};
use templates::paths;
use time::format_description::well_known::Rfc3339;

fn text(request: &RequestContext, version: &str, render: fn(&TextPage) -> Markup) -> Response {
    let nav = present::nav(request);
    reply::page(render(&TextPage { shell: &present::shell(request, &nav), version }))
}

/// The terms of use.
#[handler]
pub fn terms(request: RequestContext) -> Response {
    text(&request, TERMS_VERSION, pages::terms)
}

/// How personal data are treated.
#[handler]
pub fn privacy(request: RequestContext) -> Response {
    text(&request, PRIVACY_VERSION, pages::privacy)
}

/// The accessibility statement.
#[handler]
pub fn accessibility(request: RequestContext) -> Response {
    text(&request, TERMS_VERSION, pages::accessibility)
}

/// How long what stands in security.txt may be relied on; RFC 9116 section 2.5.5 asks for less than a year.
const SECURITY_DAYS: i64 = 180;

/// Where a vulnerability is reported (RFC 9116); there is no such page where the operator named no contact.
#[handler]
pub fn security(request: RequestContext) -> Result<Response> {
    let Some(contact) = &request.app.config.public.security_contact else { return Err(crate::domain::Error::NotFound.into()) };
    let day = request.app.context.clock.now().replace_time(time::Time::MIDNIGHT) + time::Duration::days(SECURITY_DAYS);
    let expires = day.format(&Rfc3339).map_err(|err| crate::domain::Error::Internal(err.to_string()))?;
    let canonical = request.app.config.public_url.join(paths::SECURITY_TXT).map(String::from).unwrap_or_default();
    let text = format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: ko, en\nCanonical: {canonical}\n");
    Ok(Response::builder().header(header::CONTENT_TYPE, "text/plain; charset=utf-8").body(text))
}
