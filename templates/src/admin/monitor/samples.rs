//! A busy cluster with trouble, one instance that is well, and the runbook.

use super::chart::{Chart, Line, Unit};
use super::live::{self, Edge, Event, InstanceReport, InstanceRow, InstanceStatus, Live, Redis, Route};
use super::runbook::{self, RunbookPage};
use super::{Range, SystemPage, text as t};
use crate::Lang;
use crate::admin::dashboard::Tile;
use crate::admin::samples::shell;
use crate::samples::{Rendered, moment};
use crate::upstreams::{self, Numbers, Server, Trouble};

pub(crate) fn all(lang: Lang) -> Rendered {
    let (shell, book) = (shell(lang, "/system"), shell(lang, "/system/runbook"));
    let page = |live, charts, paused| super::page(&SystemPage { shell: &shell, live, charts, range: Range::Hour, paused });
    let contents = [("redis-down".to_owned(), "RedisDown".to_owned())];
    let html = "<h3 id=\"alerts\">Alerts</h3><h4 id=\"redis-down\">RedisDown</h4><p><em>Check</em>: <code>redis-cli ping</code></p>";
    vec![
        ("admin-system", page(busy(lang), charts(lang, true), false)),
        ("admin-system-alone", page(alone(lang), charts(lang, false), true)),
        ("admin-system-runbook", runbook::page(&RunbookPage { shell: &book, contents: &contents, html })),
        ("fragment-system-live", live::part(&alone(lang))),
        ("fragment-system-history", super::history(lang, Range::Day, false, &charts(lang, true))),
    ]
}

fn tiles(lang: Lang) -> Vec<Tile<'static>> {
    let tile = |label, value: &str, hint: String| Tile { label: lang.t(label), value: value.into(), hint };
    vec![
        tile(t::TILE_RATE, "41.3", lang.fill(t::TILE_ERRORS, &[("n", &"0.1")])),
        tile(t::TILE_TIME, "38ms", lang.t(t::TILE_TIME_HINT).into()),
        tile(t::TILE_DB, "7/36", lang.fill(t::TILE_DB_HINT, &[("idle", &11)])),
        tile(t::TILE_BACKUP, lang.t(t::NEVER), String::new()),
    ]
}

fn report(n: u64) -> InstanceReport {
    InstanceReport {
        seconds: 86_400 * n + 7_260,
        cpu: 12.5 * (n + 1) as f64,
        memory: 54_525_952.0,
        rate: 13.7,
        errors: 0.0,
        times: [Some(4.2), Some(31.0), (n > 0).then_some(88.0)],
        in_flight: 3,
        streams: 210,
        db: (n + 2, 12),
        redis: t::REDIS_UP,
        version: "0.1.0".into(),
    }
}

fn busy(lang: Lang) -> Live<'static> {
    let states = [
        InstanceStatus::Ready,
        InstanceStatus::Starting,
        InstanceStatus::ReadOnly,
        InstanceStatus::Draining,
        InstanceStatus::Stopped,
        InstanceStatus::Missing,
        InstanceStatus::Unknown,
        InstanceStatus::Other,
    ];
    let row = |(n, status): (usize, InstanceStatus)| InstanceRow { name: n.to_string(), status, report: (n < 4).then(|| report(n as u64)) };
    let servers = [
        ("127.0.0.1:3000", upstreams::State::Up, None),
        ("127.0.0.1:3010", upstreams::State::Draining, Some((Trouble::Failed(503), 90))),
        ("127.0.0.1:3020", upstreams::State::Down, Some((Trouble::NobodyListens, 4))),
        ("127.0.0.1:3030", upstreams::State::Ejected, None),
        ("127.0.0.1:3040", upstreams::State::Unknown, None),
    ];
    let server = |(name, state, error)| (Server { name, state, probed: true, since: moment(lang, 3), seconds: 192, error }, numbers());
    let redis = Tile { label: lang.t(t::REDIS_MEMORY), value: "218.4MiB".into(), hint: "noeviction".into() };
    Live {
        lang,
        at: moment(lang, 12),
        concerns: vec![
            (lang.fill(t::BAD_SILENT, &[("name", &5)]), "upstream-down"),
            (lang.fill(t::BAD_MEMORY, &[("n", &91)]), "redis-memory-high"),
        ],
        tiles: tiles(lang),
        instances: states.into_iter().enumerate().map(row).collect(),
        is_complete: false,
        redis: Redis::Known(vec![redis], Some(0.91)),
        edge: Edge::Known(servers.map(server).into(), 2),
        routes: vec![Route {
            label: "/community/:board/:post".into(),
            count: 1_204,
            mean: 6.1,
            times: [Some(4.0), Some(31.2), Some(120.0)],
            errors: 1,
            statements: 2.4,
        }],
        events: events(lang),
    }
}

fn events(lang: Lang) -> Vec<Event> {
    let kinds = [
        (t::EV_LOST, Some(false)),
        (t::EV_BACK, Some(true)),
        (t::EV_DRAINING, None),
        (t::EV_REDIS_AWAY, Some(false)),
        (t::EV_DB_BACK, Some(true)),
        (t::EV_CLOCK_JUMPED, Some(false)),
    ];
    kinds.map(|(what, good)| Event { at: moment(lang, 9), instance: "1".into(), what, good }).into()
}

fn numbers() -> Numbers {
    Numbers {
        share: "33.3%".into(),
        rate: "13.1".into(),
        percentiles: [Some("4.1ms".into()), Some("12ms".into()), None],
        classes: [812, 20, 4, 1],
        ..Numbers::default()
    }
}

fn alone(lang: Lang) -> Live<'static> {
    let report = InstanceReport { redis: t::REDIS_NONE, ..report(0) };
    Live {
        lang,
        at: moment(lang, 12),
        concerns: Vec::new(),
        tiles: tiles(lang),
        instances: vec![InstanceRow { name: "laptop".into(), status: InstanceStatus::Ready, report: Some(report) }],
        is_complete: true,
        redis: Redis::Alone,
        edge: Edge::Unreachable("http://127.0.0.1:3009".into()),
        routes: Vec::new(),
        events: Vec::new(),
    }
}

fn charts(lang: Lang, filled: bool) -> Vec<Chart> {
    let times = (0..6).map(|minute| moment(lang, minute)).collect::<Vec<_>>();
    let points = |factor: f64| (0..6).map(|n| (filled && n != 3).then_some(f64::from(n) * factor)).collect();
    let line = |name: &str, factor| Line { name: name.into(), points: points(factor) };
    let chart = |id, title, unit, lines| Chart { id, title, unit, times: times.clone(), lines };
    vec![
        chart("rate", t::CHART_RATE, Unit::Rate, vec![line("0", 4.0), line("1", 3.5), line("2", 2.0)]),
        chart("memory", t::CHART_MEMORY, Unit::Bytes, vec![line("0", 5e7)]),
    ]
}
