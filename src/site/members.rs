//! GET /u/:id, GET /who: who people are, and who is here.

use crate::domain::UserId;
use crate::domain::posts::list;
use crate::domain::users::profile;
use crate::web::{Result, Visit, present, reply};
use poem::web::Path;
use poem::{Response, handler};
use templates::users::online::{self, WhoPage};
use templates::users::profile::ProfilePage;

/// Posts on a member's page.
const POSTS: i64 = 10;

/// A member's page.
#[handler]
pub async fn show(visit: Visit, Path(id): Path<UserId>) -> Result<Response> {
    let profile = profile::profile(&visit.app, id).await?;
    let actor = visit.actor.as_ref();
    let recent = list::by_author(&visit.app.db, actor, &visit.boards, id, POSTS).await?;
    let open: Vec<_> = visit.boards.open_to(actor).collect();
    let (nav, now) = (present::nav(&visit), visit.app.clock.now());
    let shown = present::Shown { boards: &open, lang: visit.lang, now, mixed: true };
    let page = ProfilePage {
        shell: &present::shell(&visit, &nav),
        id: id.0,
        name: &profile.name,
        is_staff: profile.is_staff,
        joined: present::moment(profile.created_at, now, visit.lang),
        posts: present::count(profile.post_count),
        comments: present::count(profile.comment_count),
        recent: recent.iter().filter_map(|card| present::card(card, shown)).collect(),
        is_own: visit.viewer_id() == id.0,
    };
    Ok(reply::page(templates::users::profile::page(&page)))
}

/// Most members named on the page of who is here.
const NAMED: usize = 200;

/// Who is here. Members who do not want to be seen are neither named nor counted.
#[handler]
pub async fn here(visit: Visit) -> Result<Response> {
    let (count, members) = profile::here(&visit.app, NAMED).await?;
    let nav = present::nav(&visit);
    let named: Vec<(i64, &str)> = members.iter().map(|member| (member.id.0, member.name.as_str())).collect();
    let unnamed = count.saturating_sub(named.len() as u64);
    let page = WhoPage { shell: &present::shell(&visit, &nav), count, members: named, unnamed };
    Ok(reply::page(online::page(&page)))
}
