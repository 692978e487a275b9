//! What people say about themselves, and how pages look to them.

use crate::support::{Engine, Postgres, Sqlite, until};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn a_visitors_reading_aids_are_kept_in_a_cookie(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut guest = test.visitor();
    let page = guest.get("/my/reading").await;

    let page = guest.submit(&page, "/my/reading", &[("theme", "dark"), ("size", "150"), ("language", "en"), ("next", "/community")]).await;

    assert_eq!(page.path, "/community");
    assert_eq!(page.attribute("html", "data-theme").as_deref(), Some("dark"));
    assert_eq!(page.attribute("html", "data-size").as_deref(), Some("150"));
    assert_eq!(page.attribute("html", "lang").as_deref(), Some("en"));
}

#[rstest]
#[tokio::test]
async fn a_members_reading_aids_follow_them_to_another_browser(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let page = ada.get("/my/reading").await;
    ada.submit(&page, "/my/reading", &[("theme", "contrast"), ("spacing", "wide"), ("language", "en")]).await;

    let mut phone = test.visitor();
    phone.sign_in("ada").await;
    let page = phone.get("/").await;

    assert_eq!(page.attribute("html", "data-theme").as_deref(), Some("contrast"));
    assert_eq!(page.attribute("html", "data-spacing").as_deref(), Some("wide"));
    assert_eq!(page.attribute("html", "lang").as_deref(), Some("en"));
}

#[rstest]
#[tokio::test]
async fn a_new_name_stands_everywhere_at_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let mut guest = test.visitor();
    guest.get("/community/free").await;

    let page = ada.get("/my/profile").await;
    let page = ada.submit(&page, "/my/profile", &[("name", "러브레이스")]).await;

    assert!(page.says("저장했습니다"), "{}", page.text());
    assert!(guest.get("/community/free").await.says("러브레이스") && guest.get(&post).await.says("러브레이스"));
    assert!(ada.get("/").await.says("러브레이스님"));
}

#[rstest]
#[tokio::test]
async fn who_saves_their_settings_as_they_are_stays_to_be_seen(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;

    let page = ada.get("/my/profile").await;
    let page = ada.submit(&page, "/my/profile", &[]).await;

    assert!(page.says("저장했습니다"), "{}", page.text());
    assert_eq!(page.count("input[name=presence][checked]"), 1);
}

#[rstest]
#[tokio::test]
async fn who_does_not_want_to_be_seen_is_not(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut bob = test.signed_in("bob").await;
    ada.get("/").await;
    until("ada is seen", async || bob.get("/who").await.says("ada")).await;

    let page = ada.get("/my/profile").await;
    let mut form = page.form("/my/profile");
    form.retain(|(name, _)| name != "presence");
    let fields: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    ada.post("/my/profile", &fields).await;
    ada.get("/").await;

    assert!(!bob.get("/who").await.says("ada"));
}

#[rstest]
#[tokio::test]
async fn a_profile_shows_what_one_may_read(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    ada.write("free", "내가 쓴 글").await;

    let page = test.visitor().get("/u/2").await;

    assert!(page.says("ada") && page.says("내가 쓴 글"), "{}", page.text());
    assert!(!page.html.contains("ada@example.com"), "an address is nobody's business");
}

#[rstest]
#[tokio::test]
async fn the_present_password_is_asked_for(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let page = ada.get("/my/password").await;

    let page = ada.submit(&page, "/my/password", &[("current", "wrong"), ("password", "보라색 기린이 줄넘기 9번")]).await;

    assert_eq!(page.status, 422);
    assert!(page.says("지금 비밀번호가 맞지 않습니다"), "{}", page.text());
}
