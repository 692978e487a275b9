//! Publishing the files of a draft, in the transaction that publishes its post.

use super::attach::{alt, set_alt};
use super::{ContentKind, DraftId, FileId, relation, texts};
use crate::clock::OffsetDateTime;
use crate::db::Transaction;
use crate::domain::boards::Board;
use crate::domain::{Error, PostId, Result, search};
use crate::entity::file::{ActiveModel, Column, Entity};
use crate::entity::{blob, file_change};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};

/// Gives the files of these drafts to the post, applies their changes of its published files, and stores the descriptions of the form.
/// Before the drafts are deleted, because that deletes their files.
pub(in crate::domain) async fn publish(
    tx: &Transaction,
    drafts: &[DraftId],
    post: PostId,
    alts: &[(FileId, String)],
    now: OffsetDateTime,
) -> Result<()> {
    if !drafts.is_empty() {
        let files = texts::of_drafts(tx, drafts).await?;
        let given = ActiveModel { draft_id: Set(None), post_id: Set(Some(post)), ..Default::default() };
        Entity::update_many().set(given).filter(Column::DraftId.is_in(drafts.iter().copied())).exec(tx).await?;
        if !files.is_empty() {
            let owner = texts::post_as_owner(tx, post).await?.ok_or(Error::NotFound)?;
            texts::index_and_enqueue(tx, &files, owner, now).await?;
        }
        apply_changes(tx, drafts, post).await?;
    }
    if alts.is_empty() {
        return Ok(());
    }
    let files = Entity::find().select_only().columns([Column::Id, Column::Alt]).filter(Column::PostId.eq(post));
    for (id, before) in files.into_tuple::<(FileId, String)>().all(tx).await? {
        if let Some(alt) = alts.iter().find(|(typed, _)| *typed == id).map(|(_, typed)| alt(typed)).filter(|alt| *alt != before) {
            set_alt(tx, id, &alt).await?;
        }
    }
    Ok(())
}

/// Whether each picture of the post is described, where its board asks for that.
///
/// # Errors
/// `Invalid("alt", "file.alt_required")`.
pub(in crate::domain) async fn check_described(tx: &Transaction, board: &Board, post: PostId) -> Result<()> {
    check_pictures(tx, board, Column::PostId.eq(post)).await
}

/// The same for the files that meet a condition.
pub(super) async fn check_pictures(tx: &Transaction, board: &Board, of: SimpleExpr) -> Result<()> {
    if !board.needs_alt {
        return Ok(());
    }
    let pictures = Entity::find()
        .select_only()
        .column(Column::Id)
        .join(JoinType::InnerJoin, relation(Column::BlobId, blob::Entity, blob::Column::Id))
        .filter(of)
        .filter(Column::Alt.eq(""))
        .filter(blob::Column::Kind.is_in(ContentKind::PICTURES));
    match pictures.into_tuple::<FileId>().one(tx).await? {
        Some(_) => Err(Error::invalid("alt", "file.alt_required")),
        None => Ok(()),
    }
}

async fn apply_changes(tx: &Transaction, drafts: &[DraftId], post: PostId) -> Result<()> {
    let mut gone = Vec::new();
    let changes = file_change::Entity::find().filter(file_change::Column::DraftId.is_in(drafts.iter().copied()));
    for change in changes.all(tx).await? {
        match change.alt {
            _ if change.is_removed => {
                let removed = Entity::delete_many().filter(Column::Id.eq(change.file_id)).filter(Column::PostId.eq(post));
                if removed.exec(tx).await?.rows_affected > 0 {
                    gone.push(change.file_id);
                }
            }
            Some(alt) => {
                let described = ActiveModel { alt: Set(alt), ..Default::default() };
                let of_post = Entity::update_many().filter(Column::Id.eq(change.file_id)).filter(Column::PostId.eq(post));
                of_post.set(described).exec(tx).await?;
            }
            None => {}
        }
    }
    search::remove_files(tx, &gone).await
}
