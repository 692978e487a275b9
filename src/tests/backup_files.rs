//! The folder of backups: which files count, which are thrown away, and which are refused.

use crate::backup::{empty, err, lived_in, put};
use crate::support::{Engine, Postgres, Sqlite, TestApp};
use minschool::backup::archive::{self, Key};
use minschool::backup::format::Manifest;
use minschool::backup::repository::{self, Repository, RetentionPolicy};
use minschool::backup::{self, Result, tables, verification};
use minschool::cli::restore;
use minschool::clock::Clock;
use minschool::db;
use rstest::rstest;
use std::path::Path;
use time::macros::datetime;

async fn contents(path: &Path, keys: Vec<Key>) -> Result<Manifest> {
    backup::count(archive::lines(path, keys)).await
}

#[tokio::test]
async fn only_the_right_key_opens_a_backup() {
    let (test, folder) = (lived_in(TestApp::embedded().await).await, tempfile::tempdir().unwrap());
    let key = Key::generate();
    let kept = put(&test, folder.path(), Some(&key)).await;

    let raw = std::fs::read(&kept.path).unwrap();
    assert!(!raw.windows(5).any(|part| part == b"users") && raw.starts_with(b"age-encryption.org/v1"));
    assert!(err(contents(&kept.path, Vec::new()).await).contains("--identity"));
    assert!(err(contents(&kept.path, vec![Key::generate()]).await).contains("this key does not open it"));
    contents(&kept.path, vec![Key::generate(), key]).await.unwrap();
}

/// Every way in which a backup may be spoilt: the file, and words of the reason.
async fn spoilt(test: &TestApp, folder: &Path, key: &Key) -> Vec<(std::path::PathBuf, &'static str)> {
    let sealed = std::fs::read(put(test, &folder.join("sealed"), Some(key)).await.path).unwrap();
    let plain = put(test, &folder.join("plain"), None).await.path;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(std::fs::File::open(&plain).unwrap()), &mut text).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let post = lines.iter().position(|line| line.contains("민스쿨에 오신")).unwrap();
    let mut flipped = sealed.clone();
    flipped[sealed.len() / 2] ^= 1;
    let without = |n: usize| [&lines[..n], &lines[n + 1..]].concat().join("\n") + "\n";
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("flipped", flipped, "changed or cut"),
        ("cut", sealed[..sealed.len() - 40].to_vec(), "changed or cut"),
        (
            "header",
            {
                let mut bytes = sealed.clone();
                bytes[40] ^= 1;
                bytes
            },
            "",
        ),
        ("word", zip(&text.replace("민스쿨에 오신", "민스쿨을 떠난")), "checksum"),
        ("row", zip(&without(post)), "checksum"),
        ("end", zip(&without(lines.len() - 1)), "ends too early"),
        ("twice", zip(&format!("{text}{text}")), "not in its place"),
        ("newer", zip(&text.replacen("m0002_monitor", "m9999_newer", 1)), "another version"),
        ("format", zip(&text.replacen("\"format\":2", "\"format\":3", 1)), "format 3"),
        ("names", zip(&text.replacen("[\"slug\",", "[\"slug) --\",", 1)), "cannot be in a copy"),
    ];
    let put = |(name, bytes, why): (&str, Vec<u8>, &'static str)| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        (path, why)
    };
    files.into_iter().map(put).collect()
}

pub fn zip(text: &str) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut out, text.as_bytes()).unwrap();
    out.finish().unwrap()
}

#[rstest]
#[tokio::test]
async fn a_backup_that_was_changed_or_cut_restores_nothing(#[values(Sqlite, Postgres)] into: Engine) {
    let (test, folder, key) = (lived_in(TestApp::embedded().await).await, tempfile::tempdir().unwrap(), Key::generate());
    for (path, why) in spoilt(&test, folder.path(), &key).await {
        let config = empty(&test, &folder, into);
        let refused = err(restore::restore(&config, &path, vec![key.clone()]).await);

        assert!(refused.contains(why), "{}: {refused}", path.display());
        let db = db::open(&config).await.unwrap();
        assert_eq!(tables::there(&db).await.unwrap(), Vec::<String>::new(), "{}: something was left", path.display());
    }
}

