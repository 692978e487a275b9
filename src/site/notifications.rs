//! The list behind the bell.

use super::saved_searches;
use crate::domain::{NotificationId, notifications, posts};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Result, SignedIn, form, form_token, present, reply};
use poem::web::{Path, Query};
use poem::{Response, handler};
use serde::Deserialize;
use templates::notifications::{self as views, Item, NotificationsPage};
use templates::{email, paths};

/// Where the list begins.
#[derive(Deserialize, Default)]
pub struct NotificationsQuery {
    before: Option<String>,
}

/// GET /notifications
#[handler]
pub async fn index(member: SignedIn, place: Option<Query<NotificationsQuery>>) -> Result<Response> {
    let request = &member.request;
    let before = place.and_then(|Query(place)| place.before?.parse().ok()).filter(|id: &NotificationId| id.0 > 0);
    let mut rows = notifications::list(&request.app.context, &member.actor, &request.boards, before, request.generations.posts).await?;
    let more = rows.len() > notifications::PAGE as usize;
    rows.truncate(notifications::PAGE as usize);
    let (key, nav, now) = (form_token::issue(request, "notifications"), present::nav(request), request.app.context.clock.now());
    let items = rows.iter().map(|n| Item {
        id: n.id.0,
        kind: present::kind(n),
        actor: n.actor.as_deref().unwrap_or_default(),
        actor_id: n.actor_id.unwrap_or_default().0,
        actor_picture: n.actor_avatar.as_deref(),
        about: present::about(n),
        excerpt: n.excerpt.as_deref().unwrap_or_default(),
        at: present::ago(n.created_at, now, request.lang),
        unread: n.read_at.is_none(),
    });
    let page = NotificationsPage {
        shell: &present::shell(request, &nav),
        items: items.collect(),
        unread: request.unread,
        older_than: if more { rows.last().map(|n| n.id).map(|id| id.0) } else { None },
        once: &key,
    };
    Ok(reply::page(views::page(&page)))
}

/// POST /notifications/read-all
#[handler]
pub async fn read_all(member: SignedIn, fields: Fields) -> Result<Response> {
    let request = &member.request;
    let read_all = async |key| notifications::mark_all_read(&request.app.context, &member.actor, &request.boards, &key).await;
    match form::submit(request, "notifications", &fields, read_all).await? {
        Accepted(_) => Ok(reply::see_other_with(request, paths::NOTIFICATIONS, Flash(views::text::FLASH_READ_ALL))),
        Rejected(_) => Ok(reply::see_other(request, paths::NOTIFICATIONS)),
    }
}

/// POST /notifications/:id/read: marks one as read and leads to what it is about. Reading twice is the same
/// as once, so its key is not used up.
#[handler]
pub async fn read(member: SignedIn, Path(id): Path<NotificationId>) -> Result<Response> {
    let request = &member.request;
    let n = notifications::mark_read(&request.app.context, &member.actor, &request.boards, id).await?;
    let place = match (n.comment_id, n.post_id) {
        (Some(comment), _) => paths::comment(comment.0),
        (None, Some(post)) => {
            let post = posts::find_readable(&request.app.context.db, Some(&member.actor), &request.boards, post).await?;
            paths::post(&request.board_of(&post)?.slug, post.id.0)
        }
        (None, None) if n.kind == notifications::Kind::SavedSearch => saved_searches::place(&member, &n).await?,
        (None, None) if n.kind == notifications::Kind::AddressRefused => email::paths::INDEX.into(),
        (None, None) => paths::MY_PASSWORD.into(),
    };
    Ok(reply::see_other(request, &place))
}
