//! What a name looks like (UTS 39, section 4), so that no two members have names that readers cannot tell apart.

use sea_orm_migration::sea_orm::DbBackend;

fn up(_: DbBackend) -> String {
    "ALTER TABLE users ADD COLUMN name_skeleton TEXT NULL; \
     CREATE UNIQUE INDEX users_name_skeleton ON users (name_skeleton) WHERE name_skeleton IS NOT NULL;"
        .into()
}

fn down(_: DbBackend) -> String {
    "DROP INDEX users_name_skeleton; ALTER TABLE users DROP COLUMN name_skeleton;".into()
}

crate::step!("m0009_names", up: up, down: down);
