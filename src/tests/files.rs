//! Files of posts: sent with the editor's form without scripts, published with the post, removed. What is read: `file_contents`.

use crate::drafts::{Form, SAVE, WRITE, autosave, send, set, typed, value};
use crate::pictures::{encoded, half_red};
use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, Visitor, operator};
use image::ImageFormat;
use minschool::db::query;
use minschool::domain::posts::moderate::{ModerationAction, moderate};
use minschool::domain::{PostId, idempotency};
use poem::Body;
use poem::http::{Method, header};
use rstest::rstest;

pub(crate) const ATTACH: &str = "/community/free/files";

/// A form with files as a browser sends it.
pub(crate) async fn upload(visitor: &mut Visitor, address: &str, form: &Form, files: &[(&str, &[u8])]) -> Page {
    upload_as(visitor, address, form, "files", files).await
}

/// The same with files of this field.
pub(crate) async fn upload_as(visitor: &mut Visitor, address: &str, form: &Form, field: &str, files: &[(&str, &[u8])]) -> Page {
    let mut body = Vec::new();
    let mut part = |head: &str, content: &[u8]| {
        body.extend_from_slice(format!("--browser\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    };
    for (name, value) in form.iter().filter(|(name, _)| name != field) {
        part(&format!("name=\"{name}\""), value.as_bytes());
    }
    for (name, content) in files {
        part(&format!("name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream"), content);
    }
    body.extend_from_slice(b"--browser--\r\n");
    raw(visitor, address, body).await
}

/// Sends this body, and follows the answer.
pub(crate) async fn raw(visitor: &mut Visitor, address: &str, body: Vec<u8>) -> Page {
    let mut request = visitor.request(Method::POST, address, None);
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, "multipart/form-data; boundary=browser".parse().unwrap());
    headers.insert(header::CONTENT_LENGTH, body.len().into());
    request.set_body(Body::from_vec(body));
    let page = visitor.raw(request, address, false).await;
    let place = page.header("location").to_owned();
    if place.is_empty() { page } else { Page { path: place.clone(), ..visitor.get(&place).await } }
}

pub(crate) async fn number(test: &TestApp, ask: &str) -> i64 {
    query::number(&test.app.context.db, ask, []).await.unwrap().unwrap()
}

/// The names that an editor or a post lists.
pub(crate) fn names(page: &Page) -> Vec<String> {
    let document = scraper::Html::parse_document(&page.html);
    let links = scraper::Selector::parse("ul.files a").unwrap();
    document.select(&links).map(|link| link.text().next().unwrap().trim().to_owned()).collect()
}

fn link(page: &Page) -> String {
    page.attribute("ul.files a", "href").unwrap()
}

/// A post with a file of this content.
pub(crate) async fn post_with(visitor: &mut Visitor, name: &str, content: &[u8]) -> Page {
    let form = typed(&visitor.get(WRITE).await, WRITE, "파일이 있는 글", "내용입니다.");
    let editor = upload(visitor, ATTACH, &form, &[(name, content)]).await;
    send(visitor, WRITE, &editor.form(WRITE)).await
}

#[rstest]
#[tokio::test]
async fn text_and_files_are_sent_together_and_published_with_the_post(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let page = ada.get(WRITE).await;
    assert_eq!(page.attribute("[formenctype]", "formaction").as_deref(), Some(ATTACH));

    let form = typed(&page, WRITE, "신청서를 올립니다", "받아 가세요.");
    let editor =
        upload(&mut ada, ATTACH, &form, &[("신청서.hwp", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..."), ("안내.txt", "안내문".as_bytes())]).await;

    assert!(editor.path.starts_with("/community/free/write?draft=") && editor.path.ends_with("#files"), "{}", editor.path);
    assert_eq!((value(&editor, WRITE, "title").as_str(), value(&editor, WRITE, "body").as_str()), ("신청서를 올립니다", "받아 가세요."));
    assert_eq!(names(&editor), ["신청서.hwp", "안내.txt"]);
    let waiting = link(&editor);
    assert_eq!(ada.get(&waiting).await.status, 200);
    assert_eq!(test.signed_in("bob").await.get(&waiting).await.status, 404, "a draft is its member's own");

    let post = send(&mut ada, WRITE, &editor.form(WRITE)).await;

    assert!(post.says("글을 등록했습니다") && post.says("첨부 파일 2개"), "{}", post.text());
    assert_eq!(names(&post), ["신청서.hwp", "안내.txt"]);
    let read = test.visitor().get(&link(&post)).await;
    assert_eq!((read.status, read.header("content-type")), (200, "application/octet-stream"));
    assert_eq!((number(&test, "SELECT COUNT(*) FROM drafts").await, number(&test, "SELECT COUNT(*) FROM files").await), (0, 2));
}

#[rstest]
#[tokio::test]
async fn a_file_that_is_sent_again_is_attached_once_and_its_bytes_are_kept_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let form = typed(&ada.get(WRITE).await, WRITE, "글", "내용");
    let content: Vec<u8> = (0..600_000_u32).flat_map(u32::to_le_bytes).collect();

    // nginx sends a form to another instance when the first one broke: the answer was lost, so the form is the same.
    let node = test.node().await;
    let mut elsewhere = ada.on(&node);
    let files: [(&str, &[u8]); 1] = [("a.bin", &content)];
    let (one, two) = futures_util::join!(upload(&mut ada, ATTACH, &form, &files), upload(&mut elsewhere, ATTACH, &form, &files));
    let again = upload(&mut ada, ATTACH, &form, &files).await;
    let other = typed(&bob.get(WRITE).await, WRITE, "밥의 글", "내용");
    let bobs = upload(&mut bob, ATTACH, &other, &[("b.bin", &content)]).await;

    for page in [one, two, again] {
        assert_eq!((page.status, names(&page)), (200, vec!["a.bin".to_owned()]), "{}", page.text());
    }
    assert_eq!(names(&bobs), ["b.bin"]);
    assert_eq!((number(&test, "SELECT COUNT(*) FROM blobs").await, number(&test, "SELECT COUNT(*) FROM files").await), (1, 2));
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blob_chunks").await, content.len().div_ceil(256 * 1024) as i64);
}

#[rstest]
#[tokio::test]
async fn what_is_refused_says_why_and_loses_neither_text_nor_other_files(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let form = typed(&ada.get(WRITE).await, WRITE, "글", "오래 쓴 글");
    let large = vec![b'x'; 25 * 1024 * 1024 + 1];

    let page = upload(&mut ada, ATTACH, &form, &[("빈.txt", b""), ("좋은.txt", b"ok"), ("큰.bin", &large), ("끝.txt", b"last")]).await;

    assert_eq!(page.status, 422);
    assert!(page.says("빈.txt : 빈 파일입니다") || page.says("빈.txt: 빈 파일입니다"), "{}", page.text());
    assert!(page.says("25 MB까지 올릴 수 있습니다") && page.count("ul.refused li") == 2, "{}", page.text());
    assert_eq!((value(&page, WRITE, "body").as_str(), names(&page)), ("오래 쓴 글", vec!["좋은.txt".into(), "끝.txt".into()]));
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs WHERE state = 'arriving'").await, 0, "what was refused is gone");
    let post = send(&mut ada, WRITE, &page.form(WRITE)).await;
    assert_eq!(names(&post), ["좋은.txt", "끝.txt"], "the form that came back goes on with its draft");
}

#[rstest]
#[tokio::test]
async fn a_post_has_twenty_files_at_most(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let form = typed(&ada.get(WRITE).await, WRITE, "글", "내용");
    let many: Vec<String> = (0..22).map(|n| format!("{n}.txt")).collect();
    let files: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), name.as_bytes())).collect();

    let page = upload(&mut ada, ATTACH, &form, &files).await;

    assert_eq!((page.status, names(&page).len(), page.count("ul.refused li")), (422, 20, 2));
    assert!(page.says("파일을 20개까지"), "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn a_member_has_room_for_so_much(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    post_with(&mut ada, "큰 파일.txt", b"big").await;
    // As if it had almost all of a member's room.
    let almost = minschool::domain::files::OF_MEMBER_BYTES - 2;
    query::run(&test.app.context.db, &format!("UPDATE blobs SET size = {almost} WHERE id = (SELECT MAX(blob_id) FROM files)"), [])
        .await
        .unwrap();
    let form = typed(&ada.get(WRITE).await, WRITE, "글", "남아야 할 글");

    let page = upload(&mut ada, ATTACH, &form, &[("한 바이트 더.txt", b"abc")]).await;

    assert_eq!((page.status, names(&page).len()), (422, 0));
    assert!(page.says("회원 한 사람이 올릴 수 있는 양") && page.says("남아야 할 글"), "{}", page.text());
    let form = typed(&bob.get(WRITE).await, WRITE, "글", "내용");
    assert_eq!(upload(&mut bob, ATTACH, &form, &[("한 바이트 더.txt", b"abc")]).await.status, 200, "that is of one member alone");
}

#[rstest]
#[tokio::test]
async fn files_that_were_chosen_and_not_sent_are_asked_for(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut form = typed(&ada.get(WRITE).await, WRITE, "글", "내용");
    set(&mut form, "files", "신청서.hwp");

    let page = send(&mut ada, WRITE, &form).await;

    assert!(page.status == 422 && page.says("고른 파일이 아직 올라가지 않았습니다"), "{}", page.text());
    assert_eq!(value(&page, WRITE, "body"), "내용");
    assert!(send(&mut ada, WRITE, &page.form(WRITE)).await.says("글을 등록했습니다"));
}

#[rstest]
#[tokio::test]
async fn a_file_is_removed_from_a_draft_at_once_and_from_a_post_when_the_change_is_saved(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let form = typed(&ada.get(WRITE).await, WRITE, "글", "내용");
    let editor = upload(&mut ada, ATTACH, &form, &[("하나.txt", b"1"), ("둘.txt", b"2")]).await;
    let mut form = editor.form(WRITE);
    set(&mut form, "body", "더 쓴 내용");
    let remove = editor.attribute("button[name=remove]", "value").unwrap();
    set(&mut form, "remove", &remove);

    let editor = send(&mut ada, ATTACH, &form).await;
    assert_eq!((names(&editor), value(&editor, WRITE, "body").as_str()), (vec!["둘.txt".to_owned()], "더 쓴 내용"));
    let post = send(&mut ada, WRITE, &editor.form(WRITE)).await;
    let (edit, attach) = (format!("{}/edit", post.path), format!("{}/files", post.path));

    let editor = ada.get(&edit).await;
    let mut form = editor.form(&edit);
    set(&mut form, "remove", &editor.attribute("button[name=remove]", "value").unwrap());
    let editor = send(&mut ada, &attach, &form).await;
    assert!(names(&editor).is_empty(), "{}", editor.text());
    let editor = upload(&mut ada, &attach, &editor.form(&edit), &[("셋.txt", b"3")]).await;
    assert_eq!(names(&editor), ["셋.txt"]);
    assert_eq!(names(&test.visitor().get(&post.path).await), ["둘.txt"], "readers see the post as it is");
    assert_eq!(names(&ada.get(&edit).await), ["둘.txt"], "and so does an editor without that draft");

    let post = send(&mut ada, &edit, &editor.form(&edit)).await;
    assert_eq!(names(&post), ["셋.txt"], "{}", post.text());
    assert_eq!(names(&test.visitor().get(&post.path).await), ["셋.txt"]);
}

#[rstest]
#[tokio::test]
async fn a_file_is_gone_with_its_post_and_comes_back_with_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut guest) = (test.signed_in("ada").await, test.visitor());
    let post = post_with(&mut ada, "비밀.txt", b"secret").await;
    let (file, id) = (link(&post), PostId(post.path.rsplit('/').next().unwrap().parse().unwrap()));
    assert_eq!(guest.get(&file).await.html, "secret");
    let tag = guest.get(&file).await.header("etag").to_owned();

    for (action, guests) in [(ModerationAction::Hide, 404), (ModerationAction::Delete, 404), (ModerationAction::Restore, 200)] {
        let key = idempotency::Key::random().unwrap();
        moderate(&test.app.context, &operator(), &key, &[id], action, "시험").await.unwrap();
        assert_eq!(guest.get(&file).await.status, guests, "{action:?}");
        let mut cached = guest.clone().with("if-none-match", &tag);
        assert_eq!(cached.get(&file).await.status, if guests == 200 { 304 } else { 404 }, "{action:?}: what a browser keeps is asked for");
        let own = if action == ModerationAction::Delete { 404 } else { 200 };
        assert_eq!(ada.get(&file).await.status, own, "{action:?}");
    }
}

