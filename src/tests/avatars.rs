//! Pictures of members: chosen without scripts, cut square, shown wherever the name is, gone at once when they are taken away.

use crate::backup::{empty, put};
use crate::files::{number, upload_as};
use crate::pictures::{bytes, encoded, half_red, head_of, moving, photo};
use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, Visitor, until};
use image::{DynamicImage, ImageFormat, RgbImage};
use minschool::config::Config;
use minschool::db::query;
use minschool::files::storage;
use poem::http::Method;
use rstest::rstest;

const SETTINGS: &str = "/my/profile";
const UPDATE: &str = "/my/profile/picture";
const DESTROY: &str = "/my/profile/picture/delete";

/// Sends the form of a picture as a browser does.
async fn choose(member: &mut Visitor, crop: &str, picture: &[u8]) -> Page {
    let page = member.get(SETTINGS).await;
    send(member, &page, crop, &[("나.jpg", picture)]).await
}

async fn send(member: &mut Visitor, page: &Page, crop: &str, files: &[(&str, &[u8])]) -> Page {
    let mut form = page.form(UPDATE);
    form.retain(|(name, _)| name != "crop");
    form.push(("crop".into(), crop.into()));
    upload_as(member, UPDATE, &form, "picture", files).await
}

fn jpeg(image: &DynamicImage) -> Vec<u8> {
    encoded(image, ImageFormat::Jpeg)
}

/// A picture of one colour.
fn plain(red: u8) -> Vec<u8> {
    jpeg(&RgbImage::from_pixel(300, 300, image::Rgb([red, 30, 30])).into())
}

/// Where a page finds the picture of a member.
fn address(page: &Page, place: &str) -> String {
    page.attribute(&format!("{place} img.avatar"), "src").unwrap_or_else(|| panic!("{place} of {}: {}", page.path, page.html))
}

async fn status(visitor: &mut Visitor, path: &str) -> u16 {
    visitor.send(Method::GET, path, None, false).await.status
}

async fn work_is_swept(test: &TestApp) {
    assert_eq!(number(test, "SELECT COUNT(*) FROM blobs WHERE state <> 'ready'").await, 0, "what was sent is not kept");
}

#[rstest]
#[tokio::test]
async fn a_picture_is_cut_square_and_shown_wherever_the_letter_was(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut boss) = (test.signed_in("ada").await, test.staff("boss", "admin").await);
    let post = ada.write("free", "글").await;
    ada.comment(&post, "댓글").await;
    let bobs = boss.write("free", "관리자의 글").await;
    ada.comment(&bobs, "답").await;
    assert_eq!(ada.get("/u/2").await.count(".profile .avatar[data-letters]"), 1, "before, it is drawn");

    // It lies on its side: turned, it is 300 wide, 600 high, and its upper half is red.
    let page = choose(&mut ada, "start", &photo(600, 300)).await;

    assert!(page.says("프로필 사진을 바꾸었습니다") && page.path == SETTINGS, "{}", page.text());
    work_is_swept(&test).await;
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 2);
    let mut guest = test.visitor();
    let profile = guest.get("/u/2").await;
    let (large, small) = (address(&profile, ".profile"), address(&page, "details.menu"));
    for (path, side) in [(&large, 256), (&small, 96)] {
        let (content, kind) = bytes(&guest, path).await;
        assert!(!content.windows(4).any(|part| part == b"Exif" || part == b"37.5"), "{path}");
        let picture = image::load_from_memory(&content).unwrap();
        assert_eq!(((picture.width(), picture.height()), kind.as_str()), ((side, side), "image/jpeg"), "{path}");
        let below = picture.to_rgb8().get_pixel(side / 2, side - 9).0;
        assert!(below[0] > 200 && below[2] < 60, "{path}: the upper half is kept: {below:?}");
    }
    for (page, place) in [
        (guest.get(&post).await, "article header"),
        (guest.get(&post).await, ".comments, .thread, main li"),
        (boss.get("/notifications").await, ".notifications"),
        (boss.get_admin("/users").await, "td, th"),
        (boss.get_admin("/users/2").await, ".profile"),
        (boss.get_admin("/").await, ".people-rows"),
    ] {
        assert!(page.html.contains(&small) || page.html.contains(&large), "{place} of {}: {}", page.path, page.html);
    }
    assert_eq!(boss.send(Method::GET, &small, None, true).await.status, 200, "the panel has them too");
    assert_ne!(test.visitor().send(Method::GET, &small, None, true).await.status, 200, "for staff");
    until("ada is seen", async || guest.get("/who").await.html.contains(&small)).await;
}

