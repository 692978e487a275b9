//! What a process that opens hostile bytes may use. It sets this for itself before it reads the first of them.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Bytes of address space: a unit has 512 MiB for the instance and its child.
const SPACE: u64 = 400 * 1024 * 1024;
/// Seconds of CPU time.
const SECONDS: u64 = 10;
/// Files: the pipes, and none more.
const FILES: u64 = 8;

/// Sets the limits for good.
///
/// # Errors
/// The system's.
pub(super) fn set() -> rustix::io::Result<()> {
    let all = [(Resource::As, SPACE), (Resource::Cpu, SECONDS), (Resource::Nofile, FILES), (Resource::Fsize, 0), (Resource::Core, 0)];
    for (resource, most) in all {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}
