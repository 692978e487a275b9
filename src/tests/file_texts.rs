//! The text of files beside the post: read by a job, shown to those who may read the post, found by its words.

use crate::documents::{docx, docx_of, hwp, hwpx, pdf};
use crate::drafts::{WRITE, send, set, typed};
use crate::files::{ATTACH, number, post_with, upload};
use crate::search::{cheapest, fill, look, look_with, write};
use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, TestNode, Visitor, config, operator, set_board, until};
use minschool::app::App;
use minschool::clock::OffsetDateTime;
use minschool::db::query;
use minschool::domain::files::texts;
use minschool::domain::posts::moderate::{ModerationAction, moderate};
use minschool::domain::{PostId, idempotency, search};
use minschool::files::storage;
use minschool::jobs::{file_texts, worker};
use rstest::rstest;
use std::os::unix::fs::PermissionsExt;

pub(crate) fn work(app: &App) {
    tokio::spawn(worker::run(app.clone(), worker::Settings::new(file_texts::handlers(), &[])));
}

/// One child runs at a time, and the one of another test in this process may hang until it is ended.
async fn until_long(what: &str, mut come_true: impl AsyncFnMut() -> bool) {
    for _ in 0..900 {
        if come_true().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("waited in vain: {what}");
}

pub(crate) async fn all_done(test: &TestApp) {
    let waiting = "SELECT COUNT(*) FROM jobs WHERE kind = 'read_file' AND state <> 'done'";
    until_long("files are read", async || number(test, waiting).await == 0).await;
}

/// A post whose file has been read.
async fn read_post(test: &TestApp, visitor: &mut Visitor, name: &str, content: &[u8]) -> Page {
    let post = post_with(visitor, name, content).await;
    work(&test.app);
    all_done(test).await;
    post
}

fn text_link(page: &Page) -> Option<String> {
    page.attribute("ul.files a.button", "href")
}

/// The address of the text of a file that may have none.
fn text_address(post: &Page) -> String {
    format!("{}/text", post.attribute("ul.files a", "href").unwrap())
}

async fn act(test: &TestApp, post: &str, action: ModerationAction) {
    let (key, id) = (idempotency::Key::random().unwrap(), PostId(post.rsplit('/').next().unwrap().parse().unwrap()));
    moderate(&test.app.context, &operator(), &key, &[id], action, "시험").await.unwrap();
}

#[rstest]
#[tokio::test]
async fn a_document_is_being_read_and_then_its_text_is_a_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut guest) = (test.signed_in("ada").await, test.visitor());
    let content = hwpx(&["참가 신청서", "이름과 <전화>를 적습니다."]);
    let post = post_with(&mut ada, "신청서.hwpx", &content).await;
    assert!(post.says("글을 읽는 중입니다") && text_link(&post).is_none(), "{}", post.text());
    assert!(guest.get(&text_address(&post)).await.says("글을 읽는 중입니다"));
    // Its page is kept for guests too.
    for _ in 0..2 {
        assert!(guest.get(&post.path).await.says("글을 읽는 중입니다"));
    }

    work(&test.app);
    all_done(&test).await;

    let path = post.path.clone();
    until("kept pages show it too", async || text_link(&test.visitor().get(&path).await).is_some()).await;
    let link = text_link(&guest.get(&path).await).unwrap();
    let text = guest.get(&link).await;
    assert_eq!((text.status, text.count("h1"), text.count(".document p")), (200, 1, 2), "{}", text.text());
    assert!(text.statements <= 2, "{} statements", text.statements);
    assert_eq!(text.find("h1").as_deref(), Some("신청서.hwpx"));
    assert!(text.says("참가 신청서") && text.says("이름과 <전화>를 적습니다."), "{}", text.text());
    assert_eq!(text.attribute(".crumb a", "href").as_deref(), Some(path.as_str()));
    assert_eq!(number(&test, "SELECT COUNT(*) FROM file_texts").await, 1);
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_read_says_why_beside_its_file(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let form = typed(&ada.get(WRITE).await, WRITE, "여러 파일", "내용입니다.");
    let bomb = docx_of(&[&b"<d>"[..], &vec![b' '; 70 << 20], b"</d>"].concat());
    let files: [(&str, &[u8]); 7] = [
        ("암호.hwp", &hwp(&["비밀"], 3)),
        ("그림만.pdf", &pdf(&[""])),
        ("사실은 HTML.pdf", b"<html><script>alert(1)</script></html>"),
        ("깨진.docx", &docx(&["글"])[..200]),
        ("폭탄.docx", &bomb),
        ("노래.mp3", b"ID3\x04"),
        ("회의록.txt", "첫 줄".as_bytes()),
    ];
    let editor = upload(&mut ada, ATTACH, &form, &files).await;
    assert!(!editor.says("글을 읽는 중"), "a draft's files are not read: {}", editor.text());
    let post = send(&mut ada, WRITE, &editor.form(WRITE)).await;

    work(&test.app);
    all_done(&test).await;

    let path = post.path;
    until("kept pages show it too", async || text_link(&test.visitor().get(&path).await).is_some()).await;
    let page = test.visitor().get(&path).await;
    for why in ["암호가 걸린 문서입니다", "그림으로만 된 문서이거나", "이름과 다른 형식의 파일입니다", "풀면 너무 큰 문서입니다"]
    {
        assert!(page.says(why), "{why}: {}", page.text());
    }
    assert_eq!((page.count("ul.files .badge"), page.count("ul.files a.button")), (5, 1), "{}", page.text());
    assert!(page.text().matches("깨졌거나").count() == 2, "{}", page.text());
    let song = page.html.split("href=\"").find_map(|part| part.split('"').next().filter(|link| link.ends_with(".mp3"))).unwrap().to_owned();
    assert_eq!(test.visitor().get(&format!("{song}/text")).await.status, 404, "a song has no text");
}

