//! What is read of a file: whole and in parts, named and typed by its bytes, from any instance; what is swept; copies.

use crate::backup::{empty, err, put};
use crate::files::{number, post_with};
use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, config, until};
use minschool::backup::tables::Purpose;
use minschool::backup::{self, read};
use minschool::cli::{moving, restore};
use minschool::config::Config;
use minschool::db::query;
use minschool::domain::UserId;
use minschool::files::storage::{self, Arrival, CHUNK};
use minschool::jobs::cleanup;
use poem::http::Method;
use rstest::rstest;

fn link(page: &Page) -> String {
    page.attribute("ul.files a", "href").unwrap()
}

#[rstest]
#[tokio::test]
async fn a_file_is_read_whole_in_parts_and_not_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let content: Vec<u8> = std::iter::repeat_n(b"0123456789abcdef", 2 * CHUNK / 16 + 100).flatten().copied().collect();
    let file = link(&post_with(&mut ada, "표.txt", &content).await);
    let text = String::from_utf8(content.clone()).unwrap();
    let node = test.node().await;
    let guest = test.visitor().on(&node);

    let whole = guest.clone().get(&file).await;
    let tag = whole.header("etag").to_owned();
    assert_eq!((whole.status, whole.html == text), (200, true));
    assert_eq!(whole.header("content-length"), content.len().to_string());
    assert_eq!((whole.header("accept-ranges"), whole.header("cache-control")), ("bytes", "private, no-cache"));
    assert!(whole.header("content-disposition").starts_with("attachment; filename=\"_.txt\"; filename*=UTF-8''%ED%91%9C.txt"));
    assert!(whole.header("content-security-policy").contains("sandbox") && whole.header("x-content-type-options") == "nosniff");

    let head = guest.clone().send(Method::HEAD, &file, None, false).await;
    assert_eq!((head.status, head.header("content-length"), head.html.len()), (200, whole.header("content-length"), 0));
    let again = guest.clone().with("if-none-match", &tag).get(&file).await;
    assert_eq!((again.status, again.html.len(), again.header("etag")), (304, 0, tag.as_str()));
    let (from, to) = (CHUNK - 3, CHUNK + 4);
    let part = guest.clone().with("range", &format!("bytes={from}-{to}")).get(&file).await;
    assert_eq!((part.status, part.html.as_str()), (206, &text[from..=to]));
    assert_eq!(part.header("content-range"), format!("bytes {from}-{to}/{}", content.len()));
    let tail = guest.clone().with("range", "bytes=-5").with("if-range", &tag).get(&file).await;
    assert_eq!((tail.status, tail.html.as_str(), tail.header("content-length")), (206, &text[text.len() - 5..], "5"));
    let other = guest.clone().with("range", "bytes=-5").with("if-range", "\"other\"").get(&file).await;
    assert_eq!((other.status, other.html.len()), (200, text.len()), "a part of something else is of no use");
    let beyond = guest.clone().with("range", "bytes=99999999-").get(&file).await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, format!("bytes */{}", content.len()).as_str()));
}

#[rstest]
#[tokio::test]
async fn a_file_is_what_its_bytes_are_and_not_what_it_calls_itself(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;

    for (name, content, kind, shown) in [
        ("사진.jpg", &b"<html><script>alert(1)</script>"[..], "text/plain; charset=utf-8", "attachment"),
        ("page.html", b"<html></html>", "text/plain; charset=utf-8", "attachment"),
        ("icon.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "text/plain; charset=utf-8", "attachment"),
        ("program.exe", b"MZ\x90\0\x03", "application/octet-stream", "attachment"),
        ("글.txt", b"%PDF-1.7\n\xff\xfe", "application/pdf", "inline"),
    ] {
        let file = link(&post_with(&mut ada, name, content).await);
        let read = test.visitor().get(&file).await;
        assert_eq!(read.header("content-type"), kind, "{name}");
        assert!(read.header("content-disposition").starts_with(shown), "{name}");
    }
}

async fn store(test: &TestApp, content: &[u8]) -> storage::Arrived {
    let mut arrival = Arrival::begin(&test.app.context.db, UserId(1), test.app.context.clock.now()).await.unwrap();
    arrival.write(content).await.unwrap();
    arrival.end().await.unwrap()
}

#[rstest]
#[tokio::test]
async fn what_no_file_refers_to_is_swept_and_what_one_does_stays(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    let mut ada = test.signed_in("ada").await;
    let post = post_with(&mut ada, "남는 파일.txt", b"kept").await;
    for n in 0..9 {
        let arrived = store(&test, &vec![n; 300_000]).await;
        if n > 4 {
            storage::settle(db, &arrived, now).await.unwrap();
        }
    }
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 10);

    cleanup::forget(db, now).await.unwrap();
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 10, "all are young");
    cleanup::forget(db, now + time::Duration::hours(2)).await.unwrap();
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs WHERE state = 'arriving'").await, 0);
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 5);
    cleanup::forget(db, now + time::Duration::hours(25)).await.unwrap();

    assert_eq!((number(&test, "SELECT COUNT(*) FROM blobs").await, number(&test, "SELECT COUNT(*) FROM blob_chunks").await), (1, 1));
    assert_eq!(test.visitor().get(&link(&post)).await.html, "kept");
}

