//! Backups as an operator meets them: commands, keys, what is printed, a process that is killed.

use crate::command_line::{folder, minschool, words};
use crate::support::postgres_database;
use minschool::backup::repository;
use std::process::Output;
use tempfile::TempDir;

/// A data folder with some content, and the name of its public key.
fn folder_with_key() -> (TempDir, String) {
    let folder = folder();
    let seed =
        minschool(&folder).args(["seed", "--users", "10", "--posts", "200", "--comments", "400", "--password", "x"]).output().unwrap();
    assert!(seed.status.success(), "{}", words(&seed));
    let key = minschool(&folder).args(["backup", "--new-key", "key"]).output().unwrap();
    let line = String::from_utf8(key.stdout).unwrap();
    (folder, line.trim().strip_prefix("BACKUP_RECIPIENT=").unwrap().to_owned())
}

fn run(folder: &TempDir, args: &[&str]) -> Output {
    minschool(folder).args(args).output().unwrap()
}

fn runs(folder: &TempDir, args: &[&str]) -> String {
    let output = run(folder, args);
    assert!(output.status.success(), "{args:?}: {}", words(&output));
    words(&output)
}

fn newest(folder: &TempDir) -> String {
    repository::on(&folder.path().join("data/backups")).pop().unwrap().path.display().to_string()
}

#[test]
fn a_database_is_backed_up_proven_and_restored_by_command() {
    let (folder, recipient) = folder_with_key();

    let made = runs(&folder, &["backup", "--backup-recipient", &recipient]);
    let proven = runs(&folder, &["restore", "--drill", "--identity", "key"]);
    let restored = runs(&folder, &["restore", &newest(&folder), "--identity", "key", "--into", "sqlite://new.db"]);
    let again = run(&folder, &["restore", &newest(&folder), "--identity", "key", "--into", "sqlite://new.db"]);

    assert!(made.contains("13 tables") && made.contains(".ndjson.gz.age"), "{made}");
    assert!(proven.contains("can be restored") && restored.contains("is restored"), "{proven}{restored}");
    assert_eq!(again.status.code(), Some(1));
    assert!(words(&again).contains("not empty"), "{}", words(&again));
    for name in ["backup-last-success", "restore-drill-last-success"] {
        let text = std::fs::read_to_string(folder.path().join("data").join(name)).unwrap();
        assert!(text.trim().parse::<u64>().unwrap() > 1_700_000_000);
    }
}

#[test]
fn the_key_comes_from_the_credentials_as_the_units_have_it() {
    let (folder, recipient) = folder_with_key();
    runs(&folder, &["backup", "--backup-recipient", &recipient]);
    std::fs::rename(folder.path().join("key"), folder.path().join("backup-key")).unwrap();

    let without = run(&folder, &["restore", "--drill"]);
    let with = minschool(&folder).args(["restore", "--drill"]).env("CREDENTIALS_DIRECTORY", folder.path()).output().unwrap();
    let shown = minschool(&folder).arg("config").env("CREDENTIALS_DIRECTORY", folder.path()).output().unwrap();

    assert!(words(&without).contains("BACKUP_KEY"), "{}", words(&without));
    assert!(with.status.success(), "{}", words(&with));
    assert!(!words(&shown).contains("AGE-SECRET-KEY") && !words(&shown).contains("public key: age1"), "{}", words(&shown));
}

#[test]
fn nothing_is_backed_up_in_the_clear_unless_asked_for() {
    let (folder, _) = folder_with_key();

    let refused = run(&folder, &["backup"]);
    let noted = folder.path().join("data/backup-last-success").exists();
    runs(&folder, &["backup", "--plain", "--to", "elsewhere", "--keep", "1d"]);

    assert_eq!(refused.status.code(), Some(78));
    assert!(words(&refused).contains("BACKUP_RECIPIENT") && words(&refused).contains("--new-key"), "{}", words(&refused));
    assert!(!noted, "no backup was made, so none is noted");
    assert_eq!(repository::on(&folder.path().join("elsewhere")).len(), 1);
}

