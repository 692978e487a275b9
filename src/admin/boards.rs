//! /boards: which boards there are, in which order, and who may do what there.

use crate::domain::boards::{self, Access, Board, Draft, Look};
use crate::domain::posts::list;
use crate::domain::{Action, BoardId, Error, Problem, Resource};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, Result, Staff, form, form_token, present, reply};
use poem::web::Path;
use poem::{Response, handler};
use templates::admin::boards::{self as views, Audience, BoardForm, BoardRow, BoardsPage};
use templates::admin::text;
use templates::paths::admin as paths;

/// GET /boards
#[handler]
pub async fn index(staff: Staff) -> Result<Response> {
    let request = &staff.request;
    let boards = request.boards.managed_by(&staff.actor)?;
    let counts = list::counts(&request.app.context.db, &staff.actor).await?;
    let posts = |id| counts.get(&id).map_or(0, |posts| present::count(*posts));
    let key = form_token::issue(request, "staff.boards");
    let row = |board: &'_ Board| (audience(board.read), audience(board.write), posts(BoardId(board.id.0)));
    let rows = boards.iter().map(|board| {
        let (read, write, posts) = row(board);
        BoardRow { id: board.id.0, slug: &board.slug, name: &board.name, read, write, posts, archived: board.archived }
    });
    let page = BoardsPage { shell: &present::admin_shell(request), boards: rows.collect(), once: &key };
    Ok(reply::page(views::index(&page)))
}

fn audience(access: Access) -> Audience {
    match access {
        Access::Everyone => Audience::Everyone,
        Access::Members => Audience::Members,
        Access::Staff => Audience::Staff,
        Access::Admins | Access::Nobody => Audience::Admins,
    }
}

fn name(id: Option<BoardId>) -> String {
    id.map_or_else(|| "staff.board.new".into(), |id| format!("staff.board.{id}"))
}

fn render(staff: &Staff, id: Option<BoardId>, draft: &Draft, rejection: &Rejection) -> Response {
    let (key, errors) = (form_token::issue(&staff.request, &name(id)), rejection.errors());
    let page = BoardForm {
        shell: &present::admin_shell(&staff.request),
        id: id.map(|id| id.0),
        name: &draft.name,
        name_en: &draft.name_en,
        slug: &draft.slug,
        description: &draft.description,
        description_en: &draft.description_en,
        list: audience(draft.list),
        read: audience(draft.read),
        write: audience(draft.write),
        // A board without comments keeps "members" for the day when they are let in again.
        comment: if draft.comment == Access::Nobody { Audience::Members } else { audience(draft.comment) },
        // Nobody is no answer of the form.
        revisions: audience(draft.revisions),
        look: present::look(draft.look),
        needs_alt: draft.needs_alt,
        comments_on: draft.comment != Access::Nobody,
        archived: draft.archived,
        once: &key,
        errors: &errors,
    };
    rejection.page(&staff.request, views::form(&page))
}

/// What was sent, and the levels that are none; they count as the strictest.
fn draft(fields: &Fields) -> (Draft, Vec<Problem>) {
    let text = |name: &str| fields.text(name).to_owned();
    let mut unknown = Vec::new();
    let mut access = |field: &'static str| {
        Access::parse(fields.text(field)).unwrap_or_else(|| {
            unknown.push(Problem { field, message: "board.access_unknown" });
            Access::Nobody
        })
    };
    let draft = Draft {
        slug: text("slug"),
        name: text("name"),
        name_en: text("name_en"),
        description: text("description"),
        description_en: text("description_en"),
        list: access("list"),
        read: access("read"),
        write: access("write"),
        comment: if fields.ticked("comments_on") { access("comment") } else { Access::Nobody },
        revisions: access("revisions"),
        look: Look::parse(fields.text("look")).unwrap_or_default(),
        needs_alt: fields.ticked("needs_alt"),
        archived: fields.ticked("archived"),
    };
    (draft, unknown)
}

/// GET /boards/new
#[handler]
pub fn new(staff: Staff) -> Result<Response> {
    staff.actor.must(Resource::Board, Action::Manage)?;
    Ok(render(&staff, None, &Draft::default(), &Rejection::default()))
}

/// POST /boards/new
#[handler]
pub async fn create(staff: Staff, fields: Fields) -> Result<Response> {
    save(&staff, None, &fields, Flash(text::FLASH_CREATED)).await
}

/// GET /boards/:id/edit
#[handler]
pub async fn edit(staff: Staff, Path(id): Path<BoardId>) -> Result<Response> {
    let board = boards::find_managed(&staff.request.app.context.db, &staff.actor, id).await?;
    Ok(render(&staff, Some(id), &Draft::of(&board), &Rejection::default()))
}

/// POST /boards/:id/edit
#[handler]
pub async fn update(staff: Staff, Path(id): Path<BoardId>, fields: Fields) -> Result<Response> {
    save(&staff, Some(id), &fields, Flash(text::FLASH_SAVED)).await
}

async fn save(staff: &Staff, id: Option<BoardId>, fields: &Fields, flash: Flash) -> Result<Response> {
    let (draft, unknown) = draft(fields);
    let save = async |key| {
        if !unknown.is_empty() {
            return Err(Error::Invalid(unknown));
        }
        boards::save(&staff.request.app.context, &staff.by(), &key, id, &draft).await
    };
    match form::submit(&staff.request, &name(id), fields, save).await? {
        Accepted(_) => Ok(reply::see_other_with(&staff.request, paths::BOARDS, flash)),
        Rejected(rejection) => Ok(render(staff, id, &draft, &rejection)),
    }
}

/// POST /boards/order
#[handler]
pub async fn reorder(staff: Staff, fields: Fields) -> Result<Response> {
    let (id, up) = (fields.number("board").ok_or(Error::NotFound)?, fields.text("to") == "up");
    let shift = async |key| boards::shift(&staff.request.app.context, &staff.by(), &key, BoardId(id), up).await;
    match form::submit_one(&staff.request, ("staff.boards", format!("{id}.{up}")), &fields, shift).await? {
        Accepted(_) => Ok(reply::see_other_with(&staff.request, paths::BOARDS, Flash(text::FLASH_SAVED))),
        Rejected(_) => Ok(reply::see_other(&staff.request, paths::BOARDS)),
    }
}
