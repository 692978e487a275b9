//! Backups: what was copied comes back whole, on either engine, or not at all.

use crate::support::{TestApp, only_sqlite, postgres_database};
use minschool::backup::archive::{self, Key};
use minschool::backup::format::Manifest;
use minschool::backup::repository::{self, Kept, Repository, RetentionPolicy};
use minschool::backup::tables::{self, Purpose};
use minschool::backup::{self, Result, read, verification};
use minschool::cli::{moving, restore};
use minschool::clock::Clock;
use minschool::config::Config;
use minschool::db::{self, Database, query};
use minschool::domain::{epoch, settings};
use minschool::seed::{self, Wanted};
use sea_orm::ConnectionTrait;
use std::path::Path;
use tempfile::TempDir;
use time::macros::datetime;

/// An instance with posts and comments.
async fn lived_in(test: TestApp) -> TestApp {
    let wanted = Wanted { users: 8, posts: 40, comments: 200, password: "x".into(), random_seed: 7 };
    seed::run(&test.app, &wanted, test.app.clock.now(), |_, _, _| {}).await.unwrap();
    test.signed_in("민지").await;
    // An id that was given out and is gone is not given out again.
    let max = number(&test.app.db, "SELECT MAX(id) FROM comments").await;
    query::run(&test.app.db, "DELETE FROM notifications WHERE comment_id = $1", [max.into()]).await.unwrap();
    query::run(&test.app.db, "DELETE FROM comments WHERE id = $1", [max.into()]).await.unwrap();
    test
}

async fn both() -> Vec<TestApp> {
    let mut houses = vec![lived_in(TestApp::embedded().await).await];
    if !only_sqlite() {
        houses.push(lived_in(TestApp::shared().await).await);
    }
    houses
}

/// Settings for an empty database of each engine.
async fn empty(test: &TestApp, folder: &TempDir) -> Vec<Config> {
    let name = format!("{:x}.db", rand::random::<u64>());
    let sqlite = format!("sqlite://{}?mode=rwc", folder.path().join(name).display());
    let mut found = vec![Config { database_url: sqlite, ..test.app.config.clone() }];
    if !only_sqlite() {
        found.push(Config { database_url: postgres_database(), ..test.app.config.clone() });
    }
    found
}

async fn number(db: &Database, ask: &str) -> i64 {
    query::number(db, ask, []).await.unwrap().unwrap()
}

async fn put(test: &TestApp, folder: &Path, key: Option<&Key>) -> Kept {
    let (shelf, lines) = (Repository::open(folder).unwrap(), read::lines(&test.app.db, Purpose::Backup));
    let recipients: Vec<_> = key.map(Key::to_public).into_iter().collect();
    let now = test.app.clock.now();
    tokio::task::spawn_blocking(move || shelf.put(lines, &recipients, now)).await.unwrap().unwrap()
}

async fn contents(path: &Path, keys: Vec<Key>) -> Result<Manifest> {
    backup::count(archive::lines(path, keys)).await
}

/// The words of the fault that there has to be.
fn err<T>(done: std::result::Result<T, impl std::fmt::Display>) -> String {
    done.map(|_| ()).map_err(|err| err.to_string()).unwrap_err()
}

const MARKS: &str = "SELECT CAST(COALESCE(SUM((bucket * 7 + board_id * 3 + 1) * shown), 0) AS BIGINT) FROM page_marks WHERE shown <> 0";

#[tokio::test]
async fn what_was_backed_up_comes_back_on_either_engine() {
    let (folder, key) = (tempfile::tempdir().unwrap(), Key::generate());
    for test in both().await {
        let kept = put(&test, &folder.path().join(test.app.config.on_postgres().to_string()), Some(&key)).await;
        for config in empty(&test, &folder).await {
            let restored = restore::restore(&config, &kept.path, vec![key.clone()]).await.unwrap();

            assert!(restored.rows() > 100 && restored.tables.len() == tables::COPIED.len());
            is_the_same_content(&test, &config, &restored).await;
        }
    }
}