#[rstest]
#[tokio::test]
async fn what_was_swept_while_it_arrived_is_not_referred_to(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    let slow = store(&test, b"slow").await;

    cleanup::forget(db, now + time::Duration::hours(2)).await.unwrap();

    assert!(storage::settle(db, &slow, now).await.is_err());
}

#[rstest]
#[tokio::test]
async fn files_are_in_copies_byte_for_byte_on_either_engine(
    #[values(Sqlite, Postgres)] from: Engine,
    #[values(Sqlite, Postgres)] into: Engine,
) {
    let (folder, test) = (tempfile::tempdir().unwrap(), from.start().await);
    let mut ada = test.signed_in("ada").await;
    let content: Vec<u8> = (0..=255).cycle().take(CHUNK + 77).collect();
    post_with(&mut ada, "모든 바이트.bin", &content).await;
    let kept = put(&test, &folder.path().join("copies"), None).await;

    let config = empty(&test, &folder, into);
    restore::restore(&config, &kept.path, Vec::new()).await.unwrap();
    let moved = empty(&test, &folder, into);
    moving::carry(&Config { redis_url: None, ..test.app.config.clone() }, &moved).await.unwrap();

    for config in [config, moved] {
        let db = minschool::db::open(&config).await.unwrap();
        assert_eq!(storage::first_broken(&db).await.unwrap(), None);
        let copied = backup::count(read::lines(&db, Purpose::Backup)).await.unwrap();
        let original = backup::count(read::lines(&test.app.context.db, Purpose::Backup)).await.unwrap();
        let of = |manifest: &backup::format::Manifest, table: &str| manifest.tables.iter().find(|t| t.table == table).unwrap().clone();
        for table in ["blobs", "blob_chunks", "blob_variants", "files", "file_changes"] {
            assert_eq!(of(&copied, table), of(&original, table));
        }
        assert_eq!(of(&copied, "blob_chunks").rows, 2);
    }
}

#[rstest]
#[tokio::test]
async fn a_copy_of_a_damaged_file_is_not_restored(#[values(Sqlite, Postgres)] from: Engine) {
    let (folder, test) = (tempfile::tempdir().unwrap(), from.start().await);
    let mut ada = test.signed_in("ada").await;
    post_with(&mut ada, "a.bin", b"as it was stored").await;
    query::run(&test.app.context.db, "UPDATE blob_chunks SET bytes = $1", [b"as it was damaged".to_vec().into()]).await.unwrap();
    let kept = put(&test, &folder.path().join("copies"), None).await;

    let refused = err(restore::restore(&empty(&test, &folder, from), &kept.path, Vec::new()).await);

    assert!(refused.contains("not those that were stored"), "{refused}");
}

#[tokio::test]
async fn a_row_that_was_read_is_kept_on_the_disk_and_no_right_is() {
    let (test, folder) = (TestApp::shared().await, tempfile::tempdir().unwrap());
    let node = test.node_with(Config { file_cache_mib: 1, data_dir: folder.path().into(), ..config(&test.backends) }).await;
    let cache = node.app.file_cache.clone().expect("one where the database is PostgreSQL");
    let mut ada = test.signed_in("ada").await;
    let file = link(&post_with(&mut ada, "a.bin", &vec![b'x'; CHUNK + 5]).await);
    let guest = test.visitor().on(&node);
    assert_eq!(guest.clone().get(&file).await.html.len(), CHUNK + 5);
    until("both rows are kept", async || cache.counts().bytes as usize > CHUNK + 5).await;
    query::run(&test.app.context.db, "DELETE FROM blob_chunks", []).await.unwrap();

    let part = guest.clone().with("range", &format!("bytes={}-", CHUNK - 1)).get(&file).await;

    assert_eq!((part.status, part.html.as_str()), (206, "xxxxxx"));
    assert_eq!(cache.counts().hits, 2);
    query::run(&test.app.context.db, "UPDATE posts SET state = 'hidden'", []).await.unwrap();
    assert_eq!(guest.clone().get(&file).await.status, 404);
}
