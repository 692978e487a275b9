//! Backups: what was copied comes back whole, on either engine, or not at all.

use crate::backup_files::zip;
use crate::support::{Engine, Postgres, Sqlite, TestApp, postgres_database};
use minschool::backup::archive::Key;
use minschool::backup::format::Manifest;
use minschool::backup::repository::{Kept, Repository};
use minschool::backup::tables::{self, Purpose};
use minschool::backup::{self, read};
use minschool::cli::{moving, restore};
use minschool::config::Config;
use minschool::db::Database;
use minschool::db::{self, query};
use minschool::domain::{epoch, settings};
use minschool::seed::{self, Wanted};
use rstest::rstest;
use sea_orm::ConnectionTrait;
use std::path::Path;
use tempfile::TempDir;

/// An instance with posts and comments.
pub async fn lived_in(test: TestApp) -> TestApp {
    let wanted = Wanted { users: 8, posts: 40, comments: 200, password: "x".into(), random_seed: 7 };
    seed::run(&test.app.context, &wanted, test.app.context.clock.now(), |_, _, _| {}).await.unwrap();
    test.signed_in("민지").await;
    // An id that was given out and is gone is not given out again.
    let max = number(&test.app.context.db, "SELECT MAX(id) FROM comments").await;
    query::run(&test.app.context.db, "DELETE FROM notifications WHERE comment_id = $1", [max.into()]).await.unwrap();
    query::run(&test.app.context.db, "DELETE FROM comments WHERE id = $1", [max.into()]).await.unwrap();
    test
}

/// Settings for an empty database.
pub fn empty(test: &TestApp, folder: &TempDir, on: Engine) -> Config {
    let name = format!("{:x}.db", rand::random::<u64>());
    let database_url = match on {
        Sqlite => format!("sqlite://{}?mode=rwc", folder.path().join(name).display()),
        Postgres => postgres_database(),
    };
    Config { database_url, ..test.app.config.clone() }
}

async fn number(db: &Database, ask: &str) -> i64 {
    query::number(db, ask, []).await.unwrap().unwrap()
}

pub async fn put(test: &TestApp, folder: &Path, key: Option<&Key>) -> Kept {
    let (repository, lines) = (Repository::open(folder).unwrap(), read::lines(&test.app.context.db, Purpose::Backup));
    let recipients: Vec<_> = key.map(Key::to_public).into_iter().collect();
    let now = test.app.context.clock.now();
    tokio::task::spawn_blocking(move || repository.put(lines, &recipients, now)).await.unwrap().unwrap()
}

/// The words of the fault that there has to be.
pub fn err<T>(done: std::result::Result<T, impl std::fmt::Display>) -> String {
    done.map(|_| ()).map_err(|err| err.to_string()).unwrap_err()
}

const MARKS: &str = "SELECT CAST(COALESCE(SUM((bucket * 7 + board_id * 3 + 1) * shown), 0) AS BIGINT) FROM page_mark_sums WHERE shown <> 0";

#[rstest]
#[tokio::test]
async fn what_was_backed_up_comes_back_on_either_engine(
    #[values(Sqlite, Postgres)] from: Engine,
    #[values(Sqlite, Postgres)] into: Engine,
) {
    let (folder, key) = (tempfile::tempdir().unwrap(), Key::generate());
    let test = lived_in(from.start().await).await;
    let kept = put(&test, &folder.path().join(test.app.config.on_postgres().to_string()), Some(&key)).await;
    let config = empty(&test, &folder, into);
    let restored = restore::restore(&config, &kept.path, vec![key.clone()]).await.unwrap();

    assert!(restored.rows() > 100 && restored.tables.len() == Purpose::Backup.tables().count());
    is_the_same_content(&test, &config, &restored).await;
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
    assert_eq!(number(&db, MARKS).await, number(&test.app.context.db, MARKS).await, "page marks");
    // The triggers are at work again, and no id comes twice.
    let last = number(&test.app.context.db, "SELECT MAX(id) FROM comments").await;
    let comment = "INSERT INTO comments (post_id, author_id, content, html, created_at) SELECT post_id, author_id, 'x', 'x', created_at \
                   FROM comments ORDER BY id LIMIT 1 RETURNING id";
    assert_eq!(number(&db, comment).await, last + 2, "the deleted comment's id is not given out again");
    let before = number(&db, "SELECT CAST(SUM(shown) AS BIGINT) FROM page_mark_sums").await;
    query::run(&db, "UPDATE posts SET state = 'deleted' WHERE id = (SELECT MAX(id) FROM posts WHERE state = 'shown')", []).await.unwrap();
    assert_eq!(number(&db, "SELECT CAST(SUM(shown) AS BIGINT) FROM page_mark_sums").await, before - 2);
}

