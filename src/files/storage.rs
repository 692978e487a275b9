//! Stores contents of files in rows of the database, so that every instance can read them and backups contain them. Another store, such as
//! S3, would be added here.
//!
//! Each row is written by a statement of its own: SQLite has one writer, and others write between two rows.

use super::content::{self, ContentKind};
use crate::clock::OffsetDateTime;
use crate::db::Database;
use crate::entity::blob::{self, BlobId, State};
use crate::entity::ids::UserId;
use crate::entity::{avatar, blob_chunk, blob_variant, file};
use bytes::Bytes;
use futures_util::{Stream, stream};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use sha2::{Digest, Sha256};
use std::ops::Range;
use time::Duration;

/// Bytes in a row. Larger ones gain nothing and need more memory for each that is read.
pub const CHUNK: usize = 256 * 1024;

/// A content that is being written.
pub struct Arrival {
    db: Database,
    id: BlobId,
    kind: Option<ContentKind>,
    buffer: Vec<u8>,
    chunks: i64,
    size: u64,
    hash: Sha256,
}

/// A content that was written completely.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns")]
pub struct Arrived {
    pub id: BlobId,
    pub kind: ContentKind,
    pub size: u64,
    pub sha256: String,
    /// Of a picture that was opened.
    pub picture: Option<Picture>,
}

/// How a picture is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns")]
pub struct Picture {
    pub width: i64,
    pub height: i64,
    pub is_animated: bool,
}

impl Arrival {
    /// Begins one.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(db: &Database, by: UserId, now: OffsetDateTime) -> Result<Self, DbErr> {
        let row = blob::ActiveModel {
            size: Set(0),
            kind: Set(ContentKind::Other),
            state: Set(State::Arriving),
            width: Set(None),
            height: Set(None),
            is_animated: Set(false),
            made_by: Set(by),
            touched_at: Set(now),
            ..Default::default()
        };
        let id = row.insert(db).await?.id;
        Ok(Self { db: db.clone(), id, kind: None, buffer: Vec::new(), chunks: 0, size: 0, hash: Sha256::new() })
    }

    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// The database's.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), DbErr> {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() == CHUNK {
                self.flush(false).await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self, is_last: bool) -> Result<(), DbErr> {
        let bytes = std::mem::take(&mut self.buffer);
        if self.kind.is_none() {
            let start = &bytes[..bytes.len().min(content::LOOKED_AT)];
            self.kind = Some(content::kind(start, is_last && start.len() == bytes.len()));
        }
        let row = blob_chunk::ActiveModel { blob_id: Set(self.id), seq: Set(self.chunks), bytes: Set(bytes) };
        blob_chunk::Entity::insert(row).exec_without_returning(&self.db).await?;
        self.chunks += 1;
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// The database's.
    pub async fn end(mut self) -> Result<Arrived, DbErr> {
        if !self.buffer.is_empty() {
            self.flush(true).await?;
        }
        let kind = self.kind.unwrap_or(ContentKind::Other);
        Ok(Arrived { id: self.id, kind, size: self.size, sha256: hex::encode(self.hash.finalize()), picture: None })
    }

    /// Deletes what was written of it. One that is not, because its instance ended, is swept later.
    pub async fn abandon(self) {
        discard(&self.db, self.id).await;
    }
}

/// Deletes a content that has not become ready and is not needed. A failure is logged alone: what became of the form is decided by then,
/// and the hourly job deletes what is left.
pub async fn discard(db: &impl ConnectionTrait, id: BlobId) {
    if let Err(err) = drop_arriving(db, id).await {
        tracing::warn!("could not delete a file that was sent and is not needed: {err}");
    }
}

/// Deletes a content that has not become ready.
///
/// # Errors
/// The database's.
pub async fn drop_arriving(db: &impl ConnectionTrait, id: BlobId) -> Result<(), DbErr> {
    let arriving = blob::Entity::delete_many().filter(blob::Column::Id.eq(id)).filter(blob::Column::State.eq(State::Arriving));
    arriving.exec(db).await?;
    Ok(())
}

