//! One answer to each form, however often it is sent.
//!
//! Every form carries a key that we issued. The row that the form makes is stored together with the key
//! in one transaction; when the same form comes again (a double click, a browser's or a load balancer's
//! retry on another instance), its second row meets the key and is undone, and the first answer is given.
//! That is what allows nginx to send a POST again.

use super::{Context, Error, Result, tokens};
use crate::clock::OffsetDateTime;
use crate::db::{Database, Transaction};
use crate::entity::idempotency_key::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{OnConflict, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

/// The key of a form, already found to be one of ours.
#[derive(Clone, Debug)]
pub struct Key(pub String);

impl Key {
    /// The key of something that was not asked for by a form: a command of the operator.
    ///
    /// # Errors
    /// `Internal` where the machine gives no randomness.
    pub fn random() -> Result<Self> {
        tokens::random().map(Self)
    }
}

/// What became of a form. A repeat proves nothing about who asks, as keys lie in histories and backups: it must never lead to
/// a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome<Id = i64> {
    /// The row that the form made or changed.
    pub id: Id,
    /// Whether it had been answered before.
    pub repeated: bool,
}

/// Days for which answers are kept; longer than any form is accepted.
pub const KEPT_DAYS: i64 = 4;

/// Stores the key with the id of the row that its form made, in the transaction that made it. Fails on the unique index when the
/// form has been answered; [`replay`] turns that into the first answer.
async fn record(tx: &impl ConnectionTrait, key: &Key, id: i64, now: OffsetDateTime) -> Result<()> {
    Entity::insert(answer(key, id, now)).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores the key with a row over an earlier row, whose id is given.
pub(super) async fn replace(tx: &impl ConnectionTrait, key: &Key, id: i64, now: OffsetDateTime) -> Result<Option<i64>> {
    let ignore = OnConflict::column(Column::Key).do_nothing().to_owned();
    if Entity::insert(answer(key, id, now)).on_conflict(ignore).exec_without_returning(tx).await? == 1 {
        return Ok(None);
    }
    let earlier = first(tx, key).await?;
    let update = Entity::update_many().col_expr(Column::ResultId, SimpleExpr::from(id)).filter(Column::Key.eq(&key.0));
    update.exec(tx).await?;
    Ok(earlier)
}

fn answer(key: &Key, id: i64, now: OffsetDateTime) -> ActiveModel {
    ActiveModel { key: Set(key.0.clone()), result_id: Set(id), created_at: Set(now) }
}

/// Whether a form has been answered.
pub(super) async fn is_answered(db: &impl ConnectionTrait, key: &Key) -> Result<bool> {
    Ok(first(db, key).await?.is_some())
}

async fn first(db: &impl ConnectionTrait, key: &Key) -> Result<Option<i64>> {
    Ok(Entity::find_by_id(&key.0).one(db).await?.map(|row| row.result_id))
}

/// The work of a form, not committed yet.
pub struct Uncommitted<Id = i64> {
    /// What it wrote.
    pub tx: Transaction,
    /// The row that it made or changed.
    pub id: Id,
}

/// Commits the work of a form together with its key; a repetition gets the first answer and changes nothing.
///
/// # Errors
/// Those of `work`, when the form had not been answered before.
pub async fn idempotent<Id>(ctx: &Context, key: &Key, work: impl Future<Output = Result<Uncommitted<Id>>>) -> Result<Outcome<Id>>
where
    Id: Copy + From<i64> + Into<i64>,
{
    let done = async {
        let Uncommitted { tx, id } = work.await?;
        record(&tx, key, id.into(), ctx.clock.now()).await?;
        tx.commit().await?;
        Ok(id)
    };
    replay(&ctx.db, key, done.await).await
}

/// The same for work that is committed when it ends, and that records the key itself.
///
/// # Errors
/// Those of `work`, when the form had not been answered before.
pub(super) async fn recorded_by<Id: From<i64>>(ctx: &Context, key: &Key, work: impl Future<Output = Result<Id>>) -> Result<Outcome<Id>> {
    replay(&ctx.db, key, work.await).await
}

/// Gives the first answer where there is one, whatever went wrong with the repetition.
///
/// # Errors
/// Those of `done`, when the form had not been answered before.
async fn replay<Id: From<i64>>(db: &Database, key: &Key, done: Result<Id>) -> Result<Outcome<Id>> {
    match done {
        Ok(id) => Ok(Outcome { id, repeated: false }),
        Err(err @ Error::Busy(_)) => Err(err),
        Err(err) => first(db, key).await?.map(|id| Outcome { id: id.into(), repeated: true }).ok_or(err),
    }
}

/// Forgets answers older than [`KEPT_DAYS`].
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    let old = Column::CreatedAt.lt(now - time::Duration::days(KEPT_DAYS));
    Ok(Entity::delete_many().filter(old).exec(db).await?.rows_affected)
}
