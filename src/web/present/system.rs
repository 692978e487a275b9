//! How the machines are, for the staff's page.

use super::super::request::RequestContext;
use super::{count, moment};
use crate::clock::{from_ms, to_ms};
use crate::domain::jobs;
use crate::edge::html_report as nginx;
use crate::edge::report::Report;
use crate::metrics::Sum;
use crate::monitor::overview::{Instance, NodeStatus, Overview};
use crate::monitor::{Event, EventKind, Heartbeat, InstanceState, RedisSample, heartbeat};
use templates::Lang;
use templates::admin::dashboard::Tile;
use templates::admin::monitor::chart::{Unit, shown};
use templates::admin::monitor::live::{self, Edge, InstanceReport, InstanceRow, Live, Redis, Route};
use templates::admin::monitor::text as t;
use templates::text::Text;
use templates::upstreams::span;

/// Rows of the slowest routes.
const ROUTES: usize = 10;
/// Seconds after which a backup, and a proven restore, is too old: as in the alerts.
const BACKUP_OLD: u64 = 26 * 3600;
const DRILL_OLD: u64 = 8 * 24 * 3600;
/// After which a job that is due is too late: as in the alerts.
const JOBS_LATE: time::Duration = time::Duration::minutes(10);

/// What holds now; `report` is the edge's, where it answered.
pub fn live<'a>(request: &RequestContext, seen: &Overview, report: Option<&'a Report>) -> Live<'a> {
    let (now, lang) = (request.app.context.clock.now(), request.lang);
    let edge = match report {
        Some(report) => Edge::Known(nginx::rows(report, lang), report.total.minute.no_live_upstreams),
        None => Edge::Unreachable(request.app.config.watching.edge_url.to_string()),
    };
    Live {
        lang,
        at: moment(now, now, lang),
        concerns: concerns(request, seen, report),
        tiles: tiles(request, seen),
        instances: seen.instances.iter().map(|instance| row(instance, to_ms(now))).collect(),
        is_complete: seen.sees_all,
        redis: redis(request, seen.redis.as_ref()),
        edge,
        routes: seen.slowest(ROUTES).into_iter().map(route).collect(),
        events: seen.events.iter().map(|event| happened(event, now, lang)).collect(),
    }
}

fn heartbeats(seen: &Overview) -> impl Iterator<Item = &Heartbeat> {
    seen.instances.iter().filter_map(|instance| match &instance.word {
        NodeStatus::Heartbeat(heartbeat) => Some(&**heartbeat),
        _ => None,
    })
}

/// What needs a look, with its place in the runbook.
fn concerns(request: &RequestContext, seen: &Overview, report: Option<&Report>) -> Vec<(String, &'static str)> {
    let lang = request.lang;
    let mut found = Vec::new();
    for instance in &seen.instances {
        let name: &dyn std::fmt::Display = &instance.name;
        match &instance.word {
            NodeStatus::Silent => found.push((lang.fill(t::BAD_SILENT, &[("name", name)]), "upstream-down")),
            NodeStatus::Heartbeat(heartbeat) if heartbeat.state == InstanceState::Reading => {
                found.push((lang.fill(t::BAD_READING, &[("name", name)]), "database-down"));
            }
            _ => {}
        }
    }
    if heartbeats(seen).any(|heartbeat| heartbeat.disk_full) {
        found.push((lang.t(t::BAD_DISK).to_owned(), "database-disk-full"));
    }
    if heartbeats(seen).any(|heartbeat| heartbeat.redis == heartbeat::Redis::Away) {
        found.push((lang.t(t::BAD_REDIS).to_owned(), "redis-down"));
    }
    if seen.counts.is_none() {
        found.push((lang.t(t::BAD_DATABASE).to_owned(), "database-down"));
    }
    if seen.counts.as_ref().is_some_and(|counts| jobs::lateness(&counts.jobs, request.app.context.clock.now()) > JOBS_LATE) {
        found.push((lang.t(t::BAD_JOBS).to_owned(), "jobs-late"));
    }
    let down =
        report.into_iter().flat_map(|report| &report.servers).filter(|server| server.state == crate::edge::report::ServerState::Down);
    found.extend(down.map(|server| (lang.fill(t::BAD_UPSTREAM, &[("name", &server.server)]), "upstream-down")));
    if let Some(redis) = &seen.redis {
        match full(redis) {
            None => found.push((lang.t(t::BAD_UNLIMITED).to_owned(), "redis-memory-unlimited")),
            Some(full) if full > 0.85 => {
                found.push((lang.fill(t::BAD_MEMORY, &[("n", &((full * 100.0).round() as u64))]), "redis-memory-high"));
            }
            Some(_) => {}
        }
    }
    found.extend(old(request, seen.backup[0], BACKUP_OLD, t::BAD_BACKUP, t::BAD_BACKUP_NONE).map(|text| (text, "backup-old")));
    found.extend(old(request, seen.backup[1], DRILL_OLD, t::BAD_DRILL, t::BAD_DRILL_NONE).map(|text| (text, "restore-drill-old")));
    found
}

