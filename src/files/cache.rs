//! Bytes of files that were read lately, on the disk of this instance: a picture that many look at is read from the database once.
//! It keeps bytes and no rights: those are asked of the database at each request. A row that is not as it was kept counts as not
//! there, so the folder may be deleted at any time.

use super::storage::{read_chunk, read_rows};
use crate::db::Database;
use crate::entity::blob::BlobId;
use bytes::Bytes;
use futures_util::Stream;
use parking_lot::Mutex;
use sea_orm::DbErr;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::{self, DirBuilder};
use std::io;
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::spawn_blocking;

/// Bytes of the digest at the end of each row.
const DIGEST: usize = 32;
/// The ending of a row that is being written.
const PART: &str = ".part";
/// A row that nobody read for so long is deleted: that of a file that was deleted goes with it.
pub const UNUSED: Duration = Duration::from_secs(24 * 3600);

/// The rows on the disk of one instance.
pub struct Cache {
    folder: PathBuf,
    /// Bytes that they may have together.
    most: u64,
    rows: Mutex<Rows>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// A content of which something is read.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns")]
pub struct Asked {
    pub id: BlobId,
    pub sha256: String,
}

#[derive(Default)]
struct Rows {
    by_name: HashMap<String, Row>,
    bytes: u64,
}

struct Row {
    bytes: u64,
    used: Instant,
}

/// What is measured of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as they are named")]
pub struct Counts {
    pub bytes: u64,
    pub hits: u64,
    pub misses: u64,
}

impl Cache {
    /// Opens the folder, with what an earlier process left in it.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(folder: &Path, most: u64) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut rows = Rows::default();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            match entry.file_name().into_string() {
                Ok(name) if !name.ends_with(PART) => rows.add(name, entry.metadata()?.len(), Instant::now()),
                _ => fs::remove_file(entry.path())?,
            }
        }
        let cache = Self { folder: folder.to_owned(), most, rows: Mutex::new(rows), hits: AtomicU64::new(0), misses: AtomicU64::new(0) };
        // It may have been larger then.
        cache.make_room(0);
        Ok(cache)
    }

    /// The numbers as they are now.
    pub fn counts(&self) -> Counts {
        let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Counts { bytes: self.rows.lock().bytes, hits: of(&self.hits), misses: of(&self.misses) }
    }

    /// Deletes rows that were not read for so long.
    pub fn forget_unused(&self, span: Duration) {
        let old = self.rows.lock().take_if(|row| row.used.elapsed() >= span);
        self.delete(&old);
    }

    fn get(&self, name: &str) -> Option<Bytes> {
        let kept = self.rows.lock().by_name.get_mut(name).map(|row| row.used = Instant::now());
        let row = kept.and_then(|()| fs::read(self.folder.join(name)).ok().and_then(checked));
        let count = if row.is_some() { &self.hits } else { &self.misses };
        count.fetch_add(1, Ordering::Relaxed);
        if row.is_none() && kept.is_some() {
            self.rows.lock().remove(name);
        }
        row
    }

    /// What does not fit, or cannot be written, is read from the database again.
    fn put(&self, name: String, row: &[u8]) {
        static PARTS: AtomicU64 = AtomicU64::new(0);
        let bytes = (row.len() + DIGEST) as u64;
        if bytes > self.most {
            return;
        }
        self.make_room(bytes);
        let part = self.folder.join(format!("{name}-{}{PART}", PARTS.fetch_add(1, Ordering::Relaxed)));
        let whole = [row, &Sha256::digest(row)[..]].concat();
        let written = fs::write(&part, whole).and_then(|()| fs::rename(&part, self.folder.join(&name)));
        match written {
            Ok(()) => self.rows.lock().add(name, bytes, Instant::now()),
            Err(err) => {
                tracing::debug!("a row of a file is not kept: {err}");
                let _ = fs::remove_file(&part);
            }
        }
    }

    fn make_room(&self, more: u64) {
        let old = self.rows.lock().take_oldest_until(self.most.saturating_sub(more));
        self.delete(&old);
    }

    fn delete(&self, names: &[String]) {
        for name in names {
            // One that is gone already is as good.
            let _ = fs::remove_file(self.folder.join(name));
        }
    }
}

fn checked(mut row: Vec<u8>) -> Option<Bytes> {
    let bytes = row.len().checked_sub(DIGEST)?;
    let is_whole = Sha256::digest(&row[..bytes])[..] == row[bytes..];
    row.truncate(bytes);
    is_whole.then(|| row.into())
}

