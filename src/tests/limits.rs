//! What protects an instance from overload: growing delays, limits on writing, a bound on work in flight, and a
//! fault that stays where it happens.

use crate::support::{Engine, PASSWORD, Page, Postgres, Sqlite, TestApp, TestNode, Visitor, config};
use minschool::db::{Pool, Transaction, query};
use rstest::rstest;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// An instance on the same backends with its limits on.
async fn strict(test: &TestApp) -> TestNode {
    let mut config = config(&test.backends);
    config.rate_limits = true;
    config.in_flight = 8;
    test.node_with(config).await
}

#[rstest]
#[tokio::test]
async fn wrong_passwords_make_the_next_try_wait_and_say_how_long(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let strict = strict(&test).await;
    let mut eve = test.visitor().on(&strict).with("x-forwarded-for", "203.0.113.7");
    for _ in 0..5 {
        let page = eve.get("/login").await;
        eve.submit(&page, "/login", &[("email", "ada@example.com"), ("password", "wrong")]).await;
    }

    let page = eve.get("/login").await;
    let page = eve.submit(&page, "/login", &[("email", "ada@example.com"), ("password", PASSWORD)]).await;

    assert_eq!(page.status, 429, "even the right password has to wait");
    assert!(page.header("retry-after").parse::<u32>().unwrap() >= 1);
    assert!(page.says("초 뒤에"), "{}", page.text());
    assert_eq!(page.attribute("[name=email]", "value").as_deref(), Some("ada@example.com"), "what was typed is kept");
}

#[rstest]
#[tokio::test]
async fn a_script_that_writes_is_slowed_down_and_a_person_is_not(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let mut ada = test.signed_in("ada").await.on(&strict);
    for _ in 0..60 {
        assert_eq!(ada.post("/preview", &[("body", "x")]).await.status, 200, "previews are free");
        ada.post("/community/free/write", &[("title", "x"), ("body", "x")]).await;
    }

    let last = ada.post("/community/free/write", &[("title", "x"), ("body", "x")]).await;

    assert_eq!(last.status, 429);
    assert!(!last.header("retry-after").is_empty());
    assert_eq!(ada.get("/").await.status, 200, "reading is free");
}

#[rstest]
#[tokio::test]
async fn bodies_that_do_not_come_hold_no_place(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let visitor = test.visitor().on(&strict);
    let stuck: Vec<_> = (0..300)
        .map(|_| {
            let mut visitor = visitor.clone();
            tokio::spawn(async move {
                let mut request = visitor.request(poem::http::Method::POST, "/login", Some("a=b".into()));
                request.set_body(poem::Body::from_bytes_stream(futures_util::stream::pending::<Result<bytes::Bytes, std::io::Error>>()));
                visitor.raw(request, "/login", false).await
            })
        })
        .collect();
    crate::support::until("they are at work", async || strict.app.metrics.in_flight() == 300).await;

    assert_eq!(visitor.clone().get("/").await.status, 200);
    stuck.iter().for_each(|task| task.abort());
}

#[rstest]
#[tokio::test]
async fn one_network_sends_so_many_bodies_at_once_and_others_are_not_held_up(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let slow = test.visitor().on(&strict).with("x-forwarded-for", "203.0.113.7");
    let form = |visitor: &crate::support::Visitor| visitor.request(poem::http::Method::POST, "/login", Some("a=b".into()));
    let stuck: Vec<_> = (0..64)
        .map(|_| {
            let mut visitor = slow.clone();
            let mut request = form(&visitor);
            request.set_body(poem::Body::from_bytes_stream(futures_util::stream::pending::<Result<bytes::Bytes, std::io::Error>>()));
            tokio::spawn(async move { visitor.raw(request, "/login", false).await })
        })
        .collect();
    crate::support::until("they are at work", async || strict.app.metrics.in_flight() == 64).await;

    let one_more = slow.clone().raw(form(&slow), "/login", false).await;
    let other = test.visitor().on(&strict).with("x-forwarded-for", "203.0.113.8");
    let answered = other.clone().raw(form(&other), "/login", false).await;

    assert_eq!((one_more.status, answered.status), (429, 422));
    assert_eq!(one_more.header("retry-after"), "2");
    stuck.iter().for_each(|task| task.abort());
}

