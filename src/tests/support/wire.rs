//! A wire to a server, to be cut, frozen and mended: what an outage looks like from an instance.

use std::net::SocketAddr;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the wire is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    /// Nothing comes through, and nobody is told.
    Frozen,
    /// Connections break, and new ones too.
    Cut,
}

/// See the head of this file.
pub struct Wire {
    pub port: u16,
    state: watch::Sender<State>,
}

impl Wire {
    /// A wire to a server on this machine.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (wire, server) = (listener.local_addr().unwrap().port(), SocketAddr::from(([127, 0, 0, 1], port)));
        let (state, seen) = watch::channel(State::Whole);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(carry(stream, server, seen.clone()));
            }
        });
        Self { port: wire, state }
    }

    pub fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    pub fn freeze(&self) {
        self.state.send_replace(State::Frozen);
    }

    pub fn mend(&self) {
        self.state.send_replace(State::Whole);
    }
}

/// Carries bytes while the wire is whole; goes on where it was after it was frozen.
async fn carry(mut near: TcpStream, server: SocketAddr, mut state: watch::Receiver<State>) {
    if state.wait_for(|state| *state != State::Frozen).await.is_ok_and(|state| *state == State::Cut) {
        return;
    }
    let Ok(mut far) = TcpStream::connect(server).await else { return };
    loop {
        tokio::select! {
            biased;
            _ = state.wait_for(|state| *state != State::Whole) => {}
            _ = copy_bidirectional(&mut near, &mut far) => return,
        }
        if state.wait_for(|state| *state != State::Frozen).await.is_ok_and(|state| *state == State::Cut) {
            return;
        }
    }
}
