//! Sockets that systemd opened for us (sd_listen_fds(3)): they stay open while one process follows another, so that
//! nobody who connects in between is refused. Found by the names in `LISTEN_FDNAMES`, whatever their order.

use listenfd::ListenFd;
use std::io;
use std::net::TcpListener;

/// The sockets that were passed to this process.
pub struct Sockets {
    passed: ListenFd,
    names: Vec<String>,
}

impl Sockets {
    /// Takes over what was passed, if anything was.
    pub fn passed() -> Self {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let names = names.split(':').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Self { passed: ListenFd::from_env(), names }
    }

    /// The listening socket of a name. None where systemd passed none of that name.
    ///
    /// # Errors
    /// It is not a listening TCP socket.
    pub fn tcp(&mut self, name: &str) -> io::Result<Option<TcpListener>> {
        let Some(place) = self.names.iter().position(|passed| passed == name) else { return Ok(None) };
        let socket = self.passed.take_tcp_listener(place)?;
        if let Some(socket) = &socket {
            socket.set_nonblocking(true)?;
        }
        Ok(socket)
    }
}
