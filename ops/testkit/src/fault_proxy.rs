//! A TCP proxy before a server of this machine that can be cut and frozen: what an outage looks like to a client.

use crate::process::local;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, PartialEq, Eq)]
enum ProxyState {
    Whole,
    /// No bytes pass, and connections stay open.
    Frozen,
    /// Connections break, and new ones too.
    Cut,
}

/// A running proxy.
pub struct FaultProxy {
    /// The port on 127.0.0.1 where it listens.
    pub port: u16,
    state: watch::Sender<ProxyState>,
}

impl FaultProxy {
    /// Starts a proxy to a port of 127.0.0.1.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind(local(0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (state, changes) = watch::channel(ProxyState::Whole);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(forward(stream, port, changes.clone()));
            }
        });
        Self { port: own, state }
    }

    /// Breaks all connections.
    pub fn cut(&self) {
        self.state.send_replace(ProxyState::Cut);
    }

    /// Holds all bytes back.
    pub fn freeze(&self) {
        self.state.send_replace(ProxyState::Frozen);
    }

    /// Forwards bytes and new connections again.
    pub fn restore(&self) {
        self.state.send_replace(ProxyState::Whole);
    }
}

/// Forwards bytes while the proxy is whole; continues a connection after it was frozen.
async fn forward(mut client: TcpStream, port: u16, mut state: watch::Receiver<ProxyState>) {
    if state.wait_for(|state| *state != ProxyState::Frozen).await.is_ok_and(|state| *state == ProxyState::Cut) {
        return;
    }
    let Ok(mut server) = TcpStream::connect(local(port)).await else { return };
    loop {
        tokio::select! {
            biased;
            _ = state.wait_for(|state| *state != ProxyState::Whole) => {}
            _ = copy_bidirectional(&mut client, &mut server) => return,
        }
        if state.wait_for(|state| *state != ProxyState::Frozen).await.is_ok_and(|state| *state == ProxyState::Cut) {
            return;
        }
    }
}
