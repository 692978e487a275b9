//! Jobs, and the schedules that add them.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE jobs (
  id {id},
  kind TEXT NOT NULL,
  payload TEXT NOT NULL DEFAULT '',
  dedupe TEXT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  due_at {time} NOT NULL,
  tries BIGINT NOT NULL DEFAULT 0,
  lease TEXT NULL,
  leased_until {time} NULL,
  last_error TEXT NOT NULL DEFAULT '',
  created_at {time} NOT NULL,
  done_at {time} NULL
);
CREATE UNIQUE INDEX jobs_dedupe ON jobs (dedupe);
CREATE INDEX jobs_due ON jobs (state, due_at, id);
CREATE TABLE schedules (
  name TEXT PRIMARY KEY,
  next_at {time} NOT NULL
);
";

/// A copy takes jobs along, and no lease: the process that holds it works on the database that was copied.
pub(crate) const TABLES: &[Table] = &[Table::by_id("jobs").blanking(&["lease", "leased_until"]), Table::by("schedules", &["name"])];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "DROP TABLE schedules; DROP TABLE jobs;".into()
}

crate::step!("m0005_jobs", up: up, down: down);
