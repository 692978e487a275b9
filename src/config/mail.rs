//! What is set for mail: the relay that takes it, and whom it comes from.

use super::{Sources, Wrong};
use lettre::transport::smtp::client::Certificate;
use percent_encoding::percent_decode_str;
use std::time::Duration;
use url::{Host, Url};

/// What is set for mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub way: Way,
    /// The mailbox in From.
    pub from: String,
    /// Where mails come back to, if a server takes them there: `bounce@example.org` stands for `bounce+…@example.org`.
    pub bounces: Option<String>,
    /// Mails that all instances together send in a minute.
    pub a_minute: u32,
    /// How long a notification waits for being read before it is mailed at once.
    pub notice_delay: Duration,
}

/// What becomes of mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is handed to a relay.
    Relay(Relay),
    /// It is written to the log: no relay is set, and the site's address leads to this machine only, so it is being developed.
    Log,
    /// There is none: no relay is set. A log of a site that others reach must not hold links that change passwords.
    None,
}

/// The server that takes mail from us.
#[derive(Clone, PartialEq, Eq)]
pub struct Relay {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// User and password.
    pub login: Option<(String, String)>,
    /// Certificates (PEM) of authorities that are believed beside the public ones; empty for none.
    pub authorities: Vec<u8>,
}

/// How the connection to a relay is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From the first byte (RFC 8314 section 3.3).
    Tls,
    /// After STARTTLS (RFC 3207), without which nothing is sent.
    StartTls,
    /// Not at all: it does not leave this machine.
    Plain,
}

// A password is not for logs.
impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

impl Mail {
    /// Whether mail goes anywhere.
    pub fn is_on(&self) -> bool {
        self.way != Way::None
    }

    /// Whether mail reaches mailboxes.
    pub fn is_relayed(&self) -> bool {
        matches!(self.way, Way::Relay(_))
    }

    /// The time from one notification by mail to the next: they take half of what goes out, so that there is room for what members asked
    /// for.
    pub fn notice_pause(&self) -> Duration {
        Duration::from_secs(60) * 2 / self.a_minute
    }
}

pub(super) fn read(sources: &Sources, public_url: &Url, wrong: &mut Wrong) -> Mail {
    let (text, from) = (sources.text("SMTP_URL"), sources.text("MAIL_FROM"));
    let way = match relay(text) {
        Ok(Some(relay)) => Way::Relay(Relay { authorities: authorities(sources.text("SMTP_CA"), wrong), ..relay }),
        Ok(None) if is_near(public_url) => Way::Log,
        Ok(None) => Way::None,
        Err(why) => {
            // The address may hold a password, so it is not repeated.
            wrong.0.push(format!("SMTP_URL: {why}; an example: smtp://user:password@mail.example.org:587"));
            Way::None
        }
    };
    if matches!(way, Way::Relay(_)) && from.is_empty() {
        wrong.0.push("MAIL_FROM: is not set, and SMTP_URL is; set MAIL_FROM to the address that mails come from".into());
    }
    if !from.is_empty() && from.parse::<lettre::message::Mailbox>().is_err() {
        wrong.say("MAIL_FROM", from, "an address such as MinSchool <noreply@example.org>");
    }
    let from = if from.is_empty() { "MinSchool <noreply@localhost>".to_owned() } else { from.to_owned() };
    let bounces = Some(sources.text("MAIL_BOUNCES")).filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(text) = bounces.as_ref().filter(|text| text.contains('+') || text.parse::<lettre::Address>().is_err()) {
        wrong.say("MAIL_BOUNCES", text, "an address such as bounce@example.org");
    }
    let notice_delay = Duration::from_secs(wrong.number(sources, "MAIL_NOTICE_DELAY", 1..=86_400));
    Mail { way, from, bounces, a_minute: wrong.number(sources, "MAIL_PER_MINUTE", 1..=100_000), notice_delay }
}

/// The certificates in a file; empty where none is named.
fn authorities(path: &str, wrong: &mut Wrong) -> Vec<u8> {
    if path.is_empty() {
        return Vec::new();
    }
    let read = std::fs::read(path).map_err(|err| err.to_string());
    let read = read.and_then(|pem| Certificate::from_pem(&pem).map(|_| pem).map_err(|err| err.to_string()));
    match read {
        Ok(pem) if contains(&pem, b"BEGIN CERTIFICATE") => return pem,
        Ok(_) => wrong.say("SMTP_CA", path, "a file with certificates in PEM (it holds none)"),
        Err(why) => wrong.say("SMTP_CA", path, &format!("a file with certificates in PEM ({why})")),
    }
    Vec::new()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn relay(text: &str) -> Result<Option<Relay>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(text).map_err(|_| "is no address")?;
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return Err("names no host") };
    let near = is_near(&url);
    let security = match url.scheme() {
        "smtps" => Security::Tls,
        "smtp" if near => Security::Plain,
        "smtp" => Security::StartTls,
        _ => return Err("must begin with smtp:// or smtps://"),
    };
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("has something after the host and port");
    }
    let usual = match security {
        Security::Tls => 465,
        Security::StartTls => 587,
        Security::Plain => 25,
    };
    let decode = |part: &str| {
        percent_decode_str(part).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| "has a user or password that is not UTF-8")
    };
    let login = match (url.username(), url.password()) {
        ("", None) => None,
        ("", _) | (_, None) => return Err("needs a user and a password, or neither"),
        (user, Some(password)) => Some((decode(user)?, decode(password)?)),
    };
    Ok(Some(Relay {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(usual),
        security,
        login,
        authorities: Vec::new(),
    }))
}

