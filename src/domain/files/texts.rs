//! The text of published files, of posts and of comments: which are to be read, what was read, and who sees it. Text and its place in the
//! search index are stored in one transaction, and each content is read once, however many files have it.

use super::{Content, FileId, relation, row_for};
use crate::clock::OffsetDateTime;
use crate::db::{Database, Transaction};
use crate::domain::boards::Boards;
use crate::domain::jobs::{self, Kind, New};
use crate::domain::posts::Post;
use crate::domain::search::{self, Doc, FileOwner, Grams};
use crate::domain::{Actor, BoardId, CommentId, Error, PostId, Result, UserId, invalidation};
use crate::entity::blob::{self, BlobId, ContentKind};
use crate::entity::draft::DraftId;
use crate::entity::file::{Column, Entity};
use crate::entity::file_text::{self, Outcome};
use crate::entity::post::State;
use crate::entity::{comment, file_text_page, post};
use crate::files::text::{self, DOCUMENTS, Plan, Reading, TEXTS};
use crate::shared::cache::CacheTag;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect};

/// Pages that one statement stores.
const AT_ONCE: usize = 20;
/// Files that one job puts into the queue.
const QUEUED: u64 = 200;

/// What can be read of a file in place of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextState {
    /// It is no document.
    Nothing,
    /// It waits for its turn.
    Waiting,
    /// It was read, or cannot be.
    Done(Outcome),
}

/// The state of a file's text, by the file's kind, its name and the outcome of reading it.
pub fn state(kind: ContentKind, name: &str, outcome: Option<Outcome>) -> TextState {
    match (text::plan(kind, name), outcome) {
        (Plan::Nothing, _) => TextState::Nothing,
        (Plan::Lies, _) => TextState::Done(Outcome::Damaged),
        (Plan::Read, Some(outcome)) => TextState::Done(outcome),
        (Plan::Read, None) => TextState::Waiting,
    }
}

/// A page of the text of a file, for one who may read the file.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as they are named")]
pub struct TextPage {
    pub file: Content,
    pub state: TextState,
    /// None for one of a draft.
    pub origin: Option<Origin>,
    /// From 1 to `pages`.
    pub number: i64,
    /// 0 where there is no text.
    pub pages: i64,
    /// Paragraphs with an empty line between two of them, headings with their marks (`files::text::paragraphs`).
    pub text: String,
}

/// Where a file was published.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as they are named")]
pub struct Origin {
    pub post: PostId,
    pub board: BoardId,
    /// The title of the post.
    pub title: String,
    /// The comment that it belongs to, under the post.
    pub comment: Option<CommentId>,
}

#[derive(FromQueryResult)]
struct Place {
    outcome: Option<Outcome>,
    pages: Option<i64>,
    post_id: Option<PostId>,
    board_id: Option<BoardId>,
    title: Option<String>,
}

impl Place {
    fn origin(self, comment: Option<(CommentId, Post)>) -> Option<Origin> {
        match comment {
            Some((id, post)) => Some(Origin { post: post.id, board: post.board_id, title: post.title, comment: Some(id) }),
            None => Some(Origin { post: self.post_id?, board: self.board_id?, title: self.title?, comment: None }),
        }
    }
}

/// A page of the text of a file that this person may read; one that is not there is the first.
///
/// # Errors
/// `NotFound`.
pub async fn find_text(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, id: FileId, number: i64) -> Result<TextPage> {
    let (row, comment) = row_for(db, actor, boards, id).await?;
    let (file, place) = (Content::from_query_result(&row, "")?, Place::from_query_result(&row, "")?);
    let state = state(file.kind, &file.name, place.outcome);
    if state == TextState::Nothing {
        return Err(Error::NotFound);
    }
    let pages = if state == TextState::Done(Outcome::Text) { place.pages.unwrap_or_default() } else { 0 };
    let number = if (1..=pages).contains(&number) { number } else { 1 };
    let text = if pages == 0 { None } else { file_text_page::Entity::find_by_id((file.blob_id, number)).one(db).await? };
    Ok(TextPage { file, state, origin: place.origin(comment), number, pages, text: text.map(|page| page.text).unwrap_or_default() })
}

/// A file that is being published.
#[derive(FromQueryResult)]
pub(super) struct Published {
    pub id: FileId,
    pub name: String,
    pub kind: ContentKind,
    pub created_at: OffsetDateTime,
}

