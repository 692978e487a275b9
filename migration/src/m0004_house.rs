//! What the house keeps for itself: forms already answered, the audit log and its settings.

use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE once_keys (
  form_key TEXT PRIMARY KEY,
  result BIGINT NOT NULL,
  created_at {time} NOT NULL
);
CREATE INDEX once_keys_created ON once_keys (created_at);
CREATE TABLE audit_log (
  id {id},
  actor_id BIGINT NULL,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  target_kind TEXT NOT NULL,
  target_id BIGINT NULL,
  target_name TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  reason TEXT NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at {time} NOT NULL
);
CREATE INDEX audit_log_target ON audit_log (target_kind, target_id);
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
";

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "DROP TABLE settings; DROP TABLE audit_log; DROP TABLE once_keys;".into()
}

crate::step!("m0004_house", up: up, down: down);
