//! What people write: boards, posts, comments, and the marks that find page 50,000 at once.

use crate::marks;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
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
  body TEXT NOT NULL,
  html TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'shown',
  is_notice BOOLEAN NOT NULL DEFAULT FALSE,
  bump BIGINT NOT NULL,
  comment_count BIGINT NOT NULL DEFAULT 0,
  view_count BIGINT NOT NULL DEFAULT 0,
  created_at {time} NOT NULL,
  edited_at {time} NULL,
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
  body TEXT NOT NULL,
  html TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'shown',
  created_at {time} NOT NULL,
  edited_at {time} NULL,
  state_by BIGINT NULL,
  state_at {time} NULL,
  state_reason TEXT NULL
);
CREATE INDEX comments_thread ON comments (post_id, (COALESCE(root_id, id)), id);
CREATE INDEX comments_author ON comments (author_id, id);
CREATE TABLE page_marks (
  board_id BIGINT NOT NULL,
  sort TEXT NOT NULL,
  bucket BIGINT NOT NULL,
  shown BIGINT NOT NULL,
  PRIMARY KEY (board_id, sort, bucket)
);
";

fn up(engine: DbBackend) -> String {
    let counter = if engine == DbBackend::Postgres { "CREATE SEQUENCE posts_bump_seq;" } else { "" };
    format!("{UP}{counter}{}", marks::create(engine))
}

fn down(engine: DbBackend) -> String {
    let counter = if engine == DbBackend::Postgres { "DROP SEQUENCE posts_bump_seq;" } else { "" };
    let tables = ["page_marks", "comments", "posts", "boards"].map(|table| format!("DROP TABLE {table};"));
    format!("{}{}{counter}", marks::drop(engine), tables.concat())
}

crate::step!("m0002_boards", up: up, down: down);
