//! The list behind the bell.

use crate::domain::{NotificationId, notifications, posts};
use crate::web::{Fields, Flash, Result, SignedIn, form_token, present, reply};
use poem::web::{Path, Query};
use poem::{Response, handler};
use serde::Deserialize;
use templates::notifications::{self as views, Item, NotificationsPage};
use templates::paths;

/// Where the list begins.
#[derive(Deserialize, Default)]
pub struct Place {
    before: Option<String>,
}

/// GET /notifications
#[handler]
pub async fn index(member: SignedIn, place: Option<Query<Place>>) -> Result<Response> {
    let visit = &member.visit;
    let before = place.and_then(|Query(place)| place.before?.parse().ok()).filter(|id: &NotificationId| id.0 > 0);
    let mut rows = notifications::list(&visit.app, &member.actor, &visit.boards, before, visit.posts).await?;
    let more = rows.len() > notifications::PAGE as usize;
    rows.truncate(notifications::PAGE as usize);
    let (key, nav, now) = (form_token::issue(visit, "notifications"), present::nav(visit), visit.app.clock.now());
    let items = rows.iter().map(|n| Item {
        id: n.id.0,
        kind: present::kind(n),
        actor: n.actor.as_deref().unwrap_or_default(),
        actor_id: n.actor_id.unwrap_or_default().0,
        post_title: n.post_title.as_deref().unwrap_or_default(),
        excerpt: n.excerpt.as_deref().unwrap_or_default(),
        at: present::moment(n.created_at, now, visit.lang),
        unread: n.read_at.is_none(),
    });
    let page = NotificationsPage {
        shell: &present::shell(visit, &nav),
        items: items.collect(),
        unread: visit.unread,
        older_than: if more { rows.last().map(|n| n.id).map(|id| id.0) } else { None },
        once: &key,
    };
    Ok(reply::page(views::page(&page)))
}

/// POST /notifications/read-all
#[handler]
pub async fn read_all(member: SignedIn, fields: Fields) -> Result<Response> {
    let visit = &member.visit;
    let Ok(key) = form_token::check(visit, "notifications", fields.text("once")) else {
        return Ok(reply::see_other(visit, paths::NOTIFICATIONS));
    };
    notifications::read_all(&visit.app, &member.actor, &visit.boards, &key).await?;
    Ok(reply::see_other_with(visit, paths::NOTIFICATIONS, Flash("read")))
}

/// POST /notifications/:id/read: marks one as read and leads to what it tells of. Reading twice is the same
/// as once, so its key is not used up.
#[handler]
pub async fn read(member: SignedIn, Path(id): Path<NotificationId>) -> Result<Response> {
    let visit = &member.visit;
    let n = notifications::read(&visit.app, &member.actor, &visit.boards, id).await?;
    let place = match (n.comment_id, n.post_id) {
        (Some(comment), _) => paths::comment(comment.0),
        (None, Some(post)) => {
            let post = posts::find_readable(&visit.app.db, Some(&member.actor), &visit.boards, post).await?;
            paths::post(&visit.board_of(&post)?.slug, post.id.0)
        }
        (None, None) => paths::MY_PASSWORD.into(),
    };
    Ok(reply::see_other(visit, &place))
}
