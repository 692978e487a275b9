//! Fills the index with the rows that were written before it existed, or anew, newest first, in small transactions beside normal
//! operation: new rows are indexed when they are written. The progress is a row, so filling continues after a restart, and instances
//! take turns.

use super::index::{Doc, FileOwner, Grams, put_all};
use crate::clock::OffsetDateTime;
use crate::db::{Database, Transaction, query};
use crate::domain::files::texts;
use crate::domain::{BoardId, CommentId, PostId, Result, UserId};
use crate::entity::blob::BlobId;
use crate::entity::file::FileId;
use crate::entity::post::State;
use crate::entity::search_doc::SearchDocId;
use crate::entity::{comment, file, file_text_page, post, search_doc, search_progress, user};
use migration::SEARCH_FIRST_ID;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{ExprTrait, LockBehavior, LockType, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DerivePartialModel, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
    Related, Select,
};
use std::cmp::Reverse;

/// Rows of each kind that one transaction reads.
const BATCH: u64 = 200;

/// Files that one transaction reads: each may have two hundred pages.
const FILES: u64 = 10;

/// The result of one transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Documents that were indexed.
    pub documents: u64,
    /// Whether there is nothing left.
    pub is_done: bool,
}

/// Indexes some hundred rows more. Rows that are being changed are not waited for: it fails, and is tried again.
///
/// # Errors
/// The database's.
pub async fn fill(db: &Database) -> Result<Filled> {
    if search_progress::Entity::find().one(db).await?.as_ref().is_none_or(is_done) {
        return Ok(Filled { documents: 0, is_done: true });
    }
    let tx = query::begin(db).await?;
    // Another instance that fills waits here, and goes on where this one ends.
    let progress = query::some(search_progress::Entity::find().lock_exclusive().one(&tx).await?, "the progress of the search index")?;
    if is_done(&progress) {
        return Ok(Filled { documents: 0, is_done: true });
    }
    let batch = Batch::read(&tx, &progress).await?;
    let documents = batch.docs();
    let (n, below) = (documents.len() as u64, batch.below(&progress));
    let lowest: Option<SearchDocId> = search_doc::Entity::find()
        .select_only()
        .column_as(search_doc::Column::Id.into_expr().min(), "lowest")
        .into_tuple()
        .one(&tx)
        .await?
        .flatten();
    let lowest = lowest.map_or(SEARCH_FIRST_ID, |id| Ord::min(id.0, SEARCH_FIRST_ID));
    put_all(&tx, documents, Some(SearchDocId(lowest - n as i64))).await?;
    let row = search_progress::ActiveModel {
        id: Set(progress.id),
        below_post: Set(below.below_post),
        below_comment: Set(below.below_comment),
        below_user: Set(below.below_user),
        below_file: Set(below.below_file),
    };
    row.update(&tx).await?;
    tx.commit().await?;
    Ok(Filled { documents: n, is_done: batch.is_last })
}

fn is_done(progress: &search_progress::Model) -> bool {
    progress.below_post.0 == 0 && progress.below_comment.0 == 0 && progress.below_user.0 == 0 && progress.below_file.0 == 0
}

/// Lets [`fill`] start again with the newest row. Documents that are indexed stay findable meanwhile.
///
/// # Errors
/// The database's.
pub async fn start_anew(db: &Database) -> Result<()> {
    let row = search_progress::ActiveModel {
        below_post: Set(PostId(i64::MAX)),
        below_comment: Set(CommentId(i64::MAX)),
        below_user: Set(UserId(i64::MAX)),
        below_file: Set(FileId(i64::MAX)),
        ..Default::default()
    };
    search_progress::Entity::update_many().set(row).filter(search_progress::Column::Id.eq(1)).exec(db).await?;
    Ok(())
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "post::Entity")]
struct PostRow {
    id: PostId,
    board_id: BoardId,
    author_id: UserId,
    title: String,
    html: String,
    state: State,
    created_at: OffsetDateTime,
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "comment::Entity")]
struct CommentRow {
    id: CommentId,
    post_id: PostId,
    author_id: UserId,
    html: String,
    state: State,
    created_at: OffsetDateTime,
    #[sea_orm(from_expr = "post::Column::BoardId.into_expr()")]
    board_id: BoardId,
    #[sea_orm(from_expr = "post::Column::State.into_expr()")]
    post_state: State,
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "user::Entity")]
struct MemberRow {
    id: UserId,
    name: String,
    created_at: OffsetDateTime,
}