#[rstest]
#[tokio::test]
async fn the_text_has_the_rights_of_its_post_at_each_request(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut boss, mut ada, mut guest) = (test.staff("boss", "admin").await, test.signed_in("ada").await, test.visitor());
    let post = read_post(&test, &mut ada, "안내.txt", "나무를 심습니다".as_bytes()).await;
    let address = text_address(&post);
    assert!(guest.get(&address).await.says("나무를 심습니다"));
    assert_eq!(look(&mut guest, "심습니다").await.count(".hit"), 1);

    for (action, seen) in [(ModerationAction::Hide, false), (ModerationAction::Delete, false), (ModerationAction::Restore, true)] {
        act(&test, &post.path, action).await;
        let page = guest.get(&address).await;
        assert_eq!((page.status == 200, page.says("나무를 심습니다")), (seen, seen), "{action:?}");
        assert_eq!(look(&mut guest, "심습니다").await.count(".hit"), usize::from(seen), "{action:?}");
        let shown = number(&test, "SELECT COUNT(*) FROM search_docs WHERE kind = 'file' AND shown").await;
        assert_eq!(shown, i64::from(seen), "{action:?}: the index alone");
        if !seen {
            query::run(&test.app.context.db, "UPDATE search_docs SET shown = TRUE", []).await.unwrap();
            assert_eq!(look(&mut guest, "심습니다").await.count(".hit"), 0, "{action:?}: an index that is out of date");
        }
    }
    set_board(&mut boss, "free", &[("read", "members"), ("list", "members")]).await;
    assert_ne!(test.visitor().get(&address).await.status, 200);
    assert_eq!(look(&mut test.visitor(), "심습니다").await.count(".hit"), 0);
    assert_eq!(look(&mut ada, "심습니다").await.count(".hit"), 1);
}

