//! Mail for the staff's page.

use super::super::request::RequestContext;
use super::{count, jobs as of_jobs, moment};
use crate::config::mail::{Security as Secured, Way as Goes};
use crate::domain::jobs::{self, Kind, manage as jobs_manage};
use crate::domain::mail::manage::{KINDS, Overview, Refused};
use templates::admin::dashboard::Tile;
use templates::admin::jobs::text as jobs_text;
use templates::admin::layout::AdminShell;
use templates::admin::mail::{MailPage, RefusedRow, Security, Way, text as t};
use templates::ui::{self, FieldError};

/// Host and port of the relay; empty where there is none.
pub fn place(request: &RequestContext) -> String {
    match &request.app.config.mail.way {
        Goes::Relay(relay) => format!("{}:{}", relay.host, relay.port),
        Goes::Log | Goes::None => String::new(),
    }
}

/// The page; `place` is what [`place`] returned.
pub fn page<'a>(
    request: &'a RequestContext,
    shell: &'a AdminShell<'a>,
    (seen, place): (&'a Overview, &'a str),
    once: &'a str,
    errors: &'a [FieldError<'a>],
) -> MailPage<'a> {
    let mail = &request.app.config.mail;
    let may_test = request.actor.as_ref().is_some_and(jobs_manage::may_change);
    let own = request.session.as_ref().filter(|_| may_test).map_or("", |session| session.copy.email.as_str());
    MailPage {
        shell,
        way: way(&mail.way, place),
        from: &mail.from,
        a_minute: mail.a_minute.into(),
        own,
        tiles: tiles(request, seen),
        failing: seen.failing.iter().map(|job| of_jobs::failing(request, job)).collect(),
        refused: seen.refused.as_ref().map(|rows| rows.iter().map(|row| refused(request, row)).collect()),
        once,
        errors,
    }
}

fn way<'a>(way: &Goes, place: &'a str) -> Way<'a> {
    match way {
        Goes::Relay(relay) => {
            let security = match relay.security {
                Secured::Tls => Security::Tls,
                Secured::StartTls => Security::StartTls,
                Secured::Plain => Security::Plain,
            };
            Way::Relay { place, security }
        }
        Goes::Log => Way::Log,
        Goes::None => Way::None,
    }
}

fn tiles(request: &RequestContext, seen: &Overview) -> Vec<Tile<'static>> {
    let lang = request.lang;
    let of = |kind: Kind| jobs::by_state(&seen.counts, &kind.word()).map(|(_, mails)| mails);
    let sums = KINDS.into_iter().map(of).reduce(|sums, more| std::array::from_fn(|n| sums[n] + more[n])).unwrap_or_default();
    let [waiting, running, done, failed] = sums.map(|mails| ui::number(count(mails)));
    let tile = |label, value, hint| Tile { label: lang.t(label), value, hint: lang.t(hint).into() };
    vec![
        tile(jobs_text::TILE_WAITING, waiting, t::TILE_WAITING_HINT),
        tile(jobs_text::TILE_RUNNING, running, t::TILE_RUNNING_HINT),
        tile(jobs_text::TILE_FAILED, failed, t::TILE_FAILED_HINT),
        tile(t::TILE_SENT, done, t::TILE_SENT_HINT),
    ]
}

fn refused<'a>(request: &RequestContext, row: &'a Refused) -> RefusedRow<'a> {
    let now = request.app.context.clock.now();
    RefusedRow {
        user_id: row.user_id.0,
        name: &row.name,
        email: &row.email,
        failures: count(row.failures),
        at: moment(row.failed_at.unwrap_or(now), now, request.lang),
        last_error: &row.last_error,
    }
}
