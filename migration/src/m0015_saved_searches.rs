//! Searches that members keep to be notified of what is new, and notifications of them.
//!
//! `same` is what makes two searches of a member one. `seen_doc` is the document of the search index up to which it was looked at; an
//! index that is made anew counts from its beginning again, so a copy leaves it out. `notifications.saved_search_id` refers to a row of a
//! later step, so it has no foreign key: copies are written in the order of the steps.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE saved_searches (
  id {id},
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  words TEXT NOT NULL,
  kind TEXT NULL,
  board_id BIGINT NULL REFERENCES boards (id) ON DELETE CASCADE,
  author_id BIGINT NULL REFERENCES users (id) ON DELETE CASCADE,
  same TEXT NOT NULL,
  seen_doc BIGINT NULL,
  created_at {time} NOT NULL
);
CREATE UNIQUE INDEX saved_searches_once ON saved_searches (user_id, same);
CREATE INDEX saved_searches_board ON saved_searches (board_id);
CREATE INDEX saved_searches_author ON saved_searches (author_id);
ALTER TABLE notifications ADD COLUMN saved_search_id BIGINT NULL;
ALTER TABLE notifications ADD COLUMN hits BIGINT NULL;
";

pub(crate) const TABLES: &[Table] = &[Table::by_id("saved_searches").blanking(&["seen_doc"])];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "ALTER TABLE notifications DROP COLUMN hits; ALTER TABLE notifications DROP COLUMN saved_search_id; DROP TABLE saved_searches;".into()
}

crate::step!("m0015_saved_searches", up: up, down: down);
