//! Writes letters: looks up who gets one today, makes the token of its link, and draws it by `templates`.

use super::Recipient;
use crate::app::App;
use crate::domain::jobs::Failure;
use crate::domain::jobs::lease::Claim;
use crate::domain::mail::{self, Letter};
use crate::domain::users::links::{self, Purpose};
use crate::entity::user;
use templates::Lang;
use templates::mail as views;

/// Who gets the letter of a job, and the letter. None: nobody, or nobody any more.
pub(super) async fn write(app: &App, job: &Claim) -> Result<Option<(Recipient, views::Letter)>, Failure> {
    let unreadable = |err| Failure::Permanent(format!("the job does not say which letter it is: {err}"));
    let letter: Letter = serde_json::from_str(&job.payload).map_err(unreadable)?;
    let Some(id) = letter.recipient() else { return Ok(None) };
    let Some(member) = mail::recipient(&app.context.db, id).await? else { return Ok(None) };
    let drawn = draw(app, &letter, &member).await?;
    Ok(Some((Recipient { user: member.id, name: member.name, email: member.email }, drawn)))
}

async fn draw(app: &App, letter: &Letter, member: &user::Model) -> Result<views::Letter, Failure> {
    let origin = app.config.public_url.as_str().trim_end_matches('/');
    let own = member.language.as_deref().and_then(Lang::from_tag);
    let frame = |lang: Lang| views::Frame { lang, name: &member.name, origin };
    Ok(match letter {
        Letter::ResetPassword { lang, .. } => {
            let (ctx, purpose) = (&app.context, Purpose::ResetPassword);
            let token = links::issue(&ctx.db, member.id, purpose, &member.email, ctx.clock.now()).await?;
            let frame = frame(own.or_else(|| Lang::from_tag(lang)).unwrap_or_default());
            views::reset_password(&views::LinkLetter { frame, token: &token, minutes: minutes(purpose) })
        }
        Letter::PasswordChanged { .. } => views::password_changed(&frame(own.unwrap_or_default())),
    })
}

fn minutes(purpose: Purpose) -> u64 {
    purpose.good_for().whole_minutes().unsigned_abs()
}
