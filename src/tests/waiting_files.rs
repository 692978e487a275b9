//! Files of a form whose session had run out: they wait while their sender signs in, and only for them.

use crate::comment_files::{NOTES, red};
use crate::drafts::{WRITE, send, typed, value};
use crate::files::{ATTACH, names, number, upload, upload_as};
use crate::support::{Engine, PASSWORD, Page, Postgres, Sqlite, TestApp, Visitor};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use minschool::db::query;
use minschool::files::storage;
use poem::Body;
use poem::http::{Method, header};
use rstest::rstest;

const AGAIN: &str = "로그인 시간이 지난 사이에 보관하지 못한 파일입니다";

/// Lets the sessions of all members run out, or ends them.
async fn close_sessions(test: &TestApp, column: &str) {
    let (ctx, hour_ago) = (&test.app.context, test.app.context.clock.now() - time::Duration::hours(1));
    query::run(&ctx.db, &format!("UPDATE sessions SET {column} = $1"), [hour_ago.into()]).await.unwrap();
    let members = number(test, "SELECT MAX(user_id) FROM sessions").await;
    for member in 1..=members {
        let _ = ctx.shared.sessions().drop_user(minschool::domain::UserId(member).into()).await;
    }
}

async fn run_out(test: &TestApp) {
    close_sessions(test, "expires_at").await;
}

/// Signs in on the page that keeps a form.
async fn go_on(browser: &mut Visitor, relogin: &Page, name: &str) -> Page {
    browser.submit(relogin, "/login", &[("email", &format!("{name}@example.com")), ("password", PASSWORD)]).await
}

fn comment_form(page: &Page, action: &str, body: &str) -> Vec<(String, String)> {
    let mut form = page.form(action);
    form.retain(|(name, _)| name != "body" && !name.starts_with("file.") && name != "files");
    form.push(("body".into(), body.into()));
    form
}

#[rstest]
#[tokio::test]
async fn files_of_an_editor_wait_with_the_text(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let form = typed(&ada.get(WRITE).await, WRITE, "글", "한 시간 동안 쓴 글");
    let both = || vec!["신청서.txt".to_owned(), "빨강.png".to_owned()];
    run_out(&test).await;

    let relogin = upload(&mut ada, ATTACH, &form, &[("신청서.txt", "안내문".as_bytes()), ("빨강.png", &red())]).await;

    assert!(relogin.status == 401 && relogin.says("한 시간 동안 쓴 글"), "{}", relogin.text());
    assert!(relogin.says("신청서.txt") && relogin.says("빨강.png") && relogin.says("1시간 동안 보관합니다"), "{}", relogin.text());
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs WHERE state = 'ready'").await, 0);
    let wrong = ada.submit(&relogin, "/login", &[("email", "ada@example.com"), ("password", "이것은 아닙니다")]).await;
    assert!(wrong.says("신청서.txt"), "they go on waiting: {}", wrong.text());
    let editor = go_on(&mut ada, &wrong, "ada").await;

    assert_eq!((names(&editor), value(&editor, WRITE, "body").as_str()), (both(), "한 시간 동안 쓴 글"));
    let post = send(&mut ada, WRITE, &editor.form(WRITE)).await;
    assert!(post.says("글을 등록했습니다") && names(&post) == ["신청서.txt"] && post.count(".pictures img") == 1, "{}", post.html);
    // What was sent of the picture is swept with all that stopped arriving.
    let later = test.app.context.clock.now() + time::Duration::hours(2);
    while storage::sweep(&test.app.context.db, later).await.unwrap() > 0 {}
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs WHERE state <> 'ready'").await, 0);
}

#[rstest]
#[tokio::test]
async fn a_comment_is_posted_once_with_its_files_however_often_its_form_is_sent_on(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let action = format!("{post}/comments");
    let form = comment_form(&ada.get(&post).await, &action, "같이 봐 주세요");
    run_out(&test).await;

    let relogin = upload(&mut ada, &action, &form, &[NOTES, ("빨강.png", &red())]).await;
    let (mut once, mut twice) = (ada.clone(), ada);
    let first = go_on(&mut once, &relogin, "ada").await;
    let second = go_on(&mut twice, &relogin, "ada").await;

    for page in [first, second] {
        assert!(page.status == 200 && page.says("같이 봐 주세요") && !page.says(AGAIN), "{}", page.text());
        assert_eq!((names(&page), page.count(".comment .pictures img")), (vec!["회의록.txt".to_owned()], 1));
    }
    let counts = ["SELECT COUNT(*) FROM comments", "SELECT COUNT(*) FROM files"].map(|ask| number(&test, ask));
    assert_eq!(futures_util::future::join_all(counts).await, [1, 2]);
}

