//! HTTP/1.1 requests and responses as bytes. Written by hand instead of using hyper's client: tests send heads that a
//! correct client refuses to send, and the load generator shares two cores with the server that it measures.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// The longest wait for one part of a response.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// A request that is being put together.
#[derive(Clone)]
pub struct Request {
    line: String,
    host: String,
    headers: Vec<u8>,
    body: Option<Vec<u8>>,
}

impl Request {
    /// A request without a body, to the host `localhost`.
    pub fn new(method: &str, path: &str) -> Self {
        Self { line: format!("{method} {path} HTTP/1.1\r\n"), host: "localhost".into(), headers: Vec::new(), body: None }
    }

    /// A GET request.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A form as a browser sends it from a page of the same origin.
    pub fn form(path: &str, fields: &[(&str, &str)]) -> Self {
        Self::new("POST", path).header("sec-fetch-site", "same-origin").form_body(crate::form::encode(fields))
    }

    /// A form with a file, as a browser sends it from a page of the same origin.
    pub fn multipart(path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Self {
        let (kind, body) = crate::form::multipart(fields, file);
        let request = Self::new("POST", path).header("sec-fetch-site", "same-origin").header("content-type", &kind);
        Self { body: Some(body), ..request }
    }

    /// Names another host.
    pub fn host(self, host: impl Into<String>) -> Self {
        Self { host: host.into(), ..self }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.extend(format!("{name}: {value}\r\n").into_bytes());
        self
    }

    /// Adds cookies; an empty text adds none.
    pub fn cookie(self, cookies: &str) -> Self {
        if cookies.is_empty() { self } else { self.header("cookie", cookies) }
    }

    /// Adds header lines byte for byte, each with its line end.
    pub fn raw_headers(mut self, lines: impl AsRef<[u8]>) -> Self {
        self.headers.extend(lines.as_ref());
        self
    }

    /// Adds a body of form fields that are encoded already.
    pub fn form_body(self, body: impl Into<Vec<u8>>) -> Self {
        let body = Some(body.into());
        Self { body, ..self.header("content-type", "application/x-www-form-urlencoded") }
    }

    /// The bytes that go over the connection.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}host: {}\r\n", self.line, self.host).into_bytes();
        bytes.extend(&self.headers);
        let body = self.body.as_deref().unwrap_or_default();
        if self.body.is_some() {
            bytes.extend(format!("content-length: {}\r\n", body.len()).into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(body);
        bytes
    }
}

/// A whole response.
#[derive(Debug)]
pub struct Response {
    /// The code, such as 200.
    pub status: u16,
    /// The status line and the headers, with the empty line at their end.
    pub head: String,
    /// The content, without chunk sizes.
    pub body: Vec<u8>,
}

impl Response {
    /// The values of a header.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let pairs = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        pairs.filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// The value that the response gives to a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.headers("set-cookie").find_map(|line| line.split(';').next()?.strip_prefix(name)?.strip_prefix('='))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether the body contains this text.
    pub fn contains(&self, text: &str) -> bool {
        self.text().contains(text)
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}{}", self.head, self.text()))
    }
}

/// The bytes of one response as they come, and how far they have been understood.
#[derive(Default)]
pub struct ResponseBuffer {
    pub(crate) bytes: Vec<u8>,
    frame: Option<Frame>,
}

struct Frame {
    status: u16,
    body: usize,
    end: End,
    /// Whether the server closes the connection after it.
    closes: bool,
}

enum End {
    /// The body ends here.
    At(usize),
    /// The size of the next chunk stands here.
    Chunk(usize),
    /// The body ends with the connection.
    Close,
}

impl ResponseBuffer {
    /// Forgets one response to take the next.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.frame = None;
    }

    /// Whether the response is whole; `closed` says that no more bytes come.
    pub fn is_complete(&mut self, closed: bool) -> io::Result<bool> {
        if self.frame.is_none() {
            self.frame = read_head(&self.bytes)?;
        }
        let complete = match &mut self.frame {
            None => false,
            Some(frame) => match &mut frame.end {
                End::At(end) => self.bytes.len() >= *end,
                End::Chunk(next) => skip_chunks(&self.bytes, next)?,
                End::Close => closed,
            },
        };
        if closed && !complete { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(complete) }
    }

    /// The status, as soon as the head is there.
    pub fn status(&self) -> Option<u16> {
        self.frame.as_ref().map(|frame| frame.status)
    }

    /// The bytes after the head, as they came.
    pub fn body(&self) -> &[u8] {
        self.frame.as_ref().map_or(&[], |frame| &self.bytes[frame.body..])
    }