#[rstest]
#[tokio::test]
async fn a_long_text_has_pages_and_words_lead_to_theirs(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let many: Vec<String> =
        (0..900).map(|n| format!("{n}번째 문단은 조금 길어서 여러 쪽이 됩니다. 마지막 낱말은 표시{n:03}입니다.")).collect();
    let content = docx(&many.iter().map(String::as_str).collect::<Vec<_>>());
    let post = read_post(&test, &mut ada, "긴 글.docx", &content).await;
    let address = text_address(&post);

    let (first, last) = (ada.get(&address).await, ada.get(&format!("{address}?page=5")).await);

    assert!(first.says("0번째 문단") && first.says("(1/5쪽)") && first.count("a[rel=next]") >= 1, "{}", first.text());
    assert!(last.says("표시899") && last.count(".document a[rel=next]") == 0, "{}", last.text());
    for page in ["0", "6", "99999999999999999999", "x"] {
        assert!(ada.get(&format!("{address}?page={page}")).await.says("(1/5쪽)"), "{page}");
    }
    let hits = look(&mut ada, "표시899").await;
    assert_eq!(hits.attribute(".hit h3 a", "href"), Some(format!("{address}?page=5")), "{}", hits.text());
    assert!(hits.says("파일 안") && hits.says("긴 글.docx") && hits.says("파일이 있는 글"), "{}", hits.text());
    assert_eq!(hits.find(".excerpt mark").as_deref(), Some("표시899"));
    assert_eq!(look_with(&mut ada, "문단은", "&kind=file").await.count(".hit"), 5);
}

#[rstest]
#[tokio::test]
async fn names_of_files_are_found_from_the_moment_of_their_post(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = post_with(&mut ada, "바자회 참가신청서.hwp", &hwp(&["이름"], 1)).await;
    let hit = look(&mut ada, "참가신청").await;
    assert_eq!((hit.count(".hit"), hit.attribute(".hit h3 a", "href").as_deref()), (1, Some(post.path.as_str())), "{}", hit.text());

    work(&test.app);
    all_done(&test).await;
    assert_eq!((look(&mut ada, "참가신청").await.count(".hit"), look(&mut ada, "이름").await.count(".hit")), (1, 1), "with its text too");

    // The file is taken out of its post.
    let (edit, attach) = (format!("{}/edit", post.path), format!("{}/files", post.path));
    let editor = ada.get(&edit).await;
    let mut form = editor.form(&edit);
    set(&mut form, "remove", &editor.attribute("button[name=remove]", "value").unwrap());
    let editor = send(&mut ada, &attach, &form).await;
    assert_eq!(look(&mut ada, "참가신청").await.count(".hit"), 1, "until the change is saved");
    send(&mut ada, &edit, &editor.form(&edit)).await;

    assert_eq!((look(&mut ada, "참가신청").await.count(".hit"), look(&mut ada, "이름").await.count(".hit")), (0, 0));
    assert_eq!(number(&test, "SELECT COUNT(*) FROM search_docs WHERE kind = 'file'").await, 0);
}

#[rstest]
#[tokio::test]
async fn a_content_is_read_once_for_all_files_and_goes_with_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let content = docx(&["같은 내용입니다"]);
    let one = post_with(&mut ada, "하나.docx", &content).await;
    post_with(&mut bob, "둘.docx", &content).await;
    let (node, other) = (test.node().await, test.node().await);

    for app in [&test.app, &node.app, &other.app] {
        work(app);
    }
    all_done(&test).await;

    assert_eq!(number(&test, "SELECT COUNT(*) FROM file_texts").await, 1);
    assert_eq!(number(&test, "SELECT COUNT(*) FROM file_text_pages").await, 1);
    let hits = look(&mut ada, "같은 내용").await;
    assert!(hits.count(".hit") == 2 && hits.says("하나.docx") && hits.says("둘.docx"), "{}", hits.text());
    act(&test, &one.path, ModerationAction::Hide).await;
    let hits = look(&mut test.visitor(), "같은 내용").await;
    assert!(hits.count(".hit") == 1 && hits.says("둘.docx"), "the other post's file stays: {}", hits.text());

    let db = &test.app.context.db;
    query::run(db, "DELETE FROM files", []).await.unwrap();
    assert_eq!(storage::sweep(db, OffsetDateTime::now_utc() + time::Duration::days(2)).await.unwrap(), 1);
    assert_eq!(number(&test, "SELECT COUNT(*) FROM file_texts").await + number(&test, "SELECT COUNT(*) FROM file_text_pages").await, 0);
}

