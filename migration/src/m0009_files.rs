//! Files: the bytes of each content once, in rows of 256 KiB, and the files of posts and drafts that refer to them.
//!
//! A picture has smaller ones (`blob_variants`), which are contents too.
//!
//! A file belongs to a draft (`draft_id`) until its post is published, then to the post (`post_id`). What an editor changes of a
//! published file waits in `file_changes` for the draft to be published.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE blobs (
  id {id},
  sha256 TEXT NULL,
  size BIGINT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  width BIGINT NULL,
  height BIGINT NULL,
  is_animated BOOLEAN NOT NULL,
  made_by BIGINT NOT NULL REFERENCES users (id),
  touched_at {time} NOT NULL
);
CREATE UNIQUE INDEX blobs_content ON blobs (sha256) WHERE state = 'ready';
CREATE INDEX blobs_touched ON blobs (state, touched_at);

CREATE TABLE blob_chunks (
  blob_id BIGINT NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
  seq BIGINT NOT NULL,
  bytes {bytes} NOT NULL,
  PRIMARY KEY (blob_id, seq)
);

CREATE TABLE blob_variants (
  blob_id BIGINT NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
  size TEXT NOT NULL,
  variant_id BIGINT NOT NULL REFERENCES blobs (id),
  PRIMARY KEY (blob_id, size)
);
CREATE INDEX blob_variants_variant ON blob_variants (variant_id);

CREATE TABLE files (
  id {id},
  blob_id BIGINT NOT NULL REFERENCES blobs (id),
  user_id BIGINT NOT NULL REFERENCES users (id),
  draft_id BIGINT NULL REFERENCES drafts (id) ON DELETE CASCADE,
  post_id BIGINT NULL REFERENCES posts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  alt TEXT NOT NULL,
  created_at {time} NOT NULL
);
CREATE UNIQUE INDEX files_of_draft ON files (draft_id, blob_id, name) WHERE draft_id IS NOT NULL;
CREATE INDEX files_of_post ON files (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX files_blob ON files (blob_id);
CREATE INDEX files_user ON files (user_id);

CREATE TABLE file_changes (
  draft_id BIGINT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
  file_id BIGINT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
  alt TEXT NULL,
  is_removed BOOLEAN NOT NULL,
  PRIMARY KEY (draft_id, file_id)
);
CREATE INDEX file_changes_file ON file_changes (file_id);
";

/// Bytes that are packed already are not packed once more: a chunk is written and read in two thirds of the time.
const POSTGRES: &str = "
ALTER TABLE blob_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
";

pub(crate) const TABLES: &[Table] = &[
    Table::by_id("blobs"),
    Table::by("blob_chunks", &["blob_id", "seq"]),
    Table::by("blob_variants", &["blob_id", "size"]),
    Table::by_id("files"),
    Table::by("file_changes", &["draft_id", "file_id"]),
];

fn up(engine: DbBackend) -> String {
    [UP, if engine == DbBackend::Postgres { POSTGRES } else { "" }].concat()
}

fn down(_: DbBackend) -> String {
    "DROP TABLE file_changes; DROP TABLE files; DROP TABLE blob_variants; DROP TABLE blob_chunks; DROP TABLE blobs;".into()
}

crate::step!("m0009_files", up: up, down: down);
