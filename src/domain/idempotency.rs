//! One answer to each form, however often it is sent.
//!
//! Every form carries a key that we issued. The row that the form makes is stored together with the key
//! in one transaction; when the same form comes again (a double click, a browser's or a load balancer's
//! retry on another instance), its second row meets the key and is undone, and the first answer is given.
//! That is what allows nginx to send a POST again.

use super::{Error, Result};
use crate::clock::OffsetDateTime;
use crate::db::{Database, query};
use sea_orm::ConnectionTrait;

/// The key of a form, already found to be one of ours.
#[derive(Clone, Debug)]
pub struct Key(pub String);

/// What became of a form. A repeat proves nothing about who asks, as keys lie in histories and backups: it must never lead to
/// a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The row that the form made or changed.
    pub id: i64,
    /// Whether it had been answered before.
    pub repeated: bool,
}

/// Days for which answers are kept; longer than any form is accepted.
pub const KEPT_DAYS: i64 = 4;

/// Stores the key with the id of the row that its form made, in the transaction that made it.
///
/// # Errors
/// The unique index's when the form has been answered; [`replay`] turns that into the first answer.
pub async fn record(tx: &impl ConnectionTrait, key: &Key, id: i64, now: OffsetDateTime) -> Result<()> {
    let sql = "INSERT INTO idempotency_keys (key, result_id, created_at) VALUES ($1, $2, $3)";
    query::run(tx, sql, [key.0.clone().into(), id.into(), now.into()]).await.map(|_| ()).map_err(Into::into)
}

/// Gives the first answer where there is one, whatever went wrong with the repetition.
///
/// # Errors
/// Those of `done`, when the form had not been answered before.
pub async fn replay(db: &Database, key: &Key, done: Result<i64>) -> Result<Outcome> {
    match done {
        Ok(id) => Ok(Outcome { id, repeated: false }),
        Err(err @ Error::Busy(_)) => Err(err),
        Err(err) => {
            let first = query::number(db, "SELECT result_id FROM idempotency_keys WHERE key = $1", [key.0.clone().into()]).await?;
            first.map(|id| Outcome { id, repeated: true }).ok_or(err)
        }
    }
}

/// Forgets answers older than [`KEPT_DAYS`].
///
/// # Errors
/// The database's.
pub async fn forget_old(db: &Database, now: OffsetDateTime) -> Result<u64> {
    let before = now - time::Duration::days(KEPT_DAYS);
    Ok(query::run(db, "DELETE FROM idempotency_keys WHERE created_at < $1", [before.into()]).await?)
}
