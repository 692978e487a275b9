//! Saving a draft, and deleting it in the transaction that publishes its post.
//!
//! A save carries the name of its form, and the id and version of the draft as of the last answer. What the same form saved is
//! overwritten even by an older version, because the browser may have lost an answer; what another window saved since is not.

use super::{DraftId, Editor, MOST, Target, own, written_for};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::idempotency::{self, Key};
use crate::domain::{Actor, Context, Error, PostId, Result, UserId, files, posts, users, validation};
use crate::entity::draft::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

/// A draft as it was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// What the form knows of it from now on,
    pub id: DraftId,
    /// and its version.
    pub version: i64,
    /// When.
    pub at: OffsetDateTime,
    /// What another window had saved before: this text is stored beside it.
    pub conflicts_with: Option<DraftId>,
}

impl Saved {
    fn of(row: &Model) -> Self {
        Self { id: row.id, version: row.version, at: row.saved_at, conflicts_with: row.conflicts_with }
    }
}

/// Saves what is typed. The same again changes nothing.
///
/// # Errors
/// `Invalid("form", …)`: `draft.empty`; `draft.gone` when its post was published or the draft deleted; `draft.full`.
pub async fn save(ctx: &Context, actor: &Actor, target: Target, typed: &posts::Draft) -> Result<Saved> {
    save_or(ctx, actor, target, typed, Empty::Refused).await
}

/// What becomes of a new draft with nothing in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Refused,
    Kept,
}

/// The same for an editor to which files come: they may be all that is in it.
///
/// # Errors
/// As [`save`], but for `draft.empty`.
pub async fn save_for_files(ctx: &Context, actor: &Actor, target: Target, typed: &posts::Draft) -> Result<Saved> {
    save_or(ctx, actor, target, typed, Empty::Kept).await
}

async fn save_or(ctx: &Context, actor: &Actor, target: Target, typed: &posts::Draft, empty: Empty) -> Result<Saved> {
    let typed =
        posts::Draft { title: validation::line(&validation::text(&typed.title)), body: validation::text(&typed.body), ..typed.clone() };
    let tx = query::begin(&ctx.db).await?;
    // A save after the form's post sees that it was published, one before it is deleted with it.
    users::lock(&tx, actor.id).await?;
    let alts = typed.alts.clone();
    let saved = store(&tx, actor, target, typed, empty, ctx.clock.now()).await?;
    files::describe(&tx, actor, target, saved.id, &alts).await?;
    tx.commit().await?;
    Ok(saved)
}

async fn store(tx: &Transaction, actor: &Actor, target: Target, typed: posts::Draft, empty: Empty, now: OffsetDateTime) -> Result<Saved> {
    let editor = typed.editor.clone();
    if is_published(tx, actor, &editor).await? {
        return Err(gone());
    }
    if let Some(own) = of_form(tx, actor, target, &editor).await? {
        let conflicts_with = own.conflicts_with;
        return overwrite(tx, own, typed, conflicts_with, now).await;
    }
    match (current(tx, actor, target, editor.draft).await?, editor.draft) {
        (None, Some(_)) => Err(gone()),
        (None, None) if empty == Empty::Refused && is_empty(&typed) => Err(Error::invalid("form", "draft.empty")),
        (None, None) => insert(tx, actor, target, typed, None, now).await,
        (Some(draft), Some(_)) if draft.version == editor.version => overwrite(tx, draft, typed, None, now).await,
        (Some(draft), _) if is_same(&draft, &typed) => overwrite(tx, draft, typed, None, now).await,
        (Some(_), _) if empty == Empty::Refused && is_empty(&typed) => Err(Error::invalid("form", "draft.empty")),
        (Some(draft), _) => insert(tx, actor, target, typed, Some(draft.id), now).await,
    }
}

fn is_empty(typed: &posts::Draft) -> bool {
    typed.title.is_empty() && typed.body.trim().is_empty()
}

fn gone() -> Error {
    Error::invalid("form", "draft.gone")
}

async fn is_published(tx: &Transaction, actor: &Actor, editor: &Editor) -> Result<bool> {
    Ok(!editor.form.is_empty() && idempotency::is_answered(tx, &published(actor.id, &editor.form)).await?)
}

/// The key under which the post of a form is stored.
fn published(member: UserId, form: &str) -> Key {
    Key(format!("draft.{member}.{form}"))
}

