//! Jobs in the panel: what staff see, and retrying or dropping a job that fails.

use super::lease::is_free;
use super::{Count, JobId, Kind, State, counts, schedules};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::audit::{self, Entry, Target};
use crate::domain::idempotency::{Key, Outcome, Uncommitted, idempotent};
use crate::domain::{Action, Actor, Context, Error, Resource, Result};
use crate::entity::job::{ActiveModel, Column, Entity};
use crate::entity::mail_attempt;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

/// Failing jobs that are shown; the counts say how many there are.
pub const SHOWN: u64 = 50;

/// A job whose last try failed.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Failing {
    pub id: JobId,
    /// The kind's word; it may be one of a newer version.
    pub kind: String,
    pub state: State,
    pub tries: i64,
    pub last_error: String,
    /// When it is tried again, where it is.
    pub due_at: OffsetDateTime,
    /// When it was given up.
    pub done_at: Option<OffsetDateTime>,
}

/// The content of the panel's page of jobs.
#[derive(Clone, Debug)]
pub struct Overview {
    /// All jobs by kind and state.
    pub counts: Vec<Count>,
    /// Those that fail, the newest first.
    pub failing: Vec<Failing>,
    /// Names of schedules, and when each adds its next job.
    pub schedules: Vec<(String, OffsetDateTime)>,
}

/// Whether this member may see jobs.
///
/// # Errors
/// `Forbidden`: who may read what staff did may read what the machines did.
pub fn may_look(actor: &Actor) -> Result<()> {
    actor.must(Resource::Audit, Action::Read)
}

/// Whether this member may retry or drop a job. The right to read is not enough: a dropped job is never done.
pub fn may_change(actor: &Actor) -> bool {
    may_look(actor).is_ok() && actor.is_administrator()
}

/// Reads that page.
///
/// # Errors
/// `Forbidden`.
pub async fn overview(ctx: &Context, actor: &Actor) -> Result<Overview> {
    may_look(actor)?;
    let failing = failing().order_by_desc(Column::Id).limit(SHOWN);
    Ok(Overview {
        counts: counts(&ctx.db).await?,
        failing: failing.into_partial_model().all(&ctx.db).await?,
        schedules: schedules::list(&ctx.db).await?,
    })
}

/// The newest jobs of one kind that fail.
///
/// # Errors
/// `Forbidden`.
pub async fn failing_of(ctx: &Context, actor: &Actor, kinds: &[Kind]) -> Result<Vec<Failing>> {
    may_look(actor)?;
    let newest = failing().filter(Column::Kind.is_in(kinds.iter().copied())).order_by_desc(Column::Id).limit(SHOWN);
    Ok(newest.into_partial_model().all(&ctx.db).await?)
}

fn failing() -> Select<Entity> {
    Entity::find().filter(Column::State.is_in([State::Waiting, State::Failed])).filter(Column::LastError.ne(""))
}

/// Lets a job that fails be tried again at once, as if for the first time.
///
/// # Errors
/// `Forbidden`; `Invalid("form", "job.gone")` where it does not fail any more, or is being tried now.
pub async fn retry(ctx: &Context, by: &audit::By, key: &Key, id: JobId) -> Result<Outcome<JobId>> {
    let work = async {
        let now = ctx.clock.now();
        let (tx, job) = find_idle(ctx, by, id, now).await?;
        let again = ActiveModel {
            state: Set(State::Waiting),
            due_at: Set(now),
            tries: Set(0),
            lease: Set(None),
            leased_until: Set(None),
            done_at: Set(None),
            ..Default::default()
        };
        let idle = Entity::update_many().set(again).filter(Column::Id.eq(id)).filter(is_free(now)).filter(Column::State.eq(job.state));
        found(idle.exec(&tx).await?.rows_affected)?;
        // Staff have read that a mail may have arrived, and send it again.
        mail_attempt::Entity::delete_many().filter(mail_attempt::Column::JobId.eq(id)).exec(&tx).await?;
        let entry = Entry::new("job.retry", Target::Job(id), &job.kind).change("tries", &job.tries.to_string(), "0");
        audit::write(&tx, by, entry, now).await?;
        Ok(Uncommitted { tx, id })
    };
    let outcome = idempotent(ctx, key, work).await?;
    super::wake(ctx).await;
    Ok(outcome)
}

/// Drops a job that fails: it is never done.
///
/// # Errors
/// As [`retry`].
pub async fn destroy(ctx: &Context, by: &audit::By, key: &Key, id: JobId) -> Result<Outcome<JobId>> {
    let work = async {
        let now = ctx.clock.now();
        let (tx, job) = find_idle(ctx, by, id, now).await?;
        let idle = Entity::delete_many().filter(Column::Id.eq(id)).filter(is_free(now)).filter(Column::State.eq(job.state));
        found(idle.exec(&tx).await?.rows_affected)?;
        let entry = Entry::new("job.delete", Target::Job(id), &job.kind).change("last_error", &job.last_error, "");
        audit::write(&tx, by, entry, now).await?;
        Ok(Uncommitted { tx, id })
    };
    idempotent(ctx, key, work).await
}

/// A job that fails and that no worker holds, in a new transaction.
async fn find_idle(ctx: &Context, by: &audit::By, id: JobId, now: OffsetDateTime) -> Result<(Transaction, Failing)> {
    if !may_change(&by.actor) {
        return Err(Error::Forbidden);
    }
    let tx = query::begin(&ctx.db).await?;
    let job = failing().filter(Column::Id.eq(id)).filter(is_free(now)).into_partial_model::<Failing>().one(&tx).await?;
    Ok((tx, job.ok_or_else(gone)?))
}

/// A worker may have claimed it since it was read: the statement that changes it looks again.
fn found(rows: u64) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(gone()) }
}

fn gone() -> Error {
    Error::invalid("form", "job.gone")
}
