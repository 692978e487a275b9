//! The bytes of files beside backups: each once, readable with the key alone, kept for as long as a backup refers to them.

use crate::backup::{empty, err, put};
use crate::files::post_with;
use crate::support::{Engine, Postgres, Sqlite, TestApp};
use minschool::backup::archive::Key;
use minschool::backup::repository::Repository;
use minschool::cli::restore;
use minschool::files::storage::{self, CHUNK};
use rstest::rstest;
use sea_orm::ConnectionTrait;
use std::path::{Path, PathBuf};

/// The files of contents in a folder of backups.
fn contents(folder: &Path) -> Vec<PathBuf> {
    let below = |path: PathBuf| std::fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let mut found: Vec<_> = below(folder.join("contents")).into_iter().flat_map(below).flat_map(below).collect();
    found.sort();
    found
}

/// Of two rows.
fn large() -> Vec<u8> {
    (0..=250).cycle().take(CHUNK + 77).collect()
}

fn keep_newest(folder: &Path) {
    Repository::open(folder).unwrap().rotate("1d,1w,1m".parse().unwrap()).unwrap();
}

#[rstest]
#[tokio::test]
async fn a_content_is_kept_once_for_all_backups_and_goes_with_the_last(#[values(Sqlite, Postgres)] engine: Engine) {
    let (folder, test) = (tempfile::tempdir().unwrap(), engine.start().await);
    let (copies, mut ada) = (folder.path().join("copies"), test.signed_in("ada").await);
    post_with(&mut ada, "a.bin", &large()).await;
    put(&test, &copies, None).await;
    let first = contents(&copies);
    assert_eq!(first.len(), 2);
    test.app.context.clock.advance(time::Duration::minutes(5));
    post_with(&mut ada, "b.bin", b"another night").await;

    let old = put(&test, &copies, None).await;

    assert_eq!(contents(&copies).len(), 3);
    assert!(old.label.bytes < CHUNK as u64 / 2, "{} bytes: the contents are in the backup itself", old.label.bytes);
    test.app.context.db.execute_unprepared("DELETE FROM files WHERE name = 'a.bin'").await.unwrap();
    test.app.context.db.execute_unprepared("DELETE FROM blobs WHERE size > 1000").await.unwrap();
    test.app.context.clock.advance(time::Duration::minutes(5));
    let new = put(&test, &copies, None).await;
    assert_eq!(contents(&copies).len(), 3, "an older backup refers to them");

    keep_newest(&copies);

    let left = contents(&copies);
    assert!(left.len() == 1 && !first.contains(&left[0]), "{left:?}");
    restore::drill(&test.app.config, &new.path, Vec::new()).await.unwrap();
}

#[tokio::test]
async fn contents_are_read_with_the_key_alone_and_a_new_key_begins_anew() {
    let (folder, test) = (tempfile::tempdir().unwrap(), TestApp::embedded().await);
    let (key, next, copies) = (Key::generate(), Key::generate(), folder.path().join("copies"));
    post_with(&mut test.signed_in("ada").await, "a.bin", "읽을 수 없는 글".as_bytes()).await;
    let kept = put(&test, &copies, Some(&key)).await;

    let raw = std::fs::read(&contents(&copies)[0]).unwrap();
    assert!(raw.starts_with(b"age-encryption.org/v1") && !String::from_utf8_lossy(&raw).contains("읽을"));
    assert!(err(restore::restore(&empty(&test, &folder, Sqlite), &kept.path, vec![next.clone()]).await).contains("this key does not"));
    let config = empty(&test, &folder, Sqlite);
    restore::restore(&config, &kept.path, vec![key.clone()]).await.unwrap();
    assert_eq!(storage::first_broken(&minschool::db::open(&config).await.unwrap()).await.unwrap(), None);

    test.app.context.clock.advance(time::Duration::minutes(5));
    let with_next = put(&test, &copies, Some(&next)).await;
    assert_eq!(contents(&copies).len(), 2);
    restore::restore(&empty(&test, &folder, Sqlite), &with_next.path, vec![next]).await.unwrap();
}

#[tokio::test]
async fn a_content_that_was_changed_or_is_gone_restores_nothing_and_is_kept_again_once_deleted() {
    let (folder, test) = (tempfile::tempdir().unwrap(), TestApp::embedded().await);
    let copies = folder.path().join("copies");
    post_with(&mut test.signed_in("ada").await, "a.bin", b"as it was sent").await;
    let kept = put(&test, &copies, None).await;
    let content = contents(&copies).pop().unwrap();
    std::fs::write(&content, b"as it was changed").unwrap();

    let refused = err(restore::restore(&empty(&test, &folder, Sqlite), &kept.path, Vec::new()).await);
    assert!(refused.contains("is not what was kept") && refused.contains(&content.display().to_string()), "{refused}");

    std::fs::remove_file(&content).unwrap();
    let refused = err(restore::restore(&empty(&test, &folder, Sqlite), &kept.path, Vec::new()).await);
    assert!(refused.contains(&content.display().to_string()), "{refused}");

    test.app.context.clock.advance(time::Duration::minutes(5));
    put(&test, &copies, None).await;
    restore::restore(&empty(&test, &folder, Sqlite), &kept.path, Vec::new()).await.unwrap();
}

#[tokio::test]
async fn nothing_is_deleted_where_a_backup_has_lost_its_list() {
    let (folder, test) = (tempfile::tempdir().unwrap(), TestApp::embedded().await);
    let copies = folder.path().join("copies");
    post_with(&mut test.signed_in("ada").await, "a.bin", &large()).await;
    let kept = put(&test, &copies, None).await;
    std::fs::remove_file(format!("{}.contents", kept.path.display())).unwrap();

    keep_newest(&copies);

    assert_eq!(contents(&copies).len(), 2);
    restore::restore(&empty(&test, &folder, Sqlite), &kept.path, Vec::new()).await.unwrap();
}
