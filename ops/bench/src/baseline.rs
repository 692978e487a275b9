//! The baseline: what this machine gives for a bare Poem handler with one Redis GET, behind the same accept
//! loop as the site. Every page is measured against it in the same run, and event streams against its stream.

use anyhow::{Context, Result};
use bytes::Bytes;
use fred::prelude::{Builder, Client, ClientLike, Config, KeysInterface};
use minschool::web::serve::{Listener, Timeouts};
use poem::http::StatusCode;
use poem::web::{Data, Query};
use poem::{Body, EndpointExt, Response, Route, get, handler};
use serde::Deserialize;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

#[handler]
async fn hello(redis: Data<&Client>) -> poem::Result<String> {
    let found: Option<String> = redis.get("bench:baseline").await.map_err(poem::error::InternalServerError)?;
    Ok(found.unwrap_or_else(|| "hello".into()))
}

/// What is sent to all streams.
type News = watch::Sender<Bytes>;

/// A stream that says hello, and then what is sent to all.
#[handler]
fn stream(news: Data<&News>) -> Response {
    let listener = (true, news.subscribe());
    let body = futures_util::stream::unfold(listener, |(is_new, mut listener)| async move {
        if is_new {
            return Some((Ok::<_, std::io::Error>(Bytes::from_static(b": hello\n\n")), (false, listener)));
        }
        listener.changed().await.ok()?;
        let news = listener.borrow_and_update().clone();
        Some((Ok(news), (false, listener)))
    });
    Response::builder().header("content-type", "text/event-stream").body(Body::from_bytes_stream(body))
}

#[derive(Deserialize)]
struct Size {
    bytes: usize,
}

/// Sends so many bytes to all streams.
#[handler]
fn send(news: Data<&News>, Query(size): Query<Size>) -> Response {
    news.send_replace(format!("{:>1$}", "news\n\n", size.bytes).into());
    Response::builder().status(StatusCode::SEE_OTHER).finish()
}

/// Serves the bare handlers until the process is stopped.
pub async fn serve(redis: &str, listen: &str) -> Result<()> {
    let client = Builder::from_config(Config::from_url(redis)?).build()?;
    client.init().await.context("Redis")?;
    let listener = TcpListener::bind(listen).await?;
    let endpoint = Route::new().at("/", get(hello)).at("/stream", get(stream).post(send)).data(client).data(watch::channel(Bytes::new()).0);
    minschool::web::serve::serve(
        Listener { listener, held: false },
        endpoint,
        Timeouts::with_idle(Duration::from_secs(75)),
        CancellationToken::new(),
    )
    .await;
    Ok(())
}
