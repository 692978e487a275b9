//! /posts: what was written, looked for, hidden, restored, deleted and moved, one or many at once.

use super::bulk::{self, PAGE, Search, Sent, url};
use crate::domain::PostId;
use crate::domain::boards::Board;
use crate::domain::page::Page;
use crate::domain::posts::moderate::{self, Filter, Listed};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Result, Staff, form, form_token, present, reply};
use poem::web::Query;
use poem::{Response, handler};
use templates::admin::posts::{self as views, PostRow, PostsPage};
use templates::admin::text;
use templates::layout::NavBoard;
use templates::paths;

/// GET /posts
#[handler]
pub async fn index(staff: Staff, search: Option<Query<Search>>) -> Result<Response> {
    render(&staff, &bulk::shown(search), &Sent::default()).await
}

async fn render(staff: &Staff, filter: &Filter, sent: &Sent) -> Result<Response> {
    let (request, ctx) = (&staff.request, &staff.request.app.context);
    let found: Page<Listed> = moderate::list(ctx, &staff.actor, &request.boards, filter, PAGE).await?;
    let (key, errors, now, boards) = (form_token::issue(request, "staff.posts"), sent.rejection.errors(), ctx.clock.now(), choices(staff));
    let rows = found.rows.iter().map(|p| PostRow {
        id: p.id.0,
        title: &p.title,
        url: url(staff, &paths::post(&p.slug, p.id.0)),
        board: &p.board,
        author: &p.author,
        author_id: Some(p.author_id.0),
        at: present::moment(p.created_at, now, request.lang),
        state: present::state(p.state),
    });
    let page = PostsPage {
        shell: &present::admin_shell(request),
        query: &filter.words,
        is_cut: found.is_cut,
        board: &filter.board,
        state: filter.state(),
        boards: &boards,
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

/// POST /posts
#[handler]
pub async fn act(staff: Staff, search: Option<Query<Search>>, fields: Fields) -> Result<Response> {
    let (request, selected) = (&staff.request, bulk::ticked(&fields));
    let ids: Vec<PostId> = selected.iter().copied().map(PostId).collect();
    let board = readable(&staff).find(|board| board.slug == fields.text("board_to")).map(|board| board.id);
    let moderate = async |key| {
        let action = bulk::action(&fields, board)?;
        moderate::moderate(&request.app.context, &staff.by(), &key, &ids, action, fields.text("reason")).await
    };
    match form::submit(request, "staff.posts", &fields, moderate).await? {
        Accepted(_) => Ok(reply::see_other_with(request, reply::local(&request.head.path), Flash(text::FLASH_DONE))),
        Rejected(rejection) => render(&staff, &bulk::shown(search), &Sent { selected, fields, rejection }).await,
    }
}

/// The boards that this member of staff may read: no others are searched, or moved from or to.
fn readable(staff: &Staff) -> impl Iterator<Item = &Board> {
    staff.request.boards.readable(Some(&staff.actor))
}

fn choices(staff: &Staff) -> Vec<NavBoard> {
    readable(staff).map(|b| NavBoard { slug: b.slug.clone(), name: present::board_name(b, staff.request.lang).to_owned() }).collect()
}
