//! Sockets that systemd opened for us (sd_listen_fds(3)): they stay open while one process follows another, so that
//! nobody who connects in between is refused. Found by the names in `LISTEN_FDNAMES`, whatever their order.

use listenfd::ListenFd;
use std::io;
use std::net::TcpListener;
use std::os::unix::net::{UnixDatagram, UnixListener};

/// The sockets that were passed to this process.
pub struct Sockets {
    passed: ListenFd,
    names: Vec<String>,
}

/// A socket on which connections arrive.
pub enum Listener {
    /// An address and a port.
    Tcp(TcpListener),
    /// A place in the file system.
    Unix(UnixListener),
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

    /// All listening sockets of a name, of whichever kind: one name may stand for several.
    ///
    /// # Errors
    /// One is not a listening socket.
    pub fn listeners(&mut self, name: &str) -> io::Result<Vec<Listener>> {
        let places: Vec<usize> = self.names.iter().enumerate().filter(|(_, passed)| *passed == name).map(|(place, _)| place).collect();
        let mut found = Vec::new();
        for place in places {
            // A socket of the other kind is refused, and stays where it is.
            if let Ok(Some(socket)) = self.passed.take_unix_listener(place) {
                socket.set_nonblocking(true)?;
                found.push(Listener::Unix(socket));
            } else if let Some(socket) = self.passed.take_tcp_listener(place)? {
                socket.set_nonblocking(true)?;
                found.push(Listener::Tcp(socket));
            }
        }
        Ok(found)
    }

    /// The socket of a name on which messages arrive. None where systemd passed none of that name.
    ///
    /// # Errors
    /// It takes connections, or is something else.
    pub fn datagrams(&mut self, name: &str) -> io::Result<Option<UnixDatagram>> {
        let Some(place) = self.names.iter().position(|passed| passed == name) else { return Ok(None) };
        let socket = self.passed.take_unix_datagram(place)?;
        if let Some(socket) = &socket {
            socket.set_nonblocking(true)?;
        }
        Ok(socket)
    }
}
