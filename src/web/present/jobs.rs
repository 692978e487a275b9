//! Jobs for the staff's page.

use super::super::request::RequestContext;
use super::{count, moment};
use crate::domain::jobs::manage::{self, Failing, Overview};
use crate::domain::jobs::{self, Kind, State};
use std::collections::BTreeSet;
use templates::admin::dashboard::Tile;
use templates::admin::jobs::{FailingJob, JobsPage, KindRow, Next, ScheduleRow, text as t};
use templates::admin::layout::AdminShell;
use templates::text::Text;
use templates::ui::{self, FieldError};
use templates::upstreams::span;

/// The words of the kinds: those that this version knows, then those that only the rows know.
pub fn kinds(seen: &Overview) -> Vec<String> {
    let known: Vec<String> = Kind::all().map(Kind::word).collect();
    let others: BTreeSet<&String> = seen.counts.iter().map(|count| &count.kind).filter(|kind| !known.contains(kind)).collect();
    let others: Vec<String> = others.into_iter().cloned().collect();
    [known, others].concat()
}

/// The page; `kinds` holds what [`kinds`] returned.
pub fn page<'a>(
    request: &'a RequestContext,
    shell: &'a AdminShell<'a>,
    (seen, kinds): (&'a Overview, &'a [String]),
    once: &'a str,
    errors: &'a [FieldError<'a>],
) -> JobsPage<'a> {
    let now = request.app.context.clock.now();
    let schedules = seen.schedules.iter().map(|(name, next)| ScheduleRow { kind: name, next: moment(*next, now, request.lang) });
    let kinds: Vec<KindRow<'_>> = kinds.iter().map(|kind| kind_row(seen, kind)).collect();
    JobsPage {
        shell,
        tiles: tiles(request, seen, &kinds),
        failing: seen.failing.iter().map(|job| failing(request, job)).collect(),
        more_fail: seen.failing.len() as u64 >= manage::SHOWN,
        kinds,
        schedules: schedules.collect(),
        may_change: request.actor.as_ref().is_some_and(manage::may_change),
        once,
        errors,
    }
}

fn kind_row<'a>(seen: &Overview, kind: &'a str) -> KindRow<'a> {
    let [waiting, running, done, failed] = jobs::by_state(&seen.counts, kind).map(|(_, jobs)| count(jobs));
    KindRow { kind, waiting, running, done, failed }
}

fn tiles(request: &RequestContext, seen: &Overview, kinds: &[KindRow<'_>]) -> Vec<Tile<'static>> {
    let lang = request.lang;
    let tile = |label: Text, value: String, hint: Text| Tile { label: lang.t(label), value, hint: lang.t(hint).into() };
    let sum = |of: fn(&KindRow<'_>) -> u64| ui::number(kinds.iter().map(of).sum());
    let late = jobs::lateness(&seen.counts, request.app.context.clock.now()).whole_seconds();
    vec![
        tile(t::TILE_WAITING, sum(|row| row.waiting), t::TILE_WAITING_HINT),
        tile(t::TILE_RUNNING, sum(|row| row.running), t::TILE_RUNNING_HINT),
        tile(t::TILE_FAILED, sum(|row| row.failed), t::TILE_FAILED_HINT),
        tile(t::TILE_LATE, if late > 0 { span(lang, count(late)) } else { lang.t(t::NOT_LATE).to_owned() }, t::TILE_LATE_HINT),
    ]
}

/// A job that fails.
pub(super) fn failing<'a>(request: &RequestContext, job: &'a Failing) -> FailingJob<'a> {
    let (now, lang) = (request.app.context.clock.now(), request.lang);
    let next = match job.state {
        State::Failed => Next::GivenUp(moment(job.done_at.unwrap_or(job.due_at), now, lang)),
        State::Waiting | State::Done => Next::Try(moment(job.due_at, now, lang)),
    };
    FailingJob { id: job.id.0, kind: &job.kind, tries: count(job.tries), last_error: &job.last_error, next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use templates::Lang;
    use templates::admin::jobs::kind_name;

    #[test]
    fn every_kind_has_a_name_in_both_languages() {
        for kind in Kind::all().map(Kind::word) {
            assert!([Lang::Ko, Lang::En].iter().all(|lang| kind_name(*lang, &kind) != kind), "{kind}");
        }
    }
}
