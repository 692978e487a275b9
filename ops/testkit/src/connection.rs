//! One kept HTTP/1.1 connection, for programs that send many requests.

use crate::http::{Response, ResponseBuffer};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest wait for one response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);

/// A connection that is opened when it is needed, and again after the server closed it.
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: ResponseBuffer,
}

impl Connection {
    /// A connection to a server; nothing is sent yet.
    pub fn to(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: ResponseBuffer::default() }
    }

    /// The server's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens the connection before its first request.
    pub async fn open(&mut self) -> io::Result<()> {
        self.stream = Some(open(self.address).await?);
        Ok(())
    }

    /// Sends a request and reads its response whole, but gives the status alone: what a measured run needs.
    pub async fn status(&mut self, request: &[u8]) -> io::Result<u16> {
        let exchanged = timeout(RESPONSE_TIMEOUT, self.exchange(request)).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        if exchanged.is_err() || self.buffer.closes() {
            self.stream = None;
        }
        exchanged?;
        self.buffer.status().ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// Sends a request and reads its response.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<Response> {
        self.status(request).await?;
        self.buffer.response().ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// As browsers do, sends a request once more on a new connection when a kept one broke before a byte of the response came
    /// (RFC 9112, section 9.3.1): a server may close a kept connection at any time.
    async fn exchange(&mut self, request: &[u8]) -> io::Result<()> {
        let kept = self.stream.is_some();
        match self.try_exchange(request).await {
            Err(_) if kept && self.buffer.bytes.is_empty() => {
                self.stream = None;
                self.try_exchange(request).await
            }
            done => done,
        }
    }

    async fn try_exchange(&mut self, request: &[u8]) -> io::Result<()> {
        self.buffer.clear();
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(open(self.address).await?),
        };
        stream.write_all(request).await?;
        loop {
            let n = stream.read_buf(&mut self.buffer.bytes).await?;
            if self.buffer.is_complete(n == 0)? {
                return Ok(());
            }
        }
    }

    /// Sends a request on a connection of its own whose response does not end, and waits for its head.
    pub async fn open_stream(&self, request: &[u8]) -> io::Result<EventStream> {
        let opened = timeout(RESPONSE_TIMEOUT, EventStream::open(self.address, request)).await;
        opened.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A response that does not end, such as server-sent events.
pub struct EventStream {
    stream: TcpStream,
    piece: Vec<u8>,
}

impl EventStream {
    async fn open(address: SocketAddr, request: &[u8]) -> io::Result<Self> {
        let (mut stream, mut buffer) = (open(address).await?, ResponseBuffer::default());
        stream.write_all(request).await?;
        while buffer.status().is_none() {
            let n = stream.read_buf(&mut buffer.bytes).await?;
            buffer.is_complete(n == 0)?;
        }
        match buffer.status() {
            Some(200) => Ok(Self { stream, piece: buffer.body().to_vec() }),
            status => Err(io::Error::other(format!("a stream was answered with {}", status.unwrap_or_default()))),
        }
    }

    /// The next bytes as they come, chunk sizes included; none at the end.
    pub async fn next(&mut self) -> io::Result<Vec<u8>> {
        if self.piece.is_empty() {
            self.stream.read_buf(&mut self.piece).await?;
        }
        Ok(std::mem::take(&mut self.piece))
    }

    /// Reads until this text has come within one response timeout; returns what came.
    pub async fn wait_for(&mut self, text: &str) -> io::Result<String> {
        let mut received = String::new();
        while !received.contains(text) {
            let piece = timeout(RESPONSE_TIMEOUT, self.next()).await??;
            if piece.is_empty() {
                return Err(io::Error::other(format!("the stream ended: {received}")));
            }
            received.push_str(&String::from_utf8_lossy(&piece));
        }
        Ok(received)
    }
}
