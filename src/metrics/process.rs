//! What the kernel knows of this process. Only `/proc/self` and the control group are read: a sandbox hides the rest.

use std::fs;

/// Clock ticks a second in `/proc`; Linux shows 100 to every program, whatever it uses inside (man 7 time).
const TICKS: f64 = 100.0;

/// See the head of this file. What could not be read is not known.
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
        Self {
            cpu_seconds: read("/proc/self/stat").and_then(|text| cpu_seconds(&text)),
            resident: read("/proc/self/status").and_then(|text| resident(&text)),
            open_fds: open_fds(),
            cgroup: read("/proc/self/cgroup").and_then(|text| read(&memory_file(&text)?)).and_then(|text| text.trim().parse().ok()),
        }
    }
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// The 14th and 15th word of `/proc/self/stat` (man 5 proc). The second is the program's name, which may hold anything.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let mut words = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut ticks = || words.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS)
}

fn resident(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? * 1024.0)
}

/// Since Linux 6.2 the folder says how many there are; before, they are counted.
fn open_fds() -> Option<f64> {
    let told = fs::metadata("/proc/self/fd").ok()?.len();
    let count = if told > 0 { told as usize } else { fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1) };
    Some(count as f64)
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
    fn cpu_time_is_found_behind_any_name() {
        let stat = "7 (a) b) (c) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 4 0 100 1000 200";

        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(cpu_seconds("7 (x) S 1"), None);
    }

    #[test]
    fn memory_is_in_bytes() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t    2048 kB\nThreads:\t1\n"), Some(2_097_152.0));
        assert_eq!(resident("Name:\tx\n"), None);
    }

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
