//! GET /terms, /privacy, /accessibility: texts of the house.

use crate::domain::users::{PRIVACY_VERSION, TERMS_VERSION};
use crate::web::{Visit, present, reply};
use maud::Markup;
use poem::{Response, handler};
use templates::pages::{self, TextPage};

fn text(visit: &Visit, version: &str, draw: fn(&TextPage) -> Markup) -> Response {
    let nav = present::nav(visit);
    reply::page(draw(&TextPage { shell: &present::shell(visit, &nav), version }))
}

/// The terms of use.
#[handler]
pub fn terms(visit: Visit) -> Response {
    text(&visit, TERMS_VERSION, pages::terms)
}

/// How personal data are treated.
#[handler]
pub fn privacy(visit: Visit) -> Response {
    text(&visit, PRIVACY_VERSION, pages::privacy)
}

/// The accessibility statement.
#[handler]
pub fn accessibility(visit: Visit) -> Response {
    text(&visit, TERMS_VERSION, pages::accessibility)
}
