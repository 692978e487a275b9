//! The folder of backups: a backup gets its final name when it is complete, and old ones are deleted by age. The bytes of attached files
//! are stored beside them (`contents`).

use super::archive::{self, Recipient, Written};
use super::contents::{self, LIST};
use super::format::TableDigest;
use super::{BackupError, RecordStream, Result};
use crate::clock::OffsetDateTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const PREFIX: &str = "minschool-";
const ENDINGS: [&str; 2] = [".ndjson.gz.age", ".ndjson.gz"];
const MANIFEST: &str = ".manifest.json";
/// A file that is not whole yet, or never will be.
const PART: &str = ".part";
const STAMP: &[BorrowedFormatItem] = format_description!("[year][month][day]T[hour][minute][second].[subsecond digits:3]Z");

/// What lies beside each backup: what is in it, readable without its key, and enough to see that a copy of it arrived
/// whole (`sha256sum`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The backup's file.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    pub sha256: String,
    /// The version that made it.
    pub version: String,
    /// Of its lines (`format`); labels of the first one do not name it.
    #[serde(default = "first_format")]
    pub format: u32,
    /// When, in RFC 3339.
    pub made_at: String,
    /// The steps of its schema.
    pub steps: Vec<String>,
    pub tables: Vec<TableDigest>,
}

const FIRST_FORMAT: u32 = 1;

fn first_format() -> u32 {
    FIRST_FORMAT
}

/// A backup that is whole.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Where it is.
    pub path: PathBuf,
    /// When it was made, by its name.
    pub made: OffsetDateTime,
    /// What is in it.
    pub label: Label,
}

/// How many are kept: the newest of each of so many days, weeks and months. Days without a backup do not count, so that
/// a site that was switched off for a year keeps its backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionPolicy {
    pub days: usize,
    pub weeks: usize,
    pub months: usize,
}

impl std::str::FromStr for RetentionPolicy {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let mut keep = Self { days: 0, weeks: 0, months: 0 };
        for part in text.split(',').map(str::trim) {
            let wrong = || format!("\"{part}\" is not a number of days, weeks or months; write it as 7d,4w,12m");
            let unit = part.chars().last().ok_or_else(wrong)?;
            let number = part.strip_suffix(unit).and_then(|number| number.parse().ok()).ok_or_else(wrong)?;
            match unit {
                'd' => keep.days = number,
                'w' => keep.weeks = number,
                'm' => keep.months = number,
                _ => return Err(wrong()),
            }
        }
        Ok(keep)
    }
}

/// The folder, while nobody else makes a backup in it.
pub struct Repository {
    folder: PathBuf,
    _lock: File,
}