#[derive(FromQueryResult)]
struct FileRow {
    id: FileId,
    blob_id: BlobId,
    name: String,
    created_at: OffsetDateTime,
    #[sea_orm(nested)]
    owner: FileOwner,
}

impl FileRow {
    fn of_posts() -> Select<file::Entity> {
        let post = file::Entity::belongs_to(post::Entity).from(file::Column::PostId).to(post::Column::Id);
        let files = file::Entity::find().join(JoinType::InnerJoin, post.into());
        Self::select(files, post::Column::AuthorId.into_expr(), post::Column::State.eq(State::Shown))
    }

    fn of_comments() -> Select<file::Entity> {
        let comment = file::Entity::belongs_to(comment::Entity).from(file::Column::CommentId).to(comment::Column::Id);
        let files = file::Entity::find().join(JoinType::InnerJoin, comment.into());
        let files = files.join(JoinType::InnerJoin, <comment::Entity as Related<post::Entity>>::to());
        let is_shown = comment::Column::State.eq(State::Shown).and(post::Column::State.eq(State::Shown));
        Self::select(files, comment::Column::AuthorId.into_expr(), is_shown)
    }

    fn select(files: Select<file::Entity>, author: SimpleExpr, is_shown: SimpleExpr) -> Select<file::Entity> {
        let own = [file::Column::Id, file::Column::BlobId, file::Column::Name, file::Column::CreatedAt];
        let files = files.select_only().columns(own).column_as(post::Column::Id, "post_id").column(post::Column::BoardId);
        files.column_as(author, "author_id").column_as(is_shown, "is_shown").order_by_desc(file::Column::Id)
    }

    /// The newest below one, of both; newest first.
    async fn newest(tx: &Transaction, below: FileId) -> Result<Vec<Self>> {
        let mut rows: Vec<Self> = Vec::new();
        for files in [Self::of_posts(), Self::of_comments()] {
            rows.extend(held(files.filter(file::Column::Id.lt(below))).limit(FILES).into_model::<Self>().all(tx).await?);
        }
        rows.sort_by_key(|row| Reverse(row.id));
        rows.truncate(FILES as usize);
        Ok(rows)
    }

    /// Its name, and its pages where it was read.
    fn docs(&self, pages: &[file_text_page::Model]) -> Vec<Doc> {
        let doc = |number, name: &str, text: &str| Doc::file((self.id, number), self.owner, self.created_at, Grams::of_text(name, text));
        let pages = pages.iter().filter(|page| page.blob_id == self.blob_id);
        let docs: Vec<Doc> = pages.map(|page| doc(page.number, if page.number == 1 { &self.name } else { "" }, &page.text)).collect();
        if docs.is_empty() { vec![doc(1, &self.name, "")] } else { docs }
    }
}

/// The newest rows that are not indexed yet; each list newest first.
struct Batch {
    posts: Vec<PostRow>,
    comments: Vec<CommentRow>,
    members: Vec<MemberRow>,
    files: Vec<FileRow>,
    /// Of these files.
    pages: Vec<file_text_page::Model>,
    /// Whether there are none beside these.
    is_last: bool,
}

