//! Jobs that fail, a form that came too late, one who may only read, and nothing at all.

use super::{FailingJob, JobsPage, KindRow, Next, ScheduleRow, text as t};
use crate::Lang;
use crate::admin::dashboard::Tile;
use crate::admin::samples::shell;
use crate::samples::{Rendered, fault, moment};
use crate::upstreams::span;

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = shell(lang, "/jobs");
    let page = JobsPage {
        shell: &shell,
        tiles: tiles(lang, ["3", "1", "1"], &span(lang, 725)),
        failing: failing(lang),
        more_fail: false,
        kinds: kinds(),
        schedules: schedules(lang),
        may_change: true,
        once: "k-once",
        errors: &[],
    };
    let gone = [fault("form", "job.gone", 0)];
    let late = JobsPage { errors: &gone, more_fail: true, ..page.clone() };
    let reader = JobsPage { may_change: false, ..page.clone() };
    let none =
        JobsPage { tiles: tiles(lang, ["0", "0", "0"], lang.t(t::NOT_LATE)), failing: Vec::new(), schedules: Vec::new(), ..page.clone() };
    vec![
        ("admin-jobs", super::page(&page)),
        ("admin-jobs-faults", super::page(&late)),
        ("admin-jobs-read-only", super::page(&reader)),
        ("admin-jobs-none", super::page(&none)),
    ]
}

fn tiles(lang: Lang, [waiting, running, failed]: [&str; 3], late: &str) -> Vec<Tile<'static>> {
    let tile = |label, value: &str, hint| Tile { label: lang.t(label), value: value.into(), hint: lang.t(hint).into() };
    vec![
        tile(t::TILE_WAITING, waiting, t::TILE_WAITING_HINT),
        tile(t::TILE_RUNNING, running, t::TILE_RUNNING_HINT),
        tile(t::TILE_FAILED, failed, t::TILE_FAILED_HINT),
        tile(t::TILE_LATE, late, t::TILE_LATE_HINT),
    ]
}

fn failing(lang: Lang) -> Vec<FailingJob<'static>> {
    let long = "error returned from database: canceling statement due to statement timeout (57014) while deleting from sessions";
    vec![
        FailingJob { id: 4_812, kind: "forget_sessions", tries: 3, last_error: long, next: Next::Try(moment(lang, 51)) },
        FailingJob { id: 4_790, kind: "forget_events", tries: 8, last_error: "busy for 2 s", next: Next::GivenUp(moment(lang, 2)) },
        FailingJob {
            id: 4_777,
            kind: "of_a_newer_version",
            tries: 1,
            last_error: "its handler panicked; the log says where",
            next: Next::Try(moment(lang, 55)),
        },
    ]
}

fn kinds() -> Vec<KindRow<'static>> {
    let row = |kind, waiting, failed, done| KindRow { kind, waiting, running: 0, done, failed };
    vec![
        KindRow { running: 1, ..row("forget_keys", 0, 0, 167) },
        row("forget_invalidations", 1, 0, 1_003),
        row("forget_sessions", 1, 0, 168),
        row("forget_metrics", 0, 0, 168),
        row("forget_events", 0, 1, 140),
        row("forget_jobs", 1, 0, 168),
    ]
}

fn schedules(lang: Lang) -> Vec<ScheduleRow<'static>> {
    let row = |kind, minute| ScheduleRow { kind, next: moment(lang, minute) };
    vec![row("forget_invalidations", 40), row("forget_keys", 42), row("forget_jobs", 43)]
}
