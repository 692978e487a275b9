//! Statements that the builder cannot say.

use super::{JobId, Kind};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::Result;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};

/// A job as its claim found it.
#[derive(FromQueryResult)]
pub(super) struct ClaimedRow {
    pub id: JobId,
    pub kind: Kind,
    pub payload: String,
    pub tries: i64,
}

/// Leases the jobs that were due first. As text: the builder has no MATERIALIZED, without which PostgreSQL may run the subselect
/// once for each row of `jobs` and lease more than `most`. SKIP LOCKED lets workers that claim at once pass each other; SQLite,
/// with its one writer, has no such clause.
pub(super) async fn claim(
    tx: &impl ConnectionTrait,
    kinds: &[Kind],
    (lease, until): (&str, OffsetDateTime),
    most: u64,
    now: OffsetDateTime,
) -> Result<Vec<ClaimedRow>> {
    let lock = match tx.get_database_backend() {
        DbBackend::Postgres => "FOR UPDATE SKIP LOCKED",
        _ => "",
    };
    let sql = format!(
        "WITH due AS MATERIALIZED (SELECT id FROM jobs WHERE state = 'waiting' AND due_at <= $1 \
           AND (leased_until IS NULL OR leased_until < $1) AND kind IN ({}) ORDER BY due_at, id LIMIT $2 {lock}) \
         UPDATE jobs SET lease = $3, leased_until = $4, tries = tries + 1 WHERE id IN (SELECT id FROM due) \
         RETURNING id, kind, payload, tries",
        query::places(5, kinds.len())
    );
    let fixed: [Value; 4] = [now.into(), (most as i64).into(), lease.into(), until.into()];
    let values = fixed.into_iter().chain(kinds.iter().map(|kind| kind.word().into()));
    let mut rows: Vec<ClaimedRow> = query::all(tx, &sql, values).await?;
    rows.sort_by_key(|row| row.id);
    Ok(rows)
}
