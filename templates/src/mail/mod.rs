//! Mails that members are sent: a subject, and one text that is drawn as plain text and as HTML.

pub mod notices;
pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::email;
use crate::password;
use crate::paths;
use crate::sign_ups;
use crate::text::{Lang, Text, common};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::fmt::Display;

/// What every mail needs.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    pub lang: Lang,
    /// Who gets it.
    pub name: &'a str,
    /// The site as browsers reach it, without a slash at the end.
    pub origin: &'a str,
}

/// A mail with a link that is good for a while.
#[derive(Clone, Copy)]
pub struct LinkMail<'a> {
    pub frame: Frame<'a>,
    /// The token of the link.
    pub token: &'a str,
    /// How long it is good.
    pub minutes: u64,
}

/// A mail about another address.
#[derive(Clone, Copy)]
pub struct ChangeMail<'a> {
    pub frame: Frame<'a>,
    /// The other address.
    pub wanted: &'a str,
}

/// A mail about a sign-in.
#[derive(Clone, Copy)]
pub struct DeviceMail<'a> {
    pub frame: Frame<'a>,
    /// The browser in words.
    pub device: &'a str,
    /// Its address.
    pub ip: &'a str,
    /// When, as Korea's clocks show it.
    pub at: &'a str,
}

/// A mail before it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub lang: Lang,
    pub subject: String,
    greeting: String,
    lines: Vec<String>,
    items: Vec<notices::Item>,
    link: Option<Link>,
    notes: Vec<String>,
    /// Ends mails like this one.
    stop: Option<Link>,
    /// Where its reader chooses which mails they get.
    settings: Option<Link>,
    origin: String,
}

