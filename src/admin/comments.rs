//! /comments: comments found, hidden, restored and deleted, one or many at once.

use super::bulk::{self, PAGE, Search, Sent, url};
use crate::domain::CommentId;
use crate::domain::comments::moderate;
use crate::domain::posts::moderate::Filter;
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Result, Staff, form, form_token, present, reply};
use poem::web::Query;
use poem::{Response, handler};
use templates::admin::comments::{self as views, CommentRow, CommentsPage};
use templates::admin::text;
use templates::paths;

/// GET /comments
#[handler]
pub async fn index(staff: Staff, search: Option<Query<Search>>) -> Result<Response> {
    render(&staff, &bulk::shown(search), &Sent::default()).await
}

async fn render(staff: &Staff, filter: &Filter, sent: &Sent) -> Result<Response> {
    let (request, ctx) = (&staff.request, &staff.request.app.context);
    let found = moderate::list(ctx, &staff.actor, &request.boards, filter, PAGE).await?;
    let (key, errors, now) = (form_token::issue(request, "staff.comments"), sent.rejection.errors(), ctx.clock.now());
    let rows = found.rows.iter().map(|c| CommentRow {
        id: c.id.0,
        excerpt: c.body.char_indices().nth(80).map_or(c.body.as_str(), |(end, _)| &c.body[..end]),
        url: url(staff, &paths::comment(c.id.0)),
        post_title: &c.post_title,
        author: &c.author,
        author_id: Some(c.author_id.0),
        at: present::moment(c.created_at, now, request.lang),
        state: present::state(c.state),
    });
    let page = CommentsPage {
        shell: &present::admin_shell(request),
        query: &filter.words,
        is_cut: found.is_cut,
        state: filter.state(),
        rows: rows.collect(),
        page: present::count(filter.page),
        total_pages: present::count(filter.page + i64::from(found.more)),
        selected: &sent.selected,
        bulk: sent.bulk(),
        once: &key,
        errors: &errors,
    };
    Ok(sent.rejection.page(request, views::index(&page)))
}

/// POST /comments
#[handler]
pub async fn act(staff: Staff, search: Option<Query<Search>>, fields: Fields) -> Result<Response> {
    let (request, selected) = (&staff.request, bulk::ticked(&fields));
    let ids: Vec<CommentId> = selected.iter().copied().map(CommentId).collect();
    let moderate = async |key| {
        let action = bulk::action(&fields, None)?;
        moderate::moderate(&request.app.context, &staff.by(), &key, &ids, action, fields.text("reason")).await
    };
    match form::submit(request, "staff.comments", &fields, moderate).await? {
        Accepted(_) => Ok(reply::see_other_with(request, reply::local(&request.head.path), Flash(text::FLASH_DONE))),
        Rejected(rejection) => render(&staff, &bulk::shown(search), &Sent { selected, fields, rejection }).await,
    }
}