#[rstest]
#[tokio::test]
async fn it_may_be_kept_by_browsers_and_by_nobody_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let small = address(&choose(&mut ada, "centre", &plain(200)).await, "details.menu");

    let sent = test.visitor().send(Method::GET, &small, None, false).await;

    assert_eq!(sent.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!((sent.header("x-accel-expires"), sent.header("x-content-type-options")), ("0", "nosniff"));
    assert!(sent.header("content-security-policy").contains("sandbox"));
    let mut guest = test.visitor();
    // One of them may have loaded what instances keep of boards for a moment.
    let again = guest.send(Method::GET, &small, None, false).await;
    assert!(sent.statements.min(again.statements) <= 2, "{} {}", sent.statements, again.statements);
    let name = small.split('/').nth(3).unwrap();
    for wrong in [format!("/avatars/1/{name}/small"), "/avatars/2/0000000000000000/small".into(), format!("/avatars/2/{name}/huge")] {
        assert_eq!(status(&mut guest, &wrong).await, 404, "{wrong}");
    }
}

#[rstest]
#[case("start", true)]
#[case("end", false)]
#[tokio::test]
async fn the_form_says_which_part_is_kept(#[case] crop: &str, #[case] is_red: bool) {
    let test = Sqlite.start().await;
    let mut ada = test.signed_in("ada").await;

    let page = choose(&mut ada, crop, &encoded(&half_red(800, 100), ImageFormat::Png)).await;

    let (content, _) = bytes(&ada, &address(&page, ".portrait")).await;
    let picture = image::load_from_memory(&content).unwrap().to_rgb8();
    assert_eq!(picture.dimensions(), (100, 100), "a small picture stays small");
    assert_eq!(picture.get_pixel(50, 50).0[0] > 200, is_red);
}

#[rstest]
#[tokio::test]
async fn of_a_picture_that_moves_the_first_frame_is_taken(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;

    let page = choose(&mut ada, "centre", &moving(12, 40)).await;

    let (content, kind) = bytes(&ada, &address(&page, ".portrait")).await;
    assert_eq!((kind.as_str(), image::load_from_memory(&content).unwrap().width()), ("image/jpeg", 40));
    work_is_swept(&test).await;
}

#[rstest]
#[tokio::test]
async fn a_changed_picture_shows_on_kept_pages_of_every_instance(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    bob.comment(&post, "댓글").await;
    let node = test.node().await;
    let mut elsewhere = if test.app.config.redis_url.is_some() { ada.on(&node) } else { test.visitor() };
    elsewhere.get(&post).await;

    let first = address(&choose(&mut ada, "centre", &plain(200)).await, "details.menu");
    until("the first is shown", async || elsewhere.get(&post).await.html.contains(&first)).await;
    let second = address(&choose(&mut ada, "centre", &plain(90)).await, "details.menu");
    until("the second is shown", async || elsewhere.get(&post).await.html.contains(&second)).await;

    assert!(first != second && !elsewhere.get(&post).await.html.contains(&first));
    assert_eq!((status(&mut bob, &first).await, status(&mut bob, &second).await), (404, 200));
    let large = second.replace("/small", "/large");
    assert!(bob.get("/u/2").await.html.contains(&large) && status(&mut elsewhere, &large).await == 200);

    let page = ada.get(SETTINGS).await;
    let page = ada.submit(&page, DESTROY, &[]).await;

    assert!(page.says("프로필 사진을 지웠습니다") && page.count(".portrait .avatar[data-letters]") == 1, "{}", page.text());
    assert_eq!(page.count(&format!("form[action='{DESTROY}']")), 0, "there is nothing to remove");
    until("it is gone", async || elsewhere.get(&post).await.count("img.avatar") == 0).await;
    assert_eq!((status(&mut elsewhere, &second).await, status(&mut bob, &large).await), (404, 404));
    assert_eq!(bob.get("/u/2").await.count("img.avatar"), 0);
}