impl Batch {
    async fn read(tx: &Transaction, progress: &search_progress::Model) -> Result<Self> {
        let posts = post::Entity::find().filter(post::Column::Id.lt(progress.below_post)).order_by_desc(post::Column::Id);
        let comments = comment::Entity::find().inner_join(post::Entity).filter(comment::Column::Id.lt(progress.below_comment));
        let members = user::Entity::find().filter(user::Column::Id.lt(progress.below_user)).order_by_desc(user::Column::Id);
        let posts: Vec<PostRow> = held(posts).into_partial_model().all(tx).await?;
        let comments: Vec<CommentRow> = held(comments.order_by_desc(comment::Column::Id)).into_partial_model().all(tx).await?;
        let members: Vec<MemberRow> = held(members).into_partial_model().all(tx).await?;
        let files = FileRow::newest(tx, progress.below_file).await?;
        let mut batch = Self { posts, comments, members, files, pages: Vec::new(), is_last: true };
        batch.cut();
        let blobs: Vec<BlobId> = batch.files.iter().map(|row| row.blob_id).collect();
        batch.pages = texts::pages_of(tx, &blobs).await?;
        Ok(batch)
    }

    /// Leaves out what is older than the oldest row of a list that goes on: between them may be rows that were not read, and ids
    /// must grow with time.
    fn cut(&mut self) {
        let last = BATCH as usize - 1;
        let horizon = [
            self.posts.get(last).map(|row| row.created_at),
            self.comments.get(last).map(|row| row.created_at),
            self.members.get(last).map(|row| row.created_at),
            self.files.get(FILES as usize - 1).map(|row| row.created_at),
        ];
        let Some(horizon) = horizon.into_iter().flatten().max() else { return };
        self.is_last = false;
        keep(&mut self.posts, |row| row.created_at >= horizon);
        keep(&mut self.comments, |row| row.created_at >= horizon);
        keep(&mut self.members, |row| row.created_at >= horizon);
        keep(&mut self.files, |row| row.created_at >= horizon);
    }

    /// Where the next transaction goes on.
    fn below(&self, before: &search_progress::Model) -> search_progress::Model {
        let place = |last: Option<i64>, before: i64| if self.is_last { 0 } else { last.unwrap_or(before) };
        search_progress::Model {
            id: before.id,
            below_post: PostId(place(self.posts.last().map(|row| row.id.0), before.below_post.0)),
            below_comment: CommentId(place(self.comments.last().map(|row| row.id.0), before.below_comment.0)),
            below_user: UserId(place(self.members.last().map(|row| row.id.0), before.below_user.0)),
            below_file: FileId(place(self.files.last().map(|row| row.id.0), before.below_file.0)),
        }
    }

    /// As documents, oldest first.
    fn docs(&self) -> Vec<Doc> {
        let posts = self
            .posts
            .iter()
            .map(|row| Doc::post(row.id, row.board_id, row.author_id, row.created_at, row.state, Grams::of(&row.title, &row.html)));
        let comments = self.comments.iter().map(|row| {
            let shown = row.state == State::Shown && row.post_state == State::Shown;
            Doc::comment(row.id, (row.post_id, row.board_id), row.author_id, row.created_at, shown, Grams::of("", &row.html))
        });
        let members = self.members.iter().map(|row| Doc::member(row.id, &row.name, row.created_at));
        let files = self.files.iter().flat_map(|row| row.docs(&self.pages));
        let mut docs: Vec<Doc> = posts.chain(comments).chain(members).chain(files).collect();
        docs.sort_by_key(|doc| doc.created_at);
        docs
    }
}

/// The first rows of a list up to the last that is to stay: ids and times need not grow together.
fn keep<T>(rows: &mut Vec<T>, stays: impl Fn(&T) -> bool) {
    let end = rows.iter().rposition(stays).map_or(0, |last| last + 1);
    rows.truncate(end);
}

/// A batch of rows, locked until the commit: an edit or a hiding is committed before, and is read, or comes after it, and finds the
/// document. Locks are not waited for, so there is no deadlock.
fn held<E: EntityTrait>(rows: Select<E>) -> Select<E> {
    // SQLite has one writer, and its builder leaves the lock out.
    rows.limit(BATCH).lock_with_behavior(LockType::Share, LockBehavior::Nowait)
}
