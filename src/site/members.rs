//! GET /u/:id, GET /who, GET /members/names: who people are, who is here, and who may be meant by a part of a name.

use crate::domain::comments::mentions;
use crate::domain::posts::list;
use crate::domain::users::profile;
use crate::domain::{PostId, UserId};
use crate::web::layers::limit;
use crate::web::{RequestContext, Result, SignedIn, present, reply};
use poem::http::StatusCode;
use poem::web::{Path, Query};
use poem::{Response, handler};
use serde::Deserialize;
use templates::users::names::{self, Names, Offer};
use templates::users::online::{self as views, WhoPage};
use templates::users::profile::ProfilePage;

/// Posts on a member's page.
const POSTS: u64 = 10;

/// A member's page.
#[handler]
pub async fn show(request: RequestContext, Path(id): Path<UserId>) -> Result<Response> {
    let profile = profile::profile(&request.app.context, id).await?;
    let actor = request.actor.as_ref();
    let recent = list::by_author(&request.app.context.db, actor, &request.boards, id, POSTS).await?;
    let open: Vec<_> = request.boards.open_to(actor).collect();
    let (nav, now) = (present::nav(&request), request.app.context.clock.now());
    let shown = present::Shown { boards: &open, lang: request.lang, now, mixed: true };
    let page = ProfilePage {
        shell: &present::shell(&request, &nav),
        id: id.0,
        name: &profile.name,
        picture: profile.avatar.as_deref(),
        is_staff: profile.is_staff,
        joined: present::moment(profile.created_at, now, request.lang),
        posts: present::count(profile.post_count),
        comments: present::count(profile.comment_count),
        recent: recent.iter().filter_map(|card| present::card(card, shown)).collect(),
        is_own: request.viewer_id() == id,
    };
    Ok(reply::page(templates::users::profile::page(&page)))
}

/// Most members named on the page of who is here.
const NAMED: usize = 200;

/// Who is here. Members who do not want to be seen are neither named nor counted.
#[handler]
pub async fn online(request: RequestContext) -> Result<Response> {
    let (count, members) = profile::online(&request.app.context, NAMED).await?;
    let nav = present::nav(&request);
    let named: Vec<_> = members.iter().map(present::avatar).collect();
    let unnamed = count.saturating_sub(named.len() as u64);
    let page = WhoPage { shell: &present::shell(&request, &nav), count, members: named, unnamed };
    Ok(reply::page(views::page(&page)))
}

/// Lists of names a minute: one for each pause in typing.
const LISTS: u32 = 120;

/// What is typed after an `@`, and the post under which.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    post: String,
    q: String,
}

/// Members who may be meant, for the field of a comment.
#[handler]
pub async fn offer(member: SignedIn, typed: Option<Query<Typed>>) -> Result<Response> {
    let (request, Query(typed)) = (&member.request, typed.unwrap_or_default());
    let post: Option<PostId> = typed.post.parse().ok();
    let offers = if post.is_none() && typed.q.is_empty() {
        Vec::new()
    } else {
        limit(request, ("names", LISTS)).await?;
        mentions::offer(&request.app.context, &member.actor, &request.boards, post, &typed.q).await?
    };
    let offered = offers.iter().map(|offer| Offer { who: present::avatar(&offer.member), written: &offer.written });
    Ok(reply::part(StatusCode::OK, names::list(&Names { lang: request.lang, members: offered.collect() })))
}
