//! Notifications as mails: what happened on one post, or in a day or a week.

use super::text as t;
use super::{Frame, Link, Mail, mail_about, to};
use crate::notices::paths as notices;
use crate::notifications::{Kind, sentence};
use crate::{paths, saved_searches};
use maud::{Markup, html};

/// A mail about notifications.
#[derive(Clone)]
pub struct NoticeMail<'a> {
    pub frame: Frame<'a>,
    pub subject: Subject<'a>,
    /// Oldest first.
    pub entries: Vec<Entry<'a>>,
    /// How many more there are.
    pub more: u64,
    pub why: Why,
    /// The token of the address that ends them.
    pub stop: &'a str,
}

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    Post { title: &'a str },
    Search,
    Day,
    Week,
}

/// What a notification leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Comment(i64),
    /// A saved search.
    Search(i64),
}

/// One notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    pub kind: Kind,
    /// Who wrote it.
    pub actor: &'a str,
    /// The title of the post, or the words of a search.
    pub about: &'a str,
    /// The beginning of what was written.
    pub excerpt: &'a str,
    pub place: Place,
}

/// Why its reader gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// These kinds are mailed at once.
    Kinds,
    /// This board is mailed at once.
    Board,
    Day,
    Week,
}

/// A notification as it stands in a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    sentence: String,
    excerpt: String,
    url: String,
}

/// Draws it.
pub fn notice(p: &NoticeMail) -> Mail {
    let (lang, frame) = (p.frame.lang, &p.frame);
    let subject = match (p.subject, p.entries.as_slice()) {
        (Subject::Post { .. }, [only]) | (Subject::Search, [only, ..]) => sentence(lang, only.kind, only.actor, only.about),
        (Subject::Post { title }, entries) => {
            lang.fill(t::NOTICE_SUBJECT_MANY, &[("post", &title), ("n", &(entries.len() as u64 + p.more))])
        }
        (Subject::Day, _) | (Subject::Search, []) => lang.t(t::NOTICE_SUBJECT_DAY).to_owned(),
        (Subject::Week, _) => lang.t(t::NOTICE_SUBJECT_WEEK).to_owned(),
    };
    let lead = match p.subject {
        Subject::Post { .. } => t::NOTICE_LEAD_POST,
        Subject::Search => t::NOTICE_LEAD_SEARCH,
        Subject::Day => t::NOTICE_LEAD_DAY,
        Subject::Week => t::NOTICE_LEAD_WEEK,
    };
    let why = match p.why {
        Why::Kinds => t::NOTICE_WHY_KINDS,
        Why::Board => t::NOTICE_WHY_BOARD,
        Why::Day => t::NOTICE_WHY_DAY,
        Why::Week => t::NOTICE_WHY_WEEK,
    };
    let more = (p.more > 0).then(|| lang.fill(t::NOTICE_MORE, &[("n", &p.more)]));
    Mail {
        lines: [lang.t(lead).to_owned()].into_iter().chain(more).collect(),
        items: p.entries.iter().map(|entry| item(frame, entry)).collect(),
        link: Some(Link { label: lang.t(t::NOTICE_ALL), url: to(frame, paths::NOTIFICATIONS) }),
        notes: vec![lang.t(why).to_owned()],
        stop: Some(Link { label: lang.t(t::NOTICE_STOP), url: to(frame, &notices::stop(p.stop)) }),
        settings: Some(Link { label: lang.t(t::NOTICE_SETTINGS), url: to(frame, notices::INDEX) }),
        ..mail_about(frame, &subject)
    }
}

fn item(frame: &Frame, entry: &Entry) -> Item {
    Item {
        sentence: sentence(frame.lang, entry.kind, entry.actor, entry.about),
        // One line: what a member typed must not look like another part of the mail.
        excerpt: entry.excerpt.split_whitespace().collect::<Vec<_>>().join(" "),
        url: to(frame, &address(entry.place)),
    }
}

fn address(place: Place) -> String {
    match place {
        Place::Comment(id) => paths::comment(id),
        Place::Search(id) => saved_searches::paths::show(id),
    }
}

impl Item {
    pub(super) fn text(&self) -> String {
        let excerpt = if self.excerpt.is_empty() { String::new() } else { format!("\n  “{}”", self.excerpt) };
        format!("* {}{excerpt}\n{}", self.sentence, self.url)
    }
}

pub(super) fn list(items: &[Item]) -> Markup {
    html! {
        @if !items.is_empty() {
            ul {
                @for item in items {
                    li {
                        a href=(item.url) { (item.sentence) }
                        @if !item.excerpt.is_empty() { br; "“" (item.excerpt) "”" }
                    }
                }
            }
        }
    }
}
