//! The baseline: what this machine gives for a bare Poem handler with one Redis GET, behind the same accept
//! loop as the site. Every page is measured against it in the same run.

use anyhow::{Context, Result};
use fred::prelude::{Builder, Client, ClientLike, Config, KeysInterface};
use minschool::web::serve::{Listener, Timeouts};
use poem::web::Data;
use poem::{EndpointExt, Route, get, handler};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[handler]
async fn hello(redis: Data<&Client>) -> poem::Result<String> {
    let found: Option<String> = redis.get("bench:baseline").await.map_err(poem::error::InternalServerError)?;
    Ok(found.unwrap_or_else(|| "hello".into()))
}

/// Serves the bare handler until the process is stopped.
pub async fn serve(redis: &str, listen: &str) -> Result<()> {
    let client = Builder::from_config(Config::from_url(redis)?).build()?;
    client.init().await.context("Redis")?;
    let listener = TcpListener::bind(listen).await?;
    let endpoint = Route::new().at("/", get(hello)).data(client);
    minschool::web::serve::serve(
        Listener { listener, held: false },
        endpoint,
        Timeouts::with_idle(Duration::from_secs(75)),
        CancellationToken::new(),
    )
    .await;
    Ok(())
}
