//! The accept loop: hyper's HTTP/1 serving a poem endpoint, with time-outs for slow peers.
//!
//! poem's own server sets no header time-out, spins when file descriptors run out and drops requests at a
//! restart, so this small one stands in its place.

use super::stalled::Stalled;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use poem::http::uri::{Authority, Scheme};
use poem::http::{HeaderValue, StatusCode, Version, header};
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, EndpointExt};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Connections at once; more wait to be accepted.
const CONNECTIONS: usize = 20_000;
/// Pause after a failed accept, so that running out of file descriptors does not cost a core.
const PAUSE: Duration = Duration::from_millis(50);
/// Time after the last accept in which requests are still read.
const LINGER: Duration = Duration::from_millis(300);
/// Longest wait for answers in flight, and then for writes whose clients have left.
pub const GRACE: Duration = Duration::from_secs(25);
/// Largest head of a request, and buffer for writing. Kept small: ten thousand streams each have one.
const BUFFER: usize = 16 * 1024;

/// How long a connection may send nothing.
#[derive(Clone, Copy)]
pub struct Timeouts {
    /// From its start until the head of its first request is whole. hyper's own time-out counts the pause between two
    /// requests as well, which has to be long for nginx.
    pub first: Duration,
    /// Between two requests, and within the head of a later one.
    pub idle: Duration,
    /// While an answer or an event waits to be sent and the peer takes none of it.
    pub write: Duration,
}

/// Longest time for which a peer may take nothing of what is sent. Mobile connections that break for a moment come back sooner.
const STALLED: Duration = Duration::from_secs(30);

impl Timeouts {
    /// With so long a pause between two requests.
    pub fn with_idle(idle: Duration) -> Self {
        Self { first: Duration::from_secs(15).min(idle), idle, write: STALLED }
    }
}

/// A socket to accept from.
pub struct Listener {
    /// The socket.
    pub listener: TcpListener,
    /// Whether systemd keeps it open after us: what waits in its queue is then for our successor.
    pub held: bool,
}

/// Serves an endpoint until `closing`, then answers what is in flight and returns.
pub async fn serve(socket: Listener, endpoint: impl Endpoint + 'static, patience: Timeouts, closing: CancellationToken) {
    let Listener { listener, held } = socket;
    let endpoint = Arc::new(endpoint.map_to_response());
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.idle).max_buf_size(BUFFER);
    let (graceful, connections) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    loop {
        let accepted = tokio::select! {
            biased;
            () = closing.cancelled(), if held => break,
            permit = accept(&listener, &connections) => permit,
            // Nobody takes what stands in the queue of a socket that closes, so that is taken first.
            () = closing.cancelled() => break,
        };
        let Some((stream, peer, permit)) = accepted else { continue };
        let local = LocalAddr(stream.local_addr().map(Addr::from).unwrap_or(Addr::Custom("tcp", "".into())));
        // Both on the heap: ten thousand streams each hold a connection's task, which then fits a smaller size of the allocator.
        let place = Arc::new((local, RemoteAddr(Addr::from(peer))));
        let mut patient = Box::pin(sleep(patience.first));
        let endpoint = endpoint.clone();
        let was_asked = Arc::new(AtomicBool::new(false));
        let asked = was_asked.clone();
        let service = service_fn(move |mut req| {
            asked.store(true, Ordering::Relaxed);
            let (endpoint, place) = (endpoint.clone(), place.clone());
            // On the heap, so that a connection that waits or streams does not hold the room of a request at work.
            Box::pin(async move {
                if !settle_host(&mut req) {
                    return Ok(bad_request().into());
                }
                let response = endpoint.get_response((req, place.0.clone(), place.1.clone(), Scheme::HTTP).into()).await;
                Ok::<poem::http::Response<_>, Infallible>(response.into())
            })
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(Stalled::after(patience.write, stream)), service));
        tokio::spawn(async move {
            // A connection that breaks is the peer's business; its requests have been logged.
            let mut connection = pin!(connection);
            let is_over = tokio::select! {
                _ = &mut connection => true,
                () = &mut patient => !was_asked.load(Ordering::Relaxed),
            };
            drop(patient);
            if !is_over {
                let _ = connection.await;
            }
            drop(permit);
        });
    }
    drop(listener);
    sleep(LINGER).await;
    if timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some answers took longer than {} s and were cut", GRACE.as_secs());
    }
}

/// Whether the Host field is as RFC 9112 section 3.2 asks: one, with a valid value, except in HTTP/1.0. An absolute target
/// takes its place (section 3.2.2).
fn settle_host<B>(req: &mut hyper::Request<B>) -> bool {
    let hosts: Vec<_> = req.headers().get_all(header::HOST).iter().collect();
    let valid = |host: &&HeaderValue| {
        let text = host.to_str().unwrap_or_default();
        !text.contains('@') && text.parse::<Authority>().is_ok_and(|authority| !authority.host().is_empty())
    };
    let fits = match hosts.as_slice() {
        [] => req.version() < Version::HTTP_11,
        [host] => valid(host),
        _ => false,
    };
    if fits && let Some(host) = req.uri().authority().and_then(|named| HeaderValue::from_str(named.as_str()).ok()) {
        req.headers_mut().insert(header::HOST, host);
    }
    fits
}

