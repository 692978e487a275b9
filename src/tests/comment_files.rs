//! Files of comments: sent with the text, whole or not at all, read by those who may read the comment, changed with it.

use crate::backup::{empty, put};
use crate::documents::docx;
use crate::file_texts::{all_done, work};
use crate::files::{names, number, upload};
use crate::pictures::{encoded, half_red};
use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, Visitor, operator, set_board, until};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use image::ImageFormat;
use minschool::domain::comments::moderate as comment_rules;
use minschool::domain::posts::moderate::{ModerationAction, moderate};
use minschool::domain::users::manage;
use minschool::domain::{CommentId, PostId, UserId, idempotency};
use minschool::files::storage;
use poem::Body;
use poem::http::Method;
use rstest::rstest;
use std::future::Future;

pub(crate) const NOTES: (&str, &[u8]) = ("회의록.txt", "여덟 명이 모였습니다.".as_bytes());

pub(crate) fn red() -> Vec<u8> {
    encoded(&half_red(800, 400), ImageFormat::Png)
}

fn action(post: &str) -> String {
    format!("{post}/comments")
}

/// Sends the form of a comment as a browser does.
pub(crate) async fn comment(member: &mut Visitor, post: &str, body: &str, files: &[(&str, &[u8])]) -> Page {
    let page = member.get(post).await;
    send(member, &page, post, body, files).await
}

async fn send(member: &mut Visitor, page: &Page, post: &str, body: &str, files: &[(&str, &[u8])]) -> Page {
    let mut form = page.form(&action(post));
    form.retain(|(name, _)| name != "body");
    form.push(("body".into(), body.into()));
    upload(member, &action(post), &form, files).await
}

async fn status(visitor: &mut Visitor, path: &str) -> u16 {
    visitor.send(Method::GET, path, None, false).await.status
}

pub(crate) async fn newest_comment(test: &TestApp) -> CommentId {
    CommentId(number(test, "SELECT MAX(id) FROM comments").await)
}

pub(crate) async fn act(test: &TestApp, id: CommentId, what: ModerationAction) {
    let key = idempotency::Key(format!("{what:?}{id}{}", number(test, "SELECT COUNT(*) FROM audit_log").await));
    comment_rules::moderate(&test.app.context, &operator(), &key, &[id], what, "이유").await.unwrap();
}

/// Posts a comment with a file of which only the first half has come when `meanwhile` runs.
async fn comment_slowly(test: &TestApp, member: &mut Visitor, post: &str, meanwhile: impl Future<Output = ()>) -> Page {
    let page = member.get(post).await;
    let once = page.once(&action(post));
    let part = |name: &str, value: &str| format!("--browser\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file = "--browser\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\nhalf";
    let head = format!("{}{}{file}", part("once", &once), part("body", "느린 댓글"));
    let (rest, comes) = tokio::sync::oneshot::channel::<Bytes>();
    let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from(head))]).chain(stream::once(async { Ok(comes.await.unwrap()) }));
    let mut request = member.request(Method::POST, &action(post), None);
    request.headers_mut().insert("content-type", "multipart/form-data; boundary=browser".parse().unwrap());
    request.set_body(Body::from_bytes_stream(body));
    let mut sender = member.clone();
    let address = action(post);
    let sending = tokio::spawn(async move { sender.raw(request, &address, false).await });
    until("the file is coming", async || number(test, "SELECT COUNT(*) FROM blobs WHERE state = 'arriving'").await == 1).await;
    meanwhile.await;
    rest.send(Bytes::from_static(b" and the other\r\n--browser--\r\n")).unwrap();
    sending.await.unwrap()
}