#[tokio::test]
async fn a_backup_that_does_not_come_to_its_end_leaves_nothing_that_counts() {
    let (test, folder) = (lived_in(TestApp::embedded().await).await, tempfile::tempdir().unwrap());
    let good = put(&test, folder.path(), None).await;
    let (teller, lines) = tokio::sync::mpsc::channel(8);
    teller.send(Ok(r#"{"head":{"format":1,"version":"0","made_at":"x","steps":[]}}"#.into())).await.unwrap();
    drop(teller);
    let repository = Repository::open(folder.path()).unwrap();
    assert!(err(Repository::open(folder.path())).contains("another backup is being made"));

    let now = Clock::default().now() + time::Duration::hours(1);
    let refused = tokio::task::spawn_blocking(move || repository.put(lines, &[], now)).await.unwrap();

    assert!(err(refused).contains("ends too early"));
    assert_eq!(names(folder.path()), [name(&good.path), name(&good.path) + ".contents", name(&good.path) + ".manifest.json"]);
}

#[tokio::test]
async fn what_a_killed_backup_left_is_no_backup_and_is_thrown_away() {
    let (test, folder) = (lived_in(TestApp::embedded().await).await, tempfile::tempdir().unwrap());
    let good = put(&test, folder.path(), None).await;
    let later = |ending: &str| folder.path().join(format!("minschool-29991231T000000.001Z.ndjson.gz{ending}"));
    // Killed while it wrote; killed between its label and its name; cut by a full disk while it was copied here.
    std::fs::write(later(".part"), "half").unwrap();
    std::fs::write(later(".manifest.json"), "{}").unwrap();
    let cut = folder.path().join("minschool-29991231T000000.002Z.ndjson.gz");
    std::fs::write(&cut, "half").unwrap();
    let label = std::fs::read_to_string(format!("{}.manifest.json", good.path.display())).unwrap();
    std::fs::write(format!("{}.manifest.json", cut.display()), label).unwrap();

    assert_eq!(repository::on(folder.path()).pop().unwrap().path, good.path);

    Repository::open(folder.path()).unwrap();
    assert!(!later(".part").exists() && !later(".manifest.json").exists() && cut.exists());
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let mut found: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| name(&entry.unwrap().path())).collect();
    found.retain(|name| name != ".lock");
    found.sort();
    found
}

#[test]
fn days_weeks_and_months_are_kept_and_the_newest_always() {
    let newest = datetime!(2026-11-22 18:30 UTC);
    let every_night: Vec<_> = (0..500).map(|n| newest - time::Duration::days(n)).collect();
    let keep: RetentionPolicy = "7d,4w,12m".parse().unwrap();

    let kept = keep.of(&every_night);

    assert!((0..7).all(|n| kept.contains(&every_night[n])));
    assert!(kept.contains(&datetime!(2026-11-15 18:30 UTC)) && kept.contains(&datetime!(2026-11-01 18:30 UTC)), "Sundays");
    assert!(kept.contains(&datetime!(2025-12-31 18:30 UTC)) && !kept.contains(&datetime!(2025-11-30 18:30 UTC)), "ends of months");
    assert_eq!(kept.len(), 7 + 3 + 11, "{kept:?}");
    assert_eq!("0d".parse::<RetentionPolicy>().unwrap().of(&every_night).into_iter().collect::<Vec<_>>(), [newest]);
    assert!(["", "7", "7x", "d", "-1d"].iter().all(|wrong| wrong.parse::<RetentionPolicy>().is_err()));
}

#[tokio::test]
async fn old_backups_are_thrown_away_with_their_labels() {
    let (test, folder) = (lived_in(TestApp::embedded().await).await, tempfile::tempdir().unwrap());
    let old = put(&test, folder.path(), None).await;
    test.app.context.clock.advance(time::Duration::minutes(5));
    let new = put(&test, folder.path(), None).await;

    let gone = Repository::open(folder.path()).unwrap().rotate("1d,1w,1m".parse().unwrap()).unwrap();

    assert_eq!(gone, [old.path]);
    assert_eq!(names(folder.path()), [name(&new.path), name(&new.path) + ".contents", name(&new.path) + ".manifest.json"]);
    contents(&new.path, Vec::new()).await.unwrap();
}

#[test]
fn the_ages_of_the_last_backup_and_proof_can_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    let now = datetime!(2026-11-22 18:30 UTC);
    assert_eq!(verification::ages(folder.path(), now), verification::Ages { backup: None, proof: None });

    verification::backed_up(folder.path(), now - time::Duration::hours(5)).unwrap();
    verification::proven(folder.path(), now + time::Duration::minutes(1)).unwrap();

    let ages = verification::ages(folder.path(), now);
    assert_eq!(ages.backup.unwrap().as_secs(), 5 * 3600);
    assert_eq!(ages.proof.unwrap().as_secs(), 0, "a clock that was set back makes no age below zero");
}
