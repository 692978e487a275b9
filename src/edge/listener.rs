//! The edge's HTTP server: `/upstream_status` for people and programs, `/metrics` for Prometheus, `/healthz`.

use super::{Edge, scrape, text_report};
use crate::metrics::text;
use crate::web::{language, metrics_auth};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::http::uri::Scheme;
use poem::http::{StatusCode, header};
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Request, Response};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// Connections at once; more wait.
const CONNECTIONS: usize = 64;
/// Longest life of a connection: requests here are small.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause after a failed accept, so that running out of file descriptors does not cost a core.
const PAUSE: Duration = Duration::from_millis(50);
const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A socket on which the edge is asked.
pub enum HttpListener {
    /// An address and a port.
    Tcp(TcpListener),
    /// A place in the file system.
    Unix(UnixListener),
}

/// Answers until it is dropped.
pub(super) async fn open(edge: Edge, listener: HttpListener) {
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    // The semaphore is never closed.
    while let Ok(permit) = connections.clone().acquire_owned().await {
        let accepted = match &listener {
            HttpListener::Tcp(listener) => listener.accept().await.map(|(stream, peer)| Connection::tcp(edge.clone(), stream, peer)),
            HttpListener::Unix(listener) => listener.accept().await.map(|(stream, peer)| Connection::unix(edge.clone(), stream, peer)),
        };
        match accepted {
            Ok(guest) => drop(tokio::spawn(async move {
                guest.serve().await;
                drop(permit);
            })),
            Err(err) => {
                tracing::warn!("accepting a connection failed: {err}");
                sleep(PAUSE).await;
            }
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A client.
struct Connection {
    edge: Edge,
    stream: Box<dyn Stream>,
    peer: Addr,
}

impl Connection {
    fn tcp(edge: Edge, stream: tokio::net::TcpStream, peer: std::net::SocketAddr) -> Self {
        Self { edge, stream: Box::new(stream), peer: Addr::from(peer) }
    }

    fn unix(edge: Edge, stream: tokio::net::UnixStream, peer: tokio::net::unix::SocketAddr) -> Self {
        Self { edge, stream: Box::new(stream), peer: Addr::unix(peer) }
    }

    async fn serve(self) {
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(16 * 1024);
        let (edge, peer) = (self.edge, RemoteAddr(self.peer));
        let service = service_fn(move |req| {
            let local = LocalAddr(Addr::custom("edge", ""));
            let response = answer(&edge, &(req, local, peer.clone(), Scheme::HTTP).into());
            async { Ok::<poem::http::Response<_>, Infallible>(response.into()) }
        });
        // A connection that breaks, or lives too long, is the peer's business.
        let _ = timeout(PATIENCE, http.serve_connection(TokioIo::new(self.stream), service)).await;
    }
}

fn answer(edge: &Edge, req: &Request) -> Response {
    if !matches!(req.method().as_str(), "GET" | "HEAD") {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n".into());
    }
    match req.uri().path() {
        templates::paths::UPSTREAM_STATUS => status(edge, req),
        templates::paths::METRICS if metrics_auth::opens(req, edge.inner.token.as_deref()) => typed(text::CONTENT_TYPE, scrape::text(edge)),
        templates::paths::HEALTHY => plain(StatusCode::OK, "ok\n".into()),
        _ => plain(StatusCode::NOT_FOUND, "not found\n".into()),
    }
}

/// As asked for by `?format=`, else by Accept; a terminal gets text.
fn status(edge: &Edge, req: &Request) -> Response {
    let report = edge.report();
    let accept = req.header(header::ACCEPT).unwrap_or_default();
    let asked = req.uri().query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("format="));
    let format = asked.unwrap_or(match accept {
        accept if accept.contains("text/html") => "html",
        accept if accept.contains("application/json") => "json",
        _ => "text",
    });
    match format {
        "json" => typed("application/json", serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"),
        "html" => {
            let lang = language::preferred(req.header(header::ACCEPT_LANGUAGE));
            typed("text/html; charset=utf-8", super::html_report::render(&report, lang).into_string())
        }
        _ => plain(StatusCode::OK, text_report::render(&report, false)),
    }
}

fn plain(status: StatusCode, text: String) -> Response {
    let mut response = typed("text/plain; charset=utf-8", text);
    response.set_status(status);
    response
}

fn typed(kind: &'static str, body: String) -> Response {
    Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::VARY, "Accept, Accept-Language")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CONTENT_SECURITY_POLICY, CSP)
        .body(body)
}
