//! The database's disk is full: people read on, what they send comes back to them in words that say why, and what is
//! there stays there.

use crate::support::{Engine, Postgres, Sqlite, TestApp, postgres, until};
use minschool::db::{health, query};
use minschool::monitor::EventKind;
use minschool::monitor::events::newest;
use minschool::monitor::reporter::Reporter;
use rand::distr::{Alphanumeric, SampleString};
use rstest::rstest;
use sea_orm::{ConnectionTrait, sqlx};
use std::path::PathBuf;

/// A text that fits into nothing that is there already.
fn long() -> String {
    format!("한 시간 동안 쓴 글 {}", Alphanumeric.sample_string(&mut rand::rng(), 20_000))
}

/// From now on the kernel, or SQLite's own limit, refuses a long post for want of space.
async fn fill(test: &TestApp) {
    match test.app.config.on_postgres() {
        true => swap(test, true).await,
        false => limit_pages(test, 1).await,
    }
}

/// There is space again.
async fn free(test: &TestApp) {
    match test.app.config.on_postgres() {
        true => swap(test, false).await,
        false => limit_pages(test, i64::from(u32::MAX / 2)).await,
    }
}

/// Each connection has a limit of its own, and a file never shrinks below what it has.
async fn limit_pages(test: &TestApp, most: i64) {
    let pool = test.app.context.db.connection().get_sqlite_connection_pool();
    let mut all = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        all.push(pool.acquire().await.unwrap());
    }
    for connection in &mut all {
        sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {most}"))).execute(&mut **connection).await.unwrap();
    }
}

/// The file into which PostgreSQL puts long posts becomes the device that is always full, and back. The file is still
/// empty, and connections that opened it are ended.
async fn swap(test: &TestApp, full: bool) {
    let find = "SELECT pg_relation_filepath(reltoastrelid) AS path FROM pg_class WHERE relname = 'posts'";
    let statement = sea_orm::Statement::from_string(test.app.context.db.get_database_backend(), find);
    let row = test.app.context.db.query_one_raw(statement).await.unwrap().unwrap();
    let (path, aside) = (postgres().folder().join(row.try_get::<String>("", "path").unwrap()), PathBuf::from("aside"));
    let aside = path.with_extension(aside);
    if full {
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0, "nobody has written a long post yet");
        std::fs::rename(&path, &aside).unwrap();
        std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    } else {
        std::fs::rename(&aside, &path).unwrap();
    }
    let others =
        "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()";
    query::number(&test.app.context.db, others, []).await.unwrap();
    until("no connection is left that was ended", async || {
        let all = (0..test.app.config.database_connections).map(|_| test.app.context.db.connection().ping());
        futures_util::future::join_all(all).await.iter().all(Result::is_ok)
    })
    .await;
}

/// SQLite takes its log and its index away with the last connection, and a full disk has no space for new ones: not even
/// reading would be possible then.
#[tokio::test]
async fn sqlite_files_stay_open_when_the_pool_closes_all_its_connections() {
    let test = TestApp::embedded().await;
    let _open = health::keep_open(&test.app.config).await.unwrap();
    let file = test.app.config.database_url.trim_start_matches("sqlite://").split('?').next().unwrap().to_owned();
    let pool = test.app.context.db.connection().get_sqlite_connection_pool();
    let mut all = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        all.push(pool.acquire().await.unwrap());
    }

    for connection in all {
        connection.close().await.unwrap();
    }

    for part in ["wal", "shm"] {
        assert!(std::fs::exists(format!("{file}-{part}")).unwrap(), "{part}");
    }
}

#[rstest]
#[tokio::test]
async fn a_form_comes_back_with_what_was_typed_and_is_stored_once_when_there_is_space_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let form = ada.get("/community/free/write").await;
    let body = long();
    fill(&test).await;

    let refused = ada.submit(&form, "/community/free/write", &[("title", "긴 글"), ("body", &body)]).await;

    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(!refused.header("retry-after").is_empty());
    assert!(refused.says("저장 공간이 가득 차서") && refused.says(&body) && refused.says("다시 보내기"), "{:.600}", refused.text());
    free(&test).await;
    let stored = ada.submit(&refused, "/community/free/write", &[]).await;
    assert!(stored.status == 200 && stored.says("한 시간 동안 쓴 글"), "{} {:.600}", stored.status, stored.text());
    let again = ada.submit(&refused, "/community/free/write", &[]).await;
    assert_eq!(again.path, stored.path, "the same key is stored once");
}

#[rstest]
#[tokio::test]
async fn people_read_on_and_everybody_stays_signed_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "읽을 글").await;
    let form = ada.get("/community/free/write").await;
    fill(&test).await;
    let before = ada.submit(&form, "/community/free/write", &[("title", "긴 글"), ("body", &long())]).await;
    assert_eq!(before.status, 503, "{}", before.text());

    for _ in 0..10 {
        for path in ["/", "/community", "/community/free", &post, "/notifications", "/my/sessions"] {
            let page = ada.get(path).await;
            assert!(page.status == 200 && page.says("로그아웃"), "{path}: {} {}", page.status, page.text());
        }
        assert_eq!(test.visitor().get(&post).await.status, 200);
        let refused = ada.submit(&form, "/community/free/write", &[("title", "긴 글"), ("body", &long())]).await;
        assert_eq!(refused.status, 503, "{}", refused.text());
    }
}

#[rstest]
#[tokio::test]
async fn staff_see_it_while_it_lasts_and_the_log_of_events_keeps_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let form = boss.get("/community/free/write").await;
    let mut reporter = Reporter::new(&test.app);
    fill(&test).await;
    let refused = boss.submit(&form, "/community/free/write", &[("title", "긴 글"), ("body", &long())]).await;
    assert_eq!(refused.status, 503, "{}", refused.text());

    reporter.round().await;
    let shown = boss.get_admin("/system").await;
    free(&test).await;
    reporter.round().await;
    let events = newest(&test.app.context.db, 100).await.unwrap();

    assert!(shown.says("디스크가 가득 차서 아무것도 저장되지 않습니다"), "{}", shown.text());
    assert!(events.iter().any(|event| event.kind == EventKind::DiskFull), "{events:?}");
}

#[rstest]
#[tokio::test]
async fn after_many_refusals_every_connection_stores_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let form = ada.get("/community/free/write").await;
    for _ in 0..2 {
        fill(&test).await;
        for _ in 0..6 {
            let refused = ada.submit(&form, "/community/free/write", &[("title", "긴 글"), ("body", &long())]).await;
            assert_eq!(refused.status, 503, "{}", refused.text());
        }
        free(&test).await;
    }

    let mut written = Vec::new();
    for n in 0..8 {
        written.push(ada.write("free", &format!("글 {n}")).await);
    }

    written.dedup();
    assert_eq!(written.len(), 8);
}
