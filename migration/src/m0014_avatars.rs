//! Pictures of members: two square ones of each, contents like those of files.
//!
//! `users.avatar` is the beginning of the larger one's digest. It stands beside the name, so that what shows a name asks for no more
//! rows, and it is a part of the address, so that browsers may keep the picture.
//!
//! A file can belong to a comment, too.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
ALTER TABLE users ADD COLUMN avatar TEXT NULL;
CREATE TABLE avatars (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  size TEXT NOT NULL,
  blob_id BIGINT NOT NULL REFERENCES blobs (id),
  PRIMARY KEY (user_id, size)
);
CREATE INDEX avatars_blob ON avatars (blob_id);

ALTER TABLE files ADD COLUMN comment_id BIGINT NULL REFERENCES comments (id) ON DELETE CASCADE;
CREATE INDEX files_of_comment ON files (comment_id) WHERE comment_id IS NOT NULL;
";

pub(crate) const TABLES: &[Table] = &[Table::by("avatars", &["user_id", "size"])];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "DROP INDEX files_of_comment; ALTER TABLE files DROP COLUMN comment_id; DROP TABLE avatars; ALTER TABLE users DROP COLUMN avatar;"
        .into()
}

crate::step!("m0014_avatars", up: up, down: down);
