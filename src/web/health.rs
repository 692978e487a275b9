//! What load balancers ask.

use super::degraded;
use super::request::RequestContext;
use crate::app::App;
use crate::edge::http_client::RUN as RUN_HEADER;
use crate::metrics::scrape::Readiness;
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Response, handler};
use std::sync::LazyLock;
use std::time::Duration;

/// Which process this is: a number that no other start has, so that a monitor sees even the shortest restart.
static RUN: LazyLock<String> = LazyLock::new(|| format!("{:016x}", rand::random::<u64>()));
/// Longest wait of a probe.
const PATIENCE: Duration = Duration::from_millis(800);

/// GET /healthz: the process answers.
#[handler]
pub fn alive() -> &'static str {
    "ok\n"
}

/// GET /readyz: this instance should get requests. Redis is not asked: without it everything still works.
#[handler]
pub async fn ready(app: Data<&App>) -> Response {
    let (status, word) = match state(&app).await {
        Readiness { draining: true, .. } => (StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
        Readiness { ready: true, reading: true, .. } => (StatusCode::OK, "reading only\n"),
        Readiness { ready: true, .. } => (StatusCode::OK, "ready\n"),
        Readiness { .. } => (StatusCode::SERVICE_UNAVAILABLE, "no database\n"),
    };
    Response::builder().status(status).header(header::CONTENT_TYPE, "text/plain").header(RUN_HEADER, RUN.as_str()).body(word)
}

/// Whether this instance should get requests; the metrics have the same. It stays ready without its database while it has kept pages:
/// all instances share the database, so otherwise none would be left to send them.
pub async fn state(app: &App) -> Readiness {
    let draining = app.stop.is_cancelled();
    let database = !draining && database_answers(app).await;
    let reading = !draining && !database && degraded::can_show(app);
    Readiness { draining, ready: database || reading, reading }
}

/// While it is known to be away there is no use in waiting for it once more.
async fn database_answers(app: &App) -> bool {
    app.db_health.is_up() && matches!(tokio::time::timeout(PATIENCE, app.context.db.ping()).await, Ok(Ok(_)))
}

/// GET /robots.txt
#[handler]
pub fn robots() -> &'static str {
    "User-agent: *\nDisallow: /login\nDisallow: /signup\nDisallow: /my/\nDisallow: /notifications\nDisallow: /search\n"
}

/// GET /favicon.ico: the icon is an SVG, named in every page; browsers that ask here are led there.
#[handler]
pub fn favicon(request: RequestContext) -> Response {
    super::reply::see_other(&request, templates::paths::icon())
}
