//! Where a newcomer goes after the form behind the mailed link: to the page on which they began.

use crate::sign_ups::sign_up;
use crate::support::mail::{Post, link};
use crate::support::{Engine, PASSWORD, Page, Postgres, Sqlite, TestApp, Visitor};
use minschool::entity::sign_up::{ActiveModel, Entity};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;

const ADA: &str = "ada@example.com";
const WRITE: &str = "/community/free/write";
const CONFIRM: &str = "/signup/confirm";

/// Signs up from a page, and gives the page after the form and the path of the link that came.
async fn signed_up_from(next: &str, post: &Post, ada: &mut Visitor) -> (Page, String) {
    let page = ada.get(&format!("/signup?next={next}")).await;
    let fields = [("email", ADA), ("name", "에이다"), ("password", PASSWORD), ("terms", "1"), ("privacy", "1"), ("next", next)];
    let sent = ada.submit(&page, "/signup", &fields).await;
    (sent, link(&post.mail(ADA, 0).await, &post.node.app))
}

async fn start(engine: Engine) -> (TestApp, Post) {
    let test = engine.start().await;
    let post = Post::beside(&test).await;
    (test, post)
}

#[rstest]
#[tokio::test]
async fn a_newcomer_goes_on_to_where_they_wanted_to_go(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post) = start(engine).await;
    let (sent, place) = signed_up_from(WRITE, &post, &mut test.visitor().on(&post.node)).await;
    assert_eq!(sent.count(&format!("main a[href='/signup?next={WRITE}']")), 1, "signing up again keeps it: {}", sent.html);
    assert!(!place.contains("next"), "the link stays short: {place}");
    let mut phone = test.visitor().on(&post.node);
    let page = phone.get(&place).await;
    let refused = phone.submit(&page, CONFIRM, &[("password", "다른 비밀번호입니다")]).await;
    assert_eq!(refused.status, 422);
    let mut again = phone.clone();

    let done = phone.submit(&refused, CONFIRM, &[("password", PASSWORD)]).await;

    assert!(done.path == WRITE && done.says("가입이 끝났습니다") && done.says("내 정보"), "{} {}", done.path, done.text());
    // The row is gone: the form itself names the page.
    assert_eq!(again.submit(&refused, CONFIRM, &[("password", PASSWORD)]).await.path, WRITE, "a form sent twice has one answer");
}

#[rstest]
#[tokio::test]
async fn who_has_an_account_already_or_comes_too_late_goes_on_by_signing_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post) = start(engine).await;
    let mut ada = test.visitor().on(&post.node);
    let (_, place) = signed_up_from(WRITE, &post, &mut ada).await;
    let page = ada.get(&place).await;
    test.member("ada").await;
    let login = format!("main a[href='/login?next={WRITE}']");

    let known = ada.get(&place).await;
    assert_eq!((known.status, known.count(&login)), (410, 1), "{}", known.html);
    Entity::delete_many().exec(&test.app.context.db).await.unwrap();
    let late = ada.submit(&page, CONFIRM, &[("password", PASSWORD)]).await;
    assert_eq!((late.status, late.count(&login)), (410, 1), "{}", late.html);
    assert_eq!(late.count(&format!("main a[href='/signup?next={WRITE}']")), 1, "{}", late.html);
}

#[rstest]
#[tokio::test]
async fn a_later_sign_up_replaces_the_destination_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post) = start(engine).await;
    let mut ada = test.visitor().on(&post.node);
    signed_up_from(WRITE, &post, &mut ada).await;

    sign_up(&mut ada, ADA, "에이다").await;

    let place = link(&post.mail(ADA, 1).await, &post.node.app);
    let page = ada.get(&place).await;
    assert_eq!(ada.submit(&page, CONFIRM, &[("password", PASSWORD)]).await.path, "/");
}

#[rstest]
#[tokio::test]
async fn no_newcomer_is_led_to_another_site(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post) = start(engine).await;
    let mut ada = test.visitor().on(&post.node);
    let (sent, place) = signed_up_from("//evil.example", &post, &mut ada).await;
    assert_eq!(sent.path, "/signup/sent");
    assert_eq!(ada.get("/signup/sent?next=//evil.example").await.count("main a[href*=evil]"), 0);
    // As if the row had been written by other means.
    let evil = ActiveModel { next: Set(Some("https://evil.example".into())), ..Default::default() };
    Entity::update_many().set(evil).exec(&test.app.context.db).await.unwrap();

    let page = ada.get(&place).await;

    assert_eq!(page.attribute("main [name=next]", "value").as_deref(), Some("/"));
    let done = ada.submit(&page, CONFIRM, &[("password", PASSWORD), ("next", "https://evil.example")]).await;
    assert!(done.path == "/" && done.says("가입이 끝났습니다"), "{} {}", done.path, done.text());
}

#[rstest]
#[tokio::test]
async fn a_row_of_an_older_version_leads_home(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post) = start(engine).await;
    let mut ada = test.visitor().on(&post.node);
    let (_, place) = signed_up_from(WRITE, &post, &mut ada).await;
    let old = ActiveModel { next: Set(None), ..Default::default() };
    Entity::update_many().set(old).exec(&test.app.context.db).await.unwrap();

    let page = ada.get(&place).await;

    assert_eq!(ada.submit(&page, CONFIRM, &[("password", PASSWORD)]).await.path, "/");
}