fn old(request: &RequestContext, last: Option<f64>, longest: u64, too_old: Text, never: Text) -> Option<String> {
    let Some(last) = last else { return Some(request.lang.t(never).to_owned()) };
    let age = age(request, last);
    (age > longest).then(|| request.lang.fill(too_old, &[("span", &span(request.lang, age))]))
}

/// Seconds since a moment that is given in seconds since 1970.
fn age(request: &RequestContext, at: f64) -> u64 {
    (to_ms(request.app.context.clock.now()) as f64 / 1000.0 - at).max(0.0) as u64
}

fn tiles(request: &RequestContext, seen: &Overview) -> Vec<Tile<'static>> {
    let lang = request.lang;
    let tile = |label: Text, value: String, hint: String| Tile { label: lang.t(label), value, hint };
    let number = |n: Option<i64>| n.map_or_else(|| "?".to_owned(), |n| templates::ui::number(count(n)));
    let sum = |of: fn(&Heartbeat) -> f64| heartbeats(seen).map(of).sum::<f64>();
    let slowest = heartbeats(seen).filter_map(|heartbeat| heartbeat.p95).max();
    let ago = |at: Option<f64>| match at {
        Some(at) => lang.fill(t::AGO, &[("span", &span(lang, age(request, at)))]),
        None => lang.t(t::NEVER).to_owned(),
    };
    let when = |at: Option<f64>| at.map_or_else(String::new, |at| super::day(from_ms((at * 1000.0) as i64), lang));
    let db =
        (sum(|heartbeat| heartbeat.db_used as f64), sum(|heartbeat| heartbeat.db_max as f64), sum(|heartbeat| heartbeat.db_idle as f64));
    vec![
        tile(
            t::TILE_RATE,
            shown(Unit::Rate, sum(|heartbeat| heartbeat.rate)),
            lang.fill(t::TILE_ERRORS, &[("n", &shown(Unit::Rate, sum(|heartbeat| heartbeat.errors)))]),
        ),
        match slowest {
            Some(p95) => tile(t::TILE_TIME, shown(Unit::Millis, p95 as f64 / 1000.0), lang.t(t::TILE_TIME_HINT).into()),
            None => tile(t::TILE_TIME, "-".into(), lang.t(t::NOBODY_ASKED).into()),
        },
        tile(t::TILE_SESSIONS, number(seen.counts.as_ref().map(|c| c.sessions)), lang.t(t::TILE_SESSIONS_HINT).into()),
        tile(t::TILE_ONLINE, number(seen.counts.as_ref().map(|c| c.online)), lang.t(t::TILE_ONLINE_HINT).into()),
        tile(t::TILE_DB, format!("{:.0}/{:.0}", db.0, db.1), lang.fill(t::TILE_DB_HINT, &[("idle", &format!("{:.0}", db.2))])),
        tile(t::TILE_STREAMS, templates::ui::number(sum(|heartbeat| heartbeat.streams as f64) as u64), lang.t(t::TILE_STREAMS_HINT).into()),
        tile(t::TILE_BACKUP, ago(seen.backup[0]), when(seen.backup[0])),
        tile(t::TILE_DRILL, ago(seen.backup[1]), when(seen.backup[1])),
    ]
}

fn row(instance: &Instance, now: i64) -> InstanceRow {
    let (status, report) = match &instance.word {
        NodeStatus::Heartbeat(heartbeat) => (state(heartbeat.state), Some(report(heartbeat, now))),
        NodeStatus::Left => (live::InstanceStatus::Stopped, None),
        NodeStatus::Silent => (live::InstanceStatus::Missing, None),
        NodeStatus::Unseen => (live::InstanceStatus::Unknown, None),
    };
    InstanceRow { name: instance.name.clone(), status, report }
}

fn state(state: InstanceState) -> live::InstanceStatus {
    match state {
        InstanceState::Starting => live::InstanceStatus::Starting,
        InstanceState::Ready => live::InstanceStatus::Ready,
        InstanceState::Reading => live::InstanceStatus::ReadOnly,
        InstanceState::Draining => live::InstanceStatus::Draining,
        InstanceState::Unknown => live::InstanceStatus::Other,
    }
}

