//! The epoch of the copies in Redis: a counter in SQL that is part of each copy. Copies of an older epoch count as misses, so
//! that a Redis which comes back with old data, or a change of rights of many members at once, leaves nothing valid behind.

use super::{Error, Result, settings};
use crate::clock::OffsetDateTime;
use crate::db::{Database, query};
use crate::entity::setting::{Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

const EPOCH: &str = "shared_epoch";
/// Redis' run id, which is another one after each restart.
const RUN: &str = "shared_run";

/// The epoch now in force.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn current(db: &impl ConnectionTrait) -> Result<u64> {
    Ok(settings::get(db, EPOCH).await?.and_then(|text| text.parse().ok()).unwrap_or(1))
}

/// The epoch for a Redis with this run id, raised if another one was seen last: then it was restarted, and may have come back
/// with old data.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn of_redis(db: &Database, run_id: &str) -> Result<u64> {
    let tx = query::begin(db).await?;
    settings::insert(&tx, EPOCH, "1").await?;
    settings::insert(&tx, RUN, "").await?;
    if settings::replace(&tx, RUN, run_id).await? {
        raise(&tx).await?;
    }
    let epoch = stored(&tx).await?;
    tx.commit().await?;
    Ok(epoch)
}

/// Begins the next epoch, in the transaction of a change that voids all copies.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn raise(tx: &impl ConnectionTrait) -> Result<u64> {
    settings::insert(tx, EPOCH, "1").await?;
    // Counted by the database, so that two changes at once raise it twice.
    let next = Expr::col(Column::Value).cast_as("BIGINT").add(1).cast_as("TEXT");
    Entity::update_many().col_expr(Column::Value, next).filter(Column::Name.eq(EPOCH)).exec(tx).await?;
    stored(tx).await
}

/// Begins an epoch later than any that was, even one of a time that this database does not know because it was restored from an
/// older backup: seconds since 1970 are ahead of any number that was counted up.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn leap(db: &Database, now: OffsetDateTime) -> Result<()> {
    let seconds = u64::try_from(now.unix_timestamp()).unwrap_or(0);
    settings::set(db, EPOCH, &seconds.to_string()).await
}

async fn stored(tx: &impl ConnectionTrait) -> Result<u64> {
    let epoch = settings::get(tx, EPOCH).await?.and_then(|text| text.parse().ok());
    epoch.ok_or_else(|| Error::Internal("the epoch is not a number".into()))
}
