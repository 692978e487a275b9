//! What a process that opens hostile bytes may use. It sets this for itself before it reads the first of them.

use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::Read;

/// Bytes of address space: a unit has 640 MiB for the instance and its child. A photo of 48 million pixels takes 280 MiB of memory, and more
/// address space, because the allocator keeps what it has used.
const SPACE: u64 = 500 * 1024 * 1024;
/// Seconds of CPU time. A build without optimisation takes some ten times as long for a picture.
const SECONDS: u64 = if cfg!(debug_assertions) { 60 } else { 10 };
/// Files: the pipes, and none more.
const FILES: u64 = 8;

/// More than a file may have; what follows is not read.
const INPUT: u64 = 32 * 1024 * 1024;

/// Sets the limits for good, then reads what is to be opened from stdin.
///
/// # Errors
/// The system's.
pub(super) fn read_bounded() -> std::io::Result<Vec<u8>> {
    set()?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(INPUT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn set() -> rustix::io::Result<()> {
    let all = [(Resource::As, SPACE), (Resource::Cpu, SECONDS), (Resource::Nofile, FILES), (Resource::Fsize, 0), (Resource::Core, 0)];
    for (resource, most) in all {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}