fn bad_request() -> poem::Response {
    poem::Response::builder().status(StatusCode::BAD_REQUEST).header(header::CONNECTION, "close").finish()
}

async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> Option<(TcpStream, std::net::SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = connections.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are written whole, so waiting for more to send only costs time.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, permit))
        }
        Err(err) => {
            tracing::warn!("accepting a connection failed: {err}");
            sleep(PAUSE).await;
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// What a connection receives that sends `words` and then no more, until it is closed or half a second has passed.
    async fn answer_to(words: &str) -> Option<String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let patience = Timeouts { first: Duration::from_millis(100), ..Timeouts::with_idle(Duration::from_secs(60)) };
        let endpoint = poem::endpoint::make_sync(|_| "here");
        let closing = CancellationToken::new();
        let _end = closing.clone().drop_guard();
        tokio::spawn(serve(Listener { listener, held: false }, endpoint, patience, closing));
        let mut stream = TcpStream::connect(address).await.expect("it accepts");
        stream.write_all(words.as_bytes()).await.expect("it listens");
        let mut all = String::new();
        timeout(Duration::from_millis(500), stream.read_to_string(&mut all)).await.ok()?.ok()?;
        Some(all)
    }

    #[tokio::test]
    async fn a_request_has_exactly_one_valid_host() {
        for head in ["", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host: a/b\r\n", "Host: u@a\r\n", "Host:\r\n"] {
            let answer = answer_to(&format!("GET / HTTP/1.1\r\n{head}\r\n")).await.expect("the connection is closed");
            assert!(answer.starts_with("HTTP/1.1 400") && answer.to_lowercase().contains("connection: close"), "{head:?}: {answer}");
        }
        let old = answer_to("GET / HTTP/1.0\r\n\r\n").await.expect("HTTP/1.0 closes");
        assert!(old.starts_with("HTTP/1.0 200"), "{old}");
        let absolute = answer_to("GET http://b/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.expect("it closes");
        assert!(absolute.starts_with("HTTP/1.1 200"), "{absolute}");
    }

    #[tokio::test]
    async fn a_connection_without_a_whole_first_request_is_cut_off() {
        assert_eq!(answer_to("").await.as_deref(), Some(""));
        assert_eq!(answer_to("GET / HTTP/1.1\r\nHost: a\r\nX-Slow").await.as_deref(), Some(""));
        assert_eq!(answer_to("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await, None, "who was answered may ask again later");
    }

    /// Drops its sender with the answer that it is part of.
    fn endless(gone: tokio::sync::mpsc::Sender<()>, pause: Duration) -> poem::Body {
        let piece = bytes::Bytes::from(vec![b'x'; 256 * 1024]);
        poem::Body::from_bytes_stream(futures_util::stream::unfold((piece, gone), move |(piece, gone)| async move {
            sleep(pause).await;
            Some((Ok::<_, std::io::Error>(piece.clone()), (piece, gone)))
        }))
    }

    /// Serves endless answers, and counts those that have ended.
    async fn serve_endless(write: Duration, pause: Duration) -> (TcpStream, tokio::sync::mpsc::Receiver<()>, CancellationToken) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let patience = Timeouts { write, ..Timeouts::with_idle(Duration::from_secs(60)) };
        let (gone, ended) = tokio::sync::mpsc::channel::<()>(1);
        let endpoint = poem::endpoint::make_sync(move |_| poem::Response::builder().body(endless(gone.clone(), pause)));
        let closing = CancellationToken::new();
        tokio::spawn(serve(Listener { listener, held: false }, endpoint, patience, closing.clone()));
        let mut stream = TcpStream::connect(address).await.expect("it accepts");
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("it listens");
        (stream, ended, closing)
    }

    /// Reads until the connection ends; false where it is still open after so many bytes.
    async fn ends_within(stream: &mut TcpStream, most: usize) -> bool {
        let (mut buffer, mut read) = (vec![0; 64 * 1024], 0);
        while read < most {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return true,
                Ok(n) => read += n,
            }
        }
        false
    }

    #[tokio::test]
    async fn an_answer_that_nobody_reads_ends_and_gives_its_connection_back() {
        let (mut stream, mut ended, closing) = serve_endless(Duration::from_millis(200), Duration::ZERO).await;
        closing.cancel();

        // The listener's own copy of the sender goes with the server, the stream's with its connection.
        let done = timeout(Duration::from_secs(20), ended.recv()).await;

        assert_eq!(done, Ok(None), "the answer is dropped while its reader is still there");
        assert!(ends_within(&mut stream, 64 * 1024 * 1024).await, "the connection is closed");
    }

    #[tokio::test]
    async fn a_stream_whose_pieces_are_read_lives_on_though_it_pauses_for_longer() {
        let (mut stream, _ended, closing) = serve_endless(Duration::from_millis(50), Duration::from_millis(120)).await;
        let _end = closing.drop_guard();

        assert!(!ends_within(&mut stream, 4 * 256 * 1024).await);
    }
}
