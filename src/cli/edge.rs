//! `minschool edge`: receives nginx's log, asks the servers whether they are ready, and serves the result.

use super::Failure;
use crate::config::{Config, Watching};
use crate::edge::{Edge, HttpListener};
use crate::systemd::notify;
use crate::systemd::sockets::{Listener, Sockets};
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net;
use std::path::Path;
use tokio::net::{TcpListener, UnixDatagram, UnixListener};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Runs it until it is to stop.
///
/// # Errors
/// In words: which socket is in the way and how to mend it.
pub async fn run(config: Config) -> Result<(), Failure> {
    let (watching, mut sockets) = (&config.watching, Sockets::passed());
    let listeners = listeners(watching, &mut sockets).await?;
    let (log, _own) = log(watching, &mut sockets)?;
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone())?;
    if watching.edge_upstreams.is_empty() {
        tracing::warn!("EDGE_UPSTREAMS is empty; no server is asked whether it is ready, and they are known by the log alone");
    }
    let edge = Edge::new(&watching.edge_upstreams, watching.metrics_token.clone());
    tokio::spawn(notify::keep_alive());
    notify::ready("watching");
    edge.run(log, listeners, stop).await;
    Ok(())
}

async fn listeners(watching: &Watching, sockets: &mut Sockets) -> Result<Vec<HttpListener>, Failure> {
    let passed = sockets.listeners("edge").map_err(|err| wrong("edge", &err))?;
    if passed.is_empty() {
        let listener = TcpListener::bind(watching.edge_listen).await.map_err(|err| {
            Failure::Other(format!("EDGE_LISTEN: {} cannot be opened ({err}); choose another with EDGE_LISTEN", watching.edge_listen))
        })?;
        let address = listener.local_addr().map_or_else(|_| watching.edge_listen.to_string(), |address| address.to_string());
        say!("MinSchool {} edge\n  status  http://{address}{}", env!("CARGO_PKG_VERSION"), templates::paths::UPSTREAM_STATUS);
        return Ok(vec![HttpListener::Tcp(listener)]);
    }
    let listener = |listener| match listener {
        Listener::Tcp(socket) => TcpListener::from_std(socket).map(HttpListener::Tcp),
        Listener::Unix(socket) => UnixListener::from_std(socket).map(HttpListener::Unix),
    };
    let listeners: Result<Vec<HttpListener>, std::io::Error> = passed.into_iter().map(listener).collect();
    listeners.map_err(|err| Failure::Other(format!("a socket that was passed cannot be used: {err}")))
}

/// A file of ours, taken away when we go.
struct Own(std::path::PathBuf);

impl Drop for Own {
    fn drop(&mut self) {
        // It may exist already.
        let _ = fs::remove_file(&self.0);
    }
}

fn log(watching: &Watching, sockets: &mut Sockets) -> Result<(Option<UnixDatagram>, Option<Own>), Failure> {
    let (socket, own) = match (sockets.datagrams("nginx-log").map_err(|err| wrong("nginx-log", &err))?, &watching.edge_log_socket) {
        (Some(passed), _) => (passed, None),
        (None, Some(path)) => (bind(path)?, Some(Own(path.clone()))),
        (None, None) => {
            tracing::warn!("no socket for nginx's log; set EDGE_LOG_SOCKET. The servers are only asked whether they are ready");
            return Ok((None, None));
        }
    };
    let socket = UnixDatagram::from_std(socket).map_err(|err| Failure::Other(format!("EDGE_LOG_SOCKET: {err}")))?;
    Ok((Some(socket), own))
}

/// A socket that nothing listens on is left over from an edge that was killed.
fn bind(path: &Path) -> Result<net::UnixDatagram, Failure> {
    let shown = path.display();
    let words = |err: std::io::Error| Failure::Other(format!("EDGE_LOG_SOCKET: {shown} cannot be opened ({err})"));
    if let Ok(there) = fs::symlink_metadata(path) {
        let is_bound = net::UnixDatagram::unbound().and_then(|socket| socket.connect(path)).is_ok();
        if is_bound || !there.file_type().is_socket() {
            return Err(Failure::Other(format!("EDGE_LOG_SOCKET: {shown} is in use by another program; choose another")));
        }
        fs::remove_file(path).map_err(words)?;
    }
    let socket = net::UnixDatagram::bind(path).map_err(words)?;
    // nginx's workers are another user. Who may write into the folder is the operator's choice; with systemd the
    // socket belongs to nginx's group.
    fs::set_permissions(path, fs::Permissions::from_mode(0o666)).map_err(words)?;
    socket.set_nonblocking(true).map_err(words)?;
    Ok(socket)
}

fn wrong(name: &str, err: &std::io::Error) -> Failure {
    Failure::Config(format!("the socket \"{name}\" that was passed cannot be used: {err}"))
}

fn stop_on_signal(stop: CancellationToken) -> Result<(), Failure> {
    let listen = |kind| signal(kind).map_err(|err| Failure::Other(format!("signals cannot be received: {err}")));
    let (mut term, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    tokio::spawn(async move {
        tokio::select! { _ = term.recv() => {}, _ = interrupt.recv() => {} }
        notify::stopping("stopping");
        stop.cancel();
    });
    Ok(())
}
