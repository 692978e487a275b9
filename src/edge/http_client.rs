//! An HTTP client without retries and with short time-outs: for the readiness of the servers, and for an edge's report.

use super::report::Report;
use crate::config::EdgeUrl;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

/// No report is longer.
const LONGEST: u64 = 1024 * 1024;
/// An edge on this machine answers at once or not at all.
const PATIENCE: Duration = Duration::from_secs(3);

/// The header in which an instance names its process: a number that no other start has.
pub const RUN: &str = "x-run";

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpClientError {
    /// Nothing listens there.
    #[error("nobody listens")]
    Refused,
    /// It accepts and does not answer.
    #[error("no answer in time")]
    TimedOut,
    /// The connection ended early, or what came is no HTTP.
    #[error("the connection broke")]
    Broken,
}

pub struct Answer {
    pub status: u16,
    /// Which process it is of, if it has that header.
    pub run: Option<String>,
    pub body: String,
}

/// Asks a server for a path.
///
/// # Errors
/// Why there was no answer within the patience.
pub async fn get(place: &EdgeUrl, path: &str, patience: Duration) -> Result<Answer, HttpClientError> {
    timeout(patience, try_get(place, path)).await.unwrap_or(Err(HttpClientError::TimedOut))
}

async fn try_get(place: &EdgeUrl, path: &str) -> Result<Answer, HttpClientError> {
    match place {
        EdgeUrl::Tcp(host) => exchange(TcpStream::connect(host).await.map_err(|_| HttpClientError::Refused)?, host, path).await,
        EdgeUrl::Unix(file) => exchange(UnixStream::connect(file).await.map_err(|_| HttpClientError::Refused)?, "localhost", path).await,
    }
}

/// HTTP/1.0, so that the end of the answer is the end of the connection.
async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, host: &str, path: &str) -> Result<Answer, HttpClientError> {
    let head = format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept: application/json\r\nUser-Agent: minschool-edge\r\n\r\n");
    stream.write_all(head.as_bytes()).await.map_err(|_| HttpClientError::Broken)?;
    let mut bytes = Vec::new();
    stream.take(LONGEST).read_to_end(&mut bytes).await.map_err(|_| HttpClientError::Broken)?;
    parse(&String::from_utf8_lossy(&bytes)).ok_or(HttpClientError::Broken)
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.trim().parse().ok()?;
    let run = head.lines().find_map(|line| line.strip_prefix(RUN)?.strip_prefix(": ").map(str::to_owned));
    Some(Answer { status, run, body: body.to_owned() })
}

/// An edge's report.
///
/// # Errors
/// In words, with what to do.
pub async fn report(edge: &EdgeUrl) -> Result<Report, String> {
    let hint = "is minschool edge running, and does EDGE_URL lead to it?";
    let path = templates::paths::UPSTREAM_STATUS;
    let answer = get(edge, path, PATIENCE).await.map_err(|why| format!("{edge}: {why}; {hint}"))?;
    if answer.status != 200 {
        return Err(format!("{edge}: answered {}; {hint}", answer.status));
    }
    serde_json::from_str(&answer.body).map_err(|err| format!("{edge}: what it answered is no report ({err}); {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let answer = parse("HTTP/1.1 503 Service Unavailable\r\nx-run: 1f\r\nx: y\r\n\r\ndraining\n").expect("an answer");

        assert_eq!((answer.status, answer.run.as_deref(), answer.body.as_str()), (503, Some("1f"), "draining\n"));
        for wrong in ["", "HTTP/1.1 200 OK\r\n", "SSH-2.0\r\n\r\n", "HTTP/1.1 x\r\n\r\n"] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
