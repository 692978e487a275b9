//! The numbers of texts without statistics: the statement that searches plans itself (`m0017_search_spans`), and counting the numbers of
//! 30,000 documents at each ANALYZE was a quarter of what PostgreSQL did on a board where much is written.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

pub(crate) const TABLES: &[Table] = &[];

fn set(engine: DbBackend, target: i32) -> String {
    match engine {
        DbBackend::Postgres => format!(
            "ALTER TABLE search_docs ALTER COLUMN grams SET STATISTICS {target};
             ALTER INDEX search_docs_numbers ALTER COLUMN 1 SET STATISTICS {target};"
        ),
        _ => String::new(),
    }
}

fn up(engine: DbBackend) -> String {
    set(engine, 0)
}

fn down(engine: DbBackend) -> String {
    set(engine, -1)
}

crate::step!("m0020_search_statistics", up: up, down: down);
