//! A post's newest comment at hand: its page names it, so that its stream can go on from there.

use sea_orm_migration::sea_orm::DbBackend;

fn up(engine: DbBackend) -> String {
    // An index that was not finished last time is there but good for nothing (PostgreSQL 15, CREATE INDEX).
    format!("{}; CREATE INDEX {} comments_newest ON comments (post_id, id)", down(engine), gently(engine))
}

fn down(engine: DbBackend) -> String {
    format!("DROP INDEX {} IF EXISTS comments_newest", gently(engine))
}

/// People go on writing comments while the index is made.
fn gently(engine: DbBackend) -> &'static str {
    if engine == DbBackend::Postgres { "CONCURRENTLY" } else { "" }
}

crate::online_step!("m0006_newest_comment", up: up, down: down);
