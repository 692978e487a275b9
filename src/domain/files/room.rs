//! The limit on the bytes of all contents together (FILES_GIB): asked before a file arrives, and enforced before it is ready.

use super::SIZE_MAX;
use crate::db::{Transaction, query};
use crate::domain::{Context, Error, Result};
use crate::entity::blob::{self, Column, Entity};
use sea_orm::sea_query::{ExprTrait, Func, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend};

/// The advisory lock of PostgreSQL for [`check_fits`].
const LOCK: i64 = 7_270_003;

fn sum_of(blobs: SimpleExpr) -> SelectStatement {
    let sum: [SimpleExpr; 2] = [Func::sum(Column::Size.into_expr()).into(), 0.into()];
    Query::select().expr(SimpleExpr::from(Func::coalesce(sum)).cast_as("BIGINT")).from(Entity).and_where(blobs).take()
}

/// Contents whose bytes are all there: ready, or waiting for a form that names them, which anybody whose session ended can have wait.
fn whole() -> SimpleExpr {
    Column::State.eq(blob::State::Ready).or(Column::Sha256.is_not_null())
}

/// The bytes of all contents, as a part of a statement.
pub fn bytes_of_all() -> SimpleExpr {
    sum_of(whole()).into()
}

/// The bytes of these contents.
pub(super) async fn sum(db: &impl ConnectionTrait, blobs: SimpleExpr) -> Result<u64> {
    let row = query::some(db.query_one(&sum_of(blobs)).await?, "the bytes of files")?;
    Ok(row.try_get_by_index::<i64>(0)?.unsigned_abs())
}

async fn used(db: &impl ConnectionTrait) -> Result<u64> {
    sum(db, whole()).await
}

/// Whether there is room for one more file of any size, so that none is received only to be refused. Files that arrive at the same moment
/// are not counted: `check_fits` refuses those that do not fit.
///
/// # Errors
/// `Invalid("files", "file.site_full")`.
pub async fn check_room(ctx: &Context) -> Result<()> {
    if used(&ctx.db).await? + SIZE_MAX > ctx.limits.files_bytes { Err(full("files")) } else { Ok(()) }
}

/// Whether all contents fit, those that this transaction makes ready too. `field` is the form's field with the file.
///
/// To be asked last before the commit: on PostgreSQL such transactions take turns from here on, because each of two that end at once would
/// see only its own contents. On SQLite they take turns from their beginning.
///
/// # Errors
/// `Invalid(field, "file.site_full")`.
pub(in crate::domain) async fn check_fits(ctx: &Context, tx: &Transaction, field: &'static str) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute(&Query::select().expr(Func::cust("pg_advisory_xact_lock").arg(LOCK)).take()).await?;
    }
    if used(tx).await? > ctx.limits.files_bytes { Err(full(field)) } else { Ok(()) }
}

fn full(field: &'static str) -> Error {
    Error::invalid(field, "file.site_full")
}
