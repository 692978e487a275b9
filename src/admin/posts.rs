//! /posts, /comments: everything that was written, to search and to act on, one or many at once.

use super::bulk;
use crate::domain::members::Page;
use crate::domain::posts::moderate::{self, Filter, Listed};
use crate::domain::{Error, Problem, comments::moderate as said};
use crate::web::{Fields, Flash, Result, Staff, once, present, reply};
use poem::http::StatusCode;
use poem::web::Query;
use poem::{Response, handler};
use serde::Deserialize;
use templates::admin::comments::{self as comment_views, CommentRow, CommentsPage};
use templates::admin::posts::{self as views, Bulk, PostRow, PostsPage};
use templates::layout::NavBoard;
use templates::paths;

/// Rows on one page.
const PAGE: i64 = 50;

/// What is looked for.
#[derive(Deserialize, Default)]
pub struct Search {
    q: Option<String>,
    board: Option<String>,
    state: Option<String>,
    page: Option<String>,
}

impl Search {
    fn filter(self) -> Filter {
        Filter {
            words: self.q.unwrap_or_default(),
            board: self.board.unwrap_or_default(),
            state: self.state.unwrap_or_default(),
            page: bulk::number(self.page.as_deref()),
        }
    }
}

/// The search that a form's page showed; the form's address carries it.
fn shown(search: Option<Query<Search>>) -> Filter {
    search.map(|Query(search)| search).unwrap_or_default().filter()
}

/// What came back with a form, to be shown again.
#[derive(Default)]
struct Sent<'a> {
    selected: Vec<i64>,
    fields: Fields,
    problems: &'a [Problem],
}

impl Sent<'_> {
    fn bulk(&self) -> Bulk<'_> {
        Bulk { task: self.fields.text("task"), board_to: self.fields.text("board_to"), reason: self.fields.text("reason") }
    }

    fn status(&self) -> StatusCode {
        if self.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }
}

fn all_boards(staff: &Staff) -> Vec<NavBoard> {
    let boards = staff.visit.boards.iter();
    boards.map(|b| NavBoard { slug: b.slug.clone(), name: present::board_name(b, staff.visit.lang).to_owned() }).collect()
}

fn url(staff: &Staff, path: &str) -> String {
    format!("{}{path}", staff.visit.app.config.public_url.as_str().trim_end_matches('/'))
}

/// GET /posts
#[handler]
pub async fn index(staff: Staff, search: Option<Query<Search>>) -> Result<Response> {
    draw(&staff, &shown(search), &Sent::default()).await
}

async fn draw(staff: &Staff, filter: &Filter, sent: &Sent<'_>) -> Result<Response> {
    let (visit, app) = (&staff.visit, &staff.visit.app);
    let found: Page<Listed> = moderate::list(app, &staff.actor, filter, PAGE).await?;
    let (key, faults, now, boards) =
        (once::issue(visit, "staff.posts"), present::faults(sent.problems), app.clock.now(), all_boards(staff));
    let rows = found.rows.iter().map(|p| PostRow {
        id: p.id,
        title: &p.title,
        url: url(staff, &paths::post(&p.slug, p.id)),
        board: &p.board,
        author: &p.author,
        author_id: Some(p.author_id),
        at: present::moment(p.created_at, now, visit.lang),
        state: present::state(crate::domain::posts::State::parse(&p.state)),
    });
    let page = PostsPage {
        shell: &present::admin_shell(visit),
        query: &filter.words,
        board: &filter.board,
        state: &filter.state,
        boards: &boards,
        rows: rows.collect(),
        page: present::count(filter.page),
        total_pages: present::count(filter.page + i64::from(found.more)),
        selected: &sent.selected,
        bulk: sent.bulk(),
        once: &key,
        faults: &faults,
    };
    Ok(reply::page_with(visit, sent.status(), views::index(&page)))
}

/// POST /posts
#[handler]
pub async fn act(staff: Staff, search: Option<Query<Search>>, fields: Fields) -> Result<Response> {
    let (visit, selected) = (&staff.visit, bulk::ticked(&fields));
    let board = visit.boards.iter().find(|board| board.slug == fields.text("board_to")).map(|board| board.id);
    let done = match (once::check(visit, "staff.posts", fields.text("once")), bulk::deed(&fields, board)) {
        (Ok(key), Ok(deed)) => moderate::moderate(&visit.app, &staff.by(), &key, &selected, deed, fields.text("reason")).await,
        (Err(fault), _) | (_, Err(fault)) => Err(fault),
    };
    match done {
        Ok(_) => Ok(reply::see_other_with(visit, reply::local(&visit.path), Flash("staff.done"))),
        Err(Error::Invalid(problems)) => draw(&staff, &shown(search), &Sent { selected, fields, problems: &problems }).await,
        Err(fault) => Err(fault.into()),
    }
}

/// GET /comments
#[handler]
pub async fn comments(staff: Staff, search: Option<Query<Search>>) -> Result<Response> {
    draw_comments(&staff, &shown(search), &Sent::default()).await
}

async fn draw_comments(staff: &Staff, filter: &Filter, sent: &Sent<'_>) -> Result<Response> {
    let (visit, app) = (&staff.visit, &staff.visit.app);
    let found = said::list(app, &staff.actor, filter, PAGE).await?;
    let (key, faults, now) = (once::issue(visit, "staff.comments"), present::faults(sent.problems), app.clock.now());
    let rows = found.rows.iter().map(|c| CommentRow {
        id: c.id,
        excerpt: c.body.char_indices().nth(80).map_or(c.body.as_str(), |(end, _)| &c.body[..end]),
        url: url(staff, &paths::comment(c.id)),
        post_title: &c.post_title,
        author: &c.author,
        author_id: Some(c.author_id),
        at: present::moment(c.created_at, now, visit.lang),
        state: present::state(crate::domain::posts::State::parse(&c.state)),
    });
    let page = CommentsPage {
        shell: &present::admin_shell(visit),
        query: &filter.words,
        state: &filter.state,
        rows: rows.collect(),
        page: present::count(filter.page),
        total_pages: present::count(filter.page + i64::from(found.more)),
        selected: &sent.selected,
        bulk: sent.bulk(),
        once: &key,
        faults: &faults,
    };
    Ok(reply::page_with(visit, sent.status(), comment_views::index(&page)))
}

/// POST /comments
#[handler]
pub async fn act_on_comments(staff: Staff, search: Option<Query<Search>>, fields: Fields) -> Result<Response> {
    let (visit, selected) = (&staff.visit, bulk::ticked(&fields));
    let done = match (once::check(visit, "staff.comments", fields.text("once")), bulk::deed(&fields, None)) {
        (Ok(key), Ok(deed)) => said::moderate(&visit.app, &staff.by(), &key, &selected, deed, fields.text("reason")).await,
        (Err(fault), _) | (_, Err(fault)) => Err(fault),
    };
    match done {
        Ok(_) => Ok(reply::see_other_with(visit, reply::local(&visit.path), Flash("staff.done"))),
        Err(Error::Invalid(problems)) => draw_comments(&staff, &shown(search), &Sent { selected, fields, problems: &problems }).await,
        Err(fault) => Err(fault.into()),
    }
}
