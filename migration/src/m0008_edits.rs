//! Who changed a post last, and how often it was changed: readers see when staff changed it, and an editor that was opened
//! before another change does not overwrite that change unseen.

use sea_orm_migration::sea_orm::DbBackend;

fn up(_: DbBackend) -> String {
    "ALTER TABLE posts ADD COLUMN edited_by BIGINT NULL; ALTER TABLE posts ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;".into()
}

fn down(_: DbBackend) -> String {
    "ALTER TABLE posts DROP COLUMN revision; ALTER TABLE posts DROP COLUMN edited_by;".into()
}

crate::step!("m0008_edits", up: up, down: down);