    /// Whether the connection cannot be used again.
    pub fn closes(&self) -> bool {
        self.frame.as_ref().is_none_or(|frame| frame.closes || matches!(frame.end, End::Close))
    }

    /// The response, once it is whole.
    pub fn response(&self) -> Option<Response> {
        let frame = self.frame.as_ref()?;
        let body = match frame.end {
            End::Chunk(_) => join_chunks(self.body()),
            _ => self.body().to_vec(),
        };
        Some(Response { status: frame.status, head: String::from_utf8_lossy(&self.bytes[..frame.body]).into_owned(), body })
    }
}

fn read_head(bytes: &[u8]) -> io::Result<Option<Frame>> {
    let Some(body) = find(bytes, b"\r\n\r\n").map(|at| at + 4) else { return Ok(None) };
    let status = bytes.get(9..12).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let mut frame = Frame { status, body, end: End::Close, closes: false };
    for line in bytes[..body].split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let length: usize = std::str::from_utf8(value).ok().and_then(|n| n.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
            frame.end = End::At(body + length);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            frame.end = End::Chunk(body);
        } else if name.eq_ignore_ascii_case(b"connection") {
            frame.closes = value.eq_ignore_ascii_case(b"close");
        }
    }
    if matches!(status, 204 | 304) {
        frame.end = End::At(body);
    }
    Ok(Some(frame))
}

/// Moves `next` past the chunks that are there; true after the last one.
fn skip_chunks(bytes: &[u8], next: &mut usize) -> io::Result<bool> {
    while let Some(line) = find(&bytes[*next..], b"\r\n") {
        let size = chunk_size(&bytes[*next..*next + line]).ok_or(io::ErrorKind::InvalidData)?;
        let end = *next + line + 2 + size + 2;
        if bytes.len() < end {
            return Ok(false);
        }
        *next = end;
        if size == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

fn join_chunks(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(bytes.len());
    while let Some(line) = find(bytes, b"\r\n") {
        let Some(size) = chunk_size(&bytes[..line]).filter(|size| *size > 0) else { break };
        body.extend(&bytes[line + 2..line + 2 + size]);
        bytes = &bytes[line + 2 + size + 2..];
    }
    body
}

fn chunk_size(line: &[u8]) -> Option<usize> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

/// Sends a request over an open stream and reads its response.
pub fn exchange(stream: &mut (impl Read + Write), request: &Request) -> io::Result<Response> {
    stream.write_all(&request.to_bytes())?;
    let (mut buffer, mut piece) = (ResponseBuffer::default(), [0; 16 * 1024]);
    loop {
        let n = stream.read(&mut piece)?;
        buffer.bytes.extend(&piece[..n]);
        if buffer.is_complete(n == 0)? {
            return buffer.response().ok_or_else(|| io::ErrorKind::InvalidData.into());
        }
    }
}

/// A connection whose reads end after a while.
pub fn connect(address: impl ToSocketAddrs) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    Ok(stream)
}

/// Sends a request on a connection of its own.
pub fn send(address: impl ToSocketAddrs, request: Request) -> io::Result<Response> {
    exchange(&mut connect(address)?, &request.header("connection", "close"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8], closed: bool) -> Option<Response> {
        let mut buffer = ResponseBuffer { bytes: bytes.to_vec(), frame: None };
        buffer.is_complete(closed).unwrap().then(|| buffer.response().unwrap())
    }

    #[test]
    fn a_response_ends_where_its_framing_says() {
        let sized = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n";
        let until_close = b"HTTP/1.1 200 OK\r\n\r\nhello";

        for (bytes, closed) in [(&sized[..], false), (&chunked[..], false), (&until_close[..], true)] {
            assert_eq!(whole(bytes, closed).unwrap().text(), "hello");
        }
        for bytes in [&sized[..sized.len() - 1], &chunked[..chunked.len() - 1], &until_close[..]] {
            assert!(whole(bytes, false).is_none());
        }
    }

    #[test]
    fn a_connection_that_ends_too_early_is_an_error() {
        let mut buffer = ResponseBuffer { bytes: b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel".to_vec(), frame: None };

        assert!(buffer.is_complete(true).is_err());
    }

    #[test]
    fn headers_and_cookies_are_found_by_name() {
        let head = "HTTP/1.1 303 See Other\r\nLocation: /\r\nset-cookie: a=1; Path=/\r\nset-cookie: b=2\r\ncontent-length: 0\r\n\r\n";

        let response = whole(head.as_bytes(), false).unwrap();

        assert_eq!((response.status, response.header("location")), (303, Some("/")));
        assert_eq!((response.cookie("a"), response.cookie("b"), response.cookie("c")), (Some("1"), Some("2"), None));
    }
}
