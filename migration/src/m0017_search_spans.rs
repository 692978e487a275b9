//! Finds the newest documents that hold some numbers without reading all that do: PostgreSQL's index holds, beside the numbers of a
//! document, the spans of ids that it lies in and its author, so that a search asks for the words within the newest span first, and for
//! those of an author alone. They are negative, as no number of a text is.
//!
//! SQLite's index gives the newest first by itself.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

/// What is indexed of a row. A statement has to hold the same expression for the planner to use the index.
pub const NUMBERS: &str = "(grams || ARRAY[(-1 - (id >> 12) * 4)::INTEGER, (-2 - (id >> 15) * 4)::INTEGER, \
     (-3 - (id >> 18) * 4)::INTEGER, (-4 - author_id % 500000000 * 4)::INTEGER])";

/// Members whose numbers differ.
pub const AUTHORS: i64 = 500_000_000;

pub(crate) const TABLES: &[Table] = &[];

/// Statements that can be run again where a run was cut: people write meanwhile.
fn up(engine: DbBackend) -> String {
    match engine {
        DbBackend::Postgres => format!(
            "DROP INDEX CONCURRENTLY IF EXISTS search_docs_numbers;
             CREATE INDEX CONCURRENTLY search_docs_numbers ON search_docs USING GIN ({NUMBERS}) WITH (gin_pending_list_limit = 256);
             DROP INDEX CONCURRENTLY IF EXISTS search_docs_grams;
             ALTER TABLE search_docs ALTER COLUMN grams SET STATISTICS -1;"
        ),
        _ => String::new(),
    }
}

fn down(engine: DbBackend) -> String {
    match engine {
        DbBackend::Postgres => "ALTER TABLE search_docs ALTER COLUMN grams SET STATISTICS 1000;
             DROP INDEX CONCURRENTLY IF EXISTS search_docs_grams;
             CREATE INDEX CONCURRENTLY search_docs_grams ON search_docs USING GIN (grams) WITH (gin_pending_list_limit = 256);
             DROP INDEX CONCURRENTLY IF EXISTS search_docs_numbers;"
            .into(),
        _ => String::new(),
    }
}

crate::online_step!("m0017_search_spans", up: up, down: down);
