//! What staff see of mail: how many wait, which fail and why, which addresses are refused; and a mail to themselves.

use super::{MailJob, enqueue};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::idempotency::{Key, Outcome, Uncommitted, idempotent};
use crate::domain::jobs::manage::{self, Failing};
use crate::domain::jobs::{self, Count, Kind};
use crate::domain::{Action, Actor, Context, Error, Resource, Result, UserId};
use crate::entity::{user, user_email};
use sea_orm::{ColumnTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// Addresses that are shown; those that were refused last come first.
pub const SHOWN: u64 = 50;

/// The kinds of jobs that send mail.
pub const KINDS: [Kind; 2] = [Kind::Mail, Kind::NoticeMail];

/// An address that another server refuses.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "user_email::Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Refused {
    pub user_id: UserId,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    pub name: String,
    pub email: String,
    pub failures: i64,
    pub failed_at: Option<OffsetDateTime>,
    pub last_error: String,
}

/// All that the page of mail shows.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Mails by what became of them.
    pub counts: Vec<Count>,
    /// Those that fail, the newest first.
    pub failing: Vec<Failing>,
    /// Addresses that are refused; none where the reader may not see members' addresses.
    pub refused: Option<Vec<Refused>>,
}

/// Looks.
///
/// # Errors
/// `Forbidden`.
pub async fn overview(ctx: &Context, actor: &Actor) -> Result<Overview> {
    manage::may_look(actor)?;
    let may_see = actor.may(Resource::User, Action::Read);
    Ok(Overview {
        counts: jobs::counts(&ctx.db).await?,
        failing: manage::failing_of(ctx, actor, &KINDS).await?,
        refused: if may_see { Some(refused(ctx).await?) } else { None },
    })
}

async fn refused(ctx: &Context) -> Result<Vec<Refused>> {
    let refused = user_email::Entity::find().inner_join(user::Entity).filter(user_email::Column::Failures.gt(0));
    let newest = refused.order_by_desc(user_email::Column::FailedAt).order_by_desc(user_email::Column::Id).limit(SHOWN);
    Ok(newest.into_partial_model().all(&ctx.db).await?)
}

/// Sends a mail to the one who asks, by the way that every mail goes.
///
/// # Errors
/// `Forbidden` for all but administrators; `Invalid("form", "mail.off")` where the site sends no mail.
pub async fn send_test(ctx: &Context, actor: &Actor, key: &Key) -> Result<Outcome<UserId>> {
    if !manage::may_change(actor) {
        return Err(Error::Forbidden);
    }
    if !ctx.sends_mail {
        return Err(Error::invalid("form", "mail.off"));
    }
    let work = async {
        let tx = query::begin(&ctx.db).await?;
        enqueue(ctx, &tx, &MailJob::Test { user: actor.id }).await?;
        Ok(Uncommitted { tx, id: actor.id })
    };
    let outcome = idempotent(ctx, key, work).await?;
    jobs::wake(ctx).await;
    Ok(outcome)
}
