//! Secrets in a settings file that every user of the machine can read.

use super::{Origin, SETTINGS, Setting, Sources};
use std::os::unix::fs::PermissionsExt;

/// The permission bit "others may read" (chmod(2), `S_IROTH`).
const OTHERS_READ: u32 = 0o004;

impl Sources {
    /// One sentence for each secret that stands in a file which others can read, with the mend.
    pub fn exposed(&self) -> Vec<String> {
        let Some(file) = &self.file else { return Vec::new() };
        let mode = std::fs::metadata(file).map_or(0, |found| found.permissions().mode());
        if mode & OTHERS_READ == 0 {
            return Vec::new();
        }
        let found = SETTINGS.iter().filter(|s| s.secret && self.is_secret_in_file(s));
        let (shown, say) = (file.display(), |s: &Setting| (s.name.to_lowercase(), s.flag()));
        found
            .map(say)
            .map(|(key, flag)| {
                format!("{shown}: {key} holds a secret, and every user of this machine can read the file; move it to /etc/minschool/credentials/{flag}, or: chmod o-r {shown}")
            })
            .collect()
    }

    fn is_secret_in_file(&self, s: &Setting) -> bool {
        let (value, origin) = self.get(s);
        origin == Origin::File && holds_secret(value)
    }
}

/// An address is as secret as the password in it; every other value is secret as a whole.
fn holds_secret(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once(':') else { return !value.is_empty() };
    if scheme == "sqlite" {
        return false;
    }
    let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
    let in_authority = authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':') && !user.ends_with(':'));
    in_authority || rest.to_ascii_lowercase().contains("password=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_secret_when_a_password_is_in_it() {
        for secret in [
            "postgres://minschool:geheim@db/minschool",
            "postgres://db/minschool?user=a&password=b",
            "redis://:geheim@cache:6379",
            "rediss://user:p@ss@cache:6379/0",
            "AGE-SECRET-KEY-1",
            "a-token-of-sixteen",
        ] {
            assert!(holds_secret(secret), "{secret}");
        }
        for open in
            ["", "redis://cache:6379", "postgres://minschool@localhost/minschool?host=/run/postgresql", "sqlite://data/x.db?mode=rwc"]
        {
            assert!(!holds_secret(open), "{open}");
        }
    }
}
