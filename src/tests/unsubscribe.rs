//! What ends notifications by mail: the address in each of them, and a mailbox that refuses them.

use crate::notices::{ADA, SETTINGS, number, start, work};
use crate::support::{Engine, Postgres, Sqlite, config, until};
use minschool::config::Config;
use minschool::domain::notices::{Kind, Pace, refused};
use minschool::domain::users::addresses;
use poem::Body;
use poem::http::{Method, header};
use rstest::rstest;
use testkit::smtp::Manner;

#[rstest]
#[tokio::test]
async fn one_click_in_a_mail_program_ends_what_the_address_names_and_nothing_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut all = start(engine).await;
    all.choose(&[("kind.comment", "at_once"), ("kind.reply", "at_once")]).await;
    work(&all.post.node);
    all.comment("꼭 갈게요!").await;
    all.look().await;
    let stop = all.stop(0).await;

    let mut scanner = all.test.visitor();
    let page = scanner.get(&stop).await;
    assert!(page.says("그만 받기") && page.says("내 글에 달린 댓글"), "{}", page.text());
    assert_eq!(all.chosen().await.of_kind(Kind::Comment), Pace::AtOnce, "opening it changes nothing");

    // From the machine of a provider: no cookie, no page of ours, and the body in parts (RFC 8058 section 3.2).
    let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    for _ in 0..2 {
        let mut provider = all.test.visitor().with("origin", "https://mail.example.net").with("sec-fetch-site", "cross-site");
        let mut request = provider.request(Method::POST, &stop, None);
        request.headers_mut().insert(header::CONTENT_TYPE, "multipart/form-data; boundary=b".parse().unwrap());
        request.headers_mut().insert(header::CONTENT_LENGTH, body.len().to_string().parse().unwrap());
        request.set_body(Body::from_string(body.to_owned()));
        let page = provider.raw(request, &stop, false).await;
        assert_eq!((page.status, page.says("이제 보내지 않습니다")), (200, true), "{}", page.text());
        assert_eq!(page.count("main form"), 0, "putting it back is for the member");
    }
    let chosen = all.chosen().await;
    assert_eq!([chosen.of_kind(Kind::Comment), chosen.of_kind(Kind::Reply)], [Pace::Never, Pace::AtOnce]);
    let mut foreign = all.ada.clone().with("origin", "https://mail.example.net").with("sec-fetch-site", "cross-site");
    assert_eq!(foreign.post(SETTINGS, &[("kind.reply", "never")]).await.status, 403, "no other address is open like this");
    let signed = minschool::site::routes().declared().into_iter().filter(|route| route.is_signed).count();
    assert_eq!((signed, minschool::admin::routes().declared().iter().any(|route| route.is_signed)), (1, false));
}

#[rstest]
#[tokio::test]
async fn a_member_ends_it_by_the_button_and_puts_it_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut all = start(engine).await;
    all.choose(&[("kind.comment", "at_once")]).await;
    work(&all.post.node);
    all.comment("꼭 갈게요!").await;
    all.look().await;
    let stop = all.stop(0).await;
    let page = all.ada.get(&stop).await;

    let page = all.ada.submit(&page, &stop, &[]).await;

    assert_eq!(all.chosen().await.of_kind(Kind::Comment), Pace::Never);
    let page = all.ada.submit(&page, SETTINGS, &[]).await;
    assert!(page.says("메일로 받는 알림을 정했습니다"), "{}", page.text());
    assert_eq!(all.chosen().await.of_kind(Kind::Comment), Pace::AtOnce);

    let page = all.bob.post(&stop, &[]).await;
    assert_eq!((page.status, page.count("main form")), (200, 0), "another member has nothing to put back");
    let (user, rest) = stop.split_once("t=").unwrap();
    for wrong in [format!("{user}t=1{rest}"), format!("{user}t="), user.to_owned(), stop.replace("comment", "reply")] {
        let page = all.ada.get(&wrong).await;
        assert_eq!((page.status, page.says("알아볼 수 없는 주소입니다")), (404, true), "{wrong}");
        assert_eq!(all.ada.post(&wrong, &[]).await.status, 404);
    }
    assert_eq!(all.chosen().await.of_kind(Kind::Reply), Pace::Daily);
}

#[rstest]
#[tokio::test]
async fn two_refusals_are_a_notification_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut all = start(engine).await;
    let ctx = &all.test.app.context;
    let fail = async || addresses::record_failure(&ctx.db, all.ada_id, ADA, "550 no such user", ctx.clock.now()).await.unwrap();
    let bells = "SELECT COUNT(*) FROM notifications WHERE kind = 'address_refused'";
    fail().await;
    refused::notify(ctx).await.unwrap();
    assert_eq!(number(&all.test, bells).await, 0, "one may be the mistake of a server");
    fail().await;

    let looks = futures_util::future::join_all((0..10).map(|_| refused::notify(ctx))).await;

    assert!(looks.into_iter().all(|look| look.is_ok()));
    fail().await;
    refused::notify(ctx).await.unwrap();
    assert_eq!(number(&all.test, bells).await, 1);
    let page = all.ada.get("/notifications").await;
    assert!(page.says("메일이 되돌아왔습니다") && page.says("읽지 않은 것 1개"), "{}", page.text());
    let id = number(&all.test, "SELECT MAX(id) FROM notifications").await;
    let page = all.ada.submit(&page, &format!("/notifications/{id}/read"), &[]).await;
    assert_eq!((page.path.as_str(), page.says("도착하지 않음")), ("/my/email", true));
}

#[rstest]
#[tokio::test]
async fn a_relay_that_refuses_twice_ends_the_notices(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut all = start(engine).await;
    all.choose(&[("kind.comment", "at_once")]).await;
    all.post.server.set(Manner::Recipient("550 5.1.1 no such user"));
    work(&all.post.node);
    for n in 1..=2 {
        all.comment(&format!("댓글 {n}")).await;
        all.look().await;
        let failed = "SELECT COUNT(*) FROM jobs WHERE kind = 'notice_mail' AND state = 'failed'";
        until("it is refused", async || number(&all.test, failed).await == n).await;
        all.ada.get(&all.place.clone()).await;
        until("it is read", async || number(&all.test, "SELECT COUNT(*) FROM notifications WHERE read_at IS NULL").await == 0).await;
    }

    all.comment("세 번째").await;
    all.look().await;

    assert_eq!(all.jobs().await, 2, "no third one is tried");
    let bell = "SELECT COUNT(*) FROM notifications WHERE kind = 'address_refused'";
    until("the member sees it", async || number(&all.test, bell).await == 1).await;
}

#[rstest]
#[tokio::test]
async fn guessing_addresses_is_limited_as_other_forms_are(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let node = test.node_with(Config { rate_limits: true, ..config(&test.backends) }).await;
    let mut guesser = test.visitor().on(&node);

    for guess in 0..60 {
        assert_eq!(guesser.post(&format!("/mail/stop?t={guess}-kinds.comment-00"), &[]).await.status, 404);
    }

    assert_eq!(guesser.post("/mail/stop?t=60-kinds.comment-00", &[]).await.status, 429);
}