#[rstest]
#[tokio::test]
async fn what_was_there_before_is_read_and_indexed_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, db) = (test.signed_in("ada").await, &test.app.context.db);
    post_with(&mut ada, "예전 문서.docx", &docx(&["오래된 내용"])).await;
    post_with(&mut ada, "묶음.zip", &docx(&["묶음 안"])).await;
    // As it was before this step of the schema.
    for gone in ["DELETE FROM jobs", "DELETE FROM search_docs"] {
        query::run(db, gone, []).await.unwrap();
    }

    let now = test.app.context.clock.now();
    assert_eq!((texts::queue_unread(db, now).await.unwrap(), texts::queue_unread(db, now).await.unwrap()), (1, 0), "a zip is no document");
    work(&test.app);
    all_done(&test).await;
    search::start_anew(db).await.unwrap();
    query::run(db, "DELETE FROM search_docs", []).await.unwrap();
    fill(&test).await;

    assert_eq!((look(&mut ada, "오래된 내용").await.count(".hit"), look(&mut ada, "예전 문서").await.count(".hit")), (1, 1));
    assert_eq!((look(&mut ada, "묶음").await.count(".hit"), look(&mut ada, "파일이 있는").await.count(".hit")), (1, 2));
    assert_eq!(texts::queue_unread(db, now).await.unwrap(), 0);
}

/// The names of files are titles, so there may be rows of files among both kinds of candidates.
#[rstest]
#[tokio::test]
async fn a_search_that_finds_files_costs_two_statements_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("나무").await;
    let post = write(&mut ada, "free", "나무", "글").await;
    write(&mut ada, "free", "글", "나무").await;
    ada.comment(&post, "나무").await;
    read_post(&test, &mut ada, "나무.txt", b"text").await;
    read_post(&test, &mut ada, "글.txt", "나무".as_bytes()).await;
    fill(&test).await;

    let page = cheapest(&mut ada, "나무").await;

    assert_eq!(page.count(".hit"), 6, "{}", page.text());
    assert!((5..=10).contains(&page.statements), "{} statements", page.statements);
}

/// An instance with another program in place of the one that reads.
async fn node_with(test: &TestApp, folder: &std::path::Path, script: &str) -> TestNode {
    let program = folder.join("program");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    test.node_with(minschool::config::Config { program, ..config(&test.backends) }).await
}

/// systemd asks all processes of an instance to end, and what is asked to end is no damaged document.
#[rstest]
#[tokio::test]
async fn a_child_that_is_stopped_with_its_instance_leaves_the_file_to_the_next(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, folder) = (test.signed_in("ada").await, tempfile::tempdir().unwrap());
    post_with(&mut ada, "a.docx", &docx(&["글"])).await;
    let node = node_with(&test, folder.path(), "kill -TERM $$").await;

    work(&node.app);
    until_long("it is tried again", async || number(&test, "SELECT COUNT(*) FROM jobs WHERE last_error LIKE '%stopped%'").await == 1).await;

    assert_eq!(number(&test, "SELECT COUNT(*) FROM file_texts").await, 0);
}

#[rstest]
#[tokio::test]
async fn a_child_that_hangs_is_ended_and_the_file_says_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, folder) = (test.signed_in("ada").await, tempfile::tempdir().unwrap());
    let post = post_with(&mut ada, "a.docx", &docx(&["글"])).await;
    let node = node_with(&test, folder.path(), "exec sleep 600").await;

    work(&node.app);
    all_done(&test).await;

    until("its page says so", async || test.visitor().get(&post.path).await.says("너무 오래 걸리는 문서입니다")).await;
}