/// Lets a content whose bytes are all there wait, for as long as one may arrive, for a form that names it.
///
/// # Errors
/// The database's.
pub async fn let_wait(db: &impl ConnectionTrait, arrived: &Arrived, now: OffsetDateTime) -> Result<(), DbErr> {
    let whole = blob::ActiveModel {
        sha256: Set(Some(arrived.sha256.clone())),
        size: Set(arrived.size as i64),
        kind: Set(arrived.kind),
        touched_at: Set(now),
        ..Default::default()
    };
    blob::Entity::update_many().set(whole).filter(blob::Column::Id.eq(arrived.id)).exec(db).await?;
    Ok(())
}

/// A content of this member's that waits, or that became ready since.
///
/// # Errors
/// The database's.
pub async fn find_waiting(db: &impl ConnectionTrait, id: BlobId, of: UserId) -> Result<Option<Arrived>, DbErr> {
    let row = blob::Entity::find_by_id(id).filter(blob::Column::MadeBy.eq(of)).one(db).await?;
    Ok(row.and_then(|row| {
        let picture = row.width.zip(row.height).map(|(width, height)| Picture { width, height, is_animated: row.is_animated });
        Some(Arrived { id, kind: row.kind, size: row.size.unsigned_abs(), sha256: row.sha256?, picture })
    }))
}

/// Makes a content ready in the transaction that refers to it, or finds the ready one with the same bytes, which is then to be
/// referred to. It stays at least until the next sweep but one.
///
/// # Errors
/// The database's: a unique index, where another transaction made the same content ready at the same moment; `RecordNotUpdated`,
/// where the content took so long to arrive that it was swept.
pub async fn settle(tx: &impl ConnectionTrait, arrived: &Arrived, now: OffsetDateTime) -> Result<BlobId, DbErr> {
    let same = blob::Entity::update_many()
        .set(blob::ActiveModel { touched_at: Set(now), ..Default::default() })
        .filter(blob::Column::Sha256.eq(&arrived.sha256))
        .filter(blob::Column::State.eq(State::Ready));
    if let Some(row) = tx.query_one(same.into_query().returning_col(blob::Column::Id)).await? {
        let same: BlobId = row.try_get_by_index(0)?;
        if same != arrived.id {
            drop_arriving(tx, arrived.id).await?;
        }
        return Ok(same);
    }
    let ready = blob::ActiveModel {
        sha256: Set(Some(arrived.sha256.clone())),
        size: Set(arrived.size as i64),
        kind: Set(arrived.kind),
        state: Set(State::Ready),
        width: Set(arrived.picture.map(|picture| picture.width)),
        height: Set(arrived.picture.map(|picture| picture.height)),
        is_animated: Set(arrived.picture.is_some_and(|picture| picture.is_animated)),
        touched_at: Set(now),
        ..Default::default()
    };
    let ours = blob::Entity::update_many().set(ready).filter(blob::Column::Id.eq(arrived.id));
    match ours.filter(blob::Column::State.eq(State::Arriving)).exec(tx).await?.rows_affected {
        0 => Err(DbErr::RecordNotUpdated),
        _ => Ok(arrived.id),
    }
}

/// The bytes of a content from one place to another.
pub fn read(db: &Database, id: BlobId, range: Range<u64>) -> impl Stream<Item = Result<Bytes, DbErr>> + Send + use<> {
    let db = db.clone();
    read_rows(range, move |seq| {
        let db = db.clone();
        async move { read_chunk(&db, id, seq).await }
    })
}

/// The same of any rows, one by one: none is read before the one before it was taken.
pub(super) fn read_rows<F>(range: Range<u64>, row: impl Fn(u64) -> F + Clone + Send) -> impl Stream<Item = Result<Bytes, DbErr>> + Send
where
    F: Future<Output = Result<Bytes, DbErr>> + Send,
{
    stream::try_unfold(range, move |range| {
        let row = row.clone();
        async move {
            if range.is_empty() {
                return Ok(None);
            }
            let (seq, skip) = (range.start / CHUNK as u64, (range.start % CHUNK as u64) as usize);
            let mut bytes = row(seq).await?;
            bytes = bytes.slice(skip.min(bytes.len())..);
            bytes.truncate(usize::try_from(range.end - range.start).unwrap_or(usize::MAX));
            let next = range.start + bytes.len() as u64;
            Ok(Some((bytes, next..range.end)))
        }
    })
}

