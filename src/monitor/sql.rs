//! Statements that the builder cannot say.

use crate::clock::{OffsetDateTime, from_ms};
use crate::db::query;
use crate::domain::Result;
use sea_orm::ConnectionTrait;

/// What time it is for PostgreSQL. As text: the builder has neither `EXTRACT` nor `clock_timestamp`.
pub(super) async fn clock_of_postgres(db: &impl ConnectionTrait) -> Result<OffsetDateTime> {
    let ms = query::number(db, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)", []).await?;
    Ok(from_ms(query::some(ms, "the database's clock")?))
}