#[rstest]
#[tokio::test]
async fn nobody_attaches_to_or_removes_from_what_is_not_theirs(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = post_with(&mut ada, "a.txt", b"a").await;
    let remove = link(&post).split('/').nth(2).unwrap().to_owned();
    let mut form = typed(&bob.get(WRITE).await, WRITE, "밥", "밥");

    assert_eq!(upload(&mut bob, &format!("{}/files", post.path), &form, &[("b.txt", b"b")]).await.status, 403);
    set(&mut form, "remove", &remove);
    let page = send(&mut bob, ATTACH, &form).await;
    assert_eq!(page.status, 200);
    assert_eq!(names(&test.visitor().get(&post.path).await), ["a.txt"]);
    // With the name of her form and the number of her draft nothing of hers is reached.
    let own = typed(&ada.get(WRITE).await, WRITE, "글", "글");
    let hers = upload(&mut ada, ATTACH, &own, &[("c.txt", b"c")]).await;
    let mut stolen = page.form(WRITE);
    for field in ["editor", "draft", "version"] {
        set(&mut stolen, field, &value(&hers, WRITE, field));
    }
    let page = upload(&mut bob, ATTACH, &stolen, &[("d.txt", b"d")]).await;
    assert!(page.status == 422 && !names(&page).contains(&"c.txt".to_owned()), "{}", page.text());
    assert_eq!(names(&ada.get(&hers.path).await), ["c.txt"]);
}

