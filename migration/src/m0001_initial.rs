//! The schema of the first release: users, boards, notifications, and what instances share.

use crate::{Copied, Table, marks};
use sea_orm_migration::sea_orm::DbBackend;

const USERS: &str = "
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
  name_skeleton TEXT NULL,
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
CREATE UNIQUE INDEX users_name_skeleton ON users (name_skeleton) WHERE name_skeleton IS NOT NULL;
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
  rotate BOOLEAN NOT NULL DEFAULT FALSE,
  previous_hash TEXT NULL,
  previous_until {time} NULL,
  revoked_at {time} NULL,
  revoked_reason TEXT NULL
);
CREATE INDEX sessions_user ON sessions (user_id, revoked_at);
CREATE INDEX sessions_previous ON sessions (previous_hash) WHERE previous_hash IS NOT NULL;
CREATE INDEX sessions_expiry ON sessions (expires_at);
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

const BOARDS: &str = "
CREATE TABLE boards (
  id {id},
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  position BIGINT NOT NULL,
  list_access TEXT NOT NULL,
  read_access TEXT NOT NULL,
  write_access TEXT NOT NULL,
  comment_access TEXT NOT NULL,
  archived BOOLEAN NOT NULL DEFAULT FALSE,
  created_at {time} NOT NULL
);
CREATE TABLE posts (
  id {id},
  board_id BIGINT NOT NULL REFERENCES boards (id),
  author_id BIGINT NOT NULL REFERENCES users (id),
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  html TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'shown',
  is_notice BOOLEAN NOT NULL DEFAULT FALSE,
  bump BIGINT NOT NULL,
  comment_count BIGINT NOT NULL DEFAULT 0,
  view_count BIGINT NOT NULL DEFAULT 0,
  created_at {time} NOT NULL,
  edited_at {time} NULL,
  edited_by BIGINT NULL,
  revision BIGINT NOT NULL DEFAULT 0,
  last_comment_at {time} NULL,
  state_by BIGINT NULL,
  state_at {time} NULL,
  state_reason TEXT NULL
);
CREATE INDEX posts_newest ON posts (board_id, state, id);
CREATE INDEX posts_active ON posts (board_id, state, bump);
CREATE INDEX posts_notices ON posts (board_id, id) WHERE is_notice;
CREATE INDEX posts_author ON posts (author_id, id);
CREATE INDEX posts_bump ON posts (bump);
CREATE TABLE comments (
  id {id},
  post_id BIGINT NOT NULL REFERENCES posts (id),
  author_id BIGINT NOT NULL REFERENCES users (id),
  root_id BIGINT NULL REFERENCES comments (id),
  parent_id BIGINT NULL REFERENCES comments (id),
  content TEXT NOT NULL,
  html TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'shown',
  created_at {time} NOT NULL,
  edited_at {time} NULL,
  state_by BIGINT NULL,
  state_at {time} NULL,
  state_reason TEXT NULL
);
CREATE INDEX comments_thread ON comments (post_id, (COALESCE(root_id, id)), id);
CREATE INDEX comments_newest ON comments (post_id, id);
CREATE INDEX comments_author ON comments (author_id, id);
CREATE TABLE page_marks (
  board_id BIGINT NOT NULL,
  sort TEXT NOT NULL,
  bucket BIGINT NOT NULL,
  shown BIGINT NOT NULL,
  PRIMARY KEY (board_id, sort, bucket)
);
";

const NOTIFICATIONS: &str = "
CREATE TABLE notifications (
  id {id},
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  actor_id BIGINT NULL REFERENCES users (id) ON DELETE SET NULL,
  post_id BIGINT NULL REFERENCES posts (id) ON DELETE CASCADE,
  comment_id BIGINT NULL REFERENCES comments (id) ON DELETE CASCADE,
  created_at {time} NOT NULL,
  read_at {time} NULL
);
CREATE INDEX notifications_user ON notifications (user_id, id);
CREATE INDEX notifications_unread ON notifications (user_id) WHERE read_at IS NULL;
CREATE UNIQUE INDEX notifications_once ON notifications (comment_id, user_id);
";

/// What instances share beside the product: forms that were answered, the audit log, settings, invalidations.
const SITE: &str = "
CREATE TABLE idempotency_keys (
  key TEXT PRIMARY KEY,
  result_id BIGINT NOT NULL,
  created_at {time} NOT NULL
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
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
CREATE TABLE invalidations (
  id {id},
  topic TEXT NOT NULL,
  subject TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at {time} NOT NULL
);
CREATE INDEX invalidations_created ON invalidations (created_at);
";

/// Who is signed in stays out of backups: a session that was ended after the backup was made would come back with it. A
/// move takes it along, because nothing happens between its two ends. Keys of forms come along with the rows that they
/// made: a browser that sends a form again after a restore gets the first answer, not a second post. Marks are counted
/// from the posts, and running instances read what has just changed in the log of invalidations.
pub(crate) const TABLES: &[Table] = &[
    Table::by_id("roles"),
    Table::by("role_permissions", &["role_id", "resource", "action"]),
    Table::by_id("users"),
    Table::by_id("consents"),
    Table { copied: Copied::ByMove, ..Table::by_id("sessions") },
    Table::by_id("boards"),
    Table::by_id("posts"),
    Table::by_id("comments"),
    Table::made_anew("page_marks"),
    Table::by_id("notifications"),
    Table::by("idempotency_keys", &["key"]),
    Table::by_id("audit_log"),
    Table::by("settings", &["name"]),
    Table::made_anew("invalidations"),
];

fn up(engine: DbBackend) -> String {
    // The ids of the built-in roles were given by hand.
    let sequences = match engine {
        DbBackend::Postgres => "SELECT setval('roles_id_seq', 3); CREATE SEQUENCE posts_bump_seq;",
        _ => "",
    };
    format!("{USERS}{ROLES}{BOARDS}{NOTIFICATIONS}{SITE}{sequences}{}", marks::create(engine, 1))
}

fn down(engine: DbBackend) -> String {
    let tables: String = TABLES.iter().rev().map(|table| format!("DROP TABLE {};", table.name)).collect();
    let sequences = if engine == DbBackend::Postgres { "DROP SEQUENCE posts_bump_seq;" } else { "" };
    format!("{}{tables}{sequences}", marks::drop(engine))
}

crate::step!("m0001_initial", up: up, down: down);