impl Repository {
    /// Opens the folder, and throws away what a backup that was killed left.
    ///
    /// # Errors
    /// Another backup is being made; the folder cannot be written to.
    pub fn open(folder: &Path) -> Result<Self> {
        let doing = |e: io::Error| BackupError(format!("BACKUP_DIR: {} cannot be written to ({e})", folder.display()));
        fs::create_dir_all(folder).map_err(doing)?;
        let lock = File::create(folder.join(".lock")).map_err(doing)?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(BackupError(format!("another backup is being made in {}", folder.display()))),
            Err(TryLockError::Error(e)) => tracing::warn!("{} cannot be locked ({e})", folder.display()),
            Ok(()) => {}
        }
        let repository = Self { folder: folder.to_owned(), _lock: lock };
        repository.sweep().map_err(doing)?;
        Ok(repository)
    }

    /// Under the lock nobody is at work on a part, and a label or list without its backup belongs to nothing.
    fn sweep(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let backup = [MANIFEST, LIST].iter().find_map(|ending| name.strip_suffix(ending));
            let alone = backup.is_some_and(|backup| !self.folder.join(backup).exists());
            if name.starts_with(PREFIX) && (name.ends_with(PART) || alone) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Writes a backup. It gets its name when it is on the disk to its last byte; one that fails leaves nothing. Blocks.
    ///
    /// # Errors
    /// As [`archive::write`].
    pub fn put(&self, lines: RecordStream, recipients: &[Recipient], now: OffsetDateTime) -> Result<Kept> {
        let stamp = now.format(STAMP).map_err(|e| BackupError::doing("naming the backup", e))?;
        let name = format!("{PREFIX}{stamp}{}", ENDINGS[usize::from(recipients.is_empty())]);
        let (backup, part) = (self.folder.join(&name), self.folder.join(format!("{name}{PART}")));
        let done = archive::write(lines, &backup, &part, recipients).and_then(|written| self.name(&name, &part, written));
        if done.is_err() {
            // What cannot be thrown away now is by the next one at the latest.
            let _ = self.sweep();
            self.sweep_contents();
        }
        Ok(Kept { path: backup, made: now, label: done? })
    }

    /// The label first: whatever has its name has a label too.
    fn name(&self, name: &str, part: &Path, written: Written) -> Result<Label> {
        let doing = |e: io::Error| BackupError::writing(&self.folder, &e);
        let head = written.manifest.head;
        let label = Label {
            file: name.to_owned(),
            bytes: written.bytes,
            sha256: written.sha256,
            version: head.version,
            format: head.format,
            made_at: head.made_at,
            steps: head.steps,
            tables: written.manifest.tables,
        };
        let text = serde_json::to_string_pretty(&label).map_err(|e| BackupError::doing("writing the label", e))?;
        put_whole(&self.folder.join(format!("{name}{MANIFEST}")), &(text + "\n")).map_err(doing)?;
        fs::rename(part, self.folder.join(name)).map_err(doing)?;
        // The names themselves are on the disk after this.
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(doing)?;
        Ok(label)
    }

    /// Deletes the bytes of files that no backup refers to any more.
    fn sweep_contents(&self) {
        // Those of the first format refer to none and have no list.
        let of_format = on(&self.folder).into_iter().filter(|backup| backup.label.format > FIRST_FORMAT);
        let backups: Vec<_> = of_format.map(|backup| backup.path).collect();
        match contents::sweep(&self.folder, &backups) {
            Ok(0) => {}
            Ok(swept) => tracing::info!("{swept} contents that no backup refers to are deleted"),
            Err(err) => tracing::warn!("contents that no backup refers to are not deleted ({err})"),
        }
    }

    /// Throws away what need not be kept, and returns what it was.
    ///
    /// # Errors
    /// The disk's.
    pub fn rotate(&self, keep: RetentionPolicy) -> Result<Vec<PathBuf>> {
        let all = on(&self.folder);
        let kept = keep.of(&all.iter().map(|backup| backup.made).collect::<Vec<_>>());
        let old: Vec<_> = all.into_iter().filter(|backup| !kept.contains(&backup.made)).map(|backup| backup.path).collect();
        for path in &old {
            let doing = |e: io::Error| BackupError::doing(&path.display().to_string(), e);
            fs::remove_file(path).map_err(doing)?;
            fs::remove_file(label_of(path)).map_err(doing)?;
            match fs::remove_file(contents::list_of(path)) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(doing(e)),
                _ => {}
            }
        }
        self.sweep_contents();
        Ok(old)
    }
}

impl RetentionPolicy {
    /// Which of these moments stay. The newest always does.
    pub fn of(self, made: &[OffsetDateTime]) -> BTreeSet<OffsetDateTime> {
        let newest_first: BTreeSet<_> = made.iter().copied().collect();
        let mut kept: BTreeSet<_> = newest_first.last().copied().into_iter().collect();
        kept.extend(newest_of_each(&newest_first, self.days, |at| (at.year(), i64::from(at.ordinal()))));
        kept.extend(newest_of_each(&newest_first, self.weeks, |at| {
            let (year, week, _) = at.to_iso_week_date();
            (year, i64::from(week))
        }));
        kept.extend(newest_of_each(&newest_first, self.months, |at| (at.year(), u8::from(at.month()).into())));
        kept
    }
}

fn newest_of_each(made: &BTreeSet<OffsetDateTime>, n: usize, span: impl Fn(OffsetDateTime) -> (i32, i64)) -> Vec<OffsetDateTime> {
    let mut seen = BTreeSet::new();
    made.iter().rev().copied().filter(|at| seen.insert(span(*at))).take(n).collect()
}

/// The backups in a folder that are whole, oldest first. What has no label or not the size in its label is none.
pub fn on(folder: &Path) -> Vec<Kept> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries.filter_map(|entry| whole(&entry.path())).collect();
    found.sort_by_key(|backup| backup.made);
    found
}

fn whole(path: &Path) -> Option<Kept> {
    let name = path.file_name()?.to_str()?;
    let stamp = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending))?.strip_prefix(PREFIX)?;
    let made = PrimitiveDateTime::parse(stamp, STAMP).ok()?.assume_utc();
    let label: Label = serde_json::from_str(&fs::read_to_string(label_of(path)).ok()?).ok()?;
    (fs::metadata(path).ok()?.len() == label.bytes).then(|| Kept { path: path.to_owned(), made, label })
}

fn label_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(MANIFEST);
    PathBuf::from(name)
}

/// Writes a small file that is there whole or not at all.
pub(super) fn put_whole(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    let written = File::create(&part).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    if written.is_err() {
        // What there is of it may stand in the way of nothing, and needs the space.
        let _ = fs::remove_file(&part);
    }
    written.and_then(|()| fs::rename(&part, path))
}
