//! Bytes of files beside the backups of a folder, each kept once however many backups have them: a night in which nobody sent a
//! file adds none.
//!
//! ```text
//! contents/4f0c…(16)/ab/ab37…(64)      a row's bytes, encrypted; its name is their SHA-256
//! contents/plain/ab/ab37…(64)          the same of backups that are not encrypted
//! minschool-….ndjson.gz.age.contents   what a backup refers to, a line each: a machine without the key has to know what to keep
//! ```
//!
//! In the backup's own lines such a row is `{"kept":{"values":[12,0],"at":"4f0c…/ab/ab37…"}}`, the values being those before the
//! bytes. The folder of encrypted ones is named by the keys that they are encrypted to: a new key begins a new one. Who can read the
//! names can find out that a file which they have themselves is there; nothing else.

use super::archive::{self, Key, Recipient};
use super::format::{Kept, Record};
use super::{BackupError, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const FOLDER: &str = "contents";
/// The ending of a backup's list.
pub const LIST: &str = ".contents";
const PLAIN: &str = "plain";
const PART: &str = ".part";

/// Where the bytes of one backup go while it is written.
pub struct Contents<'a> {
    folder: PathBuf,
    recipients: &'a [Recipient],
    /// The folder of those who may read it.
    set: String,
    list: (PathBuf, BufWriter<File>),
}

impl<'a> Contents<'a> {
    /// For a backup that will be this file.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(backup: &Path, recipients: &'a [Recipient]) -> Result<Self> {
        let path = list_of(backup);
        let part = with_ending(&path, PART);
        let file = create(&part).map_err(|e| BackupError::writing(&part, &e))?;
        Ok(Self { folder: folder(backup), recipients, set: set(recipients), list: (path, BufWriter::new(file)) })
    }

    /// Puts the bytes at a row's end beside the backup, if they are not there yet, and gives the line that refers to them. A row
    /// without bytes stays as it is.
    ///
    /// # Errors
    /// The disk's; the line is not a row's.
    pub fn take_out(&mut self, row: &str) -> Result<String> {
        let mut values: Vec<Value> = serde_json::from_str(row).map_err(|e| BackupError::doing("reading a row", e))?;
        let Some(Value::String(text)) = values.pop() else { return Ok(row.to_owned()) };
        let bytes = BASE64_STANDARD.decode(text).map_err(|e| BackupError::doing("reading a row's bytes", e))?;
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let at = format!("{}/{}/{sha256}", self.set, &sha256[..2]);
        let path = self.folder.join(&at);
        let writing = |e: io::Error| BackupError::writing(&path, &e);
        if !path.try_exists().map_err(writing)? {
            put(&path, &bytes, self.recipients)?;
        }
        writeln!(self.list.1, "{at}").map_err(writing)?;
        Record::Kept(Kept { values, at }).line()
    }

    /// Gives the list its name: from now on a sweep keeps what this backup refers to.
    ///
    /// # Errors
    /// The disk's.
    pub fn finish(self) -> Result<()> {
        let (path, file) = self.list;
        let writing = |e: io::Error| BackupError::writing(&path, &e);
        file.into_inner().map_err(|e| writing(e.into_error()))?.sync_all().map_err(writing)?;
        fs::rename(with_ending(&path, PART), &path).map_err(writing)
    }
}

/// Writes bytes to a file that is there whole or not at all, also after the power failed.
fn put(path: &Path, bytes: &[u8], recipients: &[Recipient]) -> Result<()> {
    let writing = |e: io::Error| BackupError::writing(path, &e);
    let folder = path.parent().unwrap_or(path);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(writing)?;
    let part = with_ending(path, PART);
    // One that a killed backup left.
    let _ = fs::remove_file(&part);
    let written = create(&part).map_err(writing).and_then(|file| archive::seal(file, bytes, recipients, &part));
    if let Err(err) = written {
        // It may stand in the way of nothing, and needs the space.
        let _ = fs::remove_file(&part);
        return Err(err);
    }
    fs::rename(&part, path).and_then(|()| File::open(folder)?.sync_all()).map_err(writing)
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// The row that a line refers to, with its bytes.
///
/// # Errors
/// They are not there, or not those that were kept; no key opens them.
pub fn put_back(backup: &Path, kept: Kept, keys: &[Key]) -> Result<String> {
    let sha256 = kept.at.rsplit('/').next().unwrap_or_default();
    // The line may be anybody's: it must not lead out of the folder.
    if !is_place(&kept.at) {
        return Err(BackupError(format!("\"{}\" is not a place of a content", kept.at)));
    }
    let path = folder(backup).join(&kept.at);
    let bytes = archive::unseal(&path, keys)?;
    if hex::encode(Sha256::digest(&bytes)) != sha256 {
        return Err(BackupError(format!(
            "{}: it is not what was kept; delete this file, and the next backup keeps it again, or take the one of another copy of the folder",
            path.display()
        )));
    }
    let mut values = kept.values;
    values.push(BASE64_STANDARD.encode(bytes).into());
    serde_json::to_string(&values).map_err(|e| BackupError::doing("writing a row", e))
}

fn is_place(at: &str) -> bool {
    let is_hex = |part: &str, long: usize| part.len() == long && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    match at.split('/').collect::<Vec<_>>()[..] {
        [set, start, sha256] => (set == PLAIN || is_hex(set, 16)) && is_hex(sha256, 64) && sha256.starts_with(start) && start.len() == 2,
        _ => false,
    }
}

/// Deletes what none of these backups refers to, and returns how many files that were. Where one of them has lost its list, nothing.
///
/// # Errors
/// The disk's.
pub fn sweep(folder: &Path, backups: &[PathBuf]) -> io::Result<usize> {
    let root = folder.join(FOLDER);
    if !root.exists() {
        return Ok(0);
    }
    let mut kept = HashSet::new();
    for backup in backups {
        for line in BufReader::new(File::open(list_of(backup))?).lines() {
            kept.insert(line?);
        }
    }
    let mut swept = 0;
    for set in fs::read_dir(&root)? {
        for start in fs::read_dir(set?.path())? {
            for content in fs::read_dir(start?.path())? {
                let path = content?.path();
                let at = path.strip_prefix(&root).unwrap_or(&path);
                if !kept.contains(&*at.to_string_lossy()) {
                    fs::remove_file(&path)?;
                    swept += 1;
                }
            }
        }
    }
    Ok(swept)
}

/// The list of a backup.
pub fn list_of(backup: &Path) -> PathBuf {
    with_ending(backup, LIST)
}

fn folder(backup: &Path) -> PathBuf {
    backup.parent().unwrap_or(backup).join(FOLDER)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn set(recipients: &[Recipient]) -> String {
    if recipients.is_empty() {
        return PLAIN.to_owned();
    }
    let mut names: Vec<_> = recipients.iter().map(Recipient::to_string).collect();
    names.sort();
    hex::encode(&Sha256::digest(names.join(" "))[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_leads_nowhere_else() {
        let sha256 = "ab".repeat(32);

        assert!(is_place(&format!("plain/ab/{sha256}")) && is_place(&format!("{}/ab/{sha256}", "4f".repeat(8))));
        for other in ["../ab", "plain/..", "/etc/ab", "plain//", "plan/ab", "plain/ab/.."] {
            assert!(!is_place(other) && !is_place(&format!("{other}/{sha256}")), "{other}");
        }
    }
}
