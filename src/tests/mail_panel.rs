//! The panel's page of mail: settings, a mail to oneself, what fails, whose address is refused.

use crate::support::mail::{Post, subject};
use crate::support::{Engine, Postgres, Sqlite, Visitor, config, until};
use minschool::config::mail::Way;
use minschool::db::query;
use minschool::domain::UserId;
use minschool::domain::users::addresses;
use rstest::rstest;
use testkit::smtp::Manner;

async fn send_test(boss: &mut Visitor) -> crate::support::Page {
    let page = boss.get_admin("/mail").await;
    boss.submit_admin(&page, "/mail/test", &[]).await
}

#[rstest]
#[tokio::test]
async fn an_administrator_sees_the_settings_and_gets_a_test_mail(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let boss = test.staff("boss", "admin").await;
    let post = Post::beside(&test).await;
    let mut boss = boss.on(&post.node);

    let page = send_test(&mut boss).await;

    assert!(page.says("시험 메일을 보냅니다") && page.says("boss@example.com"), "{}", page.text());
    assert!(page.says(&format!("127.0.0.1:{}", post.server.port)) && page.says("이 컴퓨터 안이라 필요 없음"));
    let mail = post.mail("boss@example.com", 0).await;
    assert!(subject(&mail).ends_with("시험 메일"));
    assert_eq!(mail.from, "noreply@example.org");
}

#[rstest]
#[tokio::test]
async fn what_fails_is_shown_with_its_reason_and_whose_address_is_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let boss = test.staff("boss", "admin").await;
    let ada = UserId(test.member("ada").await);
    let post = Post::beside(&test).await;
    post.server.set(Manner::Text("452 4.3.1 <b>no space</b>"));
    let mut boss = boss.on(&post.node);
    addresses::record_failure(&test.app.context.db, ada, "ada@example.com", "550 no such user", test.app.context.clock.now())
        .await
        .unwrap();

    send_test(&mut boss).await;

    until("the failure is shown", async || boss.get_admin("/mail").await.says("no space")).await;
    let page = boss.get_admin("/mail").await;
    assert!(page.says("다시 시도 예정") && !page.html.contains("<b>no space"), "{}", page.text());
    assert!(page.says("ada@example.com") && page.says("550 no such user"));
    assert_eq!(page.count("main a[href='/jobs']"), 1, "there it can be tried again");
}

#[rstest]
#[tokio::test]
async fn who_may_only_read_sends_no_test_and_a_member_sees_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut clerk = crate::jobs_panel::reader(&test).await;

    let page = clerk.get_admin("/mail").await;

    assert!(page.status == 200 && page.count("form[action='/mail/test']") == 0, "{} {}", page.status, page.text());
    assert!(!page.says("되돌아오는 주소"), "addresses are for those who may see members");
    let sent = clerk.post_admin("/mail/test", &[("once", &boss.get_admin("/mail").await.once("/mail/test"))]).await;
    assert_ne!(sent.status, 200);
    assert_eq!(
        query::number(&test.app.context.db, "SELECT COUNT(*) FROM jobs WHERE kind = 'mail' AND payload LIKE '%test%'", []).await.unwrap(),
        Some(0)
    );
}

#[rstest]
#[tokio::test]
async fn a_site_without_mail_says_so_to_staff(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let boss = test.staff("boss", "admin").await;
    let mut config = config(&test.backends);
    config.mail.way = Way::None;
    let node = test.node_with(config).await;

    let page = boss.on(&node).get_admin("/mail").await;

    assert!(page.says("메일을 보내지 않습니다") && page.count("form[action='/mail/test']") == 0, "{}", page.text());
}
