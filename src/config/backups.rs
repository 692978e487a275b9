//! What is set for backups: where they go, who can read them, and the key for those who restore.

use super::{Sources, Wrong};
use crate::backup::archive::{self, Recipient};
use std::path::{Path, PathBuf};

#[derive(Clone, PartialEq, Eq)]
pub struct Backups {
    /// The folder of backups.
    pub dir: PathBuf,
    /// Whom they are encrypted to (`age1…`).
    pub recipients: Vec<String>,
    /// What opens them; only who restores has it.
    pub key: Option<String>,
}

// A key is not for logs.
impl std::fmt::Debug for Backups {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backups").field("dir", &self.dir).field("recipients", &self.recipients).finish_non_exhaustive()
    }
}

impl Backups {
    /// Whom to encrypt to. They were understood when the settings were read.
    pub fn recipients(&self) -> Vec<Recipient> {
        self.recipients.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

pub(super) fn read(sources: &Sources, data_dir: &Path, wrong: &mut Wrong) -> Backups {
    let dir = Some(sources.text("BACKUP_DIR")).filter(|dir| !dir.is_empty()).map_or_else(|| data_dir.join("backups"), PathBuf::from);
    let list = sources.text("BACKUP_RECIPIENT").split(',').map(str::trim).filter(|part| !part.is_empty());
    let recipients: Vec<String> = list.map(str::to_owned).collect();
    for text in &recipients {
        if text.parse::<Recipient>().is_err() {
            wrong.say("BACKUP_RECIPIENT", text, "a public key of age (age1…; make one with: minschool backup --new-key FILE)");
        }
    }
    let key = Some(sources.text("BACKUP_KEY")).filter(|key| !key.is_empty()).map(str::to_owned);
    if let Some(err) = key.as_ref().and_then(|key| archive::keys(key).err()) {
        wrong.0.push(format!("BACKUP_KEY: {err}"));
    }
    Backups { dir, recipients, key }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn with(name: &str, value: &str) -> (Backups, Vec<String>) {
        let flags = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let sources = Sources::gather(None, |_| None, &flags).expect("known settings");
        let mut wrong = Wrong(Vec::new());
        (read(&sources, Path::new("data"), &mut wrong), wrong.0)
    }

    #[test]
    fn backups_lie_in_the_data_folder_unless_set_otherwise() {
        assert_eq!(with("BACKUP_DIR", "").0.dir, Path::new("data/backups"));
        assert_eq!(with("BACKUP_DIR", "/elsewhere").0.dir, Path::new("/elsewhere"));
    }

    #[test]
    fn a_key_that_is_none_is_refused_and_not_repeated() {
        let (_, recipient) = with("BACKUP_RECIPIENT", "age1nonsense");
        let (read, key) = with("BACKUP_KEY", "geheim");

        assert!(recipient[0].contains("BACKUP_RECIPIENT") && recipient[0].contains("--new-key"), "{recipient:?}");
        assert!(key[0].contains("BACKUP_KEY") && !key[0].contains("geheim"), "{key:?}");
        assert!(!format!("{read:?}").contains("geheim"));
    }
}
