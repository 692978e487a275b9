//! Attaching a file to a draft, describing it, and removing it.

use super::room::{check_fits, sum};
use super::settle::{Refused, Sent, settle_in, settling};
use super::{ALT_MAX, DraftId, File, FileId, OF_MEMBER_BYTES, OF_POST_BYTES, OF_POST_MAX, of_editor, post_of};
use crate::db::{Transaction, query};
use crate::domain::drafts::{self, Target};
use crate::domain::{Actor, Context, Error, Result, UserId, users, validation};
use crate::entity::file::{ActiveModel, Column, Entity};
use crate::entity::{blob, file_change};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use unicode_segmentation::UnicodeSegmentation;

/// Attaches a content that has arrived to a draft of this member's. The same content under the same name is attached once, so that
/// a form which is sent again adds nothing.
///
/// # Errors
/// `NotFound` where the draft is gone; `Invalid("files", …)`: `file.too_many`, `file.post_full`, `file.member_full`, `file.site_full`.
pub async fn attach(ctx: &Context, actor: &Actor, target: Target, draft: DraftId, sent: &Sent, name: &str) -> Result<FileId> {
    settling("files", || try_attach(ctx, actor, target, draft, sent, name)).await
}

async fn try_attach(ctx: &Context, actor: &Actor, target: Target, draft: DraftId, sent: &Sent, name: &str) -> Result<FileId, Refused> {
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    users::lock(&tx, actor.id).await?;
    drafts::find_for(&tx, actor, target, draft).await?;
    let blob = settle_in(&tx, sent, now).await?;
    let same = Entity::find().select_only().column(Column::Id).filter(Column::BlobId.eq(blob)).filter(Column::Name.eq(name));
    let same: Option<FileId> = same.filter(Column::DraftId.eq(draft)).into_tuple().one(&tx).await?;
    let id = match same {
        Some(id) => id,
        None => {
            let files = of_editor(&tx, actor, target, Some(draft)).await?;
            check_post(&files, sent.original.size)?;
            check_member(&tx, actor.id, sent.original.size).await?;
            let row = ActiveModel {
                blob_id: Set(blob),
                user_id: Set(actor.id),
                draft_id: Set(Some(draft)),
                post_id: Set(None),
                name: Set(name.to_owned()),
                alt: Set(String::new()),
                created_at: Set(now),
                ..Default::default()
            };
            row.insert(&tx).await?.id
        }
    };
    check_fits(ctx, &tx, "files").await?;
    tx.commit().await?;
    Ok(id)
}

fn check_post(files: &[File], more: u64) -> Result<()> {
    let bytes: u64 = files.iter().map(|file| file.size.unsigned_abs()).sum();
    if files.len() >= OF_POST_MAX {
        Err(Error::invalid("files", "file.too_many"))
    } else if bytes + more > OF_POST_BYTES {
        Err(Error::invalid("files", "file.post_full"))
    } else {
        Ok(())
    }
}

pub(super) async fn check_member(db: &impl ConnectionTrait, member: UserId, more: u64) -> Result<()> {
    let files = Query::select().column(Column::BlobId).from(Entity).and_where(Column::UserId.eq(member)).take();
    let used = sum(db, blob::Column::Id.in_subquery(files)).await?;
    if used + more > OF_MEMBER_BYTES { Err(Error::invalid("files", "file.member_full")) } else { Ok(()) }
}

/// Removes a file from an editor: one of its draft at once, one that is published when the draft is published. Twice is the same
/// as once.
///
/// # Errors
/// `NotFound` where the draft is gone.
pub async fn remove(ctx: &Context, actor: &Actor, target: Target, draft: DraftId, id: FileId) -> Result<()> {
    let tx = query::begin(&ctx.db).await?;
    users::lock(&tx, actor.id).await?;
    drafts::find_for(&tx, actor, target, draft).await?;
    Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::DraftId.eq(draft)).exec(&tx).await?;
    if let Some(post) = post_of(target)
        && Entity::find_by_id(id).filter(Column::PostId.eq(post)).one(&tx).await?.is_some()
    {
        change(&tx, file_change::ActiveModel { is_removed: Set(true), alt: Set(None), ..change_of(draft, id) }).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn change_of(draft: DraftId, id: FileId) -> file_change::ActiveModel {
    file_change::ActiveModel { draft_id: Set(draft), file_id: Set(id), ..Default::default() }
}

async fn change(tx: &Transaction, row: file_change::ActiveModel) -> Result<()> {
    let (draft, file) = (file_change::Column::DraftId, file_change::Column::FileId);
    let over = OnConflict::columns([draft, file]).update_columns([file_change::Column::Alt, file_change::Column::IsRemoved]).to_owned();
    file_change::Entity::insert(row).on_conflict(over).exec_without_returning(tx).await?;
    Ok(())
}

/// A description as it is kept: one line, cut where it is too long, because a draft is saved whatever is in it.
pub(super) fn alt(typed: &str) -> String {
    validation::line(&validation::text(typed)).graphemes(true).take(ALT_MAX).collect()
}

/// Stores how the files of an editor are described, in the transaction that saves its draft.
pub(in crate::domain) async fn describe(
    tx: &Transaction,
    actor: &Actor,
    target: Target,
    draft: DraftId,
    alts: &[(FileId, String)],
) -> Result<()> {
    if alts.is_empty() {
        return Ok(());
    }
    for file in of_editor(tx, actor, target, Some(draft)).await? {
        let Some(alt) = alts.iter().find(|(id, _)| *id == file.id).map(|(_, typed)| alt(typed)).filter(|alt| *alt != file.alt) else {
            continue;
        };
        match file.draft_id {
            Some(_) => set_alt(tx, file.id, &alt).await?,
            None => {
                change(tx, file_change::ActiveModel { alt: Set(Some(alt)), is_removed: Set(false), ..change_of(draft, file.id) }).await?
            }
        }
    }
    Ok(())
}

pub(super) async fn set_alt(tx: &Transaction, id: FileId, alt: &str) -> Result<()> {
    let change = ActiveModel { alt: Set(alt.to_owned()), ..Default::default() };
    Entity::update_many().set(change).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}
