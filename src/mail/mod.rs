//! The jobs that send mail: they compose a mail (`compose`, `sign_ups` to newcomers, `notices` for notifications), build the message
//! (`message`) and hand it to a relay (`relay`).
//!
//! A mail is sent at least once and at most twice: before its text goes out, the job's row in `mail_attempts` says so, and a job
//! whose text was cut twice is given up. Both carry the same Message-ID.

mod compose;
mod message;
mod notices;
mod relay;
mod sign_ups;

use crate::app::App;
use crate::config::mail::Way;
use crate::db::{Transaction, query};
use crate::domain::jobs::lease::Claim;
use crate::domain::jobs::{Failure, Kind};
use crate::domain::notices::content;
use crate::domain::users::addresses;
use crate::domain::{Context, NotificationId, UserId, mail};
use crate::jobs::digests;
use crate::jobs::worker::{Handler, Handlers, handler};
use lettre::Message;
use relay::{Connections, Refusal};
use std::sync::Arc;
use std::time::Duration;

pub use relay::Patience;

/// So often the text of a mail is begun to be sent, where no answer comes.
const MOST_DOUBTS: i64 = 2;
/// Mails that may go out at once, where none did for a while.
const BURST: u32 = 10;

/// The handler of mails.
pub fn handlers() -> Handlers {
    handlers_within(Patience::default())
}

/// The same, with other waits for a relay.
pub fn handlers_within(patience: Patience) -> Handlers {
    [(Kind::Mail, sending(patience))].into()
}

/// The handlers of notifications by mail, for a worker of their own: a digest for each member is a long queue.
pub fn notice_handlers() -> Handlers {
    notice_handlers_within(Patience::default())
}

/// The same, with other waits for a relay.
pub fn notice_handlers_within(patience: Patience) -> Handlers {
    digests::handlers().into_iter().chain([(Kind::NoticeMail, sending(patience))]).collect()
}

fn sending(patience: Patience) -> Handler {
    let connections = Arc::new(Connections::within(patience));
    let deliver = move |app: App, job: Claim| {
        let connections = connections.clone();
        async move { deliver(&app, &job, &connections).await }
    };
    handler(deliver)
}

/// Whom a mail goes to.
struct Recipient {
    /// None: a newcomer, who is no member before the mail was read.
    user: Option<UserId>,
    name: String,
    email: String,
}

/// A mail and whom it goes to.
struct Written {
    to: Recipient,
    content: templates::mail::Mail,
    /// The notifications that it is about.
    notices: Vec<NotificationId>,
}

async fn deliver(app: &App, job: &Claim, connections: &Connections) -> Result<Transaction, Failure> {
    let ctx = &app.context;
    if app.config.mail.way == Way::None {
        return Err(Failure::Permanent("SMTP_URL is not set, so no mail is sent".into()));
    }
    wait_turn(app, job.kind).await?;
    let written = match job.kind {
        Kind::NoticeMail => notices::write(app, job).await?,
        _ => compose::write(app, job).await?,
    };
    let Some(Written { to, content, notices }) = written else {
        return Ok(query::begin(&ctx.db).await?);
    };
    match &app.config.mail.way {
        Way::Relay(relay) => {
            let message = message::build(&app.config.mail, &ctx.secret, job, &to, &content)?;
            send(ctx, job, &to, connections, (relay, &message)).await?;
        }
        Way::Log | Way::None => {
            tracing::info!("mail to {}: {}\n\n{}", to.email, content.subject, templates::mail::text(&content));
        }
    }
    let tx = query::begin(&ctx.db).await?;
    mail::settle(&tx, job.id).await?;
    addresses::record_success(&tx, &to.email).await?;
    content::record_mailed(&tx, &notices, ctx.clock.now()).await?;
    Ok(tx)
}

/// All instances together send so many in a minute; the others wait. Notices take half of that at most, so that a morning's digests
/// leave room for what members asked for.
async fn wait_turn(app: &App, kind: Kind) -> Result<(), Failure> {
    let (mail, limits) = (&app.config.mail, app.context.shared.limits());
    let (period, most) = (Duration::from_secs(60) / mail.a_minute, mail.a_minute.min(BURST));
    let of_notices = match kind {
        Kind::NoticeMail => limits.take("mail", "notices", most.div_ceil(2), mail.notice_pause()).await,
        _ => Duration::ZERO,
    };
    let wait = if of_notices.is_zero() { limits.take("mail", "all", most, period).await } else { of_notices };
    if wait.is_zero() { Ok(()) } else { Err(Failure::Later(wait)) }
}

async fn send(
    ctx: &Context,
    job: &Claim,
    to: &Recipient,
    connections: &Connections,
    (relay, message): (&crate::config::mail::Relay, &Message),
) -> Result<(), Failure> {
    if mail::doubts(&ctx.db, job.id).await? >= MOST_DOUBTS {
        return Err(Failure::Permanent("the connection broke twice while the text was sent; it may have arrived".into()));
    }
    let refused = match connections.open(relay, message).await {
        Ok(open) => {
            mail::begin(&ctx.db, job.id).await?;
            match connections.finish(open, message).await {
                Ok(()) => return Ok(()),
                Err(refusal) => refusal,
            }
        }
        Err(refusal) => refusal,
    };
    let refused = message.envelope().to().iter().fold(refused, |refused, to| refused.without(to.as_ref()));
    if !matches!(refused, Refusal::Doubt(_)) {
        mail::settle(&ctx.db, job.id).await?;
    }
    if let (Refusal::Recipient(why), Some(user)) = (&refused, to.user) {
        addresses::record_failure(&ctx.db, user, &to.email, why, ctx.clock.now()).await?;
    }
    Err(refused.into())
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Temporary(why) => Self::Temporary(why),
            Refusal::Doubt(why) => Self::Temporary(format!("the connection broke while the text was sent: {why}")),
            Refusal::Recipient(why) => Self::Permanent(format!("the address is refused: {why}")),
            Refusal::Text(why) => Self::Permanent(format!("the text is refused: {why}")),
        }
    }
}