/// One row of a content.
pub(super) async fn read_chunk(db: &impl ConnectionTrait, id: BlobId, seq: u64) -> Result<Bytes, DbErr> {
    let row = blob_chunk::Entity::find_by_id((id, seq as i64)).one(db).await?;
    row.map(|row| row.bytes.into()).ok_or_else(|| DbErr::RecordNotFound(format!("chunk {seq} of content {id}")))
}

/// The first ready content whose bytes are not those of its digest.
///
/// # Errors
/// The database's.
pub async fn first_broken(db: &impl ConnectionTrait) -> Result<Option<BlobId>, DbErr> {
    let mut last = BlobId(0);
    loop {
        let next = blob::Entity::find().filter(blob::Column::State.eq(State::Ready)).filter(blob::Column::Id.gt(last));
        let Some(blob) = next.order_by_asc(blob::Column::Id).one(db).await? else { return Ok(None) };
        if !is_whole(db, &blob).await? {
            return Ok(Some(blob.id));
        }
        last = blob.id;
    }
}

async fn is_whole(db: &impl ConnectionTrait, blob: &blob::Model) -> Result<bool, DbErr> {
    let (mut hash, mut size) = (Sha256::new(), 0);
    for seq in 0.. {
        if size >= blob.size {
            break;
        }
        let Some(row) = blob_chunk::Entity::find_by_id((blob.id, seq)).one(db).await? else { return Ok(false) };
        size += row.bytes.len() as i64;
        hash.update(&row.bytes);
    }
    Ok(size == blob.size && blob.sha256.as_deref() == Some(hex::encode(hash.finalize()).as_str()))
}

/// Contents that one transaction of a sweep deletes: some hundred rows, if they are large.
const SWEPT_AT_ONCE: u64 = 4;
/// A content that arrives for longer does so no more.
const ARRIVING: Duration = Duration::hours(1);
/// One that nothing refers to stays for so long: the next file may have the same bytes.
const UNUSED: Duration = Duration::hours(24);

/// Deletes a few contents that stopped arriving, or that no file and no member refers to any more. The condition is that of the row as it is
/// when it is deleted: a transaction that refers to it has touched it.
///
/// # Errors
/// The database's.
pub async fn sweep(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64, DbErr> {
    let touched = blob::Column::TouchedAt;
    let of_file = file::Column::BlobId.into_expr().equals((blob::Entity, blob::Column::Id));
    let used = Query::select().expr(Expr::val(1)).from(file::Entity).and_where(of_file).take();
    let of_picture = blob_variant::Column::VariantId.into_expr().equals((blob::Entity, blob::Column::Id));
    let smaller = Query::select().expr(Expr::val(1)).from(blob_variant::Entity).and_where(of_picture).take();
    let of_member = avatar::Column::BlobId.into_expr().equals((blob::Entity, blob::Column::Id));
    let shown = Query::select().expr(Expr::val(1)).from(avatar::Entity).and_where(of_member).take();
    let stopped = blob::Column::State.eq(State::Arriving).and(touched.lt(now - ARRIVING));
    let old = blob::Column::State.eq(State::Ready).and(touched.lt(now - UNUSED));
    let unused = old.and(Expr::exists(used).not()).and(Expr::exists(smaller).not()).and(Expr::exists(shown).not());
    let orphan = stopped.or(unused);
    let found = blob::Entity::find().select_only().column(blob::Column::Id).filter(orphan.clone()).limit(SWEPT_AT_ONCE);
    let ids: Vec<BlobId> = found.into_tuple().all(db).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    Ok(blob::Entity::delete_many().filter(blob::Column::Id.is_in(ids)).filter(orphan).exec(db).await?.rows_affected)
}
