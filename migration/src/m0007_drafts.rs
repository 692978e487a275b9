//! Drafts: posts that are being written or changed, kept while they are typed.
//!
//! A draft is of a new post (`board_id`) or of the change of one (`post_id`). Of each post a member has one draft that is being
//! written; the text of another window that fell behind is stored as a row of its own (`is_apart`), so nothing is overwritten.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE drafts (
  id {id},
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  board_id BIGINT NULL REFERENCES boards (id) ON DELETE CASCADE,
  post_id BIGINT NULL REFERENCES posts (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  is_notice BOOLEAN NOT NULL,
  revision BIGINT NULL,
  form TEXT NOT NULL,
  version BIGINT NOT NULL,
  is_apart BOOLEAN NOT NULL,
  conflicts_with BIGINT NULL,
  saved_at {time} NOT NULL
);
CREATE UNIQUE INDEX drafts_once ON drafts (user_id, post_id) WHERE NOT is_apart;
CREATE INDEX drafts_newest ON drafts (user_id, saved_at);
CREATE INDEX drafts_board ON drafts (board_id);
CREATE INDEX drafts_post ON drafts (post_id);
";

pub(crate) const TABLES: &[Table] = &[Table::by_id("drafts")];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "DROP TABLE drafts;".into()
}

crate::step!("m0007_drafts", up: up, down: down);
