//! The history of a day: each minute a row of each instance, and one of the cluster, which the first instance writes.

use super::RedisSample;
use super::counts::Counts;
use super::heartbeat::{Delta, Heartbeat};
use crate::app::App;
use crate::clock::{OffsetDateTime, to_ms};
use crate::db::Database;
use crate::domain::Result;
use crate::entity::{cluster_metric, instance_metric};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

/// Minutes that are kept.
const KEPT: i64 = 24 * 60;

/// The number of a minute since 1970.
pub fn minute(at: OffsetDateTime) -> i64 {
    to_ms(at).div_euclid(60_000)
}

/// Writes what an instance did within a minute. The second time within a minute it is the better row.
pub async fn write_instance(app: &App, minute: i64, heartbeat: &Heartbeat, done: &Delta) -> Result<()> {
    use instance_metric::{ActiveModel, Column, Entity};
    let count = |n: u64| Set(i64::try_from(n).unwrap_or(i64::MAX));
    let row = ActiveModel {
        minute: Set(minute),
        instance: Set(heartbeat.name.clone()),
        cpu: Set(done.cpu()),
        memory: Set(heartbeat.memory),
        requests: count(done.total.count()),
        errors: count(done.total.errors),
        p50: Set(done.quantile(0.50)),
        p95: Set(done.quantile(0.95)),
        p99: Set(done.quantile(0.99)),
        in_flight: Set(heartbeat.in_flight),
        streams: Set(heartbeat.streams),
        db_used: Set(heartbeat.db_used),
        db_idle: Set(heartbeat.db_idle),
        db_max: Set(heartbeat.db_max),
    };
    let measured = [
        Column::Cpu,
        Column::Memory,
        Column::Requests,
        Column::Errors,
        Column::P50,
        Column::P95,
        Column::P99,
        Column::InFlight,
        Column::Streams,
        Column::DbUsed,
        Column::DbIdle,
        Column::DbMax,
    ];
    let replace = OnConflict::columns([Column::Minute, Column::Instance]).update_columns(measured).to_owned();
    Entity::insert(row).on_conflict(replace).exec_without_returning(&app.context.db).await?;
    Ok(())
}

/// Writes the cluster's numbers of a minute, unless another instance has.
pub async fn write_cluster(app: &App, minute: i64, counts: &Counts, redis: Option<&RedisSample>) -> Result<()> {
    use cluster_metric::{ActiveModel, Column, Entity};
    let number = |n: Option<u64>| Set(n.and_then(|n| i64::try_from(n).ok()));
    // Tenths: an integer is the same on both engines.
    let rate = |place: usize| Set(redis.and_then(|redis| redis.rates).map(|rates| (rates[place] * 10.0).round() as i64));
    let row = ActiveModel {
        minute: Set(minute),
        sessions: Set(counts.sessions),
        online: Set(counts.online),
        redis_clients: number(redis.map(|redis| redis.counts.connected_clients)),
        redis_memory: number(redis.map(|redis| redis.counts.used_memory)),
        redis_commands: rate(0),
        redis_expired: rate(1),
        redis_evicted: rate(2),
    };
    let ignore = OnConflict::column(Column::Minute).do_nothing().to_owned();
    Entity::insert(row).on_conflict(ignore).exec_without_returning(&app.context.db).await?;
    Ok(())
}

/// The mean of a column as a whole number.
fn mean(column: impl ColumnTrait) -> SimpleExpr {
    column.into_expr().avg().cast_as("BIGINT")
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

/// The cluster's numbers within a slot.
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
pub async fn instances(db: &Database, from: i64, until: i64, step: i64) -> Result<Vec<InstanceSlot>> {
    use instance_metric::{Column, Entity};
    let slots = Entity::find()
        .select_only()
        .column_as(Column::Minute.into_expr().div(step), "slot")
        .column(Column::Instance)
        .column_as(mean(Column::Cpu), "cpu")
        .column_as(mean(Column::Memory), "memory")
        .column_as(mean(Column::Requests), "requests")
        .column_as(mean(Column::Errors), "errors")
        .column_as(mean(Column::P50), "p50")
        .column_as(Column::P95.max(), "p95")
        .column_as(Column::P99.max(), "p99")
        .column_as(Column::Streams.max(), "streams")
        .column_as(Column::DbUsed.max(), "db_used")
        .filter(Column::Minute.gte(from))
        .filter(Column::Minute.lt(until))
        .group_by(Expr::col("slot"))
        .group_by(Column::Instance)
        .order_by_asc(Expr::col("slot"))
        .order_by_asc(Column::Instance);
    Ok(slots.into_model().all(db).await?)
}

/// The same of the cluster.
pub async fn cluster(db: &Database, from: i64, until: i64, step: i64) -> Result<Vec<ClusterSlot>> {
    use cluster_metric::{Column, Entity};
    let slots = Entity::find()
        .select_only()
        .column_as(Column::Minute.into_expr().div(step), "slot")
        .column_as(mean(Column::Sessions), "sessions")
        .column_as(Column::Online.max(), "online")
        .column_as(Column::RedisClients.max(), "redis_clients")
        .column_as(Column::RedisMemory.max(), "redis_memory")
        .column_as(mean(Column::RedisCommands), "redis_commands")
        .column_as(mean(Column::RedisExpired), "redis_expired")
        .column_as(mean(Column::RedisEvicted), "redis_evicted")
        .filter(Column::Minute.gte(from))
        .filter(Column::Minute.lt(until))
        .group_by(Expr::col("slot"))
        .order_by_asc(Expr::col("slot"));
    Ok(slots.into_model().all(db).await?)
}

/// Who was there since a minute.
pub async fn names(db: &Database, since: i64) -> Result<Vec<String>> {
    use instance_metric::{Column, Entity};
    let names = Entity::find().select_only().column(Column::Instance).distinct().filter(Column::Minute.gte(since));
    Ok(names.order_by_asc(Column::Instance).into_tuple().all(db).await?)
}

/// Forgets what has grown old.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    let before = minute(now) - KEPT;
    let instances = instance_metric::Entity::delete_many().filter(instance_metric::Column::Minute.lt(before)).exec(db).await?;
    let cluster = cluster_metric::Entity::delete_many().filter(cluster_metric::Column::Minute.lt(before)).exec(db).await?;
    Ok(instances.rows_affected + cluster.rows_affected)
}