impl Mail {
    /// The address that ends mails like this one, where there is one.
    pub fn stop(&self) -> Option<&str> {
        self.stop.as_ref().map(|link| link.url.as_str())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Link {
    label: &'static str,
    url: String,
}

/// A link for a new password.
pub fn reset_password(p: &LinkMail) -> Mail {
    let lang = p.frame.lang;
    Mail {
        lines: vec![lang.t(t::RESET_TEXT).to_owned()],
        link: Some(Link { label: lang.t(t::RESET_LINK), url: to(&p.frame, &password::paths::reset(p.token)) }),
        notes: vec![fill(lang, t::RESET_MINUTES, "n", &p.minutes), lang.t(t::RESET_NOT_YOU).to_owned()],
        ..mail(&p.frame, t::RESET_SUBJECT)
    }
}

/// That the password was changed.
pub fn password_changed(p: &Frame) -> Mail {
    Mail {
        lines: vec![p.lang.t(t::CHANGED_TEXT).to_owned()],
        link: Some(Link { label: p.lang.t(t::CHANGED_LINK), url: to(p, password::paths::FORGOT) }),
        notes: vec![p.lang.t(t::CHANGED_NOT_YOU).to_owned()],
        ..mail(p, t::CHANGED_SUBJECT)
    }
}

/// A link by which a member confirms that the address is theirs.
pub fn verify_email(p: &LinkMail) -> Mail {
    let lang = p.frame.lang;
    Mail {
        lines: vec![lang.t(t::VERIFY_TEXT).to_owned()],
        link: Some(Link { label: lang.t(t::VERIFY_LINK), url: to(&p.frame, &email::paths::with_token(email::paths::VERIFY, p.token)) }),
        notes: vec![fill(lang, t::LINK_HOURS, "n", &(p.minutes / 60)), lang.t(t::VERIFY_NOT_YOU).to_owned()],
        ..mail(&p.frame, t::VERIFY_SUBJECT)
    }
}

/// A link by which a newcomer becomes a member.
pub fn confirm_sign_up(p: &LinkMail) -> Mail {
    let lang = p.frame.lang;
    Mail {
        lines: vec![fill(lang, t::SIGN_UP_TEXT, "name", &p.frame.name)],
        link: Some(Link { label: lang.t(t::SIGN_UP_LINK), url: to(&p.frame, &sign_ups::paths::confirm(p.token)) }),
        notes: vec![fill(lang, t::LINK_HOURS, "n", &(p.minutes / 60)), lang.t(t::SIGN_UP_NOT_YOU).to_owned()],
        ..mail(&p.frame, t::SIGN_UP_SUBJECT)
    }
}

/// A link to the address that is to become a member's.
pub fn change_email(p: &LinkMail) -> Mail {
    let lang = p.frame.lang;
    Mail {
        lines: vec![lang.t(t::TAKE_TEXT).to_owned()],
        link: Some(Link { label: lang.t(t::TAKE_LINK), url: to(&p.frame, &email::paths::with_token(email::paths::CHANGE, p.token)) }),
        notes: vec![fill(lang, t::LINK_HOURS, "n", &(p.minutes / 60)), lang.t(t::TAKE_NOT_YOU).to_owned()],
        ..mail(&p.frame, t::TAKE_SUBJECT)
    }
}

/// That another address is to become the member's.
pub fn email_change_asked(p: &ChangeMail) -> Mail {
    let lang = p.frame.lang;
    Mail {
        lines: vec![fill(lang, t::ASKED_TEXT, "email", &p.wanted)],
        link: Some(Link { label: lang.t(t::NOT_ME), url: to(&p.frame, password::paths::FORGOT) }),
        notes: vec![lang.t(t::ASKED_NOT_YOU).to_owned()],
        ..mail(&p.frame, t::ASKED_SUBJECT)
    }
}

/// That the address was changed.
pub fn email_changed(p: &ChangeMail) -> Mail {
    let lang = p.frame.lang;
    Mail { lines: vec![fill(lang, t::TAKEN_TEXT, "email", &p.wanted)], ..mail(&p.frame, t::TAKEN_SUBJECT) }
}

/// That there is an account already.
pub fn sign_up_again(p: &Frame) -> Mail {
    Mail {
        lines: vec![p.lang.t(t::AGAIN_TEXT).to_owned()],
        link: Some(Link { label: p.lang.t(t::AGAIN_LINK), url: to(p, password::paths::FORGOT) }),
        notes: vec![p.lang.t(t::AGAIN_NOT_YOU).to_owned()],
        ..mail(p, t::AGAIN_SUBJECT)
    }
}

/// That a browser signed in which had not before.
pub fn new_device(p: &DeviceMail) -> Mail {
    let lang = p.frame.lang;
    Mail {
        lines: vec![lang.t(t::DEVICE_TEXT).to_owned(), lang.fill(t::DEVICE_FACTS, &[("device", &p.device), ("ip", &p.ip), ("at", &p.at)])],
        link: Some(Link { label: lang.t(t::DEVICE_LINK), url: to(&p.frame, paths::MY_SESSIONS) }),
        notes: vec![lang.t(t::DEVICE_NOT_YOU).to_owned()],
        ..mail(&p.frame, t::DEVICE_SUBJECT)
    }
}

/// That mail arrives.
pub fn test(p: &Frame) -> Mail {
    Mail { lines: vec![p.lang.t(t::TEST_TEXT).to_owned()], ..mail(p, t::TEST_SUBJECT) }
}

fn to(p: &Frame, path: &str) -> String {
    format!("{}{path}", p.origin)
}

fn mail(p: &Frame, subject: Text) -> Mail {
    mail_about(p, p.lang.t(subject))
}

fn mail_about(p: &Frame, subject: &str) -> Mail {
    Mail {
        lang: p.lang,
        subject: fill(p.lang, t::SUBJECT, "subject", &subject),
        greeting: fill(p.lang, t::GREETING, "name", &p.name),
        lines: Vec::new(),
        items: Vec::new(),
        link: None,
        notes: Vec::new(),
        stop: None,
        settings: None,
        origin: p.origin.to_owned(),
    }
}

fn fill(lang: Lang, text: Text, name: &str, value: &dyn Display) -> String {
    lang.fill(text, &[(name, value)])
}

/// The main part: plain text, a link on a line of its own.
pub fn text(mail: &Mail) -> String {
    let links = |link: &Option<Link>| link.as_ref().map(|link| format!("{}:\n{}", link.label, link.url));
    let foot = [format!("-- \n{}\n{}", mail.lang.t(common::SITE_NAME), mail.origin)];
    let head = [mail.greeting.clone()].into_iter().chain(mail.lines.iter().cloned());
    let parts = head.chain(mail.items.iter().map(notices::Item::text)).chain(links(&mail.link)).chain(mail.notes.iter().cloned());
    parts.chain(links(&mail.stop)).chain(links(&mail.settings)).chain(foot).collect::<Vec<_>>().join("\n\n") + "\n"
}

/// Looks in the head: programs for mail leave out style sheets of other servers, and most read this one.
const STYLE: &str = "body{margin:0;padding:24px;font:16px/1.6 sans-serif;color:#1b1b1f;background:#fff}\
    main{max-width:560px;margin:0 auto}\
    a{color:#1f4fbf}\
    .act a{display:inline-block;padding:12px 20px;border-radius:8px;background:#1f4fbf;color:#fff;text-decoration:none}\
    .url{word-break:break-all}\
    footer{margin-top:32px;padding-top:16px;border-top:1px solid #d5d7de;color:#51545f}";

/// The same as a document of its own.
pub fn html(mail: &Mail) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(mail.lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (mail.subject) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body(mail)) } }
        }
    }
}

fn body(mail: &Mail) -> Markup {
    html! {
        p { (mail.greeting) }
        @for line in &mail.lines { p { (line) } }
        (notices::list(&mail.items))
        @if let Some(link) = &mail.link {
            p.act { a href=(link.url) { (link.label) } }
            @if mail.items.is_empty() { p.url { (mail.lang.t(t::OR_COPY)) br; (link.url) } }
        }
        @for note in &mail.notes { p { (note) } }
        @for link in [&mail.stop, &mail.settings].into_iter().flatten() { p { a href=(link.url) { (link.label) } } }
        footer { (mail.lang.t(common::SITE_NAME)) br; a href={ (mail.origin) (paths::HOME) } { (mail.origin) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_the_same_as_text_and_as_html() {
        let frame = Frame { lang: Lang::En, name: "<b>Ada</b>", origin: "https://example.org" };
        let mail = reset_password(&LinkMail { frame, token: "abc-_9", minutes: 30 });

        let (text, html) = (text(&mail), html(&mail).into_string());

        assert!(text.contains("\nhttps://example.org/password/reset?token=abc-_9\n") && text.contains("<b>Ada</b>"), "{text}");
        assert!(html.contains("href=\"https://example.org/password/reset?token=abc-_9\"") && !html.contains("<b>Ada"), "{html}");
    }
}
