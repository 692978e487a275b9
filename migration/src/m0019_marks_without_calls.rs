//! Page marks' trigger writes its rows itself: PostgreSQL parsed and planned the SQL function that it called anew at each call (`marks`).

use crate::{Table, marks};
use sea_orm_migration::sea_orm::DbBackend;

pub(crate) const TABLES: &[Table] = &[];

fn up(engine: DbBackend) -> String {
    match engine {
        DbBackend::Postgres => [&marks::adding_changes(), marks::DROP_ADD_MARK].concat(),
        _ => String::new(),
    }
}

fn down(engine: DbBackend) -> String {
    match engine {
        DbBackend::Postgres => [marks::add_mark_as_change(), marks::calling_add_mark()].concat(),
        _ => String::new(),
    }
}

crate::step!("m0019_marks_without_calls", up: up, down: down);