impl Rows {
    fn add(&mut self, name: String, bytes: u64, used: Instant) {
        self.remove(&name);
        self.bytes += bytes;
        self.by_name.insert(name, Row { bytes, used });
    }

    fn remove(&mut self, name: &str) {
        self.bytes -= self.by_name.remove(name).map_or(0, |row| row.bytes);
    }

    fn take_if(&mut self, goes: impl Fn(&Row) -> bool) -> Vec<String> {
        let names: Vec<_> = self.by_name.iter().filter(|(_, row)| goes(row)).map(|(name, _)| name.clone()).collect();
        names.iter().for_each(|name| self.remove(name));
        names
    }

    /// Those that were read longest ago, until all together have no more bytes than that.
    fn take_oldest_until(&mut self, most: u64) -> Vec<String> {
        if self.bytes <= most {
            return Vec::new();
        }
        let mut by_use: Vec<_> = self.by_name.iter().map(|(name, row)| (row.used, name.clone())).collect();
        by_use.sort();
        let mut taken = Vec::new();
        for (_, name) in by_use {
            if self.bytes <= most {
                break;
            }
            self.remove(&name);
            taken.push(name);
        }
        taken
    }
}

/// The bytes of a content from one place to another, as [`storage::read`](super::storage::read) gives them.
pub fn read(cache: &Arc<Cache>, db: &Database, asked: Asked, range: Range<u64>) -> impl Stream<Item = Result<Bytes, DbErr>> + Send + use<> {
    let (cache, db) = (cache.clone(), db.clone());
    read_rows(range, move |seq| {
        let (cache, db, asked) = (cache.clone(), db.clone(), asked.clone());
        async move { kept_row(&cache, &db, &asked, seq).await }
    })
}

async fn kept_row(cache: &Arc<Cache>, db: &Database, asked: &Asked, seq: u64) -> Result<Bytes, DbErr> {
    let name = format!("{}-{seq}", asked.sha256);
    let looking = (cache.clone(), name.clone());
    if let Ok(Some(row)) = spawn_blocking(move || looking.0.get(&looking.1)).await {
        return Ok(row);
    }
    let row = read_chunk(db, asked.id, seq).await?;
    let (cache, kept) = (cache.clone(), row.clone());
    // The answer does not wait for it.
    spawn_blocking(move || cache.put(name, &kept));
    Ok(row)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]
mod tests {
    use super::*;

    fn put(cache: &Cache, name: &str, bytes: usize) {
        cache.put(name.to_owned(), &vec![b'a'; bytes - DIGEST]);
    }

    #[test]
    fn it_is_bounded_and_what_was_read_longest_ago_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path(), 1_000).unwrap();
        for name in ["a", "b", "c"] {
            put(&cache, name, 300);
        }
        assert!(cache.get("a").is_some());

        put(&cache, "d", 300);
        put(&cache, "too large", 1_001);

        assert_eq!(["a", "b", "c", "d", "too large"].map(|name| cache.get(name).is_some()), [true, false, true, true, false]);
        assert_eq!(cache.counts(), Counts { bytes: 900, hits: 4, misses: 2 });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_row_that_was_changed_or_cut_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path(), 1_000).unwrap();
        for (name, damaged) in [("changed", vec![b'b'; 300]), ("cut", vec![b'a'; 10]), ("empty", Vec::new())] {
            put(&cache, name, 300);
            fs::write(folder.path().join(name), damaged).unwrap();

            assert!(cache.get(name).is_none(), "{name}");
            put(&cache, name, 300);
            assert!(cache.get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn the_next_process_finds_it_and_deletes_halves_and_what_is_too_much() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path(), 1_000).unwrap();
        for name in ["a", "b"] {
            put(&cache, name, 300);
        }
        fs::write(folder.path().join("c.part"), "half").unwrap();

        assert!(Cache::open(folder.path(), 1_000).unwrap().get("a").is_some());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        let smaller = Cache::open(folder.path(), 300).unwrap();

        assert_eq!((smaller.counts().bytes, fs::read_dir(folder.path()).unwrap().count()), (300, 1));
        smaller.forget_unused(Duration::ZERO);
        assert_eq!((smaller.counts().bytes, fs::read_dir(folder.path()).unwrap().count()), (0, 0));
    }
}