#[rstest]
#[tokio::test]
async fn a_picture_of_a_member_waits_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let action = "/my/profile/picture";
    let form = ada.get("/my/profile").await.form(action);
    run_out(&test).await;

    let relogin = upload_as(&mut ada, action, &form, "picture", &[("나.png", &red())]).await;
    let page = go_on(&mut ada, &relogin, "ada").await;

    assert!(page.says("프로필 사진을 바꾸었습니다"), "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn what_waits_is_given_to_its_sender_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    test.signed_in("bob").await;
    let post = ada.write("free", "글").await;
    let action = format!("{post}/comments");
    let form = comment_form(&ada.get(&post).await, &action, "쓰던 댓글");
    run_out(&test).await;
    let relogin = upload(&mut ada, &action, &form, &[NOTES]).await;

    let page = go_on(&mut test.visitor(), &relogin, "bob").await;

    assert!(page.status == 422 && page.says(AGAIN) && page.html.contains("쓰던 댓글"), "{} {}", page.status, page.text());
    assert_eq!(number(&test, "SELECT COUNT(*) FROM files").await, 0);
    let id = number(&test, "SELECT MAX(id) FROM blobs").await;
    assert_eq!(test.visitor().send(Method::GET, &format!("/files/{id}/a.txt"), None, false).await.status, 404);
}

#[rstest]
#[tokio::test]
async fn a_file_that_does_not_wait_is_asked_for_again_and_the_text_kept(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let action = format!("{post}/comments");
    let form = comment_form(&ada.get(&post).await, &action, "쓰던 댓글");
    let mut stranger = test.visitor();
    let unknown = upload(&mut stranger, &action, &form, &[NOTES]).await;
    close_sessions(&test, "revoked_at").await;

    let ended = upload(&mut ada, &action, &form, &[NOTES]).await;
    for relogin in [&unknown, &ended] {
        assert!(relogin.says("보관하지 못해 다시 골라야 하는 파일") && relogin.says("회의록.txt"), "{}", relogin.text());
    }
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 0, "a session that was ended lets nothing wait");
    let page = go_on(&mut ada, &ended, "ada").await;

    assert!(page.status == 422 && page.says(AGAIN) && page.html.contains("쓰던 댓글"), "{} {}", page.status, page.text());
    assert_eq!(number(&test, "SELECT COUNT(*) FROM comments").await, 0);
}

#[rstest]
#[tokio::test]
async fn a_file_that_waited_for_too_long_is_asked_for_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let form = typed(&ada.get(WRITE).await, WRITE, "글", "쓰던 글");
    run_out(&test).await;
    let large = vec![b'x'; 25 * 1024 * 1024 + 1];
    let relogin = upload(&mut ada, ATTACH, &form, &[NOTES, ("큰.bin", &large)]).await;
    assert!(relogin.says("보관하지 못해 다시 골라야 하는 파일") && relogin.says("큰.bin"), "{}", relogin.text());
    let later = test.app.context.clock.now() + time::Duration::minutes(61);
    while storage::sweep(&test.app.context.db, later).await.unwrap() > 0 {}

    let page = go_on(&mut ada, &relogin, "ada").await;

    assert!(page.status == 422 && page.says(AGAIN), "{} {}", page.status, page.text());
    assert_eq!((page.texts("#attached .refused").len(), value(&page, WRITE, "body").as_str()), (1, "쓰던 글"));
}

/// A form whose file never ends. Gives the status of its answer, if there is one.
async fn send_without_end(mut stranger: Visitor) -> u16 {
    let head = "--browser\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.bin\"\r\n\r\nhalf";
    let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from(head))]).chain(stream::pending());
    let mut request = stranger.request(Method::POST, ATTACH, None);
    request.headers_mut().insert(header::CONTENT_TYPE, "multipart/form-data; boundary=browser".parse().unwrap());
    request.set_body(Body::from_bytes_stream(body));
    stranger.raw(request, ATTACH, false).await.status
}

#[rstest]
#[tokio::test]
async fn strangers_who_send_slowly_keep_no_member_from_sending(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let form = typed(&ada.get(WRITE).await, WRITE, "글", "내용");
    // As many as an instance writes files of at once, and more.
    let strangers: Vec<_> = (0..6).map(|_| tokio::spawn(send_without_end(test.visitor()))).collect();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;

    let editor = upload(&mut ada, ATTACH, &form, &[NOTES]).await;

    assert_eq!(names(&editor), ["회의록.txt"], "{}", editor.text());
    assert!(strangers.iter().all(|sending| !sending.is_finished()), "they were sending all the while");
}

#[rstest]
#[tokio::test]
async fn strangers_make_an_instance_hold_a_bounded_number_of_forms(#[values(Sqlite)] engine: Engine) {
    let test = engine.start().await;
    // Each waits for the rest of its file; those beyond the bound are answered at once.
    let sending: Vec<_> = (0..40).map(|_| tokio::spawn(send_without_end(test.visitor()))).collect();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;

    let (answered, held): (Vec<_>, Vec<_>) = sending.into_iter().partition(tokio::task::JoinHandle::is_finished);

    let answers = futures_util::future::join_all(answered).await;
    assert!(!held.is_empty() && held.len() <= 32, "{}", held.len());
    assert!(answers.len() >= 8 && answers.iter().all(|status| *status.as_ref().unwrap() == 503), "{answers:?}");
    held.iter().for_each(tokio::task::JoinHandle::abort);
}