#[rstest]
#[tokio::test]
async fn every_table_is_copied_or_left_out_on_purpose(#[values(Sqlite, Postgres)] from: Engine) {
    let test = lived_in(from.start().await).await;
    let there = tables::there(&test.app.context.db).await.unwrap();
    let mut named: Vec<_> = Purpose::Move.tables().map(|t| t.name.to_owned()).collect();
    let engine = test.app.context.db.get_database_backend();
    let made_anew = migration::tables().filter(|t| t.copied == migration::Copied::Never && t.only_on.is_none_or(|only| only == engine));
    named.extend(made_anew.map(|t| t.name.to_owned()));
    named.push("seaql_migrations".into());
    named.sort();
    assert_eq!(there, named);

    test.app.context.db.execute_unprepared("CREATE TABLE newer (id BIGINT)").await.unwrap();

    assert!(err(backup::count(read::lines(&test.app.context.db, Purpose::Backup)).await).contains("\"newer\""));
}

#[rstest]
#[tokio::test]
async fn nobody_is_signed_in_after_a_restore_and_old_copies_in_redis_do_not_count(
    #[values(Sqlite, Postgres)] from: Engine,
    #[values(Sqlite, Postgres)] into: Engine,
) {
    let folder = tempfile::tempdir().unwrap();
    let test = lived_in(from.start().await).await;
    let kept = put(&test, &folder.path().join(test.app.config.on_postgres().to_string()), None).await;
    assert!(number(&test.app.context.db, "SELECT COUNT(*) FROM sessions").await > 0);
    let config = empty(&test, &folder, into);
    restore::restore(&config, &kept.path, Vec::new()).await.unwrap();

    let db = db::open(&config).await.unwrap();
    assert_eq!(number(&db, "SELECT COUNT(*) FROM sessions").await, 0);
    assert!(epoch::current(&db).await.unwrap() > 1_700_000_000);
    // Forms that were open stay good, and answered ones stay answered.
    assert_eq!(settings::form_secret(&db).await.unwrap(), test.app.context.secret);
    let keys = "SELECT COUNT(*) FROM idempotency_keys";
    assert_eq!(number(&db, keys).await, number(&test.app.context.db, keys).await);
}

#[rstest]
#[tokio::test]
async fn a_database_moves_with_all_who_are_signed_in(#[values(Sqlite, Postgres)] from: Engine, #[values(Sqlite, Postgres)] into: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let test = lived_in(from.start().await).await;
    let to = empty(&test, &folder, into);
    let from = Config { redis_url: None, ..test.app.config.clone() };
    let moved = moving::carry(&from, &to).await.unwrap();

    let db = db::open(&to).await.unwrap();
    assert!(moved.tables.iter().any(|tally| tally.table == "sessions" && tally.rows > 0));
    assert_eq!(number(&db, MARKS).await, number(&test.app.context.db, MARKS).await, "page marks");
}

#[tokio::test]
async fn a_database_in_use_does_not_move() {
    let (test, folder) = (lived_in(TestApp::embedded().await).await, tempfile::tempdir().unwrap());
    let to = empty(&test, &folder, Sqlite);
    let _open = minschool::cli::instance::acquire_lock(&test.app.config).await.ok().unwrap();

    assert!(err(moving::carry(&test.app.config, &to).await).contains("stop it first"));
}

