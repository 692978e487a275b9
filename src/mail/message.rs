//! A mail as a message (RFC 5322): the text first, which is the main part, then the same as HTML.

use super::Recipient;
use crate::config::mail::Mail;
use crate::domain::jobs::Failure;
use crate::domain::jobs::lease::Claim;
use crate::domain::mail::bounce;
use crate::domain::tokens;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart};
use lettre::{Address, Message};
use templates::mail as views;
use url::Host;

/// Characters of the hash in a Message-ID.
const HASH: usize = 16;

/// The message of a job: the same number however often it is sent.
pub(super) fn build(mail: &Mail, secret: &str, job: &Claim, to: &Recipient, content: &views::Mail) -> Result<Message, Failure> {
    let wrong = |what: &str, err: String| Failure::Permanent(format!("{what} cannot be used in a mail: {err}"));
    let from: Mailbox = mail.from.parse().map_err(|err| wrong("MAIL_FROM", format!("{err}")))?;
    let address = address(&to.email).map_err(|err| wrong("the address", err))?;
    let number = format!("<{}.{}@{}>", job.id, &tokens::hash(&format!("mail:{secret}:{}", job.id))[..HASH], from.email.domain());
    let parts = MultiPart::alternative_plain_html(views::text(content), views::html(content).into_string());
    let sender = sender(mail, secret, to).unwrap_or_else(|| from.email.clone());
    let envelope = Envelope::new(Some(sender), vec![address.clone()]).map_err(|err| wrong("the address", err.to_string()))?;
    let message = Message::builder()
        .envelope(envelope)
        .from(from)
        .to(Mailbox::new(Some(plain(&to.name)), address))
        .subject(content.subject.clone())
        .message_id(Some(number))
        .date_now()
        // So that an absence assistant does not answer (RFC 3834 section 5).
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()));
    let message = match content.stop() {
        Some(url) => unsubscribing(message, url),
        None => message,
    };
    message.multipart(parts).map_err(|err| wrong("the content", err.to_string()))
}

/// The button of mail programs that ends mails like this one: the address (RFC 2369), and that a POST to it does so without a question,
/// which is for https alone (RFC 8058 section 3.1).
fn unsubscribing(message: MessageBuilder, url: &str) -> MessageBuilder {
    let header = |name, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
    let message = message.raw_header(header("List-Unsubscribe", format!("<{url}>")));
    if !url.starts_with("https://") {
        return message;
    }
    message.raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()))
}

/// A name without control characters, which lettre does not take. New names have none.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect()
}

/// Where a mail comes back to: an address that names who it went to, and that only we can make.
fn sender(mail: &Mail, secret: &str, to: &Recipient) -> Option<Address> {
    let (local, domain) = mail.bounces.as_ref()?.rsplit_once('@')?;
    Address::new(format!("{local}+{}", bounce::tag(secret, to.user.unwrap_or(bounce::NO_MEMBER), &to.email)), domain).ok()
}

/// An address as relays take it: a domain in other letters than those of ASCII has a form in them (RFC 5891).
fn address(email: &str) -> Result<Address, String> {
    let (user, domain) = email.rsplit_once('@').ok_or("it has no @")?;
    let domain = match Host::parse(domain) {
        Ok(Host::Domain(name)) => name,
        _ => domain.to_owned(),
    };
    Address::new(user, domain).map_err(|err| err.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::mail::Way;
    use crate::domain::UserId;
    use crate::domain::jobs::{JobId, Kind};
    use std::time::Duration;
    use templates::Lang;

    fn built(email: &str) -> Message {
        let mail =
            Mail {
                way: Way::Log, from: "민스쿨 <noreply@example.org>".into(), bounces: None, a_minute: 60, notice_delay: Duration::ZERO
            };
        let job = Claim { id: JobId(7), kind: Kind::Mail, payload: String::new(), tries: 1, lease: String::new() };
        let to = Recipient { user: Some(UserId(1)), name: "에이다, \"러브\"\r\nBcc: x@example.com".into(), email: email.into() };
        let content = views::password_changed(&views::Frame { lang: Lang::Ko, name: &to.name, origin: "https://example.org" });
        build(&mail, "secret", &job, &to, &content).expect("a message")
    }

    #[test]
    fn a_message_is_the_same_number_each_time_and_its_text_comes_first() {
        let (once, again) = (built("ada@example.com"), built("ada@example.com"));
        let number = |message: &Message| message.headers().get_raw("Message-ID").expect("a number").to_owned();
        let text = String::from_utf8(once.formatted()).expect("ASCII");

        assert_eq!(number(&once), number(&again));
        assert!(number(&once).starts_with("<7.") && number(&once).ends_with("@example.org>"));
        assert!(text.is_ascii() && text.contains("Subject: =?utf-8?b?"), "{text}");
        assert!(text.find("text/plain").expect("text") < text.find("text/html").expect("HTML"));
        assert!(text.contains("Auto-Submitted: auto-generated"));
    }

    #[test]
    fn nothing_that_a_member_typed_becomes_a_header() {
        let text = String::from_utf8(built("ada@example.com").formatted()).expect("ASCII");

        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{text}");
    }

    #[test]
    fn a_domain_in_korean_is_sent_in_ascii() {
        let to: Vec<String> = built("ada@한국.kr").envelope().to().iter().map(ToString::to_string).collect();

        assert_eq!(to, ["ada@xn--3e0b707e.kr"]);
    }
}
