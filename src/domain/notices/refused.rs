//! Notifies members in the site that mails to their address come back: a notification of its own kind, once for each address.
//!
//! Addresses are marked while mail is sent and by a command that knows no Redis, so instances look for marks that nobody was notified
//! of. Who sets `notified_at` adds the notification in the same transaction.

use super::{Context, Kind, Result, UserId};
use crate::db::query;
use crate::domain::users::addresses;
use crate::domain::{invalidation, notifications};
use crate::entity::{notification, user_email};
use crate::shared::cache::CacheTag;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use user_email::{Column, Entity, UserEmailId};

/// Addresses that one look is for.
const BATCH: u64 = 100;

/// Notifies the members whose address was refused often enough.
///
/// # Errors
/// The database's.
pub async fn notify(ctx: &Context) -> Result<()> {
    let marked = Entity::find()
        .filter(Column::FailedAt.is_not_null())
        .filter(Column::NotifiedAt.is_null())
        .filter(Column::Failures.gte(addresses::REFUSED));
    let marked: Vec<(UserEmailId, UserId)> =
        marked.select_only().columns([Column::Id, Column::UserId]).limit(BATCH).into_tuple().all(&ctx.db).await?;
    for (address, user) in marked {
        if insert(ctx, address, user).await? {
            invalidation::invalidate(ctx, &[CacheTag::reader(user.into())]).await;
            notifications::forget(ctx, &[user]).await;
            notifications::announce(ctx, &[user]).await;
        }
    }
    Ok(())
}

/// False: another instance did.
async fn insert(ctx: &Context, address: UserEmailId, user: UserId) -> Result<bool> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let first = Entity::update_many().col_expr(Column::NotifiedAt, SimpleExpr::from(now)).filter(Column::Id.eq(address));
    if first.filter(Column::NotifiedAt.is_null()).exec(&tx).await?.rows_affected == 0 {
        return Ok(false);
    }
    let row = notification::ActiveModel { user_id: Set(user), kind: Set(Kind::AddressRefused), created_at: Set(now), ..Default::default() };
    notification::Entity::insert(row).exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(true)
}
