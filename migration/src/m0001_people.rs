//! Who is here: roles and what they may do, members, their consents and their sessions.

use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE roles (
  id {id},
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  built_in BOOLEAN NOT NULL,
  created_at {time} NOT NULL
);
CREATE TABLE role_permissions (
  role_id BIGINT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  resource TEXT NOT NULL,
  action TEXT NOT NULL,
  PRIMARY KEY (role_id, resource, action)
);
CREATE TABLE users (
  id {id},
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  role_id BIGINT NOT NULL REFERENCES roles (id),
  language TEXT NULL,
  aids TEXT NOT NULL DEFAULT '',
  shows_presence BOOLEAN NOT NULL DEFAULT TRUE,
  post_count BIGINT NOT NULL DEFAULT 0,
  comment_count BIGINT NOT NULL DEFAULT 0,
  created_at {time} NOT NULL,
  last_seen_at {time} NULL,
  suspended_at {time} NULL,
  suspended_until {time} NULL,
  suspended_reason TEXT NULL,
  suspended_by BIGINT NULL
);
CREATE UNIQUE INDEX users_email ON users (email);
CREATE UNIQUE INDEX users_name ON users (name_key);
CREATE INDEX users_role ON users (role_id);
CREATE INDEX users_last_seen ON users (last_seen_at);
CREATE TABLE consents (
  id {id},
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  version TEXT NOT NULL,
  agreed_at {time} NOT NULL
);
CREATE INDEX consents_user ON consents (user_id);
CREATE TABLE sessions (
  id {id},
  token_hash TEXT NOT NULL UNIQUE,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  area TEXT NOT NULL,
  persistent BOOLEAN NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at {time} NOT NULL,
  last_seen_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  ends_at {time} NOT NULL,
  revoked_at {time} NULL,
  revoked_why TEXT NULL
);
CREATE INDEX sessions_user ON sessions (user_id, revoked_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE TABLE shared_log (
  id {id},
  topic TEXT NOT NULL,
  subject TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at {time} NOT NULL
);
CREATE INDEX shared_log_created ON shared_log (created_at);
";

const ROLES: &str = "
INSERT INTO roles (id, slug, name, built_in, created_at) VALUES
  (1, 'admin', '관리자', TRUE, CURRENT_TIMESTAMP),
  (2, 'moderator', '운영자', TRUE, CURRENT_TIMESTAMP),
  (3, 'member', '회원', TRUE, CURRENT_TIMESTAMP);
INSERT INTO role_permissions (role_id, resource, action) VALUES
  (1, 'panel', 'read'),
  (1, 'board', 'manage'),
  (1, 'post', 'write'), (1, 'post', 'delete'), (1, 'post', 'moderate'),
  (1, 'comment', 'write'), (1, 'comment', 'delete'), (1, 'comment', 'moderate'),
  (1, 'user', 'read'), (1, 'user', 'moderate'), (1, 'user', 'manage'),
  (1, 'role', 'manage'),
  (1, 'session', 'read'), (1, 'session', 'delete'),
  (1, 'audit', 'read'),
  (2, 'panel', 'read'),
  (2, 'post', 'write'), (2, 'post', 'delete'), (2, 'post', 'moderate'),
  (2, 'comment', 'write'), (2, 'comment', 'delete'), (2, 'comment', 'moderate'),
  (2, 'user', 'read'), (2, 'user', 'moderate'),
  (2, 'session', 'read'),
  (3, 'post', 'write'), (3, 'post', 'delete'),
  (3, 'comment', 'write'), (3, 'comment', 'delete');
";

// The rows above name their ids; PostgreSQL's counter has to be told.
const COUNTER: &str = "SELECT setval('roles_id_seq', 3);";

fn up(engine: DbBackend) -> String {
    let counter = if engine == DbBackend::Postgres { COUNTER } else { "" };
    format!("{UP}{ROLES}{counter}")
}

fn down(_: DbBackend) -> String {
    ["shared_log", "sessions", "consents", "users", "role_permissions", "roles"].map(|table| format!("DROP TABLE {table};")).concat()
}

crate::step!("m0001_people", up: up, down: down);
