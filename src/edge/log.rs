//! Receives nginx's log: a datagram for each request, over a Unix socket. nginx does not wait for the reader and drops what does not fit
//! into the socket, so it is read without a pause, and everything else works on the counts.
//!
//! Ours because open-source nginx reports nothing about its upstreams but this log.

use super::log_entry::Line;
use super::{Edge, wall};
use std::time::Duration;
use tokio::net::UnixDatagram;

/// Larger than any line that nginx sends; what is cut is a bad line and no more.
const LONGEST: usize = 64 * 1024;
/// Pause after a fault of the socket, so that it does not cost a core.
const PAUSE: Duration = Duration::from_millis(100);

/// Receives until it is dropped.
pub(super) async fn receive(edge: Edge, socket: UnixDatagram) {
    let mut buffer = vec![0; LONGEST];
    loop {
        match socket.recv(&mut buffer).await {
            Ok(length) => edge.take(&buffer[..length]),
            Err(err) => {
                tracing::warn!("nginx's log cannot be received: {err}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

impl Edge {
    /// A message came.
    pub fn take(&self, datagram: &[u8]) {
        let (line, now) = (Line::read(datagram), self.now());
        let alarming = {
            let mut book = self.book();
            match &line {
                Some(line) => book.note(line, now, wall()),
                None => {
                    book.note_bad();
                    false
                }
            }
        };
        if alarming {
            self.inner.alarm.notify_waiters();
        }
    }
}
