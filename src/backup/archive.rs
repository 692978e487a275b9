//! The file of a backup: lines compressed with gzip, then encrypted with age (<https://age-encryption.org/v1>) to the recipients' public
//! keys, so that the machine that makes backups cannot read them. The bytes of attached files are stored beside it (`contents`).

use super::contents::{self, Contents};
use super::format::{Checker, Manifest, Record, Seen};
use super::tables::ColumnKind;
use super::{BackupError, RecordSender, RecordStream, Result, pipe};
use age::secrecy::ExposeSecret;
use age::stream::{StreamReader, StreamWriter};
use age::x25519;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A public key (`age1…`).
pub type Recipient = x25519::Recipient;
/// A secret key (`AGE-SECRET-KEY-1…`).
pub type Key = x25519::Identity;

/// Half of gzip's default effort: three times as fast for a tenth more bytes.
const EFFORT: u32 = 3;
/// The first bytes of every age file.
const SEALED: &[u8] = b"age-encryption.org/";

/// A file that was written.
pub struct Written {
    /// The contents.
    pub manifest: Manifest,
    /// The file's size.
    pub bytes: u64,
    /// The SHA-256 of the file.
    pub sha256: String,
}

/// Writes what will be this backup to a file, to its end and to the disk. Without recipients it can be read by everybody who gets
/// it. Blocks.
///
/// # Errors
/// The teller's; the disk's; the lines are not whole.
pub fn write(mut lines: RecordStream, backup: &Path, path: &Path, recipients: &[Recipient]) -> Result<Written> {
    let doing = |e: io::Error| BackupError::writing(path, &e);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(doing)?;
    let measured = Measured { file: BufWriter::with_capacity(1 << 16, file), hash: Sha256::new(), bytes: 0 };
    let mut out = GzEncoder::new(Seal::new(measured, recipients)?, Compression::new(EFFORT));
    let (mut checker, mut contents, mut ends_in_bytes) = (Checker::default(), Contents::open(backup, recipients)?, false);
    while let Some(line) = lines.blocking_recv() {
        let mut line = line?;
        match checker.take(&line)? {
            Seen::Table(table) => ends_in_bytes = table.columns.last().is_some_and(|(_, kind)| *kind == ColumnKind::Bytes),
            Seen::Row if ends_in_bytes => line = contents.take_out(&line)?,
            _ => {}
        }
        out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(doing)?;
    }
    let manifest = checker.finish()?;
    let Measured { file, hash, bytes } = out.finish().and_then(Seal::finish).map_err(doing)?;
    file.into_inner().map_err(|e| doing(e.into_error()))?.sync_all().map_err(doing)?;
    contents.finish()?;
    Ok(Written { manifest, bytes, sha256: hex::encode(hash.finalize()) })
}

/// Counts what goes by.
struct Measured {
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

impl Write for Measured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Encrypts, where recipients are given.
enum Seal<W: Write> {
    Open(W),
    Sealed(Box<StreamWriter<W>>),
}

impl<W: Write> Seal<W> {
    fn new(inner: W, recipients: &[Recipient]) -> Result<Self> {
        if recipients.is_empty() {
            return Ok(Self::Open(inner));
        }
        let doing = |err: &dyn std::fmt::Display| BackupError::doing("encrypting", err);
        let to = age::Encryptor::with_recipients(recipients.iter().map(|r| r as &dyn age::Recipient)).map_err(|e| doing(&e))?;
        Ok(Self::Sealed(Box::new(to.wrap_output(inner).map_err(|e| doing(&e))?)))
    }

    fn finish(self) -> io::Result<W> {
        match self {
            Self::Open(inner) => Ok(inner),
            Self::Sealed(stream) => stream.finish(),
        }
    }
}

impl<W: Write> Write for Seal<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Open(inner) => inner.write(bytes),
            Self::Sealed(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Open(inner) => inner.flush(),
            Self::Sealed(stream) => stream.flush(),
        }
    }
}

