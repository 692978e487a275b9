//! Transactions that make contents ready: begun again where another one made the same content ready first.

use super::room;
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::{Context, Error, Result};
use crate::entity::blob::BlobId;
use crate::entity::blob_variant::{ActiveModel, Column, Entity, Size};
use crate::files::storage::{self, Arrived};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DbErr, EntityTrait, SqlErr};

/// What has arrived of a file.
#[derive(Debug)]
pub struct Sent {
    /// What it holds.
    pub original: Arrived,
    /// Smaller ones of a picture.
    pub variants: Vec<(Size, Arrived)>,
}

impl Sent {
    /// Deletes what did not become ready.
    pub async fn abandon(self, ctx: &Context) {
        for arrived in self.variants.iter().map(|(_, arrived)| arrived).chain([&self.original]) {
            storage::discard(&ctx.db, arrived.id).await;
        }
    }
}

/// Why a transaction that makes contents ready failed: the database's error decides whether it is begun again.
pub(in crate::domain) enum Refused {
    Db(DbErr),
    Rule(Error),
}

impl From<DbErr> for Refused {
    fn from(err: DbErr) -> Self {
        Self::Db(err)
    }
}

impl From<Error> for Refused {
    fn from(err: Error) -> Self {
        Self::Rule(err)
    }
}

/// Runs a transaction that makes contents ready, and runs it once more where a unique index refuses it: another transaction made the
/// same content ready at the same moment, and now that one can be referred to. `field` is the form's field with the file.
///
/// # Errors
/// Those of the transaction; `Invalid(field, "file.too_slow")` where the content took so long to arrive that it was swept.
pub(in crate::domain) async fn settling<T, F>(field: &'static str, work: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T, Refused>>,
{
    let done = match work().await {
        Err(Refused::Db(err)) if matches!(err.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => work().await,
        other => other,
    };
    done.map_err(|refused| match refused {
        Refused::Db(DbErr::RecordNotUpdated) => Error::invalid(field, "file.too_slow"),
        Refused::Db(err) => err.into(),
        Refused::Rule(err) => err,
    })
}

/// Makes a content ready for a row of a later transaction: it is kept for a day although no row refers to it.
///
/// # Errors
/// The database's; `Invalid("files", "file.too_slow" | "file.site_full")`.
pub(in crate::domain) async fn settle(ctx: &Context, sent: &Sent) -> Result<BlobId> {
    settling("files", || try_settle(ctx, sent)).await
}

async fn try_settle(ctx: &Context, sent: &Sent) -> Result<BlobId, Refused> {
    let tx = query::begin(&ctx.db).await?;
    let blob = settle_in(&tx, sent, ctx.clock.now()).await?;
    room::check_fits(ctx, &tx, "files").await?;
    tx.commit().await?;
    Ok(blob)
}

/// A content and its smaller ones, ready.
pub(super) async fn settle_in(tx: &Transaction, sent: &Sent, now: OffsetDateTime) -> Result<BlobId, DbErr> {
    let blob = storage::settle(tx, &sent.original, now).await?;
    for (size, smaller) in &sent.variants {
        let variant = ActiveModel { blob_id: Set(blob), size: Set(*size), variant_id: Set(storage::settle(tx, smaller, now).await?) };
        let once = OnConflict::columns([Column::BlobId, Column::Size]).do_nothing().to_owned();
        Entity::insert(variant).on_conflict(once).exec_without_returning(tx).await?;
    }
    Ok(blob)
}