/// Eight requests that are at work, which is all that a strict instance works on: each waits for a connection to the database,
/// and all of those are taken until the second value is dropped.
async fn fully_at_work(strict: &TestNode, visitor: &Visitor) -> (Vec<JoinHandle<Page>>, Vec<Transaction>) {
    let mut taken = Vec::new();
    for _ in 0..Pool::of(&strict.app.context.db).max {
        taken.push(query::begin_reading(&strict.app.context.db).await.unwrap());
    }
    let get = |mut visitor: Visitor| tokio::spawn(async move { visitor.get("/u/1").await });
    let stuck = (0..8).map(|_| get(visitor.clone())).collect();
    crate::support::until("they are at work", async || strict.app.metrics.in_flight() == 8).await;
    (stuck, taken)
}

#[rstest]
#[tokio::test]
async fn visitors_of_one_network_search_so_often_and_members_oftener(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let (from_here, from_there) = (("x-forwarded-for", "203.0.113.7"), ("x-forwarded-for", "198.51.100.7"));
    let mut guest = test.visitor().on(&strict).with(from_here.0, from_here.1);
    for _ in 0..20 {
        assert_eq!(guest.get("/search?q=환영").await.status, 200);
    }

    let refused = guest.get("/search?q=환영").await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);
    assert_eq!(guest.get("/search").await.status, 200, "the form is no search");
    assert_eq!(test.visitor().on(&strict).with(from_there.0, from_there.1).get("/search?q=환영").await.status, 200);
    let mut ada = test.signed_in("ada").await.on(&strict).with(from_here.0, from_here.1);
    assert_eq!(ada.get("/search?q=환영").await.status, 200);
}

#[rstest]
#[tokio::test]
async fn names_are_offered_so_often(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let mut ada = test.signed_in("ada").await.on(&strict);
    for _ in 0..120 {
        assert_eq!(ada.get("/members/names?q=a").await.status, 200);
    }

    assert_eq!(ada.get("/members/names?q=a").await.status, 429);
    assert_eq!(ada.get("/").await.status, 200);
}

#[rstest]
#[tokio::test]
async fn more_than_can_be_worked_on_is_turned_away_after_a_moment(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let visitor = test.visitor().on(&strict);
    let (stuck, taken) = fully_at_work(&strict, &visitor).await;
    let begun = Instant::now();

    let page = visitor.clone().get("/").await;

    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(page.status, 503);
    assert_eq!(page.header("retry-after"), "2");
    assert!(page.says("이용자가 많습니다"), "{}", page.text());
    assert_eq!(strict.app.metrics.refused.load(Ordering::Relaxed), 1);
    drop(taken);
    for task in stuck {
        task.await.unwrap();
    }
    assert_eq!(visitor.clone().get("/").await.status, 200, "there is room again");
}

#[rstest]
#[tokio::test]
async fn a_request_beyond_what_is_worked_on_waits_for_one_that_ends(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let visitor = test.visitor().on(&strict);
    let (_stuck, taken) = fully_at_work(&strict, &visitor).await;
    let mut next = visitor.clone();
    let next = tokio::spawn(async move { next.get("/").await });
    crate::support::until("it waits", async || strict.app.metrics.waiting.now() == 1).await;

    drop(taken);

    assert_eq!(next.await.unwrap().status, 200);
    assert_eq!((strict.app.metrics.waiting.now(), strict.app.metrics.refused.load(Ordering::Relaxed)), (0, 0));
}

#[rstest]
#[tokio::test]
async fn a_fault_in_a_handler_is_a_page_with_a_number_and_nothing_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    use poem::{EndpointExt, handler};
    #[handler]
    fn broken() -> &'static str {
        panic!("secret details")
    }
    let area = minschool::domain::sessions::Area::Site;
    let (table, router) = minschool::web::routes::Routes::default().at("/", poem::get(broken)).split(&test.app, area);
    let router = minschool::web::layers::wrap(&test.app, area, table, router);
    let mut visitor = crate::support::Visitor::new(Arc::new(router.boxed()), test.admin.clone());

    let page = visitor.get("/").await;

    assert_eq!(page.status, 500);
    assert!(page.says("문의 번호") && page.says(page.header("x-request-id")), "{}", page.text());
    assert!(!page.html.contains("secret details"));
}

#[rstest]
#[tokio::test]
async fn a_lost_database_is_explained_and_the_text_is_kept_by_the_browser(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    ada.get("/").await;
    let page = ada.get("/community/free/write").await;
    test.app.context.db.clone().close().await.unwrap();

    let answer = ada.submit(&page, "/community/free/write", &[("title", "글"), ("body", "글")]).await;

    assert_eq!(answer.status, 503);
    assert!(!answer.header("retry-after").is_empty());
    assert!(!answer.html.contains("Pool") && !answer.html.contains("sqlx"), "{}", answer.text());
}
