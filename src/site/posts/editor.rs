//! The editor of a post: what its form sends, and how it is shown.

use crate::domain::boards::Board;
use crate::domain::drafts::{self, DraftId, Target};
use crate::domain::files::{self, File, FileId};
use crate::domain::posts::{self, Draft};
use crate::domain::validation::{POST_MAX, TITLE_MAX};
use crate::domain::{Action, Error, PostId, Problem, Resource};
use crate::web::{Fields, Rejection, Result, SignedIn, form_token, present};
use poem::Response;
use serde::Deserialize;
use templates::drafts::{Note, Saving};
use templates::paths;
use templates::posts::form::{self as view, PostForm, Purpose};
use templates::ui::{FieldError, Moment};

/// The board of an address, for a member who may write there.
pub fn writable<'a>(member: &'a SignedIn, slug: &str) -> Result<&'a Board> {
    let board = member.request.board_at(slug)?;
    if board.takes_posts_from(Some(&member.actor)) { Ok(board) } else { Err(Error::Forbidden.into()) }
}

/// What the editor shows besides its text.
#[derive(Clone)]
pub struct Editor<'a> {
    pub board: &'a Board,
    pub purpose: Purpose,
    pub preview: &'a str,
    pub note: Note,
    /// When what it shows was saved.
    pub saved: Option<Moment>,
    /// Files that were not attached, and why.
    pub refused: Vec<(String, Problem)>,
}

impl<'a> Editor<'a> {
    pub fn of(board: &'a Board, purpose: Purpose) -> Self {
        Self { board, purpose, preview: "", note: Note::None, saved: None, refused: Vec::new() }
    }
}

pub async fn show(member: &SignedIn, draft: &Draft, e: &Editor<'_>, rejection: &Rejection) -> Result<Response> {
    let request = &member.request;
    let mut attached = files::of_editor(&request.app.context.db, &member.actor, target(e), draft.editor.draft).await?;
    for file in &mut attached {
        // What was typed stays, whatever became of the form.
        if let Some((_, typed)) = draft.alts.iter().find(|(id, _)| *id == file.id) {
            file.alt.clone_from(typed);
        }
    }
    let key = form_token::issue(request, &form_name(e.board, e.purpose));
    let (nav, errors) = (present::nav(request), rejection.errors());
    let undescribed = undescribed(&attached);
    let errors = at_each(&errors, &undescribed);
    let editor = &draft.editor;
    let page = view::page(&PostForm {
        shell: &present::shell(request, &nav),
        slug: &e.board.slug,
        board: present::board_name(e.board, request.lang),
        purpose: e.purpose,
        title: &draft.title,
        body: &draft.body,
        most: (TITLE_MAX, POST_MAX),
        can_notice: member.actor.may(Resource::Post, Action::Moderate),
        notice: draft.notice,
        revision: draft.revision,
        once: &key,
        errors: &errors,
        preview_html: e.preview,
        saving: Saving { form: editor.form(), draft: editor.draft.map(|id| id.0), version: editor.version, at: e.saved.as_ref() },
        note: &e.note,
        needs_alt: e.board.needs_alt,
        files: present::files(&attached),
        refused: e.refused.iter().map(|(name, why)| (name.as_str(), present::errors(&[*why])[0])).collect(),
    });
    Ok(rejection.page(request, page))
}

/// The fields of pictures without a description.
pub fn undescribed(files: &[File]) -> Vec<String> {
    files.iter().filter(|file| file.kind.is_picture() && file.alt.trim().is_empty()).map(|file| format!("alt.{}", file.id)).collect()
}

/// A missing description is an error at each picture without one.
pub fn at_each<'a>(errors: &[FieldError<'a>], undescribed: &'a [String]) -> Vec<FieldError<'a>> {
    let (missing, mut errors): (Vec<_>, Vec<_>) = errors.iter().copied().partition(|error| error.field == "alt");
    errors.extend(missing.first().into_iter().flat_map(|error| undescribed.iter().map(|field| FieldError { field, ..*error })));
    errors
}

/// What its draft is written for.
fn target(e: &Editor<'_>) -> Target {
    match e.purpose {
        Purpose::New => Target::New(e.board.id),
        Purpose::Edit { id } => Target::Edit(PostId(id)),
    }
}

/// Files that were chosen and not sent: without scripts the main button sends their names alone.
pub fn unsent(fields: &Fields) -> Option<Rejection> {
    let is_chosen = fields.all("files").any(|name| !name.is_empty());
    is_chosen.then(|| Problem { field: "files", message: "file.unsent" }.into())
}

/// The name of its form.
pub fn form_name(board: &Board, purpose: Purpose) -> String {
    match purpose {
        Purpose::New => format!("post.create.{}", board.id),
        Purpose::Edit { id } => format!("post.update.{id}"),
    }
}

/// What was typed.
pub fn sent(fields: &Fields) -> Draft {
    Draft {
        title: fields.text("title").into(),
        body: fields.text("body").into(),
        notice: fields.ticked("notice"),
        revision: fields.number("revision"),
        editor: drafts::Editor::sent(fields.text("editor"), fields.number("draft"), fields.number("version")),
        alts: fields.pairs().iter().filter_map(|(name, value)| Some((alt_of(name)?, value.clone()))).collect(),
    }
}

/// The file that a field describes.
fn alt_of(field: &str) -> Option<FileId> {
    field.strip_prefix("alt.")?.parse().ok()
}

/// The draft with which the editor is to go on.
#[derive(Deserialize, Default)]
pub struct Chosen {
    draft: Option<DraftId>,
}

/// The editor as it is opened: on the chosen draft, or on `empty` with the offer to go on with one.
pub async fn open(member: &SignedIn, target: Target, chosen: &Chosen, empty: Draft, e: Editor<'_>) -> Result<Response> {
    let (request, db) = (&member.request, &member.request.app.context.db);
    let at = |time| present::moment(time, request.app.context.clock.now(), request.lang);
    let Some(id) = chosen.draft else {
        let unfinished = drafts::newest(db, &member.actor, target).await?;
        let href = |id: DraftId| templates::drafts::paths::go_on(&place(e.board, e.purpose), id.0);
        let note = unfinished.map_or(Note::None, |draft| Note::Offer { href: href(draft.id), at: at(draft.saved_at) });
        let draft = Draft { editor: drafts::Editor::open(None)?, ..empty };
        return show(member, &draft, &Editor { note, ..e }, &Rejection::default()).await;
    };
    let draft = drafts::find_for(db, &member.actor, target, id).await?;
    let saved = Some(at(draft.saved_at));
    let note = match e.purpose {
        Purpose::Edit { id } if draft.revision != empty.revision => Note::Outdated { post: paths::post(&e.board.slug, id) },
        _ => Note::None,
    };
    show(member, &draft.typed()?, &Editor { note, saved, ..e }, &Rejection::default()).await
}

/// The address of the editor.
pub fn place(board: &Board, purpose: Purpose) -> String {
    match purpose {
        Purpose::New => paths::write(&board.slug),
        Purpose::Edit { id } => paths::post_edit(&board.slug, id),
    }
}

/// The editor of a post that was changed after it was opened: what was typed stays, and the next try is about the post as
/// it is now.
pub async fn renewed(member: &SignedIn, id: PostId, draft: Draft) -> Result<Draft> {
    let (post, _) = posts::find_editable(&member.request.app.context.db, &member.actor, id).await?;
    Ok(Draft { revision: Some(post.revision), ..draft })
}
