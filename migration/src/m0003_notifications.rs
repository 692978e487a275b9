//! What people are told: one row a notification, written with the comment that caused it.

use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
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

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "DROP TABLE notifications;".into()
}

crate::step!("m0003_notifications", up: up, down: down);
