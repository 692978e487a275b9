//! A mail server of this machine (RFC 5321) that keeps what it is sent, and that refuses, breaks or falls silent when it is to.

use crate::process::local;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the server does with the next mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes them.
    Takes,
    /// Does not take connections' first word: it accepts and closes.
    Away,
    /// Accepts connections and never says a word.
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

/// A running server; it ends with the test's runtime.
pub struct SmtpServer {
    /// The port on 127.0.0.1 where it listens.
    pub port: u16,
    mails: Arc<Mutex<Vec<Received>>>,
    connections: Arc<Mutex<usize>>,
    manner: watch::Sender<Manner>,
}

impl SmtpServer {
    /// Starts one that takes mails.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(local(0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (manner, seen) = watch::channel(Manner::Takes);
        let (mails, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let (kept, counted) = (mails.clone(), connections.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *counted.lock().unwrap() += 1;
                tokio::spawn(converse(stream, kept.clone(), seen.clone()));
            }
        });
        Self { port, mails, connections, manner }
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

/// One connection, until it is closed. `None` of a step ends it.
async fn converse(stream: TcpStream, mails: Arc<Mutex<Vec<Received>>>, manner: watch::Receiver<Manner>) -> Option<()> {
    let now = || *manner.borrow();
    match now() {
        Manner::Away => return None,
        Manner::Silent => return std::future::pending().await,
        _ => {}
    }
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 test").await?;
    let mut mail = Received { from: String::new(), to: Vec::new(), text: String::new() };
    loop {
        let line = hear(&mut stream).await?;
        let answer = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => "250-test\r\n250 8BITMIME",
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
                say(&mut stream, "354 the text").await?;
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
                say(&mut stream, "221 bye").await?;
                return None;
            }
            _ => "502 not here",
        };
        say(&mut stream, answer).await?;
    }
}

fn path(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> Option<()> {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok()
}

async fn hear(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

/// The text up to its dot, dots at the beginnings of lines undone.
async fn text(stream: &mut BufReader<TcpStream>, breaks: bool) -> Option<String> {
    let mut text = String::new();
    loop {
        let line = hear(stream).await?;
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
