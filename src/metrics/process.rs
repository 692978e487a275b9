//! CPU, memory and open files of this process. Only `/proc/self` and the control group are read: systemd's sandbox hides the rest.

use std::fs;

/// What /proc reports of this process; `None` where it could not be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Process {
    /// Seconds of CPU, in the program and in the kernel for it.
    pub cpu_seconds: Option<f64>,
    /// Bytes of memory that are really there.
    pub resident: Option<f64>,
    /// Open files and connections.
    pub open_fds: Option<f64>,
    /// Bytes of memory of the control group, with the kernel's caches for it.
    pub cgroup: Option<f64>,
}

impl Process {
    /// Reads it.
    pub fn now() -> Self {
        let own = procfs::process::Process::myself().ok();
        let stat = own.as_ref().and_then(|own| own.stat().ok());
        Self {
            cpu_seconds: stat.as_ref().map(|stat| (stat.utime + stat.stime) as f64 / procfs::ticks_per_second() as f64),
            resident: own.as_ref().and_then(|own| own.status().ok()?.vmrss).map(|kib| kib as f64 * 1024.0),
            open_fds: own.and_then(|own| own.fd_count().ok()).map(|count| count as f64),
            cgroup: read("/proc/self/cgroup").and_then(|text| read(&memory_file(&text)?)).and_then(|text| text.trim().parse().ok()),
        }
    }
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// The file of the second version of control groups: its line in `/proc/self/cgroup` begins with `0::`.
fn memory_file(cgroup: &str) -> Option<String> {
    let path = cgroup.lines().find_map(|line| line.strip_prefix("0::"))?.trim_end_matches('/');
    (!path.contains("..")).then(|| format!("/sys/fs/cgroup{path}/memory.current"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_second_version_of_control_groups_is_asked() {
        assert_eq!(
            memory_file("0::/minschool.slice/minschool@0.service\n").as_deref(),
            Some("/sys/fs/cgroup/minschool.slice/minschool@0.service/memory.current")
        );
        assert_eq!(memory_file("12:memory:/x\n0::/\n").as_deref(), Some("/sys/fs/cgroup/memory.current"));
        assert_eq!(memory_file("12:memory:/x\n"), None);
    }

    #[test]
    fn this_very_process_is_seen() {
        let process = Process::now();

        assert!(process.resident.is_some_and(|bytes| bytes > 1e6));
        assert!(process.open_fds.is_some_and(|fds| fds >= 3.0));
        assert!(process.cpu_seconds.is_some_and(|seconds| seconds >= 0.0));
    }
}
