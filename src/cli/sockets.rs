//! Sockets that systemd opened for us and holds while we are replaced. Each has a name (`LISTEN_FDNAMES`), so their
//! order does not matter.

use super::Failure;
use listenfd::ListenFd;
use std::net::TcpListener;
use std::os::unix::net::{UnixDatagram, UnixListener};

/// Those that nobody has taken yet.
pub struct Sockets {
    names: Vec<String>,
    passed: ListenFd,
}

/// A socket on which connections arrive.
pub enum Listener {
    /// An address and a port.
    Tcp(TcpListener),
    /// A place in the file system.
    Unix(UnixListener),
}

impl Sockets {
    /// Takes over what was passed. Call it once, before there are threads: the environment is changed, so that no
    /// child believes the sockets to be its own.
    pub fn passed() -> Self {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let passed = ListenFd::from_env();
        Self { names: names.split(':').map(str::to_owned).collect(), passed }
    }

    /// All listeners of a name; one name may stand for several.
    ///
    /// # Errors
    /// When what has that name is something else.
    pub fn listeners(&mut self, name: &str) -> Result<Vec<Listener>, Failure> {
        let mut found = Vec::new();
        for place in self.places(name) {
            // A socket of the other kind is refused, and stays where it is.
            let listener = match self.passed.take_unix_listener(place) {
                Ok(listener) => listener.map(Listener::Unix),
                Err(_) => self.passed.take_tcp_listener(place).map_err(|fault| wrong(name, &fault))?.map(Listener::Tcp),
            };
            let Some(listener) = listener else { continue };
            match &listener {
                Listener::Tcp(socket) => socket.set_nonblocking(true),
                Listener::Unix(socket) => socket.set_nonblocking(true),
            }
            .map_err(|fault| wrong(name, &fault))?;
            found.push(listener);
        }
        Ok(found)
    }

    /// The socket of a name on which messages arrive.
    ///
    /// # Errors
    /// When what has that name is something else.
    pub fn datagrams(&mut self, name: &str) -> Result<Option<UnixDatagram>, Failure> {
        let Some(place) = self.places(name).next() else { return Ok(None) };
        let socket = self.passed.take_unix_datagram(place).map_err(|fault| wrong(name, &fault))?;
        if let Some(socket) = &socket {
            socket.set_nonblocking(true).map_err(|fault| wrong(name, &fault))?;
        }
        Ok(socket)
    }

    fn places(&self, name: &str) -> impl Iterator<Item = usize> + use<> {
        let found: Vec<usize> = self.names.iter().enumerate().filter(|(_, given)| *given == name).map(|(place, _)| place).collect();
        found.into_iter()
    }
}

fn wrong(name: &str, fault: &std::io::Error) -> Failure {
    Failure::Config(format!("the socket that systemd passed as {name} cannot be used: {fault}; look at FileDescriptorName= in its unit"))
}
