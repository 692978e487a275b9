//! Jobs: how many there are, which of them fail and why, and when the next ones come.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use super::dashboard::{Tile, stat};
use super::layout::{self, AdminShell};
use crate::paths::admin as paths;
use crate::text::{Lang, Text};
use crate::ui::{self, ButtonForm, FieldError, Moment};
use maud::{Markup, html};

/// The page.
#[derive(Clone)]
pub struct JobsPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// How things are now.
    pub tiles: Vec<Tile<'a>>,
    /// The newest first.
    pub failing: Vec<FailingJob<'a>>,
    /// Whether there are more than are shown.
    pub more_fail: bool,
    pub kinds: Vec<KindRow<'a>>,
    pub schedules: Vec<ScheduleRow<'a>>,
    /// Whether the reader may try jobs again and drop them.
    pub may_change: bool,
    /// One-time key; each job is tried again or dropped once with it.
    pub once: &'a str,
    pub errors: &'a [FieldError<'a>],
}

/// A job whose last try failed.
#[derive(Clone, Debug)]
pub struct FailingJob<'a> {
    pub id: i64,
    /// The kind's word.
    pub kind: &'a str,
    pub tries: u64,
    pub last_error: &'a str,
    pub next: Next,
}

/// What comes after a failure.
#[derive(Clone, Debug)]
pub enum Next {
    /// It is tried again then.
    Try(Moment),
    /// Nothing, since then.
    GivenUp(Moment),
}

/// How many jobs of a kind there are.
#[derive(Clone, Copy, Debug)]
pub struct KindRow<'a> {
    /// The kind's word.
    pub kind: &'a str,
    pub waiting: u64,
    pub running: u64,
    pub done: u64,
    pub failed: u64,
}

/// When a schedule adds its next job.
#[derive(Clone, Debug)]
pub struct ScheduleRow<'a> {
    /// The word of its kind.
    pub kind: &'a str,
    pub next: Moment,
}

/// The name of a kind by its word; that of a newer version is shown as it is.
pub fn kind_name(lang: Lang, kind: &str) -> &str {
    let name = match kind {
        "forget_keys" => t::FORGET_KEYS,
        "forget_invalidations" => t::FORGET_INVALIDATIONS,
        "forget_sessions" => t::FORGET_SESSIONS,
        "forget_metrics" => t::FORGET_METRICS,
        "sweep_files" => t::SWEEP_FILES,
        "read_file" => t::READ_FILE,
        "queue_files" => t::QUEUE_FILES,
        "forget_events" => t::FORGET_EVENTS,
        "forget_jobs" => t::FORGET_JOBS,
        "forget_tokens" => t::FORGET_TOKENS,
        "run_searches" => t::RUN_SEARCHES,
        "mail" => t::MAIL,
        "notice_mail" => t::NOTICE_MAIL,
        "daily_digests" => t::DAILY_DIGESTS,
        "weekly_digests" => t::WEEKLY_DIGESTS,
        _ => return kind,
    };
    lang.t(name)
}

/// Renders it.
pub fn page(p: &JobsPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.title-row {
            h1 tabindex="-1" { (lang.t(t::TITLE)) }
            a href=(paths::JOBS) { (lang.t(t::AGAIN)) }
        }
        p.lead { (lang.t(t::LEAD)) }
        (ui::error_summary(lang, "", p.errors))
        section.jobs-now aria-labelledby="now-title" {
            h2 #now-title.visually-hidden { (lang.t(t::NOW)) }
            dl.tiles { @for tile in &p.tiles { (stat(tile)) } }
        }
        (failing(p))
        (kinds(lang, &p.kinds))
        (schedules(lang, &p.schedules))
    };
    layout::form_page(p.shell, lang.t(t::TITLE), p.errors, main)
}

fn failing(p: &JobsPage) -> Markup {
    let lang = p.shell.lang;
    html! {
        section aria-labelledby="failing-title" {
            h2 #failing-title { (lang.t(t::FAILING)) }
            @if p.failing.is_empty() { p.muted { (lang.t(t::FAILING_NONE)) } }
            @else {
                @if p.more_fail { p.muted { (lang.fill(t::FAILING_NEWEST, &[("n", &p.failing.len())])) } }
                @if !p.may_change { p.muted { (lang.t(t::READ_ONLY)) } }
                ul.cards { @for job in &p.failing { (card(p, job)) } }
            }
        }
    }
}

fn card(p: &JobsPage, job: &FailingJob) -> Markup {
    let (lang, name) = (p.shell.lang, kind_name(p.shell.lang, job.kind));
    let (badge, label, at) = match &job.next {
        Next::Try(at) => (ui::badge("warning", lang.t(t::BADGE_AGAIN)), t::NEXT_TRY, at),
        Next::GivenUp(at) => (ui::badge("failure", lang.t(t::BADGE_FAILED)), t::GIVEN_UP, at),
    };
    html! {
        li.card.job {
            h3 { (name) " " (badge) }
            p.meta {
                span { (lang.fill(t::NUMBER, &[("n", &job.id)])) }
                span { (lang.count(t::TRIES_ONE, t::TRIES_MANY, job.tries)) }
                span { (lang.t(label)) " " (ui::time(at)) }
            }
            p.note { span.visually-hidden { (lang.t(t::LAST_ERROR)) ": " } (job.last_error) }
            @if p.may_change {
                div.actions {
                    (button(p, &paths::job_retry(job.id), "secondary", t::RETRY, &lang.fill(t::RETRY_LABEL, &[("name", &name), ("n", &job.id)])))
                    (button(p, &paths::job_delete(job.id), "quiet", t::DROP, &lang.fill(t::DROP_LABEL, &[("name", &name), ("n", &job.id)])))
                }
            }
        }
    }
}

fn button(p: &JobsPage, action: &str, class: &str, text: Text, label: &str) -> Markup {
    ui::button_form(&ButtonForm { label, class, ..ButtonForm::new(action, p.once, p.shell.lang.t(text)) })
}

fn kinds(lang: Lang, rows: &[KindRow]) -> Markup {
    let columns = [t::COL_KIND, t::COL_WAITING, t::COL_RUNNING, t::COL_FAILED, t::COL_DONE];
    html! {
        section {
            h2 #kinds-title { (lang.t(t::KINDS)) }
            div.scroller tabindex="0" role="region" aria-labelledby="kinds-title" {
                table.data.jobs {
                    thead { tr { @for head in columns { th scope="col" { (lang.t(head)) } } } }
                    tbody {
                        @for row in rows {
                            tr {
                                th scope="row" { (kind_name(lang, row.kind)) }
                                @for count in [row.waiting, row.running, row.failed, row.done] { td { (ui::number(count)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn schedules(lang: Lang, rows: &[ScheduleRow]) -> Markup {
    html! {
        section aria-labelledby="schedules-title" {
            h2 #schedules-title { (lang.t(t::SCHEDULES)) }
            @if rows.is_empty() { p.muted { (lang.t(t::SCHEDULES_NONE)) } }
            @else {
                ol.events.upcoming { @for row in rows { li { (ui::time(&row.next)) span { (kind_name(lang, row.kind)) } } } }
            }
        }
    }
}
