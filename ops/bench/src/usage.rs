//! What processes cost, from /proc: CPU time and memory.

use std::fs;

/// The kernel counts CPU time in hundredths of a second (`getconf CLK_TCK`), on every Linux that we know.
const TICK_US: f64 = 10_000.0;

/// CPU time in microseconds of a process; with what its ended children took, for servers that fork.
pub fn cpu_of(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name may hold anything, so fields are counted from its closing bracket: state is the third of proc(5).
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |n: usize| fields.get(n - 3).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (14..=17).map(ticks).sum::<f64>() * TICK_US
}

/// CPU time in microseconds of a process and of all its children.
pub fn cpu(pid: u32) -> f64 {
    cpu_of(pid) + children(pid).into_iter().map(cpu_of).sum::<f64>()
}

fn children(pid: u32) -> Vec<u32> {
    let listed = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    listed.split_whitespace().filter_map(|child| child.parse().ok()).collect()
}

/// Proportional memory in MiB of a process.
pub fn memory(pid: u32) -> f64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// How many files this process may have open.
pub fn file_limit() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find(|line| line.starts_with("Max open files"));
    line.and_then(|line| line.split_whitespace().nth(3)?.parse().ok()).unwrap_or(1024)
}
