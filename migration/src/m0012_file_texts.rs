//! The text of files: what became of reading each content, and what was read, in pages. Both go with their content.
//!
//! The search index holds the names and pages of published files from now on; what was published before is filled in while the program
//! runs (`below_file`).

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE file_texts (
  blob_id BIGINT PRIMARY KEY REFERENCES blobs (id) ON DELETE CASCADE,
  outcome TEXT NOT NULL,
  pages BIGINT NOT NULL,
  read_at {time} NOT NULL
);
CREATE TABLE file_text_pages (
  blob_id BIGINT NOT NULL REFERENCES file_texts (blob_id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (blob_id, number)
);
ALTER TABLE search_progress ADD COLUMN below_file BIGINT NOT NULL DEFAULT 9223372036854775807;
";

pub(crate) const TABLES: &[Table] = &[Table::by("file_texts", &["blob_id"]), Table::by("file_text_pages", &["blob_id", "number"])];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "ALTER TABLE search_progress DROP COLUMN below_file; DROP TABLE file_text_pages; DROP TABLE file_texts;".into()
}

crate::step!("m0012_file_texts", up: up, down: down);
