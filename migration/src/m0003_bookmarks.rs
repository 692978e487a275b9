//! Bookmarks: posts that members keep.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE bookmarks (
  id {id},
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  folder TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  created_at {time} NOT NULL
);
CREATE UNIQUE INDEX bookmarks_once ON bookmarks (user_id, post_id);
CREATE INDEX bookmarks_newest ON bookmarks (user_id, id);
CREATE INDEX bookmarks_post ON bookmarks (post_id);
";

pub(crate) const TABLES: &[Table] = &[Table::by_id("bookmarks")];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "DROP TABLE bookmarks;".into()
}

crate::step!("m0003_bookmarks", up: up, down: down);