#[rstest]
#[tokio::test]
async fn what_is_no_picture_is_refused_and_the_form_is_kept(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let large = vec![0xff; 10 * 1024 * 1024 + 1];
    for (name, content, why) in [
        ("빈.jpg", Vec::new(), "빈 파일입니다"),
        ("글.jpg", "사진이 아닙니다".into(), "사진 파일이 아닙니다"),
        ("거짓.jpg", b"\xff\xd8\xff\xe0 this is no picture".to_vec(), "열 수 없는 사진입니다"),
        ("폭탄.png", head_of(60_000, 60_000), "사진의 가로세로가 너무 큽니다"),
        ("큰.jpg", large, "10 MB까지 올릴 수 있습니다"),
    ] {
        let page = ada.get(SETTINGS).await;
        let page = send(&mut ada, &page, "end", &[(name, &content)]).await;
        assert!(page.status == 422 && page.says(why) && page.says("오류"), "{name}: {}", page.text());
        assert_eq!(page.attribute("input[name=crop][checked]", "value").as_deref(), Some("end"), "{name}");
        assert_eq!(page.attribute("#picture", "aria-invalid").as_deref(), Some("true"), "{name}");
    }
    let page = ada.get(SETTINGS).await;
    let none = send(&mut ada, &page, "centre", &[("", b"")]).await;
    assert!(none.status == 422 && none.says("사진을 골라 주세요"), "{}", none.text());
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 0);
    assert_eq!(none.count("img.avatar"), 0);
}

#[rstest]
#[tokio::test]
async fn a_form_that_is_sent_again_changes_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let node = test.node().await;
    let mut elsewhere = ada.on(&node);
    let page = ada.get(SETTINGS).await;
    let picture = plain(180);

    let files: [(&str, &[u8]); 1] = [("나.jpg", &picture)];
    let (one, two) = futures_util::join!(send(&mut ada, &page, "centre", &files), send(&mut elsewhere, &page, "centre", &files));

    assert!((one.status, two.status) == (200, 200), "{} {}", one.text(), two.text());
    assert_eq!((number(&test, "SELECT COUNT(*) FROM avatars").await, number(&test, "SELECT COUNT(*) FROM blobs").await), (2, 2));
    until("she sees it", async || ada.get(SETTINGS).await.count(".portrait img.avatar") == 1).await;
    let now = ada.get(SETTINGS).await;
    ada.submit(&now, DESTROY, &[]).await;
    let late = send(&mut ada, &page, "centre", &files).await;
    assert_eq!((late.status, late.count("img.avatar")), (200, 0), "what came late does not bring it back");
    work_is_swept(&test).await;
}

#[rstest]
#[tokio::test]
async fn the_same_picture_of_two_members_is_stored_once_and_each_has_their_own(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let picture = plain(120);
    let (_, bobs) = futures_util::join!(choose(&mut ada, "centre", &picture), choose(&mut bob, "centre", &picture));
    assert_eq!((number(&test, "SELECT COUNT(*) FROM avatars").await, number(&test, "SELECT COUNT(*) FROM blobs").await), (4, 2));

    let page = ada.get(SETTINGS).await;
    ada.submit(&page, DESTROY, &[]).await;

    assert_eq!(status(&mut ada, &address(&bobs, "details.menu")).await, 200);
}

#[rstest]
#[tokio::test]
async fn staff_who_manage_members_take_a_picture_away_and_it_is_written_down(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut boss, mut moderator) = (test.staff("boss", "admin").await, test.staff("mod", "moderator").await);
    let mut ada = test.signed_in("ada").await;
    let picture = address(&choose(&mut ada, "centre", &plain(200)).await, "details.menu");
    choose(&mut boss, "centre", &plain(60)).await;
    let (user, admin) = ("/users/4", "/users/2");
    let delete = |user: &str| format!("{user}/picture/delete");

    let page = moderator.get_admin(admin).await;
    let refused = moderator.submit_admin(&page, &delete(admin), &[]).await;
    assert_eq!(refused.status, 403, "an administrator is beyond a moderator's reach");
    let page = boss.get_admin(admin).await;
    assert_eq!((page.count(".profile img.avatar"), page.count(&format!("form[action='{}']", delete(admin)))), (1, 0), "not one's own here");
    let page = moderator.get_admin(user).await;
    let page = moderator.submit_admin(&page, &delete(user), &[]).await;

    assert!(page.says("프로필 사진을 지웠습니다") && page.count(".profile img.avatar") == 0, "{}", page.text());
    until("her header shows a letter", async || ada.get("/").await.count("img.avatar") == 0).await;
    assert_eq!(status(&mut ada, &picture).await, 404);
    let log = boss.get_admin("/audit").await;
    assert!(log.says("프로필 사진 삭제") && log.says("ada"), "{}", log.text());
}

