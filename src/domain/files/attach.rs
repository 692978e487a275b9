//! Attaching a file to a draft, describing it, and removing it.

use super::{ALT_MAX, DraftId, File, FileId, OF_MEMBER_BYTES, OF_POST_BYTES, OF_POST_MAX, of_editor, post_of};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::drafts::{self, Target};
use crate::domain::{Actor, Context, Error, Result, UserId, users, validation};
use crate::entity::blob::BlobId;
use crate::entity::blob_variant::{self, Size};
use crate::entity::file::{ActiveModel, Column, Entity};
use crate::entity::{blob, file_change};
use crate::files::storage::{self, Arrived};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{ExprTrait, Func, OnConflict, Query, SelectStatement, SimpleExpr};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, SqlErr};
use unicode_segmentation::UnicodeSegmentation;

/// Attaches a content that has arrived to a draft of this member's. The same content under the same name is attached once, so that
/// a form which is sent again adds nothing.
///
/// # Errors
/// `NotFound` where the draft is gone; `Invalid("files", …)`: `file.too_many`, `file.post_full`, `file.member_full`.
pub async fn attach(ctx: &Context, actor: &Actor, target: Target, draft: DraftId, sent: &Sent, name: &str) -> Result<FileId> {
    let first = try_attach(ctx, actor, target, draft, sent, name).await;
    match first {
        // The same content became ready in another transaction at the same moment; now it is there to be referred to.
        Err(Refused::Db(err)) if matches!(err.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            try_attach(ctx, actor, target, draft, sent, name).await.map_err(Refused::into)
        }
        other => other.map_err(Refused::into),
    }
}

/// What has arrived of a file.
#[derive(Debug)]
pub struct Sent {
    /// What it holds.
    pub original: Arrived,
    /// Smaller ones of a picture.
    pub variants: Vec<(Size, Arrived)>,
}

impl Sent {
    /// Deletes what did not become ready.
    ///
    /// # Errors
    /// The database's.
    pub async fn abandon(self, ctx: &Context) -> Result<()> {
        for arrived in self.variants.iter().map(|(_, arrived)| arrived).chain([&self.original]) {
            storage::drop_arriving(&ctx.db, arrived.id).await?;
        }
        Ok(())
    }
}

enum Refused {
    Db(DbErr),
    Rule(Error),
}

impl From<DbErr> for Refused {
    fn from(err: DbErr) -> Self {
        Self::Db(err)
    }
}

impl From<Error> for Refused {
    fn from(err: Error) -> Self {
        Self::Rule(err)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            // It took so long that it was swept.
            Refused::Db(DbErr::RecordNotUpdated) => Error::invalid("files", "file.too_slow"),
            Refused::Db(err) => err.into(),
            Refused::Rule(err) => err,
        }
    }
}

/// Makes a content ready that a row will refer to in a later transaction: until the next sweep but one it stays without.
///
/// # Errors
/// The database's; `Invalid("files", "file.too_slow")`.
pub(in crate::domain) async fn settle(ctx: &Context, sent: &Sent) -> Result<BlobId> {
    let first = try_settle(ctx, sent).await;
    match first {
        Err(err) if matches!(err.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            try_settle(ctx, sent).await.map_err(|err| Refused::Db(err).into())
        }
        other => other.map_err(|err| Refused::Db(err).into()),
    }
}

async fn try_settle(ctx: &Context, sent: &Sent) -> Result<BlobId, DbErr> {
    let tx = query::begin(&ctx.db).await?;
    let blob = settle_in(&tx, sent, ctx.clock.now()).await?;
    tx.commit().await?;
    Ok(blob)
}

/// A content and its smaller ones, ready.
async fn settle_in(tx: &Transaction, sent: &Sent, now: OffsetDateTime) -> Result<BlobId, DbErr> {
    let blob = storage::settle(tx, &sent.original, now).await?;
    for (size, smaller) in &sent.variants {
        let variant =
            blob_variant::ActiveModel { blob_id: Set(blob), size: Set(*size), variant_id: Set(storage::settle(tx, smaller, now).await?) };
        let once = OnConflict::columns([blob_variant::Column::BlobId, blob_variant::Column::Size]).do_nothing().to_owned();
        blob_variant::Entity::insert(variant).on_conflict(once).exec_without_returning(tx).await?;
    }
    Ok(blob)
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
    let used = of_member(db, member).await?;
    if used.unsigned_abs() + more > OF_MEMBER_BYTES { Err(Error::invalid("files", "file.member_full")) } else { Ok(()) }
}

async fn of_member(db: &impl ConnectionTrait, member: UserId) -> Result<i64> {
    let files = Query::select().column(Column::BlobId).from(Entity).and_where(Column::UserId.eq(member)).take();
    sum(db, blob::Column::Id.in_subquery(files)).await
}

fn sum_of(blobs: SimpleExpr) -> SelectStatement {
    let sum: [SimpleExpr; 2] = [Func::sum(blob::Column::Size.into_expr()).into(), 0.into()];
    Query::select().expr(SimpleExpr::from(Func::coalesce(sum)).cast_as("BIGINT")).from(blob::Entity).and_where(blobs).take()
}

/// The bytes of all contents, as a part of a statement.
pub fn bytes_of_all() -> SimpleExpr {
    sum_of(blob::Column::State.eq(blob::State::Ready)).into()
}

async fn sum(db: &impl ConnectionTrait, blobs: SimpleExpr) -> Result<i64> {
    let ask = sum_of(blobs);
    let row = query::some(db.query_one(&ask).await?, "the bytes of files")?;
    Ok(row.try_get_by_index(0)?)
}

/// Whether there is room for one more file at all.
///
/// # Errors
/// `Invalid("files", "file.site_full")`.
pub async fn check_room(ctx: &Context) -> Result<()> {
    let used = sum(&ctx.db, blob::Column::State.eq(blob::State::Ready)).await?.unsigned_abs();
    if used + super::SIZE_MAX > ctx.limits.files_bytes { Err(Error::invalid("files", "file.site_full")) } else { Ok(()) }
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
