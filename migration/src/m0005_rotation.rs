//! Sessions that get a new token when their member's rights change.

use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
ALTER TABLE sessions ADD COLUMN rotate BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE sessions ADD COLUMN previous_hash TEXT NULL;
ALTER TABLE sessions ADD COLUMN previous_until {time} NULL;
CREATE INDEX sessions_previous ON sessions (previous_hash) WHERE previous_hash IS NOT NULL;
";

const DOWN: &str = "
DROP INDEX sessions_previous;
ALTER TABLE sessions DROP COLUMN previous_until;
ALTER TABLE sessions DROP COLUMN previous_hash;
ALTER TABLE sessions DROP COLUMN rotate;
";

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    DOWN.into()
}

crate::step!("m0005_rotation", up: up, down: down);
