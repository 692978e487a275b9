//! PostgreSQL is away: what people could read they read on, what they send comes back to them, and nothing that was
//! acknowledged is lost.

use crate::support::{Engine, Postgres, TestApp, until};
use minschool::shared::batch_read::Plan;
use minschool::shared::cache::CacheTag;
use minschool::web::language;
use poem::Endpoint;
use poem::http::Method;
use rstest::rstest;
use std::time::{Duration, Instant};
use templates::layout::Aids;
use templates::text::Lang;
use testkit::fault_proxy::FaultProxy;

/// An instance that watches its database, and the proxy between them.
async fn test_app(engine: Engine) -> (TestApp, FaultProxy) {
    let (test, proxy) = engine.start_behind_proxy().await;
    tokio::spawn(test.app.watch_database());
    (test, proxy)
}

async fn until_noticed(test: &TestApp, is_up: bool) {
    until("the outage is noticed", async || test.app.db_health.is_up() == is_up).await;
}

#[rstest]
#[tokio::test]
async fn visitors_read_on_what_they_could_read(#[values(Postgres)] engine: Engine) {
    let (test, proxy) = test_app(engine).await;
    let post = test.signed_in("ada").await.write("free", "남아 있는 글").await;
    let mut guest = test.visitor();
    for page in ["/", "/community", "/community/free", &post] {
        assert_eq!(guest.get(page).await.status, 200);
    }

    proxy.cut();
    until_noticed(&test, false).await;

    let shown = guest.get("/community").await;
    assert_eq!(shown.status, 200);
    assert!(shown.says("보관한 화면을 보여 드립니다"), "{}", shown.text());
    for page in ["/", "/community/free", &post] {
        assert!(guest.get(page).await.says("남아 있는 글"), "{page}");
    }
    let unseen = guest.get("/u/1").await;
    assert_eq!((unseen.status, unseen.header("retry-after")), (503, "2"));
    assert!(unseen.says("지금은 저장할 수 없습니다"), "{}", unseen.text());

    proxy.restore();
    until_noticed(&test, true).await;
    let back = guest.get(&post).await;
    assert!(back.status == 200 && !back.says("보관한 화면"), "{}", back.text());
    assert_eq!(guest.get("/u/1").await.status, 200);
}

#[rstest]
#[tokio::test]
async fn what_was_withdrawn_is_not_shown_again(#[values(Postgres)] engine: Engine) {
    let (test, proxy) = test_app(engine).await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "지울 글").await;
    let mut guest = test.visitor();
    assert_eq!(guest.get(&post).await.status, 200);
    assert_eq!(guest.get("/community").await.status, 200);
    let confirm = ada.get(&format!("{post}/delete")).await;
    ada.submit(&confirm, &format!("{post}/delete"), &[]).await;

    proxy.cut();
    until_noticed(&test, false).await;

    assert_eq!(guest.get(&post).await.status, 503);
    let list = guest.get("/community").await;
    assert!(list.status == 503 || !list.says("지울 글"), "{}", list.text());
}

#[rstest]
#[tokio::test]
async fn a_form_is_answered_within_a_second_and_gives_back_what_was_typed(#[values(Postgres)] engine: Engine) {
    let (test, proxy) = test_app(engine).await;
    let mut ada = test.signed_in("ada").await;
    let form = ada.get("/community/free/write").await;

    proxy.freeze();
    let begun = Instant::now();
    let answer = ada.submit(&form, "/community/free/write", &[("title", "긴 글"), ("body", "한 시간 동안 쓴 글")]).await;
    let waited = begun.elapsed();

    assert_eq!(answer.status, 503);
    assert!(answer.says("한 시간 동안 쓴 글") && answer.says("다시 보내기"), "{}", answer.text());
    // Twice the promise: the machine may be busy with other tests.
    assert!(waited < Duration::from_secs(2), "{waited:?}");

    proxy.restore();
    until_noticed(&test, true).await;
    let stored = ada.submit(&answer, "/community/free/write", &[]).await;
    assert!(stored.says("한 시간 동안 쓴 글") && stored.status == 200, "{}", stored.text());
    let again = ada.submit(&answer, "/community/free/write", &[]).await;
    assert_eq!(again.path, stored.path, "the same key is stored once");
}

#[rstest]
#[tokio::test]
async fn a_password_is_not_sent_back(#[values(Postgres)] engine: Engine) {
    let (test, proxy) = test_app(engine).await;
    test.member("ada").await;
    let mut guest = test.visitor();
    let form = guest.get("/login").await;

    proxy.cut();
    until_noticed(&test, false).await;
    let answer = guest.submit(&form, "/login", &[("email", "ada@example.com"), ("password", "아주 비밀스러운 말")]).await;

    assert_eq!(answer.status, 503);
    assert!(answer.html.contains("ada@example.com") && !answer.html.contains("비밀스러운"), "{}", answer.html);
    assert_eq!(answer.count("input[type=password]"), 1);
}

#[rstest]
#[tokio::test]
async fn a_stream_that_is_asked_for_meanwhile_opens_when_the_database_is_back(#[values(Postgres)] engine: Engine) {
    let (test, proxy) = test_app(engine).await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let id = post.rsplit('/').next().unwrap();
    let streams = ["/events".to_owned(), format!("/events/posts/{id}")];
    proxy.cut();
    until_noticed(&test, false).await;

    let asked = streams.map(|path| test.site.get_response(ada.request(Method::GET, &path, None)));
    // Pages are refused as long as it lasts.
    let meanwhile = async {
        assert_eq!(test.visitor().get("/u/1").await.status, 503);
        proxy.restore();
    };
    let (opened, ()) = tokio::join!(futures_util::future::join_all(asked), meanwhile);

    for response in opened {
        assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (200, &"text/event-stream".parse().unwrap()));
    }
}

#[rstest]
#[tokio::test]
async fn pages_that_hold_a_key_are_nobody_elses(#[values(Postgres)] engine: Engine) {
    let (test, _proxy) = test_app(engine).await;
    let mut guest = test.visitor();
    for page in ["/signup", "/community"] {
        assert_eq!(guest.get(page).await.status, 200);
    }

    let plan = Plan { generations: &[CacheTag::WITHDRAWN], ..Plan::default() };
    let withdrawn = test.app.context.shared.fetch(&plan).await.known().unwrap().generations[0].unwrap();
    let looks = language::pack(Some(Lang::Ko), Aids::default());
    let is_kept = |path: &str| test.app.context.shared.cache().page(&format!("page.{looks}.{path}"), withdrawn).is_some();

    assert!(is_kept("/community") && !is_kept("/signup"));
}
