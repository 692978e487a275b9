//! A mail server beside an instance, and what members find in their mailboxes.

use super::{TestApp, TestNode, config, until};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use minschool::app::App;
use minschool::config::mail::{Mail, Relay, Security, Way};
use minschool::jobs::worker;
use minschool::mail::{self, Patience};
use std::time::Duration;
use testkit::smtp::{Received, SmtpServer};

/// What is set for mail with this server.
pub fn through(server: &SmtpServer) -> Mail {
    let relay = Relay { host: "127.0.0.1".into(), port: server.port, security: Security::Plain, login: None, authorities: Vec::new() };
    Mail {
        way: Way::Relay(relay),
        from: "민스쿨 <noreply@example.org>".into(),
        bounces: None,
        a_minute: 6_000,
        notice_delay: Duration::from_secs(600),
    }
}

/// An instance whose mails go to a server.
pub struct Post {
    pub server: SmtpServer,
    pub node: TestNode,
}

impl Post {
    /// On the backends of a test; its worker runs.
    pub async fn beside(test: &TestApp) -> Self {
        let post = Self::quiet(test).await;
        work(&post.node.app);
        post
    }

    /// The same without a worker.
    pub async fn quiet(test: &TestApp) -> Self {
        let server = SmtpServer::start().await;
        let node = test.node_with(minschool::config::Config { mail: through(&server), ..config(&test.backends) }).await;
        Self { server, node }
    }

    /// The nth mail to an address, waited for.
    pub async fn mail(&self, address: &str, nth: usize) -> Received {
        let of = || self.server.mails().into_iter().filter(|mail| mail.to == [address]).nth(nth);
        until("the mail has come", async || of().is_some()).await;
        of().unwrap()
    }
}

/// Sends what is due, with little patience.
pub fn work(app: &App) {
    let patience = Patience { opening: Duration::from_millis(500), sending: Duration::from_millis(500) };
    tokio::spawn(worker::run(app.clone(), worker::Settings::new(mail::handlers_within(patience), &[])));
}

/// The parts of a mail by their types, decoded.
pub fn parts(mail: &Received) -> Vec<(String, String)> {
    let boundary = mail.header("Content-Type").split("boundary=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    mail.text.split(&format!("--{boundary}")).skip(1).filter_map(part).collect()
}

fn part(text: &str) -> Option<(String, String)> {
    let (head, body) = text.trim_start_matches("\r\n").split_once("\r\n\r\n")?;
    let kind = head.lines().find_map(|line| line.strip_prefix("Content-Type: "))?.split(';').next()?.to_owned();
    let body = body.trim_end();
    let bytes = match head.lines().find_map(|line| line.strip_prefix("Content-Transfer-Encoding: ")) {
        Some("base64") => BASE64_STANDARD.decode(body.replace("\r\n", "")).unwrap(),
        Some("quoted-printable") => quoted_printable(body),
        _ => body.as_bytes().to_vec(),
    };
    Some((kind, String::from_utf8(bytes).unwrap()))
}

fn quoted_printable(body: &str) -> Vec<u8> {
    let body = body.replace("=\r\n", "");
    let mut parts = body.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

/// The main part.
pub fn text(mail: &Received) -> String {
    let parts = parts(mail);
    assert_eq!(parts.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["text/plain", "text/html"]);
    parts[0].1.replace("\r\n", "\n")
}

/// The subject in letters.
pub fn subject(mail: &Received) -> String {
    let raw = mail.header("Subject");
    let words = raw.split(' ').map(|word| match word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?=")) {
        Some(encoded) => (String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap(), true),
        None => (format!("{word} "), false),
    });
    words.map(|(word, _)| word).collect::<String>().trim().to_owned()
}

/// The path of the link in the main part.
pub fn link(mail: &Received, app: &App) -> String {
    let origin = app.config.origin().to_owned();
    let text = text(mail);
    let line = text.lines().find_map(|line| line.strip_prefix(&origin).filter(|path| path.len() > 1));
    line.unwrap_or_else(|| panic!("no link in {text}")).to_owned()
}