#[rstest]
#[tokio::test]
async fn a_session_that_ended_meanwhile_keeps_the_text_and_stores_no_file(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let form = typed(&ada.get(WRITE).await, WRITE, "글", "한 시간 동안 쓴 글");
    let mut gone = test.visitor();

    let relogin = upload(&mut gone, ATTACH, &form, &[("a.txt", b"a")]).await;

    assert!(relogin.status == 401 && relogin.html.contains("한 시간 동안 쓴 글"), "{}", relogin.text());
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 0);
    let password = crate::support::PASSWORD;
    let page = gone.submit(&relogin, "/login", &[("email", "ada@example.com"), ("password", password)]).await;
    assert_eq!(value(&page, WRITE, "body"), "한 시간 동안 쓴 글", "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn bodies_that_are_no_form_are_refused_and_leave_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let cut = b"--browser\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nx\r\n\
        --browser\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.bin\"\r\n\r\nhalf";
    let crowd = b"--browser\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n".repeat(5_000);

    for (body, status) in [(cut.to_vec(), 400), (crowd, 400), (b"nonsense".to_vec(), 400), (Vec::new(), 400)] {
        assert_eq!(raw(&mut ada, ATTACH, body).await.status, status);
    }

    assert_eq!((number(&test, "SELECT COUNT(*) FROM files").await, number(&test, "SELECT COUNT(*) FROM blobs").await), (0, 0));
    let form = typed(&ada.get(WRITE).await, WRITE, "글", "글");
    assert_eq!(send(&mut ada, SAVE, &form).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_script_sends_a_file_with_its_draft_alone_and_gets_the_list(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let form = typed(&ada.get(WRITE).await, WRITE, "글", "앞서 저장한 내용");
    let mut ada = ada.with_htmx();
    let begun = upload(&mut ada, ATTACH, &form, &[]).await;
    let draft = begun.attribute("#attached", "data-draft").unwrap();
    assert_eq!((begun.status, begun.attribute("#attached", "data-version").as_deref()), (200, Some("1")));

    let alone: Form = vec![("draft".into(), draft.clone())];
    let listed = upload(&mut ada, ATTACH, &alone, &[("가.txt", b"1"), ("빈.txt", b"")]).await;
    let foreign = upload(&mut test.signed_in("bob").await.with_htmx(), ATTACH, &alone, &[("나.txt", b"2")]).await;

    assert_eq!((listed.status, names(&listed)), (422, vec!["가.txt".to_owned()]));
    assert!(listed.html.contains("빈 파일입니다") && !listed.html.contains("<main"), "{}", listed.html);
    assert_eq!((foreign.status, number(&test, "SELECT COUNT(*) FROM files").await), (404, 1), "a draft is its member's own");
    assert_eq!(
        number(&test, &format!("SELECT COUNT(*) FROM drafts WHERE id = {draft} AND body = '앞서 저장한 내용' AND version = 1")).await,
        1
    );
}

#[rstest]
#[tokio::test]
async fn a_draft_of_one_post_changes_nothing_of_it_when_another_is_published(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = post_with(&mut ada, "입구.png", &encoded(&half_red(40, 40), ImageFormat::Png)).await.path;
    let edit = format!("{post}/edit");
    let mut change = ada.get(&edit).await.form(&edit);
    let alt = change.iter().find(|(name, _)| name.starts_with("alt.")).unwrap().0.clone();
    set(&mut change, &alt, "다른 설명");
    set(&mut change, "body", "고치다 만 글");
    autosave(&mut ada, &format!("{post}/draft"), &mut change).await;
    assert_eq!(number(&test, "SELECT COUNT(*) FROM file_changes").await, 1);

    let mut other = typed(&ada.get(WRITE).await, WRITE, "다른 글", "내용");
    for name in ["draft", "version", "form"] {
        let value = change.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value);
        set(&mut other, name, value);
    }
    let other = send(&mut ada, WRITE, &other).await;

    assert!(other.says("글을 등록했습니다"), "{}", other.text());
    assert_eq!(number(&test, "SELECT COUNT(*) FROM files WHERE alt = '다른 설명'").await, 0);
    assert_eq!(number(&test, "SELECT COUNT(*) FROM drafts").await, 1, "the unfinished change is still there");
}
