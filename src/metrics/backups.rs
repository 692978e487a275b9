//! The times of the last backup and of the last restore drill. Each command writes its time, in seconds since 1970, into a file in the
//! data folder.

use std::fs;
use std::path::Path;

/// Left by a backup that is whole.
pub const BACKUP: &str = "backup-last-success";
/// Left by a restore that was compared and found equal.
pub const DRILL: &str = "restore-drill-last-success";

/// The time in such a file; none where there is no such file, or something else in it.
pub fn last(folder: &Path, name: &str) -> Option<f64> {
    fs::read_to_string(folder.join(name)).ok()?.trim().parse::<u64>().ok().map(|seconds| seconds as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_and_nonsense_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(BACKUP), "1795370400\n").expect("a file");
        fs::write(folder.path().join(DRILL), "yesterday").expect("a file");

        assert_eq!(last(folder.path(), BACKUP), Some(1_795_370_400.0));
        assert_eq!(last(folder.path(), DRILL), None);
        assert_eq!(last(folder.path(), "nothing"), None);
    }
}
