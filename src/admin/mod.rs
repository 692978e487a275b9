//! The admin panel's whole address space. Everything is closed to everybody but staff: the check stands at
//! the root, and the few addresses that are open are named there.

mod accounts;
mod audit;
mod boards;
mod bulk;
mod comments;
mod dashboard;
mod jobs;
mod mail;
mod metrics;
mod organisation;
mod posts;
mod roles;
mod runbook;
mod sessions;
mod sign_ups;
mod system;
mod users;

use crate::app::App;
use crate::domain::sessions::Area;
use crate::web::request::RequestHead;
use crate::web::routes::Kind::{Asset, File, Plain, Poll, Probe};
use crate::web::routes::{Routes, page};
use crate::web::{Fields, HttpError, RequestContext, Staff, assets, avatars, health, layers};
use poem::http::Method;
use poem::{Endpoint, EndpointExt, FromRequest, Request, Response, get, post};
use std::sync::Arc;
use templates::avatars::paths as avatar_paths;

/// The admin panel.
pub fn router(app: &App) -> impl Endpoint<Output = Response> + use<> {
    let (table, router) = routes().split(app, Area::Admin);
    layers::wrap(app, Area::Admin, table, router.map_to_response().around(staff_only))
}

/// Lets staff in, and asks everybody else to sign in, but for the few routes that are declared open. Each handler asks for its
/// own permission besides.
async fn staff_only<E: Endpoint<Output = Response>>(router: Arc<E>, req: Request) -> poem::Result<Response> {
    if req.extensions().get::<Arc<RequestHead>>().is_some_and(|head| head.route.is_open) {
        return router.call(req).await;
    }
    let request = req.extensions().get::<RequestContext>();
    if request.is_some_and(|request| Staff::of(request).is_some()) {
        return router.call(req).await;
    }
    if req.method() != Method::POST {
        return Err(HttpError::SignIn.into());
    }
    let (req, mut body) = req.split();
    let fields = Fields::from_request(&req, &mut body).await?;
    Err(HttpError::SignInAgain(fields.pairs().to_vec()).into())
}

/// Every address of the panel, and what holds for it.
pub fn routes() -> Routes {
    Routes::default()
        .at(page("/").cost(3, 1), get(dashboard::show))
        .at(page("/static/:name").kind(Asset).open(), get(assets::show))
        .at(page("/healthz").kind(Probe).open(), get(health::alive))
        .at(page("/readyz").kind(Probe).open(), get(health::ready))
        .at(page(avatar_paths::SHOW).kind(File), get(avatars::show))
        // Looks itself after who may read it.
        .at(page("/metrics").kind(Probe).open(), get(metrics::show))
        .at(page("/robots.txt").kind(Plain).open(), get(health::robots))
        .at(page("/favicon.ico").open(), get(health::favicon))
        .at(page("/login").open(), get(accounts::new).post(accounts::create))
        .at(page("/logout").cost(0, 0), get(accounts::delete).post(accounts::destroy))
        // The link for the first administrator.
        .at(page("/setup").open(), get(accounts::invite).post(accounts::set_up))
        .at("/my/reading", post(accounts::reading))
        // The members, and the sign-ups that wait.
        .at(page("/users").cost(2, 0), get(users::index))
        .at(page("/users/:id").cost(3, 0), get(users::show))
        .at("/users/:id/role", post(users::role))
        .at("/users/:id/suspend", post(users::suspend))
        .at("/users/:id/lift", post(users::unsuspend))
        .at("/users/:id/picture/delete", post(users::remove_picture))
        .at("/users/:id/end-sessions", post(users::end_sessions))
        .at("/sign-ups/:id/confirm", post(sign_ups::confirm))
        .at("/sign-ups/:id/delete", post(sign_ups::destroy))
        .at(page("/roles").cost(1, 0), get(roles::index))
        .at(page("/roles/new").cost(0, 0), get(roles::new).post(roles::create))
        .at("/roles/:id", post(roles::update))
        .at("/roles/:id/delete", post(roles::destroy))
        .at(page("/boards").cost(1, 0), get(boards::index))
        .at(page("/boards/new").cost(0, 0), get(boards::new).post(boards::create))
        .at("/boards/order", post(boards::reorder))
        .at(page("/boards/:id/edit").cost(1, 0), get(boards::edit).post(boards::update))
        .at(page("/organisation").cost(1, 0), get(organisation::edit).post(organisation::update))
        .at(page("/posts").cost(1, 0), get(posts::index).post(posts::act))
        .at(page("/comments").cost(1, 0), get(comments::index).post(comments::act))
        .at(page("/sessions").cost(2, 0), get(sessions::index))
        .at("/sessions/:id/end", post(sessions::end))
        .at(page("/audit").cost(1, 0), get(audit::index))
        .at(page("/jobs").cost(3, 0), get(jobs::index))
        // Counts, failing ones, refused addresses.
        .at(page("/mail").cost(3, 0), get(mail::index))
        .at("/mail/test", post(mail::test))
        .at("/jobs/:id/retry", post(jobs::retry))
        .at("/jobs/:id/delete", post(jobs::destroy))
        // Names, events, the two histories; the cluster's counts every ten seconds. The instances are asked in one more trip.
        .at(page("/system").cost(4, 1), get(system::show))
        .at(page("/system/live").kind(Poll), get(system::live))
        .at(page("/system/history").kind(Poll), get(system::past))
        .at(page("/system/runbook").cost(0, 0), get(system::runbook_page))
}
