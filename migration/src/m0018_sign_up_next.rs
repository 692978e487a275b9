//! The page to which a newcomer goes after the form behind the mailed link. NULL in rows of older versions.
//!
//! In the row and not in the link's address, so that the link in the mail stays short.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
ALTER TABLE sign_ups ADD COLUMN next TEXT NULL;
";

pub(crate) const TABLES: &[Table] = &[];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "ALTER TABLE sign_ups DROP COLUMN next;".into()
}

crate::step!("m0018_sign_up_next", up: up, down: down);
