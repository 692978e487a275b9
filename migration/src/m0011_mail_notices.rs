//! Notifications by mail: how soon a member wants which of them, which were mailed, and who knows that their address is refused.
//!
//! The line in `settings` is the id up to which notifications were looked at (`domain/notices/due.rs`): what is older than this step
//! is not mailed at once.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE notice_kinds (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  pace TEXT NOT NULL,
  PRIMARY KEY (user_id, kind)
);
CREATE TABLE notice_boards (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  board_id BIGINT NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
  pace TEXT NOT NULL,
  PRIMARY KEY (user_id, board_id)
);
CREATE INDEX notice_boards_board ON notice_boards (board_id);
ALTER TABLE notifications ADD COLUMN mailed_at {time} NULL;
ALTER TABLE user_emails ADD COLUMN notified_at {time} NULL;
CREATE INDEX user_emails_refused ON user_emails (id) WHERE failed_at IS NOT NULL AND notified_at IS NULL;
INSERT INTO settings (name, value) SELECT 'notice_cursor', CAST(COALESCE(MAX(id), 0) AS TEXT) FROM notifications;
";

pub(crate) const TABLES: &[Table] =
    &[Table::by("notice_kinds", &["user_id", "kind"]), Table::by("notice_boards", &["user_id", "board_id"])];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "DELETE FROM settings WHERE name = 'notice_cursor'; DROP INDEX user_emails_refused; ALTER TABLE user_emails DROP COLUMN notified_at; \
     ALTER TABLE notifications DROP COLUMN mailed_at; DROP TABLE notice_boards; DROP TABLE notice_kinds;"
        .into()
}

crate::step!("m0011_mail_notices", up: up, down: down);
