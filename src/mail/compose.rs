//! Composes mails: looks up the recipient, makes the token of the link, and draws the mail by `templates`.

use super::{Recipient, Written, sign_ups};
use crate::app::App;
use crate::clock::OffsetDateTime;
use crate::domain::jobs::Failure;
use crate::domain::jobs::lease::Claim;
use crate::domain::mail::{self, MailJob};
use crate::domain::users::addresses;
use crate::domain::users::links::{self, Purpose};
use crate::domain::{UserId, sessions};
use crate::entity::{account_token, session, user};
use templates::Lang;
use templates::mail as views;
use time::macros::{format_description, offset};

/// The mail of a job and its recipient. None: there is no recipient, or not any more.
pub(super) async fn write(app: &App, job: &Claim) -> Result<Option<Written>, Failure> {
    let unreadable = |err| Failure::Permanent(format!("the payload names no mail: {err}"));
    let wanted: MailJob = serde_json::from_str(&job.payload).map_err(unreadable)?;
    if let MailJob::ConfirmSignUp { sign_up } = wanted {
        return sign_ups::write(app, sign_up).await;
    }
    let Some(about) = about(app, &wanted).await? else { return Ok(None) };
    let Some(member) = mail::recipient(&app.context.db, about.user()).await? else { return Ok(None) };
    let Some(drawn) = draw(app, &wanted, &about, &member).await? else { return Ok(None) };
    let email = match (&wanted, about) {
        (MailJob::ChangeEmail { .. }, About::Change(change)) => change.email,
        (_, About::Change(change)) => change.former.unwrap_or(member.email),
        _ => member.email,
    };
    let to = Recipient { user: Some(member.id), name: member.name, email };
    Ok(Some(Written { to, content: drawn, notices: Vec::new() }))
}

/// The row that a mail is about.
enum About {
    Member(UserId),
    Change(account_token::Model),
    Session(session::Model),
}

impl About {
    fn user(&self) -> UserId {
        match self {
            Self::Member(user) => *user,
            Self::Change(change) => change.user_id,
            Self::Session(session) => session.user_id,
        }
    }
}

/// That row. None: it is gone, or there never was one.
async fn about(app: &App, wanted: &MailJob) -> Result<Option<About>, Failure> {
    let db = &app.context.db;
    Ok(match wanted {
        MailJob::ResetPassword { user, .. } => user.map(About::Member),
        MailJob::PasswordChanged { user }
        | MailJob::VerifyEmail { user }
        | MailJob::SignUpAgain { user }
        | MailJob::EmailChanged { user }
        | MailJob::Test { user } => Some(About::Member(*user)),
        MailJob::ChangeEmail { change } | MailJob::EmailChangeAsked { change } => links::find_noted(db, *change).await?.map(About::Change),
        // Composed in `sign_ups`.
        MailJob::ConfirmSignUp { .. } => None,
        MailJob::NewDevice { session } => sessions::find(db, *session).await?.map(About::Session),
    })
}

/// None: its link was made void meanwhile.
async fn draw(app: &App, wanted: &MailJob, about: &About, member: &user::Model) -> Result<Option<views::Mail>, Failure> {
    let (ctx, now) = (&app.context, app.context.clock.now());
    let asked = if let MailJob::ResetPassword { lang, .. } = wanted { Lang::from_tag(lang) } else { None };
    let frame = frame(app, member, asked).await?;
    let issue = async |purpose| links::issue(&ctx.db, member.id, purpose, &member.email, now).await;
    Ok(Some(match (wanted, about) {
        (MailJob::ResetPassword { .. }, _) => {
            let token = issue(Purpose::ResetPassword).await?;
            views::reset_password(&views::LinkMail { frame, token: &token, minutes: minutes(Purpose::ResetPassword) })
        }
        (MailJob::VerifyEmail { .. }, _) => views::verify_email(&views::LinkMail {
            frame,
            token: &issue(Purpose::VerifyEmail).await?,
            minutes: minutes(Purpose::VerifyEmail),
        }),
        (MailJob::ChangeEmail { change }, _) => {
            let Some(token) = links::arm(&ctx.db, *change, now).await? else { return Ok(None) };
            views::change_email(&views::LinkMail { frame, token: &token, minutes: minutes(Purpose::ChangeEmail) })
        }
        (_, About::Change(change)) => views::email_change_asked(&views::ChangeMail { frame, wanted: &change.email }),
        (_, About::Session(session)) => {
            let (device, at) = (sessions::device(&session.user_agent), moment(session.created_at));
            views::new_device(&views::DeviceMail { frame, device: &device, ip: &session.ip, at: &at })
        }
        (MailJob::SignUpAgain { .. }, _) => views::sign_up_again(&frame),
        (MailJob::Test { .. }, _) => views::test(&frame),
        (MailJob::EmailChanged { .. }, _) => views::email_changed(&views::ChangeMail { frame, wanted: &member.email }),
        _ => views::password_changed(&frame),
    }))
}

/// The frame of a mail, in the member's language: what they chose, else that of the page on which it was asked for, else that of the
/// page on which they entered their address.
pub(super) async fn frame<'a>(app: &'a App, member: &'a user::Model, asked: Option<Lang>) -> Result<views::Frame<'a>, Failure> {
    let lang = match member.language.as_deref().and_then(Lang::from_tag).or(asked) {
        None => addresses::lang(&app.context.db, member.id).await?.as_deref().and_then(Lang::from_tag),
        known => known,
    };
    Ok(views::Frame { lang: lang.unwrap_or_default(), name: &member.name, origin: origin(app) })
}

/// The site as browsers reach it, without a slash at the end.
pub(super) fn origin(app: &App) -> &str {
    app.config.origin()
}

fn minutes(purpose: Purpose) -> u64 {
    purpose.good_for().whole_minutes().unsigned_abs()
}

/// A moment as Korea's clocks show it.
fn moment(at: OffsetDateTime) -> String {
    let local = at.to_offset(offset!(+9));
    local.format(format_description!("[year]-[month]-[day] [hour]:[minute]")).unwrap_or_default()
}