#[rstest]
#[tokio::test]
async fn a_comment_is_stored_with_the_rights_of_the_moment_when_its_files_are_there(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut boss) = (test.signed_in("ada").await, test.staff("boss", "admin").await);
    let post = ada.write("free", "글").await;
    let mut bob = test.signed_in("bob").await;
    let stored = async || number(&test, "SELECT COUNT(*) FROM comments").await;

    let closed = comment_slowly(&test, &mut ada, &post, async {
        set_board(&mut boss, "free", &[("comment", "staff")]).await;
    });
    assert!(matches!(closed.await.status, 403 | 404 | 422));
    set_board(&mut boss, "free", &[("comment", "members")]).await;
    let suspended = comment_slowly(&test, &mut bob, &post, async {
        let key = idempotency::Key::random().unwrap();
        let id = UserId(number(&test, "SELECT id FROM users WHERE name = 'bob'").await);
        manage::suspend(&test.app.context, &operator(), &key, id, None, "까닭").await.unwrap();
    });
    let suspended = suspended.await;

    assert!(suspended.says("로그인"), "{}", suspended.text());
    assert_eq!((stored().await, number(&test, "SELECT COUNT(*) FROM files").await), (0, 0));
    let posted = comment_slowly(&test, &mut ada, &post, async {}).await;
    assert_eq!((posted.status, stored().await), (303, 1), "{}", posted.text());
}

#[rstest]
#[tokio::test]
async fn text_and_files_are_posted_together_and_shown_below_the_comment(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    let page = bob.get(&post).await;
    let form = format!("form[action='{}']", action(&post));
    assert_eq!(page.attribute(&form, "enctype").as_deref(), Some("multipart/form-data"), "no scripts are needed");

    let page = send(&mut bob, &page, &post, "같이 봐 주세요", &[("빨강.png", &red()), NOTES]).await;

    assert!(page.says("같이 봐 주세요") && page.says("댓글을 등록했습니다"), "{}", page.text());
    assert_eq!(names(&page), ["회의록.txt"]);
    let image = |name: &str| page.attribute(".comment .pictures img", name).unwrap_or_default();
    assert_eq!((image("width"), image("height"), image("loading")), ("320".into(), "160".into(), "lazy".into()));
    assert_eq!(image("alt"), "빨강.png", "until it is described its name is read");
    let mut guest = test.visitor();
    let read = guest.get(&post).await;
    assert_eq!((names(&read), read.count(".comment .pictures img")), (vec!["회의록.txt".into()], 1));
    let notes = page.attribute("ul.files a", "href").unwrap();
    assert_eq!((status(&mut guest, &notes).await, status(&mut guest, &image("src")).await), (200, 200));
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs WHERE state <> 'ready'").await, 0);
    assert_eq!(read.count(".attached"), 0, "they are not files of the post");
}

#[rstest]
#[tokio::test]
async fn a_script_gets_the_comment_with_its_files(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let page = ada.get(&post).await;
    let mut script = ada.on(&test.node().await).with_htmx().with("hx-request-type", "partial");

    let sent = send(&mut script, &page, &post, "바로 보여요", &[NOTES]).await;

    assert!(sent.status == 200 && sent.html.contains("바로 보여요") && sent.html.contains("회의록.txt"), "{}", sent.html);
}

#[rstest]
#[tokio::test]
async fn files_have_the_rights_of_their_comment_at_each_request(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut guest) = (test.signed_in("ada").await, test.visitor());
    let mut boss = test.staff("boss", "admin").await;
    let post = ada.write("free", "글").await;
    let page = comment(&mut ada, &post, "파일", &[NOTES]).await;
    let file = page.attribute("ul.files a", "href").unwrap();
    let text = format!("{file}/text");
    let id = newest_comment(&test).await;
    let post_id = PostId(post.rsplit('/').next().unwrap().parse().unwrap());
    assert_eq!((status(&mut guest, &file).await, status(&mut guest, &text).await), (200, 200));

    act(&test, id, ModerationAction::Hide).await;
    assert_eq!((status(&mut guest, &file).await, status(&mut ada, &file).await, status(&mut boss, &file).await), (404, 404, 200));
    assert_eq!((status(&mut guest, &text).await, names(&guest.get(&post).await).len()), (404, 0));
    act(&test, id, ModerationAction::Restore).await;
    assert_eq!(status(&mut guest, &file).await, 200);

    let key = idempotency::Key("hide the post".into());
    moderate(&test.app.context, &operator(), &key, &[post_id], ModerationAction::Hide, "이유").await.unwrap();
    assert_eq!((status(&mut guest, &file).await, status(&mut boss, &file).await), (404, 200), "its post is hidden");
    let key = idempotency::Key("show the post".into());
    moderate(&test.app.context, &operator(), &key, &[post_id], ModerationAction::Restore, "이유").await.unwrap();
    assert_eq!(status(&mut guest, &file).await, 200);

    set_board(&mut boss, "free", &[("read", "members")]).await;
    assert_eq!((status(&mut guest, &file).await, status(&mut ada, &file).await), (404, 200), "its board is closed to visitors");

    act(&test, id, ModerationAction::Delete).await;
    assert_eq!((status(&mut ada, &file).await, status(&mut boss, &file).await), (404, 404), "nobody reads what was deleted");
}

