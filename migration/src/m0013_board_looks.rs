//! How a board lists its posts, and whether it asks for descriptions of pictures.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
ALTER TABLE boards ADD COLUMN look TEXT NOT NULL DEFAULT 'list';
ALTER TABLE boards ADD COLUMN needs_alt BOOLEAN NOT NULL DEFAULT FALSE;
";

pub(crate) const TABLES: &[Table] = &[];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "ALTER TABLE boards DROP COLUMN needs_alt; ALTER TABLE boards DROP COLUMN look;".into()
}

crate::step!("m0013_board_looks", up: up, down: down);
