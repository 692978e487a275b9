//! The queue of mails. A mail is a job, enqueued in the transaction that needs it. The job contains the kind of mail and the recipient's
//! id, but no address and no token: both are looked up or made when the mail is composed (`src/mail`). `bounce` handles mails that came
//! back · `manage` is the panel's page.

pub mod bounce;
pub mod manage;

use super::jobs::{self, JobId, Kind, New};
use super::users::sign_ups::SignUpId;
use super::{Context, Result, SessionId, UserId};
pub use crate::entity::account_token::AccountTokenId;
use crate::entity::mail_attempt::{ActiveModel, Column, Entity};
use crate::entity::user;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

/// The payload of a mail's job: the kind of mail, and its recipient. The tag has its first name, by which jobs of older versions are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum MailJob {
    /// A link with which a new password is set. The job of an address without an account sends nothing: it is there so that both
    /// cost the same.
    ResetPassword {
        /// Who asked, where the address has an account.
        user: Option<UserId>,
        /// The language of the page on which it was asked for.
        lang: String,
    },
    /// That the password was changed.
    PasswordChanged {
        /// Whose.
        user: UserId,
    },
    /// A link by which a member confirms that the address is theirs.
    VerifyEmail {
        /// Whose.
        user: UserId,
    },
    /// A link by which a newcomer becomes a member. Where the address has an account it is not sent: the job ends the sign-up and adds
    /// [`MailJob::SignUpAgain`].
    ConfirmSignUp {
        /// The sign-up that waits for it.
        sign_up: SignUpId,
    },
    /// That there is an account already, after a sign-up with its address.
    SignUpAgain {
        /// Whose.
        user: UserId,
    },
    /// A link to the address that is to become a member's.
    ChangeEmail {
        /// The change that waits for it.
        change: AccountTokenId,
    },
    /// That another address is to become the member's, to the present one.
    EmailChangeAsked {
        /// The change that waits.
        change: AccountTokenId,
    },
    /// That the address was changed, to the new one.
    EmailChanged {
        /// Whose.
        user: UserId,
    },
    /// That mail arrives, to staff who wanted to know.
    Test {
        /// Who.
        user: UserId,
    },
    /// That a browser signed in which had not before.
    NewDevice {
        /// The session that began.
        session: SessionId,
    },
}

/// Adds a mail in the caller's transaction; [`jobs::wake`] after its commit. Nothing where the site sends no mail.
///
/// # Errors
/// The database's.
pub async fn enqueue(ctx: &Context, tx: &impl ConnectionTrait, mail: &MailJob) -> Result<()> {
    enqueue_once(ctx, tx, mail, None).await
}

/// The same, and a second mail with the same `dedupe` is not added.
///
/// # Errors
/// The database's.
pub async fn enqueue_once(ctx: &Context, tx: &impl ConnectionTrait, mail: &MailJob, dedupe: Option<&str>) -> Result<()> {
    if !ctx.sends_mail {
        return Ok(());
    }
    let payload = serde_json::to_string(mail).map_err(|err| super::Error::internal("writing down a mail", err))?;
    let now = ctx.clock.now();
    jobs::enqueue(tx, New { kind: Kind::Mail, payload: &payload, dedupe, due_at: now }, now).await?;
    Ok(())
}

/// A member as a mail knows them; none where there is no such member any more.
///
/// # Errors
/// The database's.
pub async fn recipient(db: &impl ConnectionTrait, id: UserId) -> Result<Option<user::Model>> {
    Ok(user::Entity::find_by_id(id).one(db).await?)
}

/// How often the text of a mail was begun to be sent and not answered.
///
/// # Errors
/// The database's.
pub async fn doubts(db: &impl ConnectionTrait, job: JobId) -> Result<i64> {
    Ok(Entity::find_by_id(job).one(db).await?.map_or(0, |row| row.doubts))
}

/// Writes down that the text of a mail is about to be sent: until the answer is known, it may have arrived.
///
/// # Errors
/// The database's.
pub async fn begin(db: &impl ConnectionTrait, job: JobId) -> Result<()> {
    let row = ActiveModel { job_id: Set(job), doubts: Set(1) };
    let more = OnConflict::column(Column::JobId).value(Column::Doubts, Expr::col((Entity, Column::Doubts)).add(1)).to_owned();
    Entity::insert(row).on_conflict(more).exec_without_returning(db).await?;
    Ok(())
}

/// Writes down that it is known what became of a mail.
///
/// # Errors
/// The database's.
pub async fn settle(db: &impl ConnectionTrait, job: JobId) -> Result<()> {
    Entity::delete_many().filter(Column::JobId.eq(job)).exec(db).await?;
    Ok(())
}
