//! A mail server of this machine (RFC 5321) that keeps what it is sent, and that refuses, breaks or falls silent when it is to.

use crate::certificates;
use crate::process::local;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What the server does with the next mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes them.
    Takes,
    /// Does not take connections' first word: it accepts and closes.
    Away,
    /// Accepts connections and never answers.
    Silent,
    /// Answers to each recipient with this line.
    Recipient(&'static str),
    /// Answers to each text with this line.
    Text(&'static str),
    /// Closes the connection after the first line of a text.
    BreaksInText,
    /// Keeps the text, and closes the connection instead of an answer.
    BreaksAfterText,
}

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path in MAIL FROM.
    pub from: String,
    /// The paths in RCPT TO.
    pub to: Vec<String>,
    /// Headers and body.
    pub text: String,
}

impl Received {
    /// A header's value on one line; empty where there is none.
    pub fn header(&self, name: &str) -> String {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
        line.unwrap_or_default()
    }
}

/// When a server encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte.
    Tls,
    /// After STARTTLS.
    StartTls,
}

/// A running server; it ends with the test's runtime.
pub struct SmtpServer {
    /// The port on 127.0.0.1 where it listens.
    pub port: u16,
    mails: Arc<Mutex<Vec<Received>>>,
    connections: Arc<Mutex<usize>>,
    manner: watch::Sender<Manner>,
    folder: TempDir,
}

/// How a connection is encrypted, if it is.
type Encrypted = Option<(Encryption, TlsAcceptor)>;

impl SmtpServer {
    /// Starts one that takes mails, unencrypted.
    pub async fn start() -> Self {
        Self::open(tempfile::tempdir().unwrap(), None).await
    }

    /// The same with a certificate of its own authority.
    pub async fn start_encrypted(encryption: Encryption) -> Self {
        let folder = tempfile::tempdir().unwrap();
        certificates::make(folder.path(), "smtp");
        let certificate = CertificateDer::from_pem_file(folder.path().join("smtp.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(folder.path().join("smtp.key")).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
        Self::open(folder, Some((encryption, TlsAcceptor::from(Arc::new(config))))).await
    }

    /// The certificate file of the authority that signed its certificate.
    pub fn authority(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }

    async fn open(folder: TempDir, encrypted: Encrypted) -> Self {
        let listener = TcpListener::bind(local(0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (manner, seen) = watch::channel(Manner::Takes);
        let (mails, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let (kept, counted) = (mails.clone(), connections.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *counted.lock().unwrap() += 1;
                tokio::spawn(converse(Box::new(stream), encrypted.clone(), kept.clone(), seen.clone()));
            }
        });
        Self { port, mails, connections, manner, folder }
    }

    /// Changes what it does from now on.
    pub fn set(&self, manner: Manner) {
        self.manner.send_replace(manner);
    }

    /// What it took.
    pub fn mails(&self) -> Vec<Received> {
        self.mails.lock().unwrap().clone()
    }

    /// How many connections were opened to it.
    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

/// Bytes in both directions, encrypted or not.
trait Bytes: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Bytes for T {}

type Stream = BufReader<Box<dyn Bytes>>;

/// One connection, until it is closed. `None` of a step ends it.
async fn converse(
    stream: Box<dyn Bytes>,
    encrypted: Encrypted,
    mails: Arc<Mutex<Vec<Received>>>,
    manner: watch::Receiver<Manner>,
) -> Option<()> {
    let now = || *manner.borrow();
    match now() {
        Manner::Away => return None,
        Manner::Silent => return std::future::pending().await,
        _ => {}
    }
    let (stream, mut offered) = match encrypted {
        Some((Encryption::Tls, tls)) => (Box::new(tls.accept(stream).await.ok()?) as Box<dyn Bytes>, None),
        Some((Encryption::StartTls, tls)) => (stream, Some(tls)),
        None => (stream, None),
    };
    let mut stream = BufReader::new(stream);
    reply(&mut stream, "220 test").await?;
    let mut mail = Received { from: String::new(), to: Vec::new(), text: String::new() };
    loop {
        let line = read_line(&mut stream).await?;
        let answer = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" if offered.is_some() => "250-test\r\n250-STARTTLS\r\n250 8BITMIME",
            "EHLO" => "250-test\r\n250 8BITMIME",
            "STARTTLS" if offered.is_some() => {
                reply(&mut stream, "220 go on").await?;
                let tls = offered.take()?;
                stream = BufReader::new(Box::new(tls.accept(stream.into_inner()).await.ok()?));
                continue;
            }
            // A certificate would prove nothing where mails could be sent before it.
            "MAIL" if offered.is_some() => "530 STARTTLS first",
            "MAIL" => {
                mail = Received { from: path(&line), to: Vec::new(), text: String::new() };
                "250 go on"
            }
            "RCPT" => match now() {
                Manner::Recipient(answer) => answer,
                _ => {
                    mail.to.push(path(&line));
                    "250 go on"
                }
            },
            "DATA" => {
                reply(&mut stream, "354 the text").await?;
                mail.text = text(&mut stream, now() == Manner::BreaksInText).await?;
                match now() {
                    Manner::Text(answer) => answer,
                    other => {
                        mails.lock().unwrap().push(mail.clone());
                        if other == Manner::BreaksAfterText {
                            return None;
                        }
                        "250 taken"
                    }
                }
            }
            "RSET" | "NOOP" => "250 go on",
            "QUIT" => {
                reply(&mut stream, "221 bye").await?;
                return None;
            }
            _ => "502 not here",
        };
        reply(&mut stream, answer).await?;
    }
}

fn path(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

async fn reply(stream: &mut Stream, line: &str) -> Option<()> {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok()
}

async fn read_line(stream: &mut Stream) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

/// The text up to its dot, dots at the beginnings of lines undone.
async fn text(stream: &mut Stream, breaks: bool) -> Option<String> {
    let mut text = String::new();
    loop {
        let line = read_line(stream).await?;
        if breaks {
            return None;
        }
        if line == "." {
            return Some(text);
        }
        text += line.strip_prefix('.').unwrap_or(&line);
        text += "\r\n";
    }
}