#[rstest]
#[tokio::test]
async fn a_database_that_is_not_empty_is_left_as_it_is(#[values(Sqlite, Postgres)] from: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let test = lived_in(from.start().await).await;
    let kept = put(&test, &folder.path().join(test.app.config.on_postgres().to_string()), None).await;
    let before = backup::count(read::lines(&test.app.context.db, Purpose::Move)).await.unwrap();

    let refused = err(restore::restore(&test.app.config, &kept.path, Vec::new()).await);

    assert!(refused.contains("not empty") && refused.contains("--into"), "{refused}");
    before.same_rows(&backup::count(read::lines(&test.app.context.db, Purpose::Move)).await.unwrap()).unwrap();
}

#[rstest]
#[tokio::test]
async fn a_drill_proves_a_backup_and_leaves_nothing_behind(#[values(Sqlite, Postgres)] from: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let test = lived_in(from.start().await).await;
    let mut config = test.app.config.clone();
    config.backups.dir = folder.path().join(config.on_postgres().to_string());
    let kept = put(&test, &config.backups.dir, None).await;
    let databases = "SELECT COUNT(*) FROM pg_database";

    let proven = restore::drill(&config, &kept.path, Vec::new()).await.unwrap();
    std::fs::write(folder.path().join("broken"), zip("{}")).unwrap();
    let before = if config.on_postgres() { number(&test.app.context.db, databases).await } else { 0 };
    let broken = restore::drill(&config, &folder.path().join("broken"), Vec::new()).await;

    assert!(proven.rows() > 100 && broken.is_err());
    assert!(!config.backups.dir.join(".drill").exists());
    let drills = "SELECT COUNT(*) FROM pg_database WHERE datname LIKE (current_database() || '\\_drill')";
    assert!(!config.on_postgres() || number(&test.app.context.db, drills).await == 0, "{before}");
}

#[rstest]
#[tokio::test]
async fn people_write_while_a_backup_is_made(#[values(Sqlite, Postgres)] from: Engine) {
    let test = lived_in(from.start().await).await;
    let mut lines = read::lines(&test.app.context.db, Purpose::Backup);
    let mut checker = minschool::backup::format::Checker::default();
    checker.take(&lines.recv().await.unwrap().unwrap()).ok().unwrap();
    let entries = number(&test.app.context.db, "SELECT COUNT(*) FROM audit_log").await;

    // More than fits between reader and writer is still unread, and the audit log is among the last tables.
    let audit = "INSERT INTO audit_log (actor_name, action, target_kind, target_name, before, after, reason, ip, user_agent, created_at) \
                 VALUES ('x', 'x', 'x', 'x', '', '', '', '', '', CURRENT_TIMESTAMP)";
    query::run(&test.app.context.db, audit, []).await.unwrap();

    while let Some(line) = lines.recv().await {
        checker.take(&line.unwrap()).ok().unwrap();
    }
    let manifest = checker.finish().unwrap();
    let audited = manifest.tables.iter().find(|tally| tally.table == "audit_log").unwrap();
    assert_eq!(audited.rows, entries.unsigned_abs());
}

#[rstest]
#[tokio::test]
async fn a_backup_of_an_older_schema_is_restored_and_brought_up_to_date(
    #[values(Sqlite, Postgres)] from: Engine,
    #[values(Sqlite, Postgres)] into: Engine,
) {
    use migration::{Migrator, MigratorTrait};
    let folder = tempfile::tempdir().unwrap();
    let test = lived_in(from.start().await).await;
    Migrator::down(test.app.context.db.connection(), Some(1)).await.unwrap();
    let kept = put(&test, &folder.path().join(test.app.config.on_postgres().to_string()), None).await;
    let config = empty(&test, &folder, into);
    restore::restore(&config, &kept.path, Vec::new()).await.unwrap();

    let db = db::open(&config).await.unwrap();
    minschool::cli::migrate::check_complete(&db).await.unwrap();
}
