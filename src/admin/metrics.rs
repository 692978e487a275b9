//! GET /metrics: what this instance measures, for Prometheus. No session is asked for; see [`gate`].

use crate::app::App;
use crate::domain::Error;
use crate::metrics::{scrape, text};
use crate::web::{Result, health, metrics_auth};
use poem::http::header;
use poem::web::Data;
use poem::{Request, Response, handler};

/// The measurements.
#[handler]
pub async fn show(app: Data<&App>, req: &Request) -> Result<Response> {
    if !metrics_auth::opens(req, app.config.watching.metrics_token.as_deref()) {
        return Err(Error::NotFound.into());
    }
    let text = scrape::text(&app, health::state(&app).await).await;
    Ok(Response::builder().header(header::CONTENT_TYPE, text::CONTENT_TYPE).body(text))
}