async fn is_the_same_content(test: &TestApp, config: &Config, restored: &Manifest) {
    let db = db::open(config).await.unwrap();
    let mut found = backup::count(read::lines(&db, Purpose::Backup)).await.unwrap();
    // The epoch has leapt, on purpose; it has its own test.
    let mut expected = restored.clone();
    for manifest in [&mut found, &mut expected] {
        manifest.tables.retain(|tally| tally.table != "settings");
    }
    expected.same_rows(&found).unwrap();
    assert_eq!(number(&db, MARKS).await, number(&test.app.db, MARKS).await, "page marks");
    // The triggers are at work again, and no id comes twice.
    let last = number(&test.app.db, "SELECT MAX(id) FROM comments").await;
    let comment = "INSERT INTO comments (post_id, author_id, content, html, created_at) SELECT post_id, author_id, 'x', 'x', created_at \
                   FROM comments ORDER BY id LIMIT 1 RETURNING id";
    assert_eq!(number(&db, comment).await, last + 2, "the deleted comment's id is not given out again");
    let before = number(&db, "SELECT CAST(SUM(shown) AS BIGINT) FROM page_marks").await;
    query::run(&db, "UPDATE posts SET state = 'deleted' WHERE id = (SELECT MAX(id) FROM posts WHERE state = 'shown')", []).await.unwrap();
    assert_eq!(number(&db, "SELECT CAST(SUM(shown) AS BIGINT) FROM page_marks").await, before - 2);
}

#[tokio::test]
async fn every_table_is_copied_or_left_out_on_purpose() {
    for test in both().await {
        let there = tables::there(&test.app.db).await.unwrap();
        let mut named: Vec<_> = Purpose::Move.tables().map(|t| t.name.to_owned()).collect();
        named.extend(tables::MADE_ANEW.iter().map(|name| (*name).to_owned()));
        named.sort();
        assert_eq!(there, named);

        test.app.db.execute_unprepared("CREATE TABLE newer (id BIGINT)").await.unwrap();

        assert!(err(backup::count(read::lines(&test.app.db, Purpose::Backup)).await).contains("\"newer\""));
    }
}

#[tokio::test]
async fn nobody_is_signed_in_after_a_restore_and_old_copies_in_redis_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    for test in both().await {
        let kept = put(&test, &folder.path().join(test.app.config.on_postgres().to_string()), None).await;
        assert!(number(&test.app.db, "SELECT COUNT(*) FROM sessions").await > 0);
        for config in empty(&test, &folder).await {
            restore::restore(&config, &kept.path, Vec::new()).await.unwrap();

            let db = db::open(&config).await.unwrap();
            assert_eq!(number(&db, "SELECT COUNT(*) FROM sessions").await, 0);
            assert!(epoch::current(&db).await.unwrap() > 1_700_000_000);
            // Forms that were open stay good, and answered ones stay answered.
            assert_eq!(settings::form_secret(&db).await.unwrap(), test.app.secret);
            let keys = "SELECT COUNT(*) FROM idempotency_keys";
            assert_eq!(number(&db, keys).await, number(&test.app.db, keys).await);
        }
    }
}

#[tokio::test]
async fn a_database_moves_with_all_who_are_signed_in() {
    let folder = tempfile::tempdir().unwrap();
    for test in both().await {
        for to in empty(&test, &folder).await {
            let from = Config { redis_url: None, ..test.app.config.clone() };
            let moved = moving::carry(&from, &to).await.unwrap();

            let db = db::open(&to).await.unwrap();
            assert!(moved.tables.iter().any(|tally| tally.table == "sessions" && tally.rows > 0));
            assert_eq!(number(&db, MARKS).await, number(&test.app.db, MARKS).await, "page marks");
        }
    }
}

#[tokio::test]
async fn a_database_in_use_does_not_move() {
    let (test, folder) = (lived_in(TestApp::embedded().await).await, tempfile::tempdir().unwrap());
    let to = empty(&test, &folder).await.remove(0);
    let _open = minschool::cli::instance::take_seat(&test.app.config).await.ok().unwrap();

    assert!(err(moving::carry(&test.app.config, &to).await).contains("stop it first"));
}

#[tokio::test]
async fn a_database_that_is_not_empty_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for test in both().await {
        let kept = put(&test, &folder.path().join(test.app.config.on_postgres().to_string()), None).await;
        let before = backup::count(read::lines(&test.app.db, Purpose::Move)).await.unwrap();

        let refused = err(restore::restore(&test.app.config, &kept.path, Vec::new()).await);

        assert!(refused.contains("not empty") && refused.contains("--into"), "{refused}");
        before.same_rows(&backup::count(read::lines(&test.app.db, Purpose::Move)).await.unwrap()).unwrap();
    }
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
        ("format", zip(&text.replacen("\"format\":1", "\"format\":2", 1)), "format 2"),
        ("names", zip(&text.replacen("[\"slug\",", "[\"slug) --\",", 1)), "cannot be in a copy"),
    ];
    let put = |(name, bytes, why): (&str, Vec<u8>, &'static str)| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        (path, why)
    };
    files.into_iter().map(put).collect()
}

fn zip(text: &str) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut out, text.as_bytes()).unwrap();
    out.finish().unwrap()
}