#[rstest]
#[tokio::test]
async fn of_a_form_with_a_bad_file_nothing_is_posted_and_the_text_is_kept(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let large = vec![b'x'; 25 * 1024 * 1024 + 1];
    let six = ["1.txt", "2.txt", "3.txt", "4.txt", "5.txt", "6.txt"].map(|name| (name, name.as_bytes()));
    for (files, why) in [
        (vec![NOTES, ("빈.txt", &b""[..])], "빈 파일입니다"),
        (vec![NOTES, ("거짓.jpg", &b"\xff\xd8\xff\xe0 none"[..])], "열 수 없는 사진입니다"),
        (vec![NOTES, ("큰.bin", &large[..])], "25 MB까지"),
        (six.to_vec(), "5개까지"),
    ] {
        let page = comment(&mut ada, &post, "오래 쓴 글", &files).await;
        assert!(page.status == 422 && page.says(why) && page.says("파일을 다시 골라 주세요"), "{why}: {} {}", page.status, page.text());
        let kept = page.form(&action(&post)).into_iter().find(|(name, _)| name == "body").unwrap().1;
        assert_eq!((kept.trim(), page.count("details[open] .refused li")), ("오래 쓴 글", 1), "{why}");
    }
    let blank = comment(&mut ada, &post, "", &[NOTES]).await;
    assert!(blank.status == 422 && blank.says("내용을 적어 주세요") && blank.says("파일은 다시 골라 주세요"), "{}", blank.text());

    assert_eq!((number(&test, "SELECT COUNT(*) FROM comments").await, number(&test, "SELECT COUNT(*) FROM files").await), (0, 0));
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs WHERE state = 'arriving'").await, 0);
}

#[rstest]
#[tokio::test]
async fn a_form_with_files_that_is_sent_again_posts_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let node = test.node().await;
    let mut elsewhere = ada.on(&node);
    let page = ada.get(&post).await;
    let (picture, big) = (red(), (0..400_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
    let files: [(&str, &[u8]); 2] = [("빨강.png", &picture), ("큰.bin", &big)];

    let (one, two) =
        futures_util::join!(send(&mut ada, &page, &post, "한 번만", &files), send(&mut elsewhere, &page, &post, "한 번만", &files));
    let three = send(&mut ada, &page, &post, "한 번만", &files).await;

    for page in [one, two, three] {
        assert!(page.status == 200 && page.says("한 번만"), "{} {}", page.status, page.text());
    }
    assert_eq!((number(&test, "SELECT COUNT(*) FROM comments").await, number(&test, "SELECT COUNT(*) FROM files").await), (1, 2));
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 3, "a picture, its smaller one, a file");
}

#[rstest]
#[tokio::test]
async fn who_may_not_comment_sends_no_files(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut guest) = (test.signed_in("ada").await, test.visitor());
    let mut boss = test.staff("boss", "admin").await;
    let post = ada.write("free", "글").await;
    let page = ada.get(&post).await;

    let asked = send(&mut guest, &page, &post, "손님의 글", &[NOTES]).await;
    assert!(asked.says("다시 로그인해 주세요") && asked.says("손님의 글"), "{}", asked.text());
    set_board(&mut boss, "free", &[("comment", "staff")]).await;
    let refused = send(&mut ada, &page, &post, "닫힌 뒤", &[NOTES]).await;

    assert_eq!(refused.status, 403, "{}", refused.text());
    assert_eq!((number(&test, "SELECT COUNT(*) FROM blobs").await, number(&test, "SELECT COUNT(*) FROM comments").await), (0, 0));
}

