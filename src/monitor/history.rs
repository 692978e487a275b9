//! A row a minute for a day: of each instance by itself, of the house by whoever comes first.

use super::RedisSample;
use super::counts::Counts;
use super::heartbeat::{Delta, Heartbeat};
use crate::app::App;
use crate::clock::{OffsetDateTime, to_ms};
use crate::db::{Database, query};
use crate::domain::Result;
use sea_orm::{FromQueryResult, Value};

/// Minutes that are kept.
const KEPT: i64 = 24 * 60;

/// The number of a minute since 1970.
pub fn minute(at: OffsetDateTime) -> i64 {
    to_ms(at).div_euclid(60_000)
}

/// Writes what an instance did within a minute. The second time within a minute it is the better row.
///
/// # Errors
/// The database's.
pub async fn write_instance(app: &App, minute: i64, beat: &Heartbeat, done: &Delta) -> Result<()> {
    let insert = "INSERT INTO instance_metrics (minute, instance, cpu, memory, requests, errors, p50, p95, p99, in_flight, streams, \
                  db_used, db_idle, db_max) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
                  ON CONFLICT (minute, instance) DO UPDATE SET cpu = excluded.cpu, memory = excluded.memory, \
                  requests = excluded.requests, errors = excluded.errors, p50 = excluded.p50, p95 = excluded.p95, \
                  p99 = excluded.p99, in_flight = excluded.in_flight, streams = excluded.streams, \
                  db_used = excluded.db_used, db_idle = excluded.db_idle, db_max = excluded.db_max";
    let count = |n: u64| Value::from(i64::try_from(n).unwrap_or(i64::MAX));
    let values: [Value; 14] = [
        minute.into(),
        beat.name.clone().into(),
        done.cpu().into(),
        beat.memory.into(),
        count(done.total.count()),
        count(done.total.errors),
        done.quantile(0.50).into(),
        done.quantile(0.95).into(),
        done.quantile(0.99).into(),
        beat.in_flight.into(),
        beat.streams.into(),
        beat.db_used.into(),
        beat.db_idle.into(),
        beat.db_max.into(),
    ];
    query::run(&app.db, insert, values).await.map(|_| ()).map_err(Into::into)
}

/// Writes how the house was in a minute, unless another instance has.
///
/// # Errors
/// The database's.
pub async fn write_house(app: &App, minute: i64, counts: &Counts, redis: Option<&RedisSample>) -> Result<()> {
    let insert = "INSERT INTO cluster_metrics (minute, sessions, online, redis_clients, redis_memory, redis_commands, redis_expired, \
                  redis_evicted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (minute) DO NOTHING";
    let number = |n: Option<u64>| Value::from(n.and_then(|n| i64::try_from(n).ok()));
    // Tenths: an integer is the same on both engines.
    let rate = |place: usize| Value::from(redis.and_then(|redis| redis.rates).map(|rates| (rates[place] * 10.0).round() as i64));
    let values: [Value; 8] = [
        minute.into(),
        counts.sessions.into(),
        counts.online.into(),
        number(redis.map(|redis| redis.counts.connected_clients)),
        number(redis.map(|redis| redis.counts.used_memory)),
        rate(0),
        rate(1),
        rate(2),
    ];
    query::run(&app.db, insert, values).await.map(|_| ()).map_err(Into::into)
}

/// What one instance did within a slot of several minutes: means, and the highest of times.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct InstanceSlot {
    pub slot: i64,
    pub instance: String,
    pub cpu: i64,
    pub memory: i64,
    pub requests: i64,
    pub errors: i64,
    pub p50: Option<i64>,
    pub p95: Option<i64>,
    pub p99: Option<i64>,
    pub streams: i64,
    pub db_used: i64,
}

/// How the house was within a slot.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct ClusterSlot {
    pub slot: i64,
    pub sessions: i64,
    pub online: i64,
    pub redis_clients: Option<i64>,
    pub redis_memory: Option<i64>,
    pub redis_commands: Option<i64>,
    pub redis_expired: Option<i64>,
    pub redis_evicted: Option<i64>,
}

/// The instances between two minutes (the second is not among them), by slots of so many minutes.
///
/// # Errors
/// The database's.
pub async fn instances(db: &Database, from: i64, until: i64, step: i64) -> Result<Vec<InstanceSlot>> {
    let sql = "SELECT minute / $3 AS slot, instance, CAST(AVG(cpu) AS BIGINT) AS cpu, CAST(AVG(memory) AS BIGINT) AS memory, \
               CAST(AVG(requests) AS BIGINT) AS requests, CAST(AVG(errors) AS BIGINT) AS errors, CAST(AVG(p50) AS BIGINT) AS p50, \
               MAX(p95) AS p95, MAX(p99) AS p99, MAX(streams) AS streams, MAX(db_used) AS db_used \
               FROM instance_metrics WHERE minute >= $1 AND minute < $2 GROUP BY 1, 2 ORDER BY 1, 2";
    Ok(query::all(db, sql, [from.into(), until.into(), step.into()]).await?)
}

/// The same of the house.
///
/// # Errors
/// The database's.
pub async fn house(db: &Database, from: i64, until: i64, step: i64) -> Result<Vec<ClusterSlot>> {
    let sql = "SELECT minute / $3 AS slot, CAST(AVG(sessions) AS BIGINT) AS sessions, MAX(online) AS online, \
               MAX(redis_clients) AS redis_clients, MAX(redis_memory) AS redis_memory, \
               CAST(AVG(redis_commands) AS BIGINT) AS redis_commands, CAST(AVG(redis_expired) AS BIGINT) AS redis_expired, \
               CAST(AVG(redis_evicted) AS BIGINT) AS redis_evicted \
               FROM cluster_metrics WHERE minute >= $1 AND minute < $2 GROUP BY 1 ORDER BY 1";
    Ok(query::all(db, sql, [from.into(), until.into(), step.into()]).await?)
}

#[derive(FromQueryResult)]
struct Name {
    instance: String,
}

/// Who was there since a minute.
///
/// # Errors
/// The database's.
pub async fn names(db: &Database, since: i64) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT instance FROM instance_metrics WHERE minute >= $1 ORDER BY instance";
    Ok(query::all::<Name>(db, sql, [since.into()]).await?.into_iter().map(|row| row.instance).collect())
}

/// Forgets what has grown old.
///
/// # Errors
/// The database's.
pub async fn forget_old(db: &Database, now: OffsetDateTime) -> Result<()> {
    let before = minute(now) - KEPT;
    query::run(db, "DELETE FROM instance_metrics WHERE minute < $1", [before.into()]).await?;
    query::run(db, "DELETE FROM cluster_metrics WHERE minute < $1", [before.into()]).await.map(|_| ()).map_err(Into::into)
}
