//! What can be found: one row for each post, comment and member, with the numbers of its text (`search::grams` in the program). On
//! PostgreSQL they are a column with a GIN index, on SQLite a contentless full-text index whose rows have the ids of `search_docs`.
//!
//! Ids grow with time, so that the newest are found first without sorting. What was written before this step gets ids below the
//! first one, newest first, while the program runs. An older version beside this one indexes nothing: `minschool reindex`.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

/// The first id of what is written from now on; there is room for a billion older documents below it.
pub const FIRST_ID: i64 = 1_000_000_000;

const DOCS: &str = "
CREATE TABLE search_docs (
  id {id},
  kind TEXT NOT NULL,
  ref_id BIGINT NOT NULL,
  post_id BIGINT NULL,
  board_id BIGINT NULL,
  author_id BIGINT NOT NULL,
  created_at {time} NOT NULL,
  shown BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX search_docs_once ON search_docs (kind, ref_id);
CREATE INDEX search_docs_post ON search_docs (post_id);
CREATE TABLE search_progress (
  id BIGINT PRIMARY KEY,
  below_post BIGINT NOT NULL,
  below_comment BIGINT NOT NULL,
  below_user BIGINT NOT NULL
);
INSERT INTO search_progress (id, below_post, below_comment, below_user)
  VALUES (1, 9223372036854775807, 9223372036854775807, 9223372036854775807);
";

/// The planner was to know how frequent each number is; `m0017_search_spans` leaves nothing to its guesses. A long list of changes that
/// wait for the index would stall the one who has to sort them in.
const POSTGRES: &str = "
ALTER TABLE search_docs ADD COLUMN grams INTEGER[] NOT NULL DEFAULT '{}';
ALTER TABLE search_docs ALTER COLUMN grams SET STATISTICS 1000;
CREATE INDEX search_docs_grams ON search_docs USING GIN (grams) WITH (gin_pending_list_limit = 256);
ALTER SEQUENCE search_docs_id_seq RESTART WITH 1000000000;
";

/// Without the texts and without the places of the words in them: only which documents hold a number.
const SQLITE: &str = "
INSERT INTO sqlite_sequence (name, seq) VALUES ('search_docs', 999999999);
CREATE VIRTUAL TABLE search_grams USING fts5 (grams, content = '', contentless_delete = 1, detail = 'none', tokenize = 'ascii');
";

/// They are made anew from the texts, by the program that runs on the copy. The last five are SQLite's own names for the parts of
/// the full-text index.
pub(crate) const TABLES: &[Table] = &[
    Table::made_anew("search_docs"),
    Table::made_anew("search_progress"),
    Table::of_full_text_index("search_grams"),
    Table::of_full_text_index("search_grams_config"),
    Table::of_full_text_index("search_grams_data"),
    Table::of_full_text_index("search_grams_docsize"),
    Table::of_full_text_index("search_grams_idx"),
];

fn up(engine: DbBackend) -> String {
    [DOCS, if engine == DbBackend::Postgres { POSTGRES } else { SQLITE }].concat()
}

fn down(engine: DbBackend) -> String {
    let own = if engine == DbBackend::Postgres { "" } else { "DROP TABLE search_grams;" };
    [own, "DROP TABLE search_progress; DROP TABLE search_docs;"].concat()
}

crate::step!("m0006_search", up: up, down: down);
