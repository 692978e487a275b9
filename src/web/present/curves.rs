//! What the instances wrote down every minute, as curves.

use super::super::request::RequestContext;
use super::moment;
use crate::clock::from_ms;
use crate::monitor::history::{ClusterSlot, InstanceSlot};
use std::collections::{BTreeMap, BTreeSet};
use templates::Lang;
use templates::admin::monitor::chart::{Chart, Line, Unit};
use templates::admin::monitor::{Range, text as t};
use templates::text::Text;
use templates::ui::Moment;

/// Seconds.
const MINUTE: f64 = 60.0;

/// From which minute to which, and how many of them are one point. The minute that is not over is not among them.
pub fn span(range: Range, minute: i64) -> (i64, i64, i64) {
    match range {
        Range::Hour => (minute - 60, minute, 1),
        Range::Day => ((minute - 24 * 60) / 15 * 15, minute, 15),
    }
}

pub fn curves(
    request: &RequestContext,
    (from, until, step): (i64, i64, i64),
    instances: &[InstanceSlot],
    cluster: &[ClusterSlot],
) -> Vec<Chart> {
    let (now, lang) = (request.app.context.clock.now(), request.lang);
    let slots: Vec<i64> = (from / step..=(until - 1) / step).collect();
    let times = slots.iter().map(|slot| moment(from_ms(slot * step * 60_000), now, lang)).collect();
    let sheet = Sheet { slots, times, instances, cluster };
    let mut charts = vec![
        sheet.by_instance("rate", t::CHART_RATE, Unit::Rate, |row| Some(row.requests as f64 / MINUTE)),
        sheet.chart(
            "times",
            t::CHART_TIMES,
            Unit::Millis,
            vec![sheet.slowest("50%", |row| row.p50), sheet.slowest("95%", |row| row.p95), sheet.slowest("99%", |row| row.p99)],
        ),
        sheet.by_instance("errors", t::CHART_ERRORS, Unit::Rate, |row| Some(row.errors as f64 / MINUTE)),
        sheet.by_instance("cpu", t::CHART_CPU, Unit::Percent, |row| Some(row.cpu as f64 / 10.0)),
        sheet.by_instance("memory", t::CHART_MEMORY, Unit::Bytes, |row| Some(row.memory as f64)),
        sheet.by_instance("db", t::CHART_DB, Unit::Count, |row| Some(row.db_used as f64)),
    ];
    let whole = |n: i64| Some(n as f64);
    let people = vec![
        sheet.of_cluster(lang.t(t::LINE_SESSIONS), |row| whole(row.sessions)),
        sheet.of_cluster(lang.t(t::LINE_ONLINE), |row| whole(row.online)),
    ];
    charts.push(sheet.chart("people", t::CHART_PEOPLE, Unit::Count, people));
    // Without Redis its pictures would be empty for ever.
    if request.app.config.redis_url.is_some() {
        charts.extend(sheet.of_redis(lang));
    }
    charts
}

struct Sheet<'a> {
    slots: Vec<i64>,
    times: Vec<Moment>,
    instances: &'a [InstanceSlot],
    cluster: &'a [ClusterSlot],
}

impl Sheet<'_> {
    fn chart(&self, id: &'static str, title: Text, unit: Unit, lines: Vec<Line>) -> Chart {
        Chart { id, title, unit, times: self.times.clone(), lines }
    }

    fn line(&self, name: &str, values: &BTreeMap<i64, f64>) -> Line {
        Line { name: name.to_owned(), points: self.slots.iter().map(|slot| values.get(slot).copied()).collect() }
    }

    /// A line an instance.
    fn by_instance(&self, id: &'static str, title: Text, unit: Unit, of: fn(&InstanceSlot) -> Option<f64>) -> Chart {
        let names: BTreeSet<&str> = self.instances.iter().map(|row| row.instance.as_str()).collect();
        let line = |name: &str| {
            let own = self.instances.iter().filter(|row| row.instance == name);
            self.line(name, &own.filter_map(|row| Some((row.slot, of(row)?))).collect())
        };
        self.chart(id, title, unit, names.into_iter().map(line).collect())
    }

    /// The slowest instance's time, in milliseconds.
    fn slowest(&self, name: &str, of: fn(&InstanceSlot) -> Option<i64>) -> Line {
        let mut highest: BTreeMap<i64, f64> = BTreeMap::new();
        for (slot, micros) in self.instances.iter().filter_map(|row| Some((row.slot, of(row)?))) {
            let place = highest.entry(slot).or_default();
            *place = place.max(micros as f64 / 1000.0);
        }
        self.line(name, &highest)
    }

    fn of_redis(&self, lang: Lang) -> [Chart; 4] {
        let tenths = |n: Option<i64>| n.map(|n| n as f64 / 10.0);
        let whole = |n: Option<i64>| n.map(|n| n as f64);
        let line = |name: Text, of: &dyn Fn(&ClusterSlot) -> Option<f64>| self.of_cluster(lang.t(name), of);
        let one = |of: &dyn Fn(&ClusterSlot) -> Option<f64>| vec![line(t::LINE_REDIS, of)];
        let keys = vec![line(t::LINE_EXPIRED, &|row| tenths(row.redis_expired)), line(t::LINE_EVICTED, &|row| tenths(row.redis_evicted))];
        [
            self.chart("commands", t::CHART_COMMANDS, Unit::Rate, one(&|row| tenths(row.redis_commands))),
            self.chart("redis-memory", t::CHART_REDIS_MEMORY, Unit::Bytes, one(&|row| whole(row.redis_memory))),
            self.chart("clients", t::CHART_CLIENTS, Unit::Count, one(&|row| whole(row.redis_clients))),
            self.chart("keys", t::CHART_KEYS, Unit::Rate, keys),
        ]
    }

    fn of_cluster(&self, name: &str, of: impl Fn(&ClusterSlot) -> Option<f64>) -> Line {
        self.line(name, &self.cluster.iter().filter_map(|row| Some((row.slot, of(row)?))).collect())
    }
}
