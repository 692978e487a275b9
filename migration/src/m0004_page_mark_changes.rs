//! Changes of page marks as rows of their own. A mark that is counted up in its row is locked until the commit, so all who write
//! to a board would take turns; rows that are only added lock nothing. Instances fold them into the marks every two seconds.
//!
//! An older version beside this one reads the marks alone: its page numbers are two seconds late.

use crate::{Table, marks};
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE page_mark_changes (
  id {id},
  board_id BIGINT NOT NULL,
  sort TEXT NOT NULL,
  bucket BIGINT NOT NULL,
  shown BIGINT NOT NULL
);
";

/// The marks as they are now.
const POSTGRES_VIEW: &str = "
CREATE VIEW page_mark_sums AS
  SELECT board_id, sort, bucket, CAST(SUM(shown) AS BIGINT) AS shown
  FROM (SELECT board_id, sort, bucket, shown FROM page_marks
        UNION ALL SELECT board_id, sort, bucket, shown FROM page_mark_changes) AS parts
  GROUP BY board_id, sort, bucket;
";

/// SQLite has one writer at a time, who waits for nobody: its triggers count in the marks.
const SQLITE_VIEW: &str = "CREATE VIEW page_mark_sums AS SELECT board_id, sort, bucket, shown FROM page_marks;";

pub(crate) const TABLES: &[Table] = &[Table::made_anew("page_mark_changes")];

fn up(engine: DbBackend) -> String {
    match engine {
        DbBackend::Postgres => [UP, POSTGRES_VIEW, &marks::add_mark_as_change()].concat(),
        _ => [UP, SQLITE_VIEW].concat(),
    }
}

fn down(engine: DbBackend) -> String {
    let back = match engine {
        DbBackend::Postgres => [marks::FOLD, ";", &marks::add_mark_in_place()].concat(),
        _ => String::new(),
    };
    [&back, "DROP VIEW page_mark_sums; DROP TABLE page_mark_changes;"].concat()
}

crate::step!("m0004_page_mark_changes", up: up, down: down);
