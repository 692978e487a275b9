//! Revisions: the text that a post or a comment had before each of its changes, and who may see them on a board.
//!
//! The text in force stays in `posts` and `comments`. An older version beside this one changes posts without adding a revision: what
//! stood before its change is not kept.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE revisions (
  id {id},
  post_id BIGINT NULL REFERENCES posts (id) ON DELETE CASCADE,
  comment_id BIGINT NULL REFERENCES comments (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  editor_id BIGINT NOT NULL REFERENCES users (id),
  written_at {time} NOT NULL,
  CHECK ((post_id IS NULL) <> (comment_id IS NULL))
);
CREATE UNIQUE INDEX revisions_post ON revisions (post_id, number) WHERE post_id IS NOT NULL;
CREATE UNIQUE INDEX revisions_comment ON revisions (comment_id, number) WHERE comment_id IS NOT NULL;
CREATE INDEX revisions_editor ON revisions (editor_id);
ALTER TABLE boards ADD COLUMN revision_access TEXT NOT NULL DEFAULT 'staff';
ALTER TABLE boards ADD COLUMN description_en TEXT NOT NULL DEFAULT '';
";

pub(crate) const TABLES: &[Table] = &[Table::by_id("revisions")];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "ALTER TABLE boards DROP COLUMN description_en; ALTER TABLE boards DROP COLUMN revision_access; DROP TABLE revisions;".into()
}

crate::step!("m0010_revisions", up: up, down: down);
