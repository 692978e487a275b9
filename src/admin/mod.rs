//! The admin panel's whole address space. Everything is closed to everybody but staff: the check stands at
//! the root, and the few addresses that are open are named there.

mod accounts;
mod audit;
mod boards;
mod bulk;
mod comments;
mod dashboard;
mod metrics;
mod posts;
mod roles;
mod runbook;
mod sessions;
mod system;
mod users;

use crate::app::App;
use crate::domain::sessions::Area;
use crate::web::routes::Routes;
use crate::web::{Fields, HttpError, RequestContext, Staff, assets, health, layers};
use poem::http::Method;
use poem::{Endpoint, EndpointExt, FromRequest, Request, Response, get, post};
use std::sync::Arc;

/// The admin panel.
pub fn router(app: &App) -> impl Endpoint<Output = Response> + use<> {
    layers::wrap(app, Area::Admin, routes().measured(app, Area::Admin).map_to_response().around(staff_only))
}

/// What is open: signing in, the link for the first administrator, the files of the pages, health, and what
/// looks after itself who may read it.
const OPEN: [&str; 7] = ["/login", "/setup", "/healthz", "/readyz", "/metrics", "/robots.txt", "/favicon.ico"];

/// Lets staff in, and asks everybody else to sign in. Each handler asks for its own permission besides.
async fn staff_only<E: Endpoint<Output = Response>>(routes: Arc<E>, req: Request) -> poem::Result<Response> {
    let path = req.uri().path();
    if OPEN.contains(&path) || path.starts_with(templates::paths::STATIC) {
        return routes.call(req).await;
    }
    let request = req.extensions().get::<RequestContext>();
    if request.is_some_and(|request| Staff::of(request).is_some()) {
        return routes.call(req).await;
    }
    if req.method() != Method::POST {
        return Err(HttpError::SignIn.into());
    }
    let (req, mut body) = req.split();
    let fields = Fields::from_request(&req, &mut body).await?;
    Err(HttpError::SignInAgain(fields.pairs().to_vec()).into())
}

/// Every address of the panel.
pub fn addresses() -> Vec<&'static str> {
    routes().templates().to_vec()
}

fn routes() -> Routes {
    Routes::default()
        .at("/", get(dashboard::show))
        .at("/static/:name", get(assets::show))
        .at("/healthz", get(health::alive))
        .at("/readyz", get(health::ready))
        .at("/metrics", get(metrics::show))
        .at("/robots.txt", get(health::robots))
        .at("/favicon.ico", get(health::favicon))
        .at("/login", get(accounts::new).post(accounts::create))
        .at("/logout", get(accounts::delete).post(accounts::destroy))
        .at("/setup", get(accounts::invite).post(accounts::set_up))
        .at("/my/reading", post(accounts::reading))
        .at("/users", get(users::index))
        .at("/users/:id", get(users::show))
        .at("/users/:id/role", post(users::role))
        .at("/users/:id/suspend", post(users::suspend))
        .at("/users/:id/lift", post(users::unsuspend))
        .at("/users/:id/end-sessions", post(users::end_sessions))
        .at("/roles", get(roles::index))
        .at("/roles/new", get(roles::new).post(roles::create))
        .at("/roles/:id", post(roles::update))
        .at("/roles/:id/delete", post(roles::destroy))
        .at("/boards", get(boards::index))
        .at("/boards/new", get(boards::new).post(boards::create))
        .at("/boards/order", post(boards::reorder))
        .at("/boards/:id/edit", get(boards::edit).post(boards::update))
        .at("/posts", get(posts::index).post(posts::act))
        .at("/comments", get(comments::index).post(comments::act))
        .at("/sessions", get(sessions::index))
        .at("/sessions/:id/end", post(sessions::end))
        .at("/audit", get(audit::index))
        .at("/system", get(system::show))
        .at("/system/live", get(system::live))
        .at("/system/history", get(system::past))
        .at("/system/runbook", get(system::handbook_page))
}