#[test]
fn a_key_is_never_written_over() {
    let (folder, _) = folder_with_key();
    let before = std::fs::read(folder.path().join("key")).unwrap();

    let again = run(&folder, &["backup", "--new-key", "key"]);

    assert_eq!(again.status.code(), Some(1));
    assert_eq!(std::fs::read(folder.path().join("key")).unwrap(), before);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(folder.path().join("key")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_backup_that_is_killed_leaves_no_half_file_that_counts() {
    let (folder, _) = folder_with_key();
    runs(&folder, &["seed", "--users", "1", "--posts", "6000", "--comments", "6000", "--password", "x"]);
    runs(&folder, &["backup", "--plain"]);
    let (good, backups) = (newest(&folder), folder.path().join("data/backups"));
    let part = || std::fs::read_dir(&backups).unwrap().any(|entry| entry.unwrap().path().to_string_lossy().ends_with(".part"));

    let mut child = minschool(&folder).args(["backup", "--plain"]).spawn().unwrap();
    while !part() {
        assert!(child.try_wait().unwrap().is_none(), "it was over before it could be killed");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();

    assert!(part(), "it was killed at work");
    assert_eq!(newest(&folder), good);
    runs(&folder, &["restore", "--drill"]);
    runs(&folder, &["backup", "--plain"]);
    assert!(!part());
}

#[test]
fn a_small_database_moves_to_postgres_by_command() {
    let (folder, _) = folder_with_key();
    let to = postgres_database();

    let printed = runs(&folder, &["move", "--from", "sqlite://data/minschool.db", "--to", &to]);
    let again = run(&folder, &["move", "--from", "sqlite://data/minschool.db", "--to", &to]);
    let nowhere = run(&folder, &["move", "--from", "sqlite://nowhere.db", "--to", &to]);

    assert!(printed.contains("posts") && printed.contains("the same on both sides"), "{printed}");
    assert!(words(&again).contains("not empty"), "{}", words(&again));
    assert!(words(&nowhere).contains("there is no database nowhere.db") && !folder.path().join("nowhere.db").exists());
}

#[test]
fn cleaning_up_twice_is_the_same_as_once() {
    let (folder, _) = folder_with_key();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        use sea_orm::ConnectionTrait;
        let db = sea_orm::Database::connect(format!("sqlite://{}", folder.path().join("data/minschool.db").display())).await.unwrap();
        let old = "'2001-01-01T00:00:00.001Z'";
        let session = format!(
            "INSERT INTO sessions (token_hash, user_id, area, persistent, ip, user_agent, created_at, last_seen_at, expires_at, ends_at) \
             SELECT 'x', MAX(id), 'site', FALSE, '', '', {old}, {old}, {old}, {old} FROM users"
        );
        db.execute_unprepared(&session).await.unwrap();
        db.execute_unprepared(&format!("INSERT INTO idempotency_keys VALUES ('x', 1, {old})")).await.unwrap();
        db.execute_unprepared(&format!("INSERT INTO invalidations VALUES (NULL, 'x', 'x', 1, {old})")).await.unwrap();
        db.close().await.unwrap();
    });

    let (once, twice) = (runs(&folder, &["cleanup"]), runs(&folder, &["cleanup"]));

    assert!(once.contains("1 sessions, 1 answers to forms, 1 log lines"), "{once}");
    assert!(twice.contains("0 sessions, 0 answers to forms, 0 log lines"), "{twice}");
}

#[test]
fn the_units_call_commands_that_there_are() {
    let (folder, units) = (folder(), std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ops/systemd"));
    let mut called = Vec::new();
    for entry in std::fs::read_dir(units).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        for line in std::fs::read_to_string(&entry).unwrap_or_default().lines() {
            let Some((_, args)) = line.split_once("=/usr/bin/minschool ").filter(|(key, _)| key.starts_with("Exec")) else { continue };
            let args: Vec<_> = args.split_whitespace().collect();
            // With --help nothing is done, but what nobody knows is refused.
            runs(&folder, &[args.clone(), vec!["--help"]].concat());
            called.push(args[0].to_owned());
        }
    }
    for command in ["backup", "restore", "cleanup"] {
        assert!(called.iter().any(|name| name == command), "{command} is called by no unit: {called:?}");
    }
}