/// The files of these drafts, before they are given to a post.
pub(super) async fn of_drafts(tx: &Transaction, drafts: &[DraftId]) -> Result<Vec<Published>> {
    let files = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Name, Column::CreatedAt])
        .column(blob::Column::Kind)
        .join(JoinType::InnerJoin, relation(Column::BlobId, blob::Entity, blob::Column::Id))
        .filter(Column::DraftId.is_in(drafts.iter().copied()))
        .order_by_asc(Column::Id);
    Ok(files.into_model().all(tx).await?)
}

/// Makes the names of files findable in the transaction that publishes them, and lets a job read those that are documents.
pub(super) async fn index_and_enqueue(tx: &Transaction, files: &[Published], owner: FileOwner, now: OffsetDateTime) -> Result<()> {
    let doc = |file: &Published| Doc::file((file.id, 1), owner, file.created_at, Grams::of_text(&file.name, ""));
    search::put_all(tx, files.iter().map(doc).collect(), None).await?;
    for file in files.iter().filter(|file| text::plan(file.kind, &file.name) == Plan::Read) {
        enqueue(tx, file.id, now).await?;
    }
    Ok(())
}

/// A post as the owner of files. Its row is locked, so it is not hidden, moved or changed before the commit; a later change finds the
/// documents.
pub(super) async fn post_as_owner(tx: &Transaction, id: PostId) -> Result<Option<FileOwner>> {
    let found = post::Entity::find_by_id(id).select_only();
    let found = found.columns([post::Column::BoardId, post::Column::AuthorId, post::Column::State]).lock_shared();
    let found: Option<(BoardId, UserId, State)> = found.into_tuple().one(tx).await?;
    Ok(found.map(|(board_id, author_id, state)| FileOwner { post_id: id, board_id, author_id, is_shown: state == State::Shown }))
}

/// The same of a comment, and its post.
pub(in crate::domain) async fn comment_as_owner(tx: &Transaction, id: CommentId) -> Result<Option<FileOwner>> {
    let is_shown = comment::Column::State.eq(State::Shown).and(post::Column::State.eq(State::Shown));
    let found = comment::Entity::find_by_id(id).inner_join(post::Entity).select_only();
    let found = found.columns([comment::Column::PostId, comment::Column::AuthorId]).column(post::Column::BoardId);
    Ok(found.column_as(is_shown, "is_shown").lock_shared().into_model().one(tx).await?)
}

/// What holds for files that others may read.
fn is_published() -> Condition {
    Condition::any().add(Column::PostId.is_not_null()).add(Column::CommentId.is_not_null())
}

async fn enqueue(tx: &impl ConnectionTrait, id: FileId, now: OffsetDateTime) -> Result<bool> {
    let (payload, dedupe) = (id.to_string(), format!("file_text:{id}"));
    jobs::enqueue(tx, New { kind: Kind::ReadFile, payload: &payload, dedupe: Some(&dedupe), due_at: now }, now).await
}

/// Lets jobs read published documents that nobody has read: those of the time before there were such jobs, some hundred at a time.
///
/// # Errors
/// The database's.
pub async fn queue_unread(tx: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    use ContentKind as K;
    let named = |kinds: &[ContentKind], endings: &[&str]| {
        let name = || Func::lower(Column::Name.into_expr());
        let named = endings.iter().fold(Condition::any(), |any, ending| any.add(Expr::expr(name()).like(format!("%.{ending}"))));
        Condition::all().add(blob::Column::Kind.is_in(kinds.iter().copied())).add(named)
    };
    let documents = Condition::any()
        .add(blob::Column::Kind.eq(K::Pdf))
        .add(named(&[K::Zip, K::Compound], &DOCUMENTS))
        .add(named(&[K::Text, K::Other], &TEXTS));
    let unread = Entity::find()
        .select_only()
        .column(Column::Id)
        .join(JoinType::InnerJoin, relation(Column::BlobId, blob::Entity, blob::Column::Id))
        .join(JoinType::LeftJoin, relation(Column::BlobId, file_text::Entity, file_text::Column::BlobId))
        .filter(is_published())
        .filter(file_text::Column::BlobId.is_null())
        .filter(documents)
        .order_by_desc(Column::Id)
        .limit(QUEUED);
    let mut queued = 0;
    for id in unread.into_tuple::<FileId>().all(tx).await? {
        queued += u64::from(enqueue(tx, id, now).await?);
    }
    Ok(queued)
}