/// What this form saved last.
async fn of_form(tx: &Transaction, actor: &Actor, target: Target, editor: &Editor) -> Result<Option<Model>> {
    if editor.form.is_empty() {
        return Ok(None);
    }
    Ok(written_for(own(actor), target).filter(Column::Form.eq(&editor.form)).one(tx).await?)
}

/// The draft that the form shows, or the one that its post has already.
async fn current(tx: &Transaction, actor: &Actor, target: Target, id: Option<DraftId>) -> Result<Option<Model>> {
    let drafts = written_for(own(actor), target);
    match (id, target) {
        (Some(id), _) => Ok(drafts.filter(Column::Id.eq(id)).one(tx).await?),
        (None, Target::Edit(_)) => Ok(drafts.filter(Column::IsApart.eq(false)).one(tx).await?),
        (None, Target::New(_)) => Ok(None),
    }
}

fn is_same(row: &Model, typed: &posts::Draft) -> bool {
    row.title == typed.title && row.body == typed.body && row.is_notice == typed.notice
}

async fn overwrite(
    tx: &Transaction,
    row: Model,
    typed: posts::Draft,
    conflicts_with: Option<DraftId>,
    now: OffsetDateTime,
) -> Result<Saved> {
    if is_same(&row, &typed) && row.form == typed.editor.form && row.revision == typed.revision {
        return Ok(Saved::of(&row));
    }
    let change = ActiveModel {
        title: Set(typed.title),
        body: Set(typed.body),
        is_notice: Set(typed.notice),
        revision: Set(typed.revision),
        form: Set(typed.editor.form),
        version: Set(row.version + 1),
        conflicts_with: Set(conflicts_with),
        saved_at: Set(now),
        ..row.into()
    };
    Ok(Saved::of(&change.update(tx).await?))
}

async fn insert(
    tx: &Transaction,
    actor: &Actor,
    target: Target,
    typed: posts::Draft,
    conflicts_with: Option<DraftId>,
    now: OffsetDateTime,
) -> Result<Saved> {
    if own(actor).count(tx).await? >= MOST {
        return Err(Error::invalid("form", "draft.full"));
    }
    let (board, post) = match target {
        Target::New(board) => (Some(board), None),
        Target::Edit(post) => (None, Some(post)),
    };
    let row = ActiveModel {
        user_id: Set(actor.id),
        board_id: Set(board),
        post_id: Set(post),
        title: Set(typed.title),
        body: Set(typed.body),
        is_notice: Set(typed.notice),
        revision: Set(typed.revision),
        form: Set(typed.editor.form),
        version: Set(1),
        is_apart: Set(conflicts_with.is_some()),
        conflicts_with: Set(conflicts_with),
        saved_at: Set(now),
        ..Default::default()
    };
    Ok(Saved::of(&row.insert(tx).await?))
}

/// Gives the files of a form's draft to its post, which is stored in this transaction, deletes the draft, and remembers the form, whose
/// late save must not bring it back. What another window saved since stays.
pub(in crate::domain) async fn publish(
    tx: &Transaction,
    member: UserId,
    typed: &posts::Draft,
    post: PostId,
    now: OffsetDateTime,
) -> Result<()> {
    let editor = &typed.editor;
    if editor.form.is_empty() {
        return files::publish(tx, &[], post, &typed.alts, now).await;
    }
    users::lock(tx, member).await?;
    let shown = editor.draft.map(|id| Column::Id.eq(id).and(Column::Version.eq(editor.version)));
    let of_form = Condition::any().add(Column::Form.eq(&editor.form)).add_option(shown);
    // A draft of another post's change holds what its writer may not be allowed to change any more.
    let of_post = Column::PostId.is_null().or(Column::PostId.eq(post));
    let drafts = Entity::find().select_only().column(Column::Id).filter(Column::UserId.eq(member)).filter(of_form).filter(of_post);
    let drafts: Vec<DraftId> = drafts.into_tuple().all(tx).await?;
    files::publish(tx, &drafts, post, &typed.alts, now).await?;
    if !drafts.is_empty() {
        Entity::delete_many().filter(Column::Id.is_in(drafts)).exec(tx).await?;
    }
    idempotency::replace(tx, &published(member, &editor.form), post.0, now).await?;
    Ok(())
}
