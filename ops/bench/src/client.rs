//! A browser of few words: HTTP/1.1 over one kept connection, just enough of it to measure with.

use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer's head, and its body where it was asked for.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
    }
}

/// One connection, opened anew when the server closes it.
pub struct Connection {
    place: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Connection {
    /// A connection that will be opened when it is needed.
    pub fn to(place: SocketAddr) -> Self {
        Self { place, stream: None, buffer: Vec::with_capacity(32 * 1024) }
    }

    /// Sends a request and reads its answer whole. Gives the status alone: what a measured run needs.
    pub async fn status(&mut self, request: &[u8]) -> Result<u16> {
        let (head, _) = self.exchange(request).await?;
        self.buffer[..head].get(9..12).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok()).context("no status")
    }

    /// Sends a request and reads its answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        let status = self.status(request).await?;
        let split = end_of_head(&self.buffer).context("no head")?;
        let head = String::from_utf8_lossy(&self.buffer[..split]).into_owned();
        Ok(Answer { status, head, body: self.buffer[split..].to_vec() })
    }

    /// Opens the connection and waits for the first bytes of an answer that does not end.
    pub async fn open_stream(&mut self, request: &[u8]) -> Result<()> {
        let stream = self.stream().await?;
        stream.write_all(request).await?;
        let mut buffer = [0; 2048];
        let mut seen = String::new();
        while !seen.contains("hello") {
            let n = timeout(PATIENCE, stream.read(&mut buffer)).await??;
            if n == 0 {
                bail!("the stream ended: {seen}");
            }
            seen.push_str(&String::from_utf8_lossy(&buffer[..n]));
        }
        Ok(())
    }

    async fn stream(&mut self) -> Result<&mut TcpStream> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.place).await?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
        }
        self.stream.as_mut().context("no connection")
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<(usize, usize)> {
        let done = timeout(PATIENCE, self.try_exchange(request)).await.map_err(anyhow::Error::from).and_then(|done| done);
        if done.is_err() {
            self.stream = None;
        }
        done
    }

    async fn try_exchange(&mut self, request: &[u8]) -> Result<(usize, usize)> {
        self.buffer.clear();
        self.stream().await?;
        let (stream, buffer) = (self.stream.as_mut().context("no connection")?, &mut self.buffer);
        stream.write_all(request).await?;
        let mut ends = None;
        loop {
            if stream.read_buf(buffer).await? == 0 {
                bail!("the server closed the connection");
            }
            if ends.is_none() {
                ends = end_of_head(buffer).map(|head| (head, head + length(&buffer[..head])));
            }
            if let Some((head, all)) = ends.filter(|(_, all)| buffer.len() >= *all) {
                return Ok((head, all));
            }
        }
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn length(head: &[u8]) -> usize {
    let head = std::str::from_utf8(head).unwrap_or_default();
    let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    line.and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// A GET request.
pub fn get(path: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept-language: ko\r\nuser-agent: bench\r\n{}\r\n", cookie_line(cookie))
        .into_bytes()
}

/// A form.
pub fn post(path: &str, cookie: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let body = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\naccept-language: ko\r\nuser-agent: bench\r\nsec-fetch-site: same-origin\r\n{}\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        cookie_line(cookie),
        body.len()
    )
    .into_bytes()
}

fn cookie_line(cookie: &str) -> String {
    if cookie.is_empty() { String::new() } else { format!("cookie: {cookie}\r\n") }
}

fn encoded(text: &str) -> String {
    let byte = |b: u8| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(byte).collect()
}

/// The one-time key of the form that goes to `action`.
pub fn once(html: &str, action: &str) -> Option<String> {
    let target = format!("action=\"{action}\"");
    let forms = html.split(&target).skip(1).filter_map(|part| part.split("</form>").next());
    let key = forms.filter_map(|form| form.split("name=\"once\"").nth(1)).next()?;
    Some(key.split("value=\"").nth(1)?.split('"').next()?.to_owned())
}