/// A content that is to be read.
#[derive(Clone, Copy, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Unread {
    pub blob_id: BlobId,
    pub size: i64,
}

/// What is to be read of a published file; none where it has been, or the file is gone.
///
/// # Errors
/// The database's.
pub async fn unread(db: &Database, id: FileId) -> Result<Option<Unread>> {
    let found = Entity::find_by_id(id)
        .select_only()
        .column(Column::BlobId)
        .column(blob::Column::Size)
        .join(JoinType::InnerJoin, relation(Column::BlobId, blob::Entity, blob::Column::Id))
        .join(JoinType::LeftJoin, relation(Column::BlobId, file_text::Entity, file_text::Column::BlobId))
        .filter(is_published())
        .filter(file_text::Column::BlobId.is_null());
    Ok(found.into_model().one(db).await?)
}

#[derive(FromQueryResult)]
struct Indexed {
    name: String,
    blob_id: BlobId,
    created_at: OffsetDateTime,
}

/// A published file and what it belongs to, held until the commit; none where the file is gone.
async fn held(tx: &Transaction, id: FileId) -> Result<Option<(Indexed, FileOwner)>> {
    let of = Entity::find_by_id(id).select_only().columns([Column::PostId, Column::CommentId]);
    let owner = match of.into_tuple::<(Option<PostId>, Option<CommentId>)>().one(tx).await? {
        Some((Some(post), _)) => post_as_owner(tx, post).await?,
        Some((_, Some(comment))) => comment_as_owner(tx, comment).await?,
        _ => None,
    };
    let Some(owner) = owner else { return Ok(None) };
    // After the owner's row, the order in which other writers lock: one of them may have removed the file meanwhile.
    let file = Entity::find_by_id(id).select_only().columns([Column::Name, Column::BlobId, Column::CreatedAt]);
    Ok(file.into_model().one(tx).await?.map(|file| (file, owner)))
}

/// Stores what was read of a file's content, unless another job has, and makes the file findable by it.
///
/// # Errors
/// The database's.
pub async fn store(tx: &Transaction, id: FileId, read: Option<(BlobId, Reading)>, now: OffsetDateTime) -> Result<()> {
    let Some((file, owner)) = held(tx, id).await? else { return Ok(()) };
    if let Some((blob, reading)) = read.filter(|(blob, _)| *blob == file.blob_id) {
        keep(tx, blob, &reading, now).await?;
    }
    let pages = pages_of(tx, &[file.blob_id]).await?;
    if !pages.is_empty() {
        let doc = |page: &file_text_page::Model| {
            let name = if page.number == 1 { file.name.as_str() } else { "" };
            Doc::file((id, page.number), owner, file.created_at, Grams::of_text(name, &page.text))
        };
        search::put_all(tx, pages.iter().map(doc).collect(), None).await?;
    }
    invalidation::withdraw(tx, &[CacheTag::post(owner.post_id.0)], now).await
}

/// Stores what was read, once.
async fn keep(tx: &Transaction, blob: BlobId, reading: &Reading, now: OffsetDateTime) -> Result<()> {
    let pages = text::pages(&reading.text);
    let row =
        file_text::ActiveModel { blob_id: Set(blob), outcome: Set(reading.outcome), pages: Set(pages.len() as i64), read_at: Set(now) };
    let once = OnConflict::column(file_text::Column::BlobId).do_nothing().to_owned();
    if file_text::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await? == 0 {
        return Ok(());
    }
    let rows: Vec<_> = pages
        .into_iter()
        .zip(1..)
        .map(|(text, number)| file_text_page::ActiveModel { blob_id: Set(blob), number: Set(number), text: Set(text) })
        .collect();
    for part in rows.chunks(AT_ONCE) {
        file_text_page::Entity::insert_many(part.iter().cloned()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The pages of contents, in their order: their words.
pub(in crate::domain) async fn pages_of(tx: &impl ConnectionTrait, blobs: &[BlobId]) -> Result<Vec<file_text_page::Model>> {
    let pages = file_text_page::Entity::find().filter(file_text_page::Column::BlobId.is_in(blobs.iter().copied()));
    let pages = pages.order_by_asc(file_text_page::Column::BlobId).order_by_asc(file_text_page::Column::Number).all(tx).await?;
    Ok(pages.into_iter().map(|page| file_text_page::Model { text: text::without_marks(&page.text), ..page }).collect())
}
