//! Writes notices: looks up what is left to be mailed, and draws it by `templates`.

use super::compose::frame;
use super::{Recipient, Written};
use crate::app::App;
use crate::domain::jobs::Failure;
use crate::domain::jobs::lease::Claim;
use crate::domain::mail;
use crate::domain::notices::content::{self, Content, Entry};
use crate::domain::notices::unsubscribe::{self, Scope};
use crate::domain::notices::{Kind, Notice, Pace};
use templates::mail::notices as views;
use templates::notifications;

/// The notice of a job. None: nothing is left to be mailed.
pub(super) async fn write(app: &App, job: &Claim) -> Result<Option<Written>, Failure> {
    let ctx = &app.context;
    let unreadable = |err| Failure::Permanent(format!("the job does not say which notice it is: {err}"));
    let notice: Notice = serde_json::from_str(&job.payload).map_err(unreadable)?;
    let Some(content) = content::find(ctx, notice).await? else { return Ok(None) };
    let Some(member) = mail::recipient(&ctx.db, notice.user()).await? else { return Ok(None) };
    let frame = frame(app, &member, None).await?;
    let stop = unsubscribe::token(&ctx.secret, member.id, &content.scope);
    let mail = views::notice(&views::NoticeMail {
        frame,
        subject: subject(notice, &content),
        entries: content.entries.iter().map(entry).collect(),
        more: content.more as u64,
        why: why(&content.scope),
        stop: &stop,
    });
    let to = Recipient { user: Some(member.id), name: member.name.clone(), email: member.email.clone() };
    Ok(Some(Written { to, content: mail, notices: content.ids }))
}

fn subject(notice: Notice, content: &Content) -> views::Subject<'_> {
    let title = content.entries.first().and_then(|entry| entry.title.as_deref()).unwrap_or_default();
    match notice {
        Notice::Post { .. } => views::Subject::Post { title },
        Notice::Search { .. } => views::Subject::Search,
        Notice::Digest { pace: Pace::Weekly, .. } => views::Subject::Week,
        Notice::Digest { .. } => views::Subject::Day,
    }
}

fn entry(entry: &Entry) -> views::Entry<'_> {
    views::Entry {
        kind: match entry.kind {
            Kind::Reply => notifications::Kind::Reply,
            Kind::Mention => notifications::Kind::Mention,
            Kind::SavedSearch => notifications::Kind::SavedSearch { hits: entry.hits.unwrap_or_default().unsigned_abs() },
            Kind::Comment | Kind::SignUpAgain | Kind::AddressRefused => notifications::Kind::Comment,
        },
        actor: entry.actor.as_deref().unwrap_or_default(),
        about: entry.title.as_deref().or(entry.words.as_deref()).unwrap_or_default(),
        excerpt: entry.excerpt.as_deref().unwrap_or_default(),
        place: match entry.saved_search_id {
            Some(search) => views::Place::Search(search.0),
            None => views::Place::Comment(entry.comment_id.unwrap_or_default().0),
        },
    }
}

fn why(scope: &Scope) -> views::Why {
    match scope {
        Scope::Kinds(_) => views::Why::Kinds,
        Scope::Board(_) => views::Why::Board,
        Scope::Digest(Pace::Weekly) => views::Why::Week,
        Scope::Digest(_) => views::Why::Day,
    }
}