/// Whether an address leads to this machine only. Of an address whose scheme `url` does not know, the host is text.
fn is_near(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Ok(Host::Ipv4(ip)) => ip.is_loopback(),
        Ok(Host::Ipv6(ip)) => ip.is_loopback(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Sources};
    use super::*;
    use std::collections::BTreeMap;

    fn with(set: &[(&str, &str)]) -> Result<Mail, Vec<String>> {
        let flags: BTreeMap<String, String> = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let sources = Sources::gather(None, |_| None, &flags).expect("known settings");
        Config::read(&sources).map(|config| config.mail).map_err(|err| err.0)
    }

    fn relay_of(address: &str) -> Relay {
        match with(&[("SMTP_URL", address), ("MAIL_FROM", "민스쿨 <noreply@example.org>")]).expect("an address").way {
            Way::Relay(relay) => relay,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_relay_is_encrypted_unless_it_is_this_machine() {
        let brief = |address| {
            let relay = relay_of(address);
            (relay.host, relay.port, relay.security, relay.login.is_some())
        };

        assert_eq!(brief("smtp://mail.example.org"), ("mail.example.org".into(), 587, Security::StartTls, false));
        assert_eq!(brief("smtps://u:p@mail.example.org"), ("mail.example.org".into(), 465, Security::Tls, true));
        assert_eq!(brief("smtp://localhost"), ("localhost".into(), 25, Security::Plain, false));
        assert_eq!(brief("smtp://127.0.0.1:2525"), ("127.0.0.1".into(), 2525, Security::Plain, false));
        assert_eq!(brief("smtp://[::1]:2525"), ("::1".into(), 2525, Security::Plain, false));
        assert_eq!(brief("smtp://10.0.0.9:25"), ("10.0.0.9".into(), 25, Security::StartTls, false));
        assert_eq!(relay_of("smtp://a%40b.example:p%2Fw@mail.example.org").login, Some(("a@b.example".into(), "p/w".into())));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for address in
            ["mail.example.org:587", "http://mail.example.org", "smtp://", "smtp://geheim@mail.example.org", "smtp://u:geheim@h/x"]
        {
            let wrong = with(&[("SMTP_URL", address), ("MAIL_FROM", "a@example.org")]).expect_err(address);
            assert!(wrong.iter().any(|line| line.starts_with("SMTP_URL: ")) && !wrong.concat().contains("geheim"), "{wrong:?}");
        }
        let relay = ("SMTP_URL", "smtp://u:geheim@mail.example.org");
        assert!(with(&[relay]).expect_err("no sender")[0].starts_with("MAIL_FROM: "));
        let bounces = with(&[relay, ("MAIL_FROM", "a@example.org"), ("MAIL_BOUNCES", "bounce")]);
        assert!(bounces.expect_err("no address")[0].starts_with("MAIL_BOUNCES: "));
        assert!(with(&[relay, ("MAIL_FROM", "the office")]).expect_err("no address")[0].starts_with("MAIL_FROM: "));
        let read = with(&[relay, ("MAIL_FROM", "a@example.org")]).expect("all is set");
        assert!(!format!("{read:?}").contains("geheim"));
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let relay = [("SMTP_URL", "smtps://mail.example.org"), ("MAIL_FROM", "a@example.org")];
        for path in ["/nowhere/ca.pem", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
            let wrong = with(&[&relay[..], &[("SMTP_CA", path)]].concat()).expect_err(path);
            assert!(wrong[0].starts_with("SMTP_CA: "), "{wrong:?}");
        }
        assert!(with(&[("SMTP_CA", "/nowhere/ca.pem")]).is_ok(), "without a relay nobody asks for it");
    }

    #[test]
    fn without_a_relay_only_a_site_that_is_being_developed_writes_mails_to_the_log() {
        let way = |address| with(&[("PUBLIC_URL", address)]).expect("an address").way;

        assert_eq!(with(&[]).expect("nothing is set").way, Way::Log);
        assert_eq!([way("http://127.0.0.1:3000"), way("http://dev.localhost:3000")], [Way::Log, Way::Log]);
        assert_eq!([way("https://example.org"), way("http://192.168.0.7:3000")], [Way::None, Way::None]);
    }
}
