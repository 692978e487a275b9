//! Sign-ups that wait, as staff see them: confirming one for a person who cannot use mail, and dropping one.

use super::{SignUpId, admit, has_account, take};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::audit::{self, Entry, Target};
use crate::domain::idempotency::{Key, Outcome, Uncommitted, idempotent};
use crate::domain::page::Page;
use crate::domain::{Action, Actor, Context, Error, Resource, Result, UserId};
use crate::entity::sign_up::{Column, Entity};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// Sign-ups that are shown, the newest.
pub const SHOWN: i64 = 50;

/// A sign-up that waits.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Waiting {
    pub id: SignUpId,
    pub email: String,
    pub name: String,
    pub created_at: OffsetDateTime,
}

/// Whether this member may see and decide.
pub fn may(actor: &Actor) -> bool {
    actor.may(Resource::User, Action::Manage)
}

/// The newest sign-ups that wait. One whose address has an account is left out: its job ends it.
///
/// # Errors
/// `Forbidden`.
pub async fn list(ctx: &Context, actor: &Actor) -> Result<Page<Waiting>> {
    actor.must(Resource::User, Action::Manage)?;
    let waiting = Entity::find().filter(Column::ExpiresAt.gt(ctx.clock.now())).filter(has_account().not());
    let newest = waiting.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(SHOWN as u64 + 1);
    Ok(Page::of(newest.into_partial_model().all(&ctx.db).await?, SHOWN))
}

/// Makes a member of a sign-up without its link. The address stays unproved.
///
/// # Errors
/// `Forbidden`; `Invalid("form", "sign_up.gone" | "sign_up.name_taken" | "email.used")`.
pub async fn confirm(ctx: &Context, by: &audit::By, key: &Key, id: SignUpId) -> Result<Outcome<UserId>> {
    by.actor.must(Resource::User, Action::Manage)?;
    let work = async {
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        let sign_up = take(&tx, Column::Id.eq(id), now).await?.ok_or_else(gone)?;
        let member = admit(&tx, &sign_up, None, now).await.map_err(without_name)?;
        audit::write(&tx, by, Entry::new("sign_up.confirm", Target::User(member), &sign_up.name), now).await?;
        Ok(Uncommitted { tx, id: member })
    };
    idempotent(ctx, key, work).await
}

/// Drops a sign-up: its link is good for nothing any more.
///
/// # Errors
/// `Forbidden`; `Invalid("form", "sign_up.gone")`.
pub async fn destroy(ctx: &Context, by: &audit::By, key: &Key, id: SignUpId) -> Result<Outcome<SignUpId>> {
    by.actor.must(Resource::User, Action::Manage)?;
    let work = async {
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        let sign_up = take(&tx, Column::Id.eq(id), now).await?.ok_or_else(gone)?;
        audit::write(&tx, by, Entry::new("sign_up.delete", Target::SignUp(id), &sign_up.name), now).await?;
        Ok(Uncommitted { tx, id })
    };
    idempotent(ctx, key, work).await
}

/// Staff choose no name for others.
fn without_name(err: Error) -> Error {
    match err {
        Error::Invalid(problems) if problems.iter().any(|p| p.field == "name") => Error::invalid("form", "sign_up.name_taken"),
        err => err,
    }
}

fn gone() -> Error {
    Error::invalid("form", "sign_up.gone")
}