fn report(heartbeat: &Heartbeat, now: i64) -> InstanceReport {
    InstanceReport {
        seconds: count((now - heartbeat.started) / 1000),
        cpu: heartbeat.cpu as f64 / 10.0,
        memory: heartbeat.memory as f64,
        rate: heartbeat.rate,
        errors: heartbeat.errors,
        times: [heartbeat.p50, heartbeat.p95, heartbeat.p99].map(|micros| micros.map(|micros| micros as f64 / 1000.0)),
        in_flight: count(heartbeat.in_flight),
        streams: count(heartbeat.streams),
        db: (count(heartbeat.db_used), count(heartbeat.db_max)),
        redis: match heartbeat.redis {
            heartbeat::Redis::None => t::REDIS_NONE,
            heartbeat::Redis::Up => t::REDIS_UP,
            heartbeat::Redis::Away => t::REDIS_AWAY,
        },
        version: heartbeat.version.clone(),
    }
}

/// How full Redis is. None: it has no limit.
fn full(redis: &RedisSample) -> Option<f64> {
    (redis.counts.maxmemory > 0).then(|| redis.counts.used_memory as f64 / redis.counts.maxmemory as f64)
}

fn redis<'a>(request: &RequestContext, redis: Option<&RedisSample>) -> Redis<'a> {
    let lang = request.lang;
    let Some(redis) = redis else {
        return if request.app.config.redis_url.is_some() { Redis::Unknown } else { Redis::Alone };
    };
    let counts = &redis.counts;
    let rate = |place: usize| redis.rates.map_or_else(|| "-".to_owned(), |rates| shown(Unit::Rate, rates[place]));
    let tile = |label: Text, value: String, hint: String| Tile { label: lang.t(label), value, hint };
    let memory = match counts.maxmemory {
        0 => lang.fill(t::REDIS_MEMORY_FREE, &[("policy", &counts.maxmemory_policy)]),
        max => lang.fill(t::REDIS_MEMORY_HINT, &[("max", &shown(Unit::Bytes, max as f64)), ("policy", &counts.maxmemory_policy)]),
    };
    let tiles = vec![
        tile(
            t::REDIS_CLIENTS,
            templates::ui::number(counts.connected_clients),
            lang.fill(t::REDIS_CLIENTS_HINT, &[("n", &templates::ui::number(counts.maxclients))]),
        ),
        tile(t::REDIS_MEMORY, shown(Unit::Bytes, counts.used_memory as f64), memory),
        tile(t::REDIS_COMMANDS, rate(0), String::new()),
        tile(t::REDIS_EXPIRED, rate(1), String::new()),
        tile(t::REDIS_EVICTED, rate(2), String::new()),
    ];
    Redis::Known(tiles, full(redis))
}

fn route((label, sum): (String, Sum)) -> Route {
    let requests = sum.count().max(1) as f64;
    let ms = |share| sum.quantile(share).map(|micros| micros as f64 / 1000.0);
    Route {
        label,
        count: sum.count(),
        mean: sum.micros as f64 / 1000.0 / requests,
        times: [ms(0.50), ms(0.95), ms(0.99)],
        errors: sum.errors,
        statements: sum.statements as f64 / requests,
    }
}

fn happened(event: &Event, now: time::OffsetDateTime, lang: Lang) -> live::Event {
    let (what, good) = match event.kind {
        EventKind::Up => (t::EV_UP, Some(true)),
        EventKind::Draining => (t::EV_DRAINING, None),
        EventKind::Lost => (t::EV_LOST, Some(false)),
        EventKind::Back => (t::EV_BACK, Some(true)),
        EventKind::RedisAway => (t::EV_REDIS_AWAY, Some(false)),
        EventKind::RedisBack => (t::EV_REDIS_BACK, Some(true)),
        EventKind::DatabaseAway => (t::EV_DB_AWAY, Some(false)),
        EventKind::DatabaseBack => (t::EV_DB_BACK, Some(true)),
        EventKind::DiskFull => (t::EV_DISK_FULL, Some(false)),
        EventKind::DiskFree => (t::EV_DISK_FREE, Some(true)),
        EventKind::ClockJumped => (t::EV_CLOCK_JUMPED, Some(false)),
    };
    live::Event { at: moment(event.at, now, lang), instance: event.instance.clone(), what, good }
}
