//! A process of the same program that opens hostile bytes: how it is started, fed and ended. What it answers is read by the room that
//! asked for it.

use super::storage;
use crate::db::Database;
use crate::entity::blob::BlobId;
use futures_util::StreamExt;
use sea_orm::DbErr;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};
use tokio::time::sleep;

/// The child has ten seconds of CPU time; this is for a machine that is busy besides.
pub(super) const LONGEST: Duration = Duration::from_secs(30);
/// One at a time, whatever it opens: two would need more memory than a unit has.
static TURN: Semaphore = Semaphore::const_new(1);
/// Between two looks at whether a process that has closed its output has ended.
const LOOK: Duration = Duration::from_millis(5);

/// Waits until no other child runs.
///
/// # Errors
/// None: the semaphore is never closed.
pub(super) async fn turn() -> Result<SemaphorePermit<'static>, AcquireError> {
    TURN.acquire().await
}

/// A child that is ended when it is dropped.
pub(super) struct Running {
    process: Child,
    stdin: Option<pipe::Sender>,
    /// What it answers.
    pub stdout: pipe::Receiver,
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already cannot be ended again.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Running {
    /// Starts one that runs this command.
    pub fn start(program: &Path, command: &[&str]) -> io::Result<Self> {
        // Nothing of this process's environment: secrets may be in it.
        let mut started = Command::new(program);
        started.args(command).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = started.spawn()?;
        let pipes = (process.stdin.take(), process.stdout.take());
        let (Some(stdin), Some(stdout)) = pipes else { return Err(io::Error::other("a child without pipes")) };
        let (stdin, stdout) = (pipe::Sender::from_owned_fd(stdin.into())?, pipe::Receiver::from_owned_fd(stdout.into())?);
        Ok(Self { process, stdin: Some(stdin), stdout })
    }

    /// Sends it a content, and the end of it.
    pub async fn feed(&mut self, db: &Database, content: BlobId, size: u64) -> Result<(), DbErr> {
        let Some(mut stdin) = self.stdin.take() else { return Ok(()) };
        let mut bytes = Box::pin(storage::read(db, content, 0..size));
        while let Some(piece) = bytes.next().await {
            if stdin.write_all(&piece?).await.is_err() {
                // It has read enough to refuse it, or has ended.
                break;
            }
        }
        Ok(())
    }

    /// How it ends, once its output is at an end. One that goes on is waited for until [`LONGEST`].
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        loop {
            if let Some(status) = self.process.try_wait()? {
                return Ok(status);
            }
            sleep(LOOK).await;
        }
    }
}

/// Whether the system ended it because its CPU time was used up (SIGKILL at the hard limit, SIGXCPU at the soft one).
pub(super) fn used_its_time(status: ExitStatus) -> bool {
    matches!(status.signal(), Some(9 | 24))
}

/// Whether it was asked to end: systemd, or a terminal, asks all processes of an instance.
pub(super) fn was_stopped(status: ExitStatus) -> bool {
    matches!(status.signal(), Some(1 | 2 | 15))
}
