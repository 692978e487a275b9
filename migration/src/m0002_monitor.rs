//! What instances measured, a row a minute, and what happened to them.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE instance_metrics (
  minute BIGINT NOT NULL,
  instance TEXT NOT NULL,
  cpu BIGINT NOT NULL,
  memory BIGINT NOT NULL,
  requests BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  p50 BIGINT NULL,
  p95 BIGINT NULL,
  p99 BIGINT NULL,
  in_flight BIGINT NOT NULL,
  streams BIGINT NOT NULL,
  db_used BIGINT NOT NULL,
  db_idle BIGINT NOT NULL,
  db_max BIGINT NOT NULL,
  PRIMARY KEY (minute, instance)
);
CREATE TABLE cluster_metrics (
  minute BIGINT PRIMARY KEY,
  sessions BIGINT NOT NULL,
  online BIGINT NOT NULL,
  redis_clients BIGINT NULL,
  redis_memory BIGINT NULL,
  redis_commands BIGINT NULL,
  redis_expired BIGINT NULL,
  redis_evicted BIGINT NULL
);
CREATE TABLE cluster_events (
  id {id},
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  dedupe_key BIGINT NOT NULL,
  created_at {time} NOT NULL
);
CREATE UNIQUE INDEX cluster_events_once ON cluster_events (kind, subject, dedupe_key);
CREATE INDEX cluster_events_created ON cluster_events (created_at);
";

/// What instances measured is of no use on the machines of another installation.
pub(crate) const TABLES: &[Table] =
    &[Table::made_anew("instance_metrics"), Table::made_anew("cluster_metrics"), Table::made_anew("cluster_events")];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "DROP TABLE cluster_events; DROP TABLE cluster_metrics; DROP TABLE instance_metrics;".into()
}

crate::step!("m0002_monitor", up: up, down: down);