#[rstest]
#[tokio::test]
async fn who_may_not_manage_members_takes_nobodys_picture_away(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut boss, mut moderator) = (test.staff("boss", "admin").await, test.staff("mod", "moderator").await);
    let mut ada = test.signed_in("ada").await;
    let picture = address(&choose(&mut ada, "centre", &plain(200)).await, "details.menu");
    let page = moderator.get_admin("/users/4").await;
    let moderate = "DELETE FROM role_permissions WHERE resource = 'user' AND action = 'moderate' AND role_id = 2";
    let once = page.once("/users/4/picture/delete");

    query::run(&test.app.context.db, moderate, []).await.unwrap();
    // Their session is read anew.
    let mut again = test.visitor();
    again.sign_in_as_staff("mod").await;
    let page = again.get_admin("/users/4").await;

    assert_eq!(page.count("form[action='/users/4/picture/delete']"), 0, "not offered");
    assert_eq!(page.count(".profile img.avatar"), 1);
    assert_ne!(again.post_admin("/users/4/picture/delete", &[("once", &once)]).await.status, 200);
    assert_eq!(status(&mut ada, &picture).await, 200);
    assert_eq!(boss.post_admin("/users/2/picture/delete", &[]).await.status, 422, "without a key");
}

#[rstest]
#[tokio::test]
async fn a_visitor_is_asked_to_sign_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut guest = test.visitor();

    let page = upload_as(&mut guest, UPDATE, &Vec::new(), "picture", &[("나.jpg", &plain(9))]).await;

    assert!(page.says("로그인") && page.status != 200, "{} {}", page.status, page.text());
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 0);
}

#[rstest]
#[tokio::test]
async fn the_sweep_takes_earlier_pictures_and_leaves_those_that_are_shown(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    choose(&mut ada, "centre", &plain(200)).await;
    let shown = address(&choose(&mut ada, "centre", &plain(90)).await, "details.menu");
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 4);

    let later = test.app.context.clock.now() + time::Duration::hours(25);
    while storage::sweep(&test.app.context.db, later).await.unwrap() > 0 {}

    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 2);
    assert_eq!((status(&mut ada, &shown).await, status(&mut ada, &shown.replace("/small", "/large")).await), (200, 200));
}

#[rstest]
#[tokio::test]
async fn pictures_are_in_copies_on_either_engine(#[values(Sqlite, Postgres)] from: Engine, #[values(Sqlite, Postgres)] into: Engine) {
    let (folder, test) = (tempfile::tempdir().unwrap(), from.start().await);
    let mut ada = test.signed_in("ada").await;
    choose(&mut ada, "centre", &plain(200)).await;
    let kept = put(&test, &folder.path().join("copies"), None).await;

    let config = empty(&test, &folder, into);
    minschool::cli::restore::restore(&config, &kept.path, Vec::new()).await.unwrap();
    let moved = empty(&test, &folder, into);
    minschool::cli::moving::carry(&Config { redis_url: None, ..test.app.config.clone() }, &moved).await.unwrap();

    let whole = "SELECT COUNT(*) FROM avatars a JOIN users u ON u.id = a.user_id JOIN blobs b ON b.id = a.blob_id \
                 JOIN blob_chunks c ON c.blob_id = b.id WHERE u.avatar IS NOT NULL AND (a.size = 'small' OR b.sha256 LIKE u.avatar || '%')";
    for config in [config, moved] {
        let db = minschool::db::open(&config).await.unwrap();
        assert_eq!(query::number(&db, whole, []).await.unwrap(), Some(2));
        assert_eq!(storage::first_broken(&db).await.unwrap(), None);
    }
}
