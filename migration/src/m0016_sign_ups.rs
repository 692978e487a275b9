//! Sign-ups that wait for the form behind a mailed link.
//!
//! One row an address: a later sign-up takes the place of an earlier one. `hash` is NULL until the letter is written, so a copy of the
//! database may hold sign-ups whose letter is still to come; a link that made a member since the copy makes them again, for the copy does
//! not know them.

use crate::Table;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE sign_ups (
  id {id},
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  lang TEXT NOT NULL,
  terms_version TEXT NOT NULL,
  privacy_version TEXT NOT NULL,
  hash TEXT NULL,
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL
);
CREATE UNIQUE INDEX sign_ups_email ON sign_ups (email);
CREATE UNIQUE INDEX sign_ups_hash ON sign_ups (hash);
CREATE INDEX sign_ups_expiry ON sign_ups (expires_at);
";

pub(crate) const TABLES: &[Table] = &[Table::by_id("sign_ups")];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "DROP TABLE sign_ups;".into()
}

crate::step!("m0016_sign_ups", up: up, down: down);
