//! Mail: where it goes, what waits and fails, whose address is refused, and a mail to oneself.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use super::dashboard::{Tile, stat};
use super::jobs::{FailingJob, Next, text as jobs};
use super::layout::{self, AdminShell};
use crate::paths::admin as paths;
use crate::text::{Lang, Text};
use crate::ui::{self, FieldError, Moment, Tone};
use maud::{Markup, html};

/// What becomes of mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way<'a> {
    /// It is handed to a relay.
    Relay {
        /// Host and port.
        place: &'a str,
        security: Security,
    },
    /// It is written to the log.
    Log,
    /// There is none.
    None,
}

/// How the connection to a relay is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From the first byte.
    Tls,
    /// After STARTTLS.
    StartTls,
    /// Not at all, on this machine.
    Plain,
}

/// The page.
#[derive(Clone)]
pub struct MailPage<'a> {
    pub shell: &'a AdminShell<'a>,
    pub way: Way<'a>,
    /// Whom mails come from.
    pub from: &'a str,
    pub a_minute: u64,
    /// The reader's own address, to which a mail can be sent; empty where the reader may not.
    pub own: &'a str,
    /// How things are now.
    pub tiles: Vec<Tile<'a>>,
    /// The newest first.
    pub failing: Vec<FailingJob<'a>>,
    /// Addresses that are refused; none: the reader may not see addresses.
    pub refused: Option<Vec<RefusedRow<'a>>>,
    pub once: &'a str,
    pub errors: &'a [FieldError<'a>],
}

/// An address that another server refuses.
#[derive(Clone, Debug)]
pub struct RefusedRow<'a> {
    pub user_id: i64,
    pub name: &'a str,
    pub email: &'a str,
    pub failures: u64,
    pub at: Moment,
    pub last_error: &'a str,
}

/// Renders it.
pub fn page(p: &MailPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.title-row {
            h1 tabindex="-1" { (lang.t(t::TITLE)) }
            a href=(paths::MAIL) { (lang.t(jobs::AGAIN)) }
        }
        p.lead { (lang.t(t::LEAD)) }
        (ui::error_summary(lang, "", p.errors))
        (settings(p))
        section.jobs-now aria-labelledby="now-title" {
            h2 #now-title { (lang.t(t::QUEUE)) }
            dl.tiles { @for tile in &p.tiles { (stat(tile)) } }
        }
        (failing(p))
        @if let Some(rows) = &p.refused { (refused(lang, rows)) }
    };
    layout::form_page(p.shell, lang.t(t::TITLE), p.errors, main)
}

fn settings(p: &MailPage) -> Markup {
    let lang = p.shell.lang;
    html! {
        section aria-labelledby="settings-title" {
            h2 #settings-title { (lang.t(t::SETTINGS)) }
            @match p.way {
                Way::Relay { place, security } => {
                    dl.facts {
                        div { dt { (lang.t(t::RELAY)) } dd { (place) } }
                        div { dt { (lang.t(t::SECURITY)) } dd { (lang.t(security_text(security))) } }
                        div { dt { (lang.t(t::FROM)) } dd { (p.from) } }
                        div { dt { (lang.t(t::A_MINUTE)) } dd { (ui::number(p.a_minute)) } }
                    }
                },
                Way::Log => (ui::notice(lang, Tone::Notice, lang.t(t::WAY_LOG))),
                Way::None => (ui::notice(lang, Tone::Warning, lang.t(t::WAY_NONE))),
            }
            @if !p.own.is_empty() && p.way != Way::None {
                form method="post" action=(paths::MAIL_TEST) novalidate hx-boost="false" {
                    (ui::once(p.once))
                    p { (lang.fill(t::TEST_TEXT, &[("email", &p.own)])) }
                    button.button.secondary { (lang.t(t::TEST)) }
                }
            }
        }
    }
}

fn security_text(security: Security) -> Text {
    match security {
        Security::Tls => t::SECURITY_TLS,
        Security::StartTls => t::SECURITY_STARTTLS,
        Security::Plain => t::SECURITY_PLAIN,
    }
}

fn failing(p: &MailPage) -> Markup {
    let lang = p.shell.lang;
    html! {
        section aria-labelledby="failing-title" {
            h2 #failing-title { (lang.t(t::FAILING)) }
            @if p.failing.is_empty() { p.muted { (lang.t(t::FAILING_NONE)) } }
            @else {
                p { a href=(paths::JOBS) { (lang.t(t::TO_JOBS)) } }
                ul.cards { @for job in &p.failing { (card(lang, job)) } }
            }
        }
    }
}

fn card(lang: Lang, job: &FailingJob) -> Markup {
    let (badge, label, at) = match &job.next {
        Next::Try(at) => (ui::badge("warning", lang.t(jobs::BADGE_AGAIN)), jobs::NEXT_TRY, at),
        Next::GivenUp(at) => (ui::badge("failure", lang.t(jobs::BADGE_FAILED)), jobs::GIVEN_UP, at),
    };
    html! {
        li.card.job {
            h3 { (lang.fill(jobs::NUMBER, &[("n", &job.id)])) " " (badge) }
            p.meta { span { (lang.count(jobs::TRIES_ONE, jobs::TRIES_MANY, job.tries)) } span { (lang.t(label)) " " (ui::time(at)) } }
            p.note { span.visually-hidden { (lang.t(jobs::LAST_ERROR)) ": " } (job.last_error) }
        }
    }
}

fn refused(lang: Lang, rows: &[RefusedRow]) -> Markup {
    html! {
        section aria-labelledby="refused-title" {
            h2 #refused-title { (lang.t(t::REFUSED)) }
            @if rows.is_empty() { p.muted { (lang.t(t::REFUSED_NONE)) } }
            @else {
                p.muted { (lang.t(t::REFUSED_TEXT)) }
                ul.cards {
                    @for row in rows {
                        li.card.job {
                            h3 { a href=(paths::user(row.user_id)) { (row.name) } }
                            p.meta { span { (row.email) } span { (lang.count(t::TIMES_ONE, t::TIMES_MANY, row.failures)) } (ui::time(&row.at)) }
                            p.note { (row.last_error) }
                        }
                    }
                }
            }
        }
    }
}