/// Writes bytes to a new file, encrypted where recipients are given, and to the disk.
///
/// # Errors
/// The disk's.
pub fn seal(file: File, bytes: &[u8], recipients: &[Recipient], path: &Path) -> Result<()> {
    let doing = |e: io::Error| BackupError::writing(path, &e);
    let mut out = Seal::new(BufWriter::with_capacity(1 << 16, file), recipients)?;
    let out = out.write_all(bytes).and_then(|()| out.finish()).map_err(doing)?;
    out.into_inner().map_err(|e| doing(e.into_error()))?.sync_all().map_err(doing)
}

/// The bytes of such a file.
///
/// # Errors
/// No key opens it; it was changed or cut; the disk's.
pub fn unseal(path: &Path, keys: &[Key]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    opened(path, keys)?.read_to_end(&mut bytes).map_err(|e| damaged(path, &e))?;
    Ok(bytes)
}

fn damaged(path: &Path, e: &io::Error) -> BackupError {
    BackupError(format!("{}: it was changed or cut after it was made ({e}); take another copy", path.display()))
}

/// A file, decrypted where it is encrypted.
fn opened(path: &Path, keys: &[Key]) -> Result<Box<dyn Read>> {
    let shown = path.display().to_string();
    let doing = |e: io::Error| BackupError::doing(&shown, e);
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(doing)?);
    let sealed = file.fill_buf().map_err(doing)?.starts_with(SEALED);
    Ok(if sealed { Box::new(open(&shown, file, keys)?) } else { Box::new(file) })
}

/// Begins to read the records of a file.
pub fn lines(path: &Path, keys: Vec<Key>) -> RecordStream {
    let (sender, lines) = pipe();
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || {
        if let Err(err) = send_records(&path, &keys, &sender) {
            // A receiver that is gone has failed by itself.
            let _ = sender.blocking_send(Err(err));
        }
    });
    lines
}

fn send_records(path: &Path, keys: &[Key], to: &RecordSender) -> Result<()> {
    let mut text = BufReader::with_capacity(1 << 16, GzDecoder::new(opened(path, keys)?));
    loop {
        let mut line = String::new();
        if text.read_line(&mut line).map_err(|e| damaged(path, &e))? == 0 {
            return Ok(());
        }
        line.truncate(line.trim_end_matches('\n').len());
        if let Ok(Record::Kept(kept)) = serde_json::from_str(&line) {
            line = contents::put_back(path, kept, keys)?;
        }
        if to.blocking_send(Ok(line)).is_err() {
            return Ok(());
        }
    }
}

fn open(shown: &str, file: BufReader<File>, keys: &[Key]) -> Result<StreamReader<BufReader<File>>> {
    use age::DecryptError;
    if keys.is_empty() {
        return Err(BackupError(format!("{shown} is encrypted; name the file with its key: --identity FILE (or set BACKUP_KEY)")));
    }
    let sealed = age::Decryptor::new_buffered(file).map_err(|e| BackupError::doing(shown, e))?;
    sealed.decrypt(keys.iter().map(|key| key as &dyn age::Identity)).map_err(|err| match err {
        DecryptError::NoMatchingKeys => BackupError(format!("{shown}: this key does not open it; it was encrypted to another key")),
        DecryptError::InvalidMac => BackupError(format!("{shown}: it was changed after it was made; take another copy")),
        other => BackupError::doing(shown, other),
    })
}

/// The keys in a text, as `age-keygen` or `minschool backup --new-key` writes it.
///
/// # Errors
/// There is none in it.
pub fn keys(text: &str) -> Result<Vec<Key>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keys: Vec<Key> = lines
        .map(|line| line.parse().map_err(|_| BackupError("this is not a key of age (AGE-SECRET-KEY-1…)".into())))
        .collect::<Result<_>>()?;
    if keys.is_empty() { Err(BackupError("there is no key in it (AGE-SECRET-KEY-1…)".into())) } else { Ok(keys) }
}

/// Makes a key, puts it into a new file that only its owner reads, and returns whom to encrypt to.
///
/// # Errors
/// The file is there already, or cannot be written.
pub fn new_key(path: &Path) -> Result<Recipient> {
    let doing = |e: io::Error| BackupError::doing(&path.display().to_string(), e);
    let key = Key::generate();
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(doing)?;
    let text = format!("# public key: {}\n{}\n", key.to_public(), key.to_string().expose_secret());
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(doing)?;
    Ok(key.to_public())
}