#[tokio::test]
async fn a_backup_that_was_changed_or_cut_restores_nothing() {
    let (test, folder, key) = (lived_in(TestApp::embedded().await).await, tempfile::tempdir().unwrap(), Key::generate());
    for (path, why) in spoilt(&test, folder.path(), &key).await {
        for config in empty(&test, &folder).await {
            let refused = err(restore::restore(&config, &path, vec![key.clone()]).await);

            assert!(refused.contains(why), "{}: {refused}", path.display());
            let db = db::open(&config).await.unwrap();
            assert_eq!(tables::there(&db).await.unwrap(), Vec::<String>::new(), "{}: something was left", path.display());
        }
    }
}

#[tokio::test]
async fn a_backup_that_does_not_come_to_its_end_leaves_nothing_that_counts() {
    let (test, folder) = (lived_in(TestApp::embedded().await).await, tempfile::tempdir().unwrap());
    let good = put(&test, folder.path(), None).await;
    let (teller, lines) = tokio::sync::mpsc::channel(8);
    teller.send(Ok(r#"{"head":{"format":1,"version":"0","made_at":"x","steps":[]}}"#.into())).await.unwrap();
    drop(teller);
    let shelf = Repository::open(folder.path()).unwrap();
    assert!(err(Repository::open(folder.path())).contains("another backup is being made"));

    let now = Clock::default().now() + time::Duration::hours(1);
    let refused = tokio::task::spawn_blocking(move || shelf.put(lines, &[], now)).await.unwrap();

    assert!(err(refused).contains("ends too early"));
    assert_eq!(names(folder.path()), [name(&good.path), name(&good.path) + ".manifest.json"]);
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
    test.app.clock.advance(time::Duration::minutes(5));
    let new = put(&test, folder.path(), None).await;

    let gone = Repository::open(folder.path()).unwrap().rotate("1d,1w,1m".parse().unwrap()).unwrap();

    assert_eq!(gone, [old.path]);
    assert_eq!(names(folder.path()), [name(&new.path), name(&new.path) + ".manifest.json"]);
    contents(&new.path, Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_drill_proves_a_backup_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    for test in both().await {
        let mut config = test.app.config.clone();
        config.backups.dir = folder.path().join(config.on_postgres().to_string());
        let kept = put(&test, &config.backups.dir, None).await;
        let databases = "SELECT COUNT(*) FROM pg_database";

        let proven = restore::drill(&config, &kept.path, Vec::new()).await.unwrap();
        std::fs::write(folder.path().join("broken"), zip("{}")).unwrap();
        let before = if config.on_postgres() { number(&test.app.db, databases).await } else { 0 };
        let broken = restore::drill(&config, &folder.path().join("broken"), Vec::new()).await;

        assert!(proven.rows() > 100 && broken.is_err());
        assert!(!config.backups.dir.join(".drill").exists());
        let drills = "SELECT COUNT(*) FROM pg_database WHERE datname LIKE (current_database() || '\\_drill')";
        assert!(!config.on_postgres() || number(&test.app.db, drills).await == 0, "{before}");
    }
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

#[tokio::test]
async fn people_write_while_a_backup_is_made() {
    for test in both().await {
        let mut lines = read::lines(&test.app.db, Purpose::Backup);
        let mut checker = minschool::backup::format::Checker::default();
        checker.take(&lines.recv().await.unwrap().unwrap()).ok().unwrap();
        let told = number(&test.app.db, "SELECT COUNT(*) FROM audit_log").await;

        // More than fits between reader and writer is still unread, and the audit log is among the last tables.
        let audit = "INSERT INTO audit_log (actor_name, action, target_kind, target_name, before, after, reason, ip, user_agent, created_at) \
                     VALUES ('x', 'x', 'x', 'x', '', '', '', '', '', CURRENT_TIMESTAMP)";
        query::run(&test.app.db, audit, []).await.unwrap();

        while let Some(line) = lines.recv().await {
            checker.take(&line.unwrap()).ok().unwrap();
        }
        let manifest = checker.finish().unwrap();
        let audited = manifest.tables.iter().find(|tally| tally.table == "audit_log").unwrap();
        assert_eq!(audited.rows, told.unsigned_abs());
    }
}

#[tokio::test]
async fn a_backup_of_an_older_schema_is_restored_and_brought_up_to_date() {
    use migration::{Migrator, MigratorTrait};
    let folder = tempfile::tempdir().unwrap();
    for test in both().await {
        Migrator::down(test.app.db.connection(), Some(1)).await.unwrap();
        let kept = put(&test, &folder.path().join(test.app.config.on_postgres().to_string()), None).await;
        for config in empty(&test, &folder).await {
            restore::restore(&config, &kept.path, Vec::new()).await.unwrap();

            let db = db::open(&config).await.unwrap();
            minschool::cli::migrate::check_complete(&db).await.unwrap();
        }
    }
}