#[rstest]
#[tokio::test]
async fn a_change_describes_pictures_and_takes_files_away_of_this_comment_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    comment(&mut bob, &post, "밥의 파일", &[NOTES]).await;
    let bobs = number(&test, "SELECT MAX(id) FROM files").await;
    comment(&mut ada, &post, "내 파일", &[("빨강.png", &red()), ("a.txt", b"a")]).await;
    let (id, last) = (newest_comment(&test).await, number(&test, "SELECT MAX(id) FROM files").await);
    let edit = format!("/comments/{id}/edit");

    let page = ada.get(&edit).await;
    assert_eq!(page.count("input[name^='alt.']"), 1, "a document shows nothing: {}", page.html);
    assert_eq!(page.count("input[name^='remove.']"), 2);
    let (alt, own, theirs) = (format!("alt.{}", last - 1), format!("remove.{last}"), format!("remove.{bobs}"));
    let fields = [("body", "고친 글"), (alt.as_str(), "빨간 반쪽"), (own.as_str(), "1"), (theirs.as_str(), "1")];
    let page = ada.submit(&page, &edit, &fields).await;
    let shown = ada.get(&post).await;

    assert!(page.status == 200 && shown.says("고친 글"), "{}", page.text());
    assert_eq!(shown.attribute(".comment .pictures img", "alt").as_deref(), Some("빨간 반쪽"));
    assert_eq!(names(&shown), ["회의록.txt"], "another's file stays, her own is gone");
    assert_eq!(status(&mut bob, &format!("/files/{last}/a.txt")).await, 404);
}

#[rstest]
#[tokio::test]
async fn a_document_of_a_comment_can_be_read_as_text(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;

    comment(&mut ada, &post, "문서입니다", &[("안내.docx", &docx(&["느티나무 아래에서 만나요"]))]).await;
    work(&test.app);
    all_done(&test).await;

    let mut guest = test.visitor();
    let page = guest.get(&post).await;
    assert!(page.says("글로 보기"), "{}", page.text());
    let text = page.attribute("ul.files a[href$=text]", "href").unwrap();
    assert!(guest.get(&text).await.says("느티나무 아래에서 만나요"));
}

#[rstest]
#[tokio::test]
async fn a_comment_without_files_costs_no_more_than_before(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;

    let sent = comment(&mut bob, &post, "파일 없는 댓글", &[("", b"")]).await;
    bob.comment(&post, "예전 브라우저의 댓글").await;
    let cold = test.visitor().get(&post).await;

    assert!(sent.says("파일 없는 댓글"), "{}", sent.text());
    assert!(cold.statements <= 3 && cold.says("예전 브라우저의 댓글"), "{} statements", cold.statements);
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 0);
}

#[rstest]
#[tokio::test]
async fn files_of_comments_are_in_copies_and_outlive_the_sweep(#[values(Sqlite, Postgres)] from: Engine) {
    let (folder, test) = (tempfile::tempdir().unwrap(), from.start().await);
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let page = comment(&mut ada, &post, "파일", &[NOTES]).await;
    let file = page.attribute("ul.files a", "href").unwrap();
    let kept = put(&test, &folder.path().join("copies"), None).await;

    let config = empty(&test, &folder, from);
    minschool::cli::restore::restore(&config, &kept.path, Vec::new()).await.unwrap();
    let later = test.app.context.clock.now() + time::Duration::hours(25);
    while storage::sweep(&test.app.context.db, later).await.unwrap() > 0 {}

    assert_eq!(status(&mut ada, &file).await, 200);
    let db = minschool::db::open(&config).await.unwrap();
    let whole = "SELECT COUNT(*) FROM files f JOIN comments c ON c.id = f.comment_id JOIN blobs b ON b.id = f.blob_id";
    assert_eq!(minschool::db::query::number(&db, whole, []).await.unwrap(), Some(1));
}
