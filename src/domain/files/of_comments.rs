//! Files of comments: stored in the transaction of their comment, changed with it, read by those who may read it.

use super::attach::{alt, check_member, set_alt};
use super::publish::check_pictures;
use super::texts::{self, Published};
use super::{BlobId, ContentKind, File, FileId, Sent, settle, with_content};
use crate::clock::OffsetDateTime;
use crate::db::Transaction;
use crate::domain::boards::{Board, Boards};
use crate::domain::posts::Post;
use crate::domain::search::{self, FileOwner};
use crate::domain::{Actor, CommentId, Context, Error, Problem, Result, comments};
use crate::entity::comment;
use crate::entity::file::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// Most files of a comment.
pub const OF_COMMENT_MAX: usize = 5;

/// A file that has arrived for a comment.
#[derive(Debug)]
#[expect(missing_docs, reason = "as they are named")]
pub struct Incoming {
    pub sent: Sent,
    /// The cleaned name.
    pub name: String,
    /// The description of a picture, as typed.
    pub alt: String,
    /// The form's field of the description, for the error that it is missing.
    pub alt_field: &'static str,
}

/// A file whose content is ready.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Ready {
    blob: BlobId,
    kind: ContentKind,
    size: u64,
    name: String,
    alt: String,
}

/// Whether each picture that has arrived is described, where the board asks for that.
///
/// # Errors
/// `Invalid(alt_field, "file.alt_required")` for each that is not.
pub(in crate::domain) fn check_described(board: &Board, files: &[Incoming]) -> Result<()> {
    let is_missing = |file: &&Incoming| board.needs_alt && file.sent.original.kind.is_picture() && alt(&file.alt).is_empty();
    let missing = files.iter().filter(is_missing).map(|file| Problem { field: file.alt_field, message: "file.alt_required" });
    let missing: Vec<Problem> = missing.collect();
    if missing.is_empty() { Ok(()) } else { Err(Error::Invalid(missing)) }
}

/// Makes the contents of a comment's files ready. They are swept if the comment is not stored.
pub(in crate::domain) async fn make_ready(ctx: &Context, files: &[Incoming]) -> Result<Vec<Ready>> {
    let mut ready = Vec::new();
    for file in files {
        let blob = settle(ctx, &file.sent).await?;
        let (kind, size) = (file.sent.original.kind, file.sent.original.size);
        ready.push(Ready { blob, kind, size, name: file.name.clone(), alt: alt(&file.alt) });
    }
    Ok(ready)
}

/// Stores the files of a comment, in its transaction, makes them findable, and lets jobs read those that are documents.
///
/// # Errors
/// `Invalid("files", "file.member_full")`.
pub(in crate::domain) async fn store(
    tx: &Transaction,
    comment: CommentId,
    owner: FileOwner,
    files: &[Ready],
    now: OffsetDateTime,
) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    check_member(tx, owner.author_id, files.iter().map(|file| file.size).sum()).await?;
    let mut published = Vec::new();
    for file in files {
        let row = ActiveModel {
            blob_id: Set(file.blob),
            user_id: Set(owner.author_id),
            comment_id: Set(Some(comment)),
            name: Set(file.name.clone()),
            alt: Set(file.alt.clone()),
            created_at: Set(now),
            ..Default::default()
        };
        let row = row.insert(tx).await?;
        published.push(Published { id: row.id, name: row.name, kind: file.kind, created_at: now });
    }
    texts::index_and_enqueue(tx, &published, owner, now).await
}

/// Adds files to a comment, in the transaction that changes it: its row is changed first, so two such transactions take turns.
///
/// # Errors
/// `Invalid("files", …)`: `comment.files_too_many`, `file.member_full`.
pub(in crate::domain) async fn add(tx: &Transaction, comment: CommentId, files: &[Ready], now: OffsetDateTime) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let kept = Entity::find().filter(Column::CommentId.eq(comment)).count(tx).await?;
    if kept as usize + files.len() > OF_COMMENT_MAX {
        return Err(Error::invalid("files", "comment.files_too_many"));
    }
    let owner = texts::comment_as_owner(tx, comment).await?.ok_or(Error::NotFound)?;
    store(tx, comment, owner, files, now).await
}

/// The number of files of a comment, as a part of a statement: files are only read where there are any.
pub(in crate::domain) fn count() -> SimpleExpr {
    let files = Query::select()
        .expr(Func::count(Expr::val(1)))
        .from(Entity)
        .and_where(Column::CommentId.into_expr().equals((comment::Entity, comment::Column::Id)))
        .take();
    files.into()
}

#[derive(FromQueryResult)]
struct Listed {
    comment_id: CommentId,
    #[sea_orm(nested)]
    file: File,
}

/// The files of comments whose words their reader may see, in their order.
pub(in crate::domain) async fn of_comments(db: &impl ConnectionTrait, comments: &[CommentId]) -> Result<Vec<(CommentId, File)>> {
    let of_comments = Column::CommentId.is_in(comments.iter().copied());
    let found = with_content().columns([Column::CommentId, Column::DraftId, Column::Alt]).filter(of_comments);
    let found: Vec<Listed> = found.order_by_asc(Column::Id).into_model().all(db).await?;
    Ok(found.into_iter().map(|listed| (listed.comment_id, listed.file)).collect())
}

/// The post of a comment whose files this person may read: who may see its words.
///
/// # Errors
/// `NotFound`.
pub(super) async fn find_post(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, comment: CommentId) -> Result<Post> {
    let (comment, post) = comments::find_readable(db, actor, boards, comment).await?;
    if comment.is_in_sight(actor) { Ok(post) } else { Err(Error::NotFound) }
}

/// What a change of a comment does with its files: how pictures are described, and which files go.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as they are named")]
pub struct Changes {
    pub alts: Vec<(FileId, String)>,
    pub removed: Vec<FileId>,
}

/// Whether each picture of a comment is described, where its board asks for that.
///
/// # Errors
/// `Invalid("alt", "file.alt_required")`.
pub(in crate::domain) async fn check_all_described(tx: &Transaction, board: &Board, comment: CommentId) -> Result<()> {
    check_pictures(tx, board, Column::CommentId.eq(comment)).await
}

/// Makes these changes of a comment's own files, in the transaction that changes the comment.
pub(in crate::domain) async fn change(tx: &Transaction, comment: CommentId, changes: &Changes) -> Result<()> {
    let own = |ids: Vec<FileId>| Column::Id.is_in(ids).and(Column::CommentId.eq(comment));
    if !changes.removed.is_empty() {
        let removed = Entity::find().select_only().column(Column::Id).filter(own(changes.removed.clone()));
        let removed: Vec<FileId> = removed.into_tuple().all(tx).await?;
        Entity::delete_many().filter(own(removed.clone())).exec(tx).await?;
        search::remove_files(tx, &removed).await?;
    }
    if changes.alts.is_empty() {
        return Ok(());
    }
    let described = own(changes.alts.iter().map(|(id, _)| *id).collect());
    let files = Entity::find().select_only().columns([Column::Id, Column::Alt]).filter(described);
    for (id, before) in files.into_tuple::<(FileId, String)>().all(tx).await? {
        if let Some(alt) = changes.alts.iter().find(|(typed, _)| *typed == id).map(|(_, typed)| alt(typed)).filter(|alt| *alt != before) {
            set_alt(tx, id, &alt).await?;
        }
    }
    Ok(())
}
